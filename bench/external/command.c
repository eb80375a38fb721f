#include "bench/external/command.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/util/error.h"

/* Bytes of a name, and of a line of a file, at most. */
enum { NAME_MAX_BYTES = 32, LINE_MAX_BYTES = 4096 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Copy one word from *from to *to, without its quotes. false: a quote is not closed. */
static bool word_copy(const char **from, char **to)
{
    char quote = '\0';
    const char *at = *from;
    for (; *at && (quote || !is_blank(*at)); at++) {
        if (*at == quote) {
            quote = '\0';
        } else if (!quote && (*at == '\'' || *at == '"')) {
            quote = *at;
        } else {
            if (*at == '\\' && quote != '\'' && at[1])
                at++;
            *(*to)++ = *at;
        }
    }
    *(*to)++ = '\0';
    *from = at;
    return quote == '\0';
}

char **external_words(const char *command, pkt_err *err)
{
    const size_t length = strlen(command);
    const size_t most = length / 2 + 2; /* a word and a blank are two bytes; NULL at the end */
    char **words = malloc(most * sizeof *words + length + 1);
    size_t count = 0;
    if (!words) {
        pkt_fail_memory(err, "the words of a command");
        return NULL;
    }
    char *to = (char *)(words + most);
    bool good = true;
    while (is_blank(*command))
        command++;
    while (good && *command) {
        words[count++] = to;
        good = word_copy(&command, &to);
        while (is_blank(*command))
            command++;
    }
    words[count] = NULL;
    if (good && count && *words[0])
        return words;
    free(words);
    pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
             good ? "there is no command after the name" : "a quote of the command is not closed");
    return NULL;
}

static bool is_name(const char *name, size_t length)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    return length > 0 && length <= NAME_MAX_BYTES && name[0] != '-' &&
           strspn(name, allowed) >= length;
}

static bool is_word(const char *name, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(word, name, length) == 0;
}

static bool is_listed(const external_list *list, const char *name, size_t length)
{
    for (size_t i = 0; i < list->count; i++)
        if (is_word(name, length, list->at[i].name))
            return true;
    return false;
}

int external_add(external_list *list, const char *text, bool optional, pkt_err *err)
{
    const char *equals = strchr(text, '=');
    const size_t length = equals ? (size_t)(equals - text) : 0;
    if (!equals)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "'%.60s': must be NAME=COMMAND", text);
    if (!is_name(text, length))
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "'%.*s': a name has 1 to 32 characters of a-z, 0-9 and -, and does not "
                        "begin with -",
                        length < 60 ? (int)length : 60, text);
    if (is_word(text, length, "all") || is_word(text, length, "truth"))
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "'%.*s' has a meaning of its own in --backends or --reference: choose "
                        "another name",
                        (int)length, text);
    if (is_listed(list, text, length))
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "'%.*s' is there twice", (int)length,
                        text);
    if (list->count == EXTERNAL_MAX)
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "more than %d external parsers",
                        EXTERNAL_MAX);
    char **words = external_words(equals + 1, err);
    if (!words) {
        char name[NAME_MAX_BYTES + 1];
        (void)snprintf(name, sizeof name, "%.*s", (int)length, text);
        return pkt_err_about(err, name);
    }
    free(words);
    external_command *added = &list->at[list->count++];
    *added = (external_command){strndup(text, length), strdup(equals + 1), optional};
    return added->name && added->command ? 0 : pkt_fail_memory(err, "an external parser");
}

/* Add one line of a file, whose line end is removed. */
static int line_add(external_list *list, char *line, pkt_err *err)
{
    char *end = line + strlen(line);
    while (end > line && (end[-1] == '\n' || end[-1] == '\r' || is_blank(end[-1])))
        *--end = '\0';
    while (is_blank(*line))
        line++;
    return *line == '\0' || *line == '#' ? 0 : external_add(list, line, true, err);
}

/* The next line, without its end. 1; 0: there is none; -1: error. */
static int line_read(FILE *file, char line[LINE_MAX_BYTES], pkt_err *err)
{
    size_t size = 0;
    int c;
    while ((c = getc(file)) != EOF && c != '\n') {
        if (c == '\0')
            return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "has a byte 0: it is no text");
        if (size + 2 == LINE_MAX_BYTES)
            return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "longer than %d bytes",
                            LINE_MAX_BYTES - 2);
        line[size++] = (char)c;
    }
    line[size] = '\0';
    return c != EOF || size > 0;
}

int external_add_file(external_list *list, const char *path, pkt_err *err)
{
    char line[LINE_MAX_BYTES], place[48];
    FILE *file = fopen(path, "re");
    int bad = 0, more = 1;
    if (!file)
        return pkt_fail_open(err, PKT_ERR_IO, "list of external parsers", path);
    for (unsigned number = 1; !bad && more; number++) {
        more = line_read(file, line, err);
        bad = more < 0 || (more && line_add(list, line, err) != 0) ? -1 : 0;
        (void)snprintf(place, sizeof place, "line %u", number);
        if (bad) {
            pkt_err_about(err, place);
            pkt_err_about(err, path);
        }
    }
    if (!bad && ferror(file))
        bad = pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "%s: cannot be read", path);
    fclose(file);
    return bad;
}

void external_built(char *path, size_t size)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    const bool given = cache && *cache;
    (void)snprintf(path, size, "%s%s/pktbench/languages/externals.txt",
                   given  ? cache
                   : home ? home
                          : "",
                   given ? "" : "/.cache");
}

void external_list_free(external_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->at[i].name);
        free(list->at[i].command);
    }
    *list = (external_list){.count = 0};
}
