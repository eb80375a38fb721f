/* The board as a page: a table for each level and traffic, earlier results, and the files. */
#include <string.h>

#include "parsers/util/atomic_file.h"
#include "parsers/util/error.h"
#include "report/board/board.h"
#include "report/html/document.h"
#include "report/html/html.h"
#include "results/reader.h"

enum { PATH_ROOM = 4096, WORDS = 512 };

static const html_head heads[] = {
    {"rank", true},     {"backend", false}, {"x raw", true},          {"95 %, all slices", false},
    {"slices", true},   {"status", false},  {"cells compared", true}, {"language", false},
    {"licence", false}, {"version", false}, {"machine", false},       {"measured", false},
    {"results", false},
};

static void count_cell(FILE *out, double value)
{
    fprintf(out, "<td class=\"n\" data-sort=\"%.0f\">%.0f</td>", value, value);
}

static void ratio_cells(FILE *out, const board_entry *e)
{
    char low[48], high[48], text[64];
    if (!e->ranked_slices) {
        html_empty(out);
        html_empty(out);
        return;
    }
    number_text(board_ratio(e), text, sizeof text);
    fprintf(out, "<td class=\"n\" data-sort=\"%.9g\">", board_ratio(e));
    html_put(out, "%s%s</td>", text, e->is_cross_level ? "'" : "");
    if (e->is_unsure) {
        html_empty(out);
        return;
    }
    number_text(e->low, low, sizeof low);
    number_text(e->high, high, sizeof high);
    html_put(out, "<td>[%s, %s]</td>", low, high);
}

/* All cells of a row but the first. */
static void entry_cells(FILE *out, const board_entry *e)
{
    const json_t *context = json_object_get(e->file->json, "context");
    const char *language = backend_language(e->backend);
    char machine[192], date[16];
    board_machine(e->file, machine, sizeof machine);
    (void)snprintf(date, sizeof date, "%.10s", text_of(context, "date"));
    html_put(out, "<th scope=\"row\">%s%s</th>", text_of(e->backend, "name"),
             is_ours(e->backend) ? " (ours)" : "");
    ratio_cells(out, e);
    count_cell(out, (double)e->slices);
    html_put(out, "<td class=\"%s\">%s%s%s</td>", e->rank ? "ok" : "", e->status,
             e->is_partial ? ", of a run that did not end" : "",
             e->is_noisy          ? ", on a machine too noisy to rank (A/A control)"
             : e->is_uncontrolled ? ", without an A/A control: not ranked"
                                  : "");
    count_cell(out, e->cells);
    html_cell(out, *language ? language : "–");
    html_cell(out, text_of(e->backend, "license"));
    html_cell(out, text_of(e->backend, "version"));
    html_cell(out, machine);
    html_cell(out, date);
    html_cell(out, e->file->name);
}

static void entry_row(FILE *out, const board_entry *e)
{
    fputs("<tr>", out);
    if (e->rank)
        count_cell(out, (double)e->rank);
    else
        html_empty(out);
    entry_cells(out, e);
    fputs("</tr>\n", out);
}

/* The names of the slices. */
static void traffic_words(const results_file *file, char text[WORDS])
{
    size_t i, length = 0;
    json_t *slice;
    text[0] = '\0';
    json_array_foreach(json_object_get(file->json, "slices"), i, slice)
    {
        const int n = snprintf(text + length, WORDS - length, "%s%.40s", i ? ", " : "",
                               text_of(slice, "name"));
        if (n < 0 || (size_t)n >= WORDS - length)
            break;
        length += (size_t)n;
    }
}

/* The entries from *i on of one level and traffic, the newest of each machine. */
static void group_write(FILE *out, const board *b, size_t *i)
{
    const board_entry *first = &b->list[*i];
    char traffic[WORDS], caption[2 * WORDS];
    traffic_words(first->traffic, traffic);
    (void)snprintf(caption, sizeof caption, "Level %s, over %s", first->level, traffic);
    html_table_begin(out, caption, heads, sizeof heads / sizeof heads[0]);
    for (; *i < b->count && b->list[*i].traffic == first->traffic &&
           strcmp(b->list[*i].level, first->level) == 0;
         ++*i)
        if (!b->list[*i].is_older)
            entry_row(out, &b->list[*i]);
    html_table_end(out);
}

/* Entries that a later one of the same machine has taken the place of: how a backend changed. */
static void older_write(FILE *out, const board *b)
{
    bool any = false;
    for (size_t i = 0; i < b->count; i++)
        any = any || b->list[i].is_older;
    if (!any)
        return;
    fputs("<h2 id=\"earlier\">Earlier results</h2>\n<p class=\"note\">Of the same backend on the "
          "same machine: not ranked.</p>\n",
          out);
    html_head older_heads[sizeof heads / sizeof heads[0]];
    memcpy(older_heads, heads, sizeof heads);
    older_heads[0] = (html_head){"level", false};
    html_table_begin(out, "Earlier results, by level", older_heads,
                     sizeof older_heads / sizeof older_heads[0]);
    for (size_t i = 0; i < b->count; i++) {
        if (!b->list[i].is_older)
            continue;
        fputs("<tr>", out);
        html_cell(out, b->list[i].level);
        entry_cells(out, &b->list[i]);
        fputs("</tr>\n", out);
    }
    html_table_end(out);
}

static void files_write(FILE *out, const results_file *files, size_t count)
{
    static const html_head file_heads[] = {{"results", false},  {"measured", false},
                                           {"machine", false},  {"pktbench", false},
                                           {"revision", false}, {"slices", false}};
    fputs("<h2 id=\"files\">Results files</h2>\n", out);
    html_table_begin(out, "Results files of this board", file_heads,
                     sizeof file_heads / sizeof file_heads[0]);
    for (size_t i = 0; i < count; i++) {
        const json_t *context = json_object_get(files[i].json, "context");
        const json_t *tool = json_object_get(context, "tool");
        char machine[192], traffic[WORDS];
        board_machine(&files[i], machine, sizeof machine);
        traffic_words(&files[i], traffic);
        html_put(out, "<tr><th scope=\"row\">%s</th>", files[i].name);
        html_cell(out, text_of(context, "date"));
        html_cell(out, machine);
        html_cell(out, text_of(tool, "version"));
        html_cell(out, text_of(tool, "revision"));
        html_cell(out, traffic);
        fputs("</tr>\n", out);
    }
    html_table_end(out);
}

static void page_put(FILE *out, const board *b, const results_file *files, size_t count)
{
    html_document_begin(out, "pktbench: board of packet parsers", "Packet parsers, ranked");
    fputs("<p>x raw: the time per packet as a multiple of that of <code>raw</code>, in the same "
          "rounds of the same run; the geometric mean over the slices. Ratios of different "
          "machines can be compared, times cannot. In brackets: the least and the most that the "
          "95 % intervals of the slices reach. A backend is behind another only if its interval "
          "is above on every slice. ': to raw at another level.</p>\n"
          "<p>Only backends with the status ok on every slice are ranked: their cells were "
          "compared with the reference. Not ranked: what does not parse, or gives fewer columns "
          "of the level than others in its results; ratios to raw at another level, or without "
          "intervals (6 or more processes give them); the level dissect, which is the cost of the "
          "whole tree. Only results over the same bytes are in one table.</p>\n",
          out);
    for (size_t i = 0; i < b->count;) {
        const char *level = b->list[i].level;
        html_put(out, "<h2 id=\"level-%s\">Level %s</h2>\n", level, level);
        while (i < b->count && strcmp(b->list[i].level, level) == 0)
            group_write(out, b, &i);
    }
    older_write(out, b);
    files_write(out, files, count);
    html_document_end(out);
}

static int page_make(const results_file *files, size_t count, const char *folder, pkt_err *err)
{
    char path[PATH_ROOM];
    pkt_atomic_file out;
    board b;
    (void)snprintf(path, sizeof path, "%s/index.html", folder);
    int bad = board_collect(&b, files, count, err);
    if (bad == 0) {
        bad = pkt_atomic_file_open(&out, path, err);
        if (bad == 0) {
            page_put(out.file, &b, files, count);
            bad = pkt_atomic_file_commit(&out, err);
        }
        if (bad != 0)
            (void)pkt_err_about(err, path);
    }
    board_free(&b);
    return bad;
}

/* Leave out what is there twice; say so, and what did not end. Returns how many are left. */
static size_t files_judge(results_file *files, size_t count, const pkt_notices *notices)
{
    char partial[PARTIAL_TEXT];
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        size_t same = 0;
        while (same < kept && (files[same].size != files[i].size ||
                               memcmp(files[same].bytes, files[i].bytes, files[i].size) != 0))
            same++;
        if (same < kept) {
            pkt_notice(notices, PKT_NOTICE_WARNING, "%s: the same results are there already",
                       files[i].name);
            results_close(&files[i]);
            continue;
        }
        if (partial_text(files[i].json, partial))
            pkt_notice(notices, PKT_NOTICE_WARNING, "%s: %s: not ranked", files[i].name, partial);
        files[kept++] = files[i];
    }
    return kept;
}

int board_write(char *const *paths, size_t count, const char *folder, const pkt_notices *notices,
                pkt_err *err)
{
    results_file files[BOARD_FILES_MAX] = {{0}};
    size_t loaded = 0;
    if (count < 1 || count > BOARD_FILES_MAX)
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "a board has 1 to %d results files",
                        BOARD_FILES_MAX);
    int bad = results_load_all(files, paths, count, &loaded, err);
    if (bad == 0) {
        loaded = files_judge(files, loaded, notices);
        bad = html_folder_make(folder, err) != 0 || page_make(files, loaded, folder, err) != 0;
    }
    while (loaded > 0)
        results_close(&files[--loaded]);
    return bad ? -1 : 0;
}
