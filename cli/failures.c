#include "cli/failures.h"

#include <stdio.h>
#include <stdlib.h>

#include "parsers/util/error.h"

static char *line_make(const char *name, const pkt_err *err, const char *rest)
{
    char text[PKT_ERR_TEXT], *line = NULL;
    pkt_err_text(err, text);
    const int size = asprintf(&line, "%s%s%s%s%s", name ? name : "", name ? ": " : "", text,
                              rest ? ": " : "", rest ? rest : "");
    return size < 0 ? NULL : line;
}

/* false: no memory for another line. */
static bool room_make(failures *list)
{
    if (list->count < list->room)
        return true;
    const size_t room = 2 * list->room + 16;
    char **lines = realloc(list->lines, room * sizeof *lines);
    if (!lines)
        return false;
    list->lines = lines;
    list->room = room;
    return true;
}

void failures_add(failures *list, const char *name, const pkt_err *err, const char *rest)
{
    char *line = line_make(name, err, rest);
    if (line && room_make(list)) {
        list->lines[list->count++] = line;
        return;
    }
    if (name)
        message_failure(name, err);
    else
        message_err(err);
    free(line);
}

void failures_add_line(failures *list, const char *line)
{
    char *copy = strdup(line);
    if (copy && room_make(list)) {
        list->lines[list->count++] = copy;
        return;
    }
    message_error("%s", line);
    free(copy);
}

void failures_print(failures *list, size_t total)
{
    for (size_t i = 0; i < list->count; i++) {
        message_error("%s", list->lines[i]);
        free(list->lines[i]);
    }
    if (list->count)
        message_error("%zu of %zu captures are bad: they are named above", list->count, total);
    free(list->lines);
    *list = (failures){0};
}
