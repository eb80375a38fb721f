#include "report/choose/requirement.h"

#include <stdbool.h>

#include "parsers/util/field_names.h"
#include "parsers/util/nearest.h"
#include "parsers/util/parse.h"
#include "results/reader.h"

/* Words that are features here. A field of a protocol above TCP and UDP is one of its layer. */
static const struct {
    const char *word, *feature;
} features[] = {
    {"pcapng", "pcapng"},
    {"live", "live"},
    {"stream-numbers", "stream-numbers"},
    {"stream", "stream-numbers"},
    {"tcp.stream", "stream-numbers"},
    {"udp.stream", "stream-numbers"},
    {"reassembly", "reassembly"},
    {"application-layers", "application-layers"},
    {"makes-packets", "makes-packets"},
};

static const char *const applications[] = {"dns",  "mdns", "http", "http2", "tls",   "mqtt",
                                           "coap", "quic", "ssh",  "ntp",   "dhcp",  "smb",
                                           "ftp",  "smtp", "snmp", "sip",   "telnet"};

static const char *word_in(const char *const *words, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return words[i];
    return NULL;
}

/* The column's name in the results, if some backend gives it. */
static const char *column_find(const json_t *results, const char *name)
{
    size_t i, j;
    const char *level_name;
    json_t *backend, *level, *column;
    json_array_foreach(json_object_get(results, "backends"), i, backend)
    {
        json_object_foreach(json_object_get(backend, "levels"), level_name, level)
        {
            json_array_foreach(json_object_get(level, "columns"), j, column)
            {
                if (json_is_string(column) && strcmp(json_string_value(column), name) == 0)
                    return json_string_value(column);
            }
        }
    }
    return NULL;
}

static const char *feature_find(const char *word)
{
    for (size_t i = 0; i < sizeof features / sizeof features[0]; i++)
        if (strcmp(features[i].word, word) == 0)
            return features[i].feature;
    return NULL;
}

/* A field of a protocol above TCP and UDP that no backend has as a column. */
static const char *application_find(const char *word)
{
    char protocol[REQUIREMENT_WORD];
    (void)snprintf(protocol, sizeof protocol, "%.*s", (int)strcspn(word, "."), word);
    return word_in(applications, sizeof applications / sizeof applications[0], protocol)
               ? "application-layers"
               : NULL;
}

/* The column of that name, by ours or Wireshark's; the two halves of an address are one. */
static const char *field_column(const char *word)
{
    const size_t column = pkt_column_of_field(word);
    return column < PKT_COLUMN_COUNT ? pkt_column_at(column)->name : word;
}

/* The level's columns that some backend gives: results of an older version have fewer. */
static pkt_column_set level_columns(const json_t *results, const char *name)
{
    pkt_level level;
    pkt_column_set columns = {{0}};
    if (pkt_level_find(name, &level, NULL) == 0)
        columns = pkt_level_columns(level);
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (pkt_set_has(&columns, c) && !column_find(results, pkt_column_at(c)->name))
            pkt_set_remove(&columns, c);
    return columns;
}

static bool requirement_read(const json_t *results, requirement *n)
{
    if ((n->name = word_in(levels, LEVELS, n->word))) {
        n->kind = REQUIREMENT_LEVEL;
        n->columns = level_columns(results, n->name);
        return true;
    }
    n->kind = REQUIREMENT_FEATURE;
    if ((n->name = feature_find(n->word)))
        return true;
    if ((n->name = column_find(results, field_column(n->word)))) {
        n->kind = REQUIREMENT_COLUMN;
        return true;
    }
    return (n->name = application_find(n->word)) != NULL;
}

/* Compare the word with this one, if it is a requirement that these results can answer. */
static void word_try(const json_t *results, pkt_nearest *nearest, const char *word)
{
    requirement n = {.name = NULL};
    (void)snprintf(n.word, sizeof n.word, "%s", word);
    if (requirement_read(results, &n))
        pkt_nearest_try(nearest, word);
}

static int unknown_fail(const json_t *results, const char *word, pkt_err *err)
{
    pkt_nearest nearest = {.word = word};
    for (size_t i = 0; i < LEVELS; i++)
        word_try(results, &nearest, levels[i]);
    for (size_t i = 0; i < sizeof features / sizeof features[0]; i++)
        word_try(results, &nearest, features[i].word);
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        word_try(results, &nearest, pkt_column_at(c)->name);
    for (size_t i = 0; pkt_field_name_at(i); i++)
        word_try(results, &nearest, pkt_field_name_at(i)->field);
    for (size_t i = 0; i < sizeof applications / sizeof applications[0]; i++)
        word_try(results, &nearest, applications[i]);
    if (*nearest.found)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "unknown requirement '%s'; did you mean %s? `pktbench list columns` shows "
                        "columns, `pktbench list backends` levels and features",
                        word, nearest.found);
    return pkt_fail(
        err, PKT_ERR_USAGE, PKT_POS_NONE,
        "unknown requirement '%.40s': not a level, column or feature of a backend in these "
        "results, nor a known Wireshark field (sets such as ciciot46 are none of these); see "
        "`pktbench list columns` and `pktbench list backends`",
        word);
}

int requirements_read(const json_t *results, const char *text, requirements *out, pkt_err *err)
{
    *out = (requirements){0};
    for (bool more = true; more;) {
        size_t length = strcspn(text, ",");
        if (length == 0 || length >= REQUIREMENT_WORD || out->count == REQUIREMENTS_MAX)
            return pkt_fail(
                err, PKT_ERR_USAGE, PKT_POS_NONE,
                "must be a list of at most %d names, none of them empty, separated by commas",
                REQUIREMENTS_MAX);
        requirement *n = &out->list[out->count];
        (void)snprintf(n->word, sizeof n->word, "%.*s", (int)length, text);
        if (!requirement_read(results, n))
            return unknown_fail(results, n->word, err);
        out->count++;
        more = text[length] == ',';
        text += length + more;
    }
    return 0;
}

/* Is `name` the column, or the second half of the address whose first half it is? */
static bool is_half_of(const char *name, const pkt_column_info *column)
{
    const size_t stem = strlen(column->name) - strlen("hi");
    return strcmp(name, column->name) == 0 ||
           (column->format_as == PKT_AS_ADDRESS && strncmp(name, column->name, stem) == 0 &&
            strcmp(name + stem, "lo") == 0);
}

bool requirement_has_column(const requirement *n, const pkt_column_info *column)
{
    switch (n->kind) {
    case REQUIREMENT_LEVEL:
        return pkt_set_has(&n->columns, pkt_column_find(column->name));
    case REQUIREMENT_COLUMN:
        return is_half_of(n->name, column);
    case REQUIREMENT_FEATURE:
        return strcmp(n->name, "stream-numbers") == 0 && strcmp(column->name, "stream") == 0;
    }
    return false;
}

pkt_column_set requirements_columns(const requirements *needs)
{
    pkt_column_set columns = {{0}};
    for (size_t i = 0; i < needs->count; i++)
        for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
            if (requirement_has_column(&needs->list[i], pkt_column_at(c)))
                pkt_set_add(&columns, c);
    return columns;
}

bool requirement_is_application(const requirement *n)
{
    const size_t column =
        n->kind == REQUIREMENT_COLUMN ? pkt_column_find(n->name) : PKT_COLUMN_COUNT;
    return column < PKT_COLUMN_COUNT && pkt_column_at(column)->level == PKT_LEVEL_APP;
}
