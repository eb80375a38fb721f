#include "report/choose/extract_words.h"

#include <string.h>

#include "results/json_values.h"
#include "results/reader.h"

enum { COLUMNS_TEXT = 1024, NOTE_TEXT = 512 };

/* Does the judged level of the backend give the column? Where no level meets all, any level. */
static bool is_given(const judgement *j, const char *column)
{
    bool given = *j->level && column_given(j->backend, j->level, column);
    for (size_t rank = 0; !*j->level && !given && rank < LEVELS; rank++)
        given = column_given(j->backend, levels[rank], column);
    return given;
}

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
    if (n->kind == REQUIREMENT_COLUMN)
        return requirement_is_application(n) && !is_given(j, n->name);
    return n->kind == REQUIREMENT_FEATURE && !is_reading(n->name) &&
           !(strcmp(n->name, "stream-numbers") == 0 && is_given(j, "stream"));
}

/* Append the name that the column has in rows. */
static void column_append(json_t *names, const pkt_column_info *column)
{
    size_t size = strlen(column->name);
    if (column->format_as == PKT_AS_ADDRESS)
        size -= strlen("_hi");
    json_array_append_new(names, json_stringn(column->name, size));
}

static bool is_shown(const judgement *j, size_t column)
{
    return pkt_column_at(column)->format_as != PKT_AS_HIDDEN &&
           is_given(j, pkt_column_at(column)->name);
}

/* Names of all columns of the level. */
static json_t *columns_all(const judgement *j)
{
    json_t *names = json_array();
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (is_shown(j, c))
            column_append(names, pkt_column_at(c));
    return names;
}

json_t *extract_columns(const choose_request *w, const judgement *j)
{
    pkt_column_set done = {{0}};
    json_t *names = json_array(), *all = columns_all(j);
    for (size_t i = 0; i < w->needs.count; i++)
        for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
            if (is_shown(j, c) && !pkt_set_has(&done, c) &&
                requirement_has_column(&w->needs.list[i], pkt_column_at(c))) {
                pkt_set_add(&done, c);
                column_append(names, pkt_column_at(c));
            }
    if (json_array_size(names) > 0 && json_array_size(names) < json_array_size(all)) {
        json_decref(all);
        return names;
    }
    json_decref(names);
    return all;
}

/* The names with commas; "" if these are all columns of the one level. */
static void columns_text(const choose_request *w, const judgement *j, char text[COLUMNS_TEXT])
{
    json_t *names = extract_columns(w, j), *all = columns_all(j), *name;
    size_t i, n = 0;
    text[0] = '\0';
    if (!*j->level || json_array_size(names) < json_array_size(all)) {
        json_array_foreach(names, i, name)
        {
            if (n < COLUMNS_TEXT)
                n += (size_t)snprintf(text + n, COLUMNS_TEXT - n, "%s%s", i ? "," : "",
                                      json_string_value(name));
        }
    }
    json_decref(names);
    json_decref(all);
}

static void words_add(json_t *words, const char *one, const char *other)
{
    json_array_append_new(words, json_string(one));
    json_array_append_new(words, json_string(other));
}

static json_t *command_words(const choose_request *w, const judgement *j)
{
    char columns[COLUMNS_TEXT], output[64];
    const char *sink = w->sink ? w->sink : "csv";
    json_t *words = json_pack("[s]", "extract");
    if (w->live)
        words_add(words, "-i", INTERFACE_WORD);
    else
        json_array_append_new(words, json_string(CAPTURE_WORD));
    words_add(words, "--backend", text_of(j->backend, "name"));
    if (*j->level)
        words_add(words, "--level", j->level);
    columns_text(w, j, columns);
    if (*columns)
        words_add(words, "--columns", columns);
    words_add(words, "--format", sink);
    (void)snprintf(output, sizeof output, "rows.%.40s", sink);
    words_add(words, "-o", output);
    return words;
}

/* Where tshark has all of it as fields, its command line. */
static json_t *beyond_note(const choose_request *w, const judgement *j)
{
    char text[NOTE_TEXT];
    size_t n = (size_t)snprintf(
        text, sizeof text, "`pktbench extract` writes the columns of `pktbench list columns` only");
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
    return json_words(text);
}

json_t *extract_words(const choose_request *w, const judgement *j, extracts how, json_t **note)
{
    for (size_t i = 0; i < w->needs.count; i++)
        if (is_beyond_rows(j, &w->needs.list[i])) {
            *note = beyond_note(w, j);
            return json_null();
        }
    *note = json_null();
    if (how == EXTRACTS_NOT)
        *note = json_string("`pktbench extract` does not run it by its name: it is an external "
                            "program or a plug-in (--plugin FILE)");
    else if (w->live && !captures_here(j))
        *note = json_string("`pktbench extract -i` cannot capture with it");
    else
        return command_words(w, j);
    return json_null();
}

json_t *extract_split_words(const choose_request *w, const judgement *j, extracts how)
{
    bool possible = j->is_split && how == EXTRACTS_COLUMNS && (!w->live || captures_here(j));
    for (size_t i = 0; possible && i < w->needs.count; i++)
        possible = !is_beyond_rows(j, &w->needs.list[i]);
    return possible ? command_words(w, j) : json_null();
}
