#include "report/choose/extract_words.h"

#include <string.h>

#include "results/reader.h"

enum { COLUMNS_TEXT = 1024, NOTE_TEXT = 512 };

/* Does `pktbench extract -i` run it? Live capture that is only stated is not used here. */
static bool captures_here(const judgement *j)
{
    return strcmp(feature_evidence(j->backend, "live"), "tested") == 0;
}

/* A feature of reading that adds no column. */
static bool is_reading(const char *feature)
{
    return strcmp(feature, "pcapng") == 0 || strcmp(feature, "live") == 0 ||
           strcmp(feature, "follow") == 0;
}

/* Does the requirement ask for more than columns of the rows? */
static bool is_beyond_rows(const judgement *j, const requirement *n)
{
    if (n->kind == REQUIREMENT_LEVEL)
        return strcmp(n->name, "dissect") == 0;
    return n->kind == REQUIREMENT_FEATURE && !is_reading(n->name) &&
           !(strcmp(n->name, "stream-numbers") == 0 &&
             column_given(j->backend, j->level, "stream"));
}

/* Is it a column of the rows for this requirement? A half of an address stands for the whole. */
static bool is_wanted(const requirement *n, const pkt_column_info *column)
{
    switch (n->kind) {
    case REQUIREMENT_LEVEL:
        for (size_t rank = 0; rank < LEVELS; rank++) {
            if (strcmp(levels[rank], pkt_level_name(column->level)) == 0)
                return true;
            if (strcmp(levels[rank], n->name) == 0)
                return false;
        }
        return false;
    case REQUIREMENT_COLUMN:
        return strcmp(n->name, column->name) == 0 ||
               (column->format_as == PKT_AS_ADDRESS &&
                strncmp(n->name, column->name, strlen(column->name) - 2) == 0 &&
                strcmp(n->name + strlen(column->name) - 2, "lo") == 0);
    case REQUIREMENT_FEATURE:
        return strcmp(n->name, "stream-numbers") == 0 && strcmp(column->name, "stream") == 0;
    }
    return false;
}

/* Append the name that the column has in rows. */
static void column_append(char *text, const pkt_column_info *column)
{
    size_t used = strlen(text), size = strlen(column->name);
    if (column->format_as == PKT_AS_ADDRESS)
        size -= strlen("_hi");
    (void)snprintf(text + used, COLUMNS_TEXT - used, "%s%.*s", used ? "," : "", (int)size,
                   column->name);
}

/* The columns in the order of the requirements, with commas; "" if these are all of the level, or
 * none is named. */
static void columns_text(const choose_request *w, const judgement *j, char *text)
{
    pkt_column_set done = {{0}};
    size_t shown = 0, count = 0;
    text[0] = '\0';
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        shown += pkt_column_at(c)->format_as != PKT_AS_HIDDEN &&
                 column_given(j->backend, j->level, pkt_column_at(c)->name);
    for (size_t i = 0; i < w->needs.count; i++)
        for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
            const pkt_column_info *column = pkt_column_at(c);
            if (column->format_as == PKT_AS_HIDDEN || pkt_set_has(&done, c) ||
                !is_wanted(&w->needs.list[i], column) ||
                !column_given(j->backend, j->level, column->name))
                continue;
            pkt_set_add(&done, c);
            column_append(text, column);
            count++;
        }
    if (count == shown)
        text[0] = '\0';
}

static void words_add(json_t *words, const char *one, const char *other)
{
    json_array_append_new(words, json_string(one));
    json_array_append_new(words, json_string(other));
}

static json_t *command_words(const choose_request *w, const judgement *j, json_t **note)
{
    char columns[COLUMNS_TEXT], output[64];
    const char *sink = w->sink ? w->sink : "csv";
    json_t *words = json_pack("[s]", "extract");
    if (w->live)
        words_add(words, "-i", INTERFACE_WORD);
    else
        json_array_append_new(words, json_string(CAPTURE_WORD));
    words_add(words, "--backend", text_of(j->backend, "name"));
    words_add(words, "--level", j->level);
    columns_text(w, j, columns);
    if (*columns)
        words_add(words, "--columns", columns);
    words_add(words, "--format", sink);
    (void)snprintf(output, sizeof output, "rows.%.40s", sink);
    words_add(words, "-o", output);
    bool timed = strcmp(sink, "csv") != 0 && (!*columns || strstr(columns, "ts_ns"));
    *note = timed ? json_string("beside ts_ns, the rows have the same time as a timestamp, ts")
                  : json_null();
    return words;
}

/* Where tshark has all of it as fields, its command line. */
static json_t *beyond_note(const choose_request *w, const judgement *j)
{
    char text[NOTE_TEXT];
    size_t n = (size_t)snprintf(text, sizeof text,
                                "`pktbench extract` writes header columns and stream numbers only");
    bool fields = strcmp(text_of(j->backend, "decoder"), "wireshark") == 0 && !w->live;
    for (size_t i = 0; i < w->needs.count; i++)
        fields = fields && strchr(w->needs.list[i].word, '.');
    n += (size_t)snprintf(text + n, sizeof text - n, "%s",
                          fields ? "; not measured: `tshark -r CAPTURE -T fields"
                                 : "; use the library's own interface");
    for (size_t i = 0; fields && i < w->needs.count && n < sizeof text; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, " -e %s", w->needs.list[i].word);
    if (fields && n < sizeof text)
        (void)snprintf(text + n, sizeof text - n, "`");
    return json_string(text);
}

json_t *extract_words(const choose_request *w, const judgement *j, bool extracts, json_t **note)
{
    for (size_t i = 0; i < w->needs.count; i++)
        if (is_beyond_rows(j, &w->needs.list[i])) {
            *note = beyond_note(w, j);
            return json_null();
        }
    if (!extracts)
        *note = json_string("`pktbench extract` does not run it by its name: it is an external "
                            "program or a plug-in (--plugin FILE)");
    else if (w->live && !captures_here(j))
        *note = json_string("`pktbench extract -i` cannot capture with it");
    else
        return command_words(w, j, note);
    return json_null();
}
