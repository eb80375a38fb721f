#include "report/live/table.h"

#include <stdlib.h>
#include <string.h>

#include "report/live/rates.h"
#include "report/text/markdown.h"
#include "results/reader.h"

enum { COLUMNS = 7 };

static const char *const heads[COLUMNS] = {"slice",   "backend",     "work",  "without loss",
                                           "loss at", "sender Mpps", "trials"};
static const bool is_word[COLUMNS] = {true, true, true, false, false, false, false};

typedef char row_text[COLUMNS][LIVE_TEXT];

static void mega_text(const json_t *run, const char *key, char text[LIVE_TEXT])
{
    if (json_is_number(json_object_get(run, key)))
        number_text(number_of(run, key) / 1e6, text, LIVE_TEXT);
}

static void row_fill(const json_t *run, row_text row)
{
    memset(row, 0, sizeof(row_text));
    (void)snprintf(row[0], LIVE_TEXT, "%.60s", text_of(run, "slice"));
    (void)snprintf(row[1], LIVE_TEXT, "%.30s", text_of(run, "backend"));
    live_work_text(run, row[2]);
    live_rate_text(run, row[3]);
    mega_text(run, "failed_packets_per_s", row[4]);
    mega_text(run, "sender_packets_per_s", row[5]);
    (void)snprintf(row[6], LIVE_TEXT, "%zu", json_array_size(json_object_get(run, "trials")));
}

static void widths_find(const json_t *runs, size_t widths[COLUMNS])
{
    size_t i;
    json_t *run;
    for (size_t c = 0; c < COLUMNS; c++)
        widths[c] = strlen(heads[c]);
    json_array_foreach(runs, i, run)
    {
        row_text row;
        row_fill(run, row);
        for (size_t c = 0; c < COLUMNS; c++)
            widths[c] = strlen(row[c]) > widths[c] ? strlen(row[c]) : widths[c];
    }
}

static void cell_print(const char *text, size_t column, size_t width, bool markdown, FILE *out)
{
    if (markdown) {
        fputs("| ", out);
        markdown_text(out, text);
        fputc(' ', out);
    } else {
        fprintf(out, is_word[column] ? "%s%-*s" : "%s%*s", column ? "  " : "", (int)width, text);
    }
}

static void heads_print(const size_t widths[COLUMNS], bool markdown, FILE *out)
{
    for (size_t c = 0; c < COLUMNS; c++)
        cell_print(heads[c], c, widths[c], markdown, out);
    fputs(markdown ? "|\n" : "\n", out);
    for (size_t c = 0; markdown && c < COLUMNS; c++)
        fputs(is_word[c] ? "|:--" : "|--:", out);
    if (markdown)
        fputs("|\n", out);
}

static void reason_print(const json_t *run, bool markdown, FILE *out)
{
    char text[512], work[LIVE_TEXT];
    live_work_text(run, work);
    (void)snprintf(text, sizeof text, "%.60s, %.30s %s: %.300s", text_of(run, "slice"),
                   text_of(run, "backend"), work, text_of(run, "reason"));
    if (markdown)
        markdown_list(out, text);
    else
        fprintf(out, "%s", text);
    fputc('\n', out);
}

/* Below the table. */
static void notes_print(const json_t *results, bool markdown, FILE *out)
{
    char method[LIVE_METHOD];
    size_t i;
    json_t *run;
    live_method_text(results, method);
    json_array_foreach(live_runs(results), i, run)
    {
        if (*text_of(run, "reason"))
            reason_print(run, markdown, out);
    }
    fprintf(out, "%s%s\n%s%s\n", markdown ? "- " : "", method, markdown ? "- " : "", live_note);
}

void report_live(const json_t *results, bool markdown, FILE *out)
{
    const json_t *runs = live_runs(results);
    size_t i, widths[COLUMNS];
    json_t *run;
    if (json_array_size(runs) == 0)
        return;
    widths_find(runs, widths);
    fprintf(out, markdown ? "**%s**\n\n" : "%s\n", LIVE_TITLE);
    heads_print(widths, markdown, out);
    json_array_foreach(runs, i, run)
    {
        row_text row;
        row_fill(run, row);
        for (size_t c = 0; c < COLUMNS; c++)
            cell_print(row[c], c, widths[c], markdown, out);
        fputs(markdown ? "|\n" : "\n", out);
    }
    if (markdown)
        fputc('\n', out);
    notes_print(results, markdown, out);
    fputc('\n', out);
}
