#include "bench/worker/describe.h"

#include <inttypes.h>

int level_find(const char *name, pkt_level *level)
{
    for (unsigned i = 0; i < PKT_LEVEL_COUNT; i++)
        if (strcmp(name, pkt_level_name((pkt_level)i)) == 0) {
            *level = (pkt_level)i;
            return 0;
        }
    return -1;
}

size_t column_find(const char *name)
{
    size_t c = 0;
    while (c < PKT_COLUMN_COUNT && strcmp(name, pkt_column_at(c)->name) != 0)
        c++;
    return c;
}

static json_t *columns_list(pkt_column_set columns)
{
    json_t *list = json_array();
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (pkt_set_has(&columns, c))
            json_array_append_new(list, json_string(pkt_column_at(c)->name));
    return list;
}

static json_t *levels_object(const pkt_backend *backend)
{
    json_t *levels = json_object();
    for (const pkt_level_work *l = backend->levels; l->work; l++)
        json_object_set_new(
            levels, pkt_level_name(l->level),
            json_pack("{s:s, s:o}", "work", l->work, "columns", columns_list(l->columns)));
    return levels;
}

json_t *describe_backend(const pkt_backend *backend)
{
    json_t *features = json_array();
    for (const pkt_feature *f = backend->features; f && f->name; f++)
        json_array_append_new(features,
                              json_pack("{s:s, s:s}", "name", f->name, "evidence", f->evidence));
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:o, s:o}", "name", backend->name,
                     "summary", backend->summary, "version", backend->version(), "origin",
                     backend->origin, "license", backend->license, "decoder", backend->decoder,
                     "fork_each_run", (int)backend->fork_each_run, "levels", levels_object(backend),
                     "features", features);
}

void error_text(const pkt_err *err, char *words, size_t size)
{
    if (err->pos == PKT_POS_NONE)
        (void)snprintf(words, size, "%s", err->msg);
    else
        (void)snprintf(words, size, "%s (at byte %" PRIu64 ")", err->msg, err->pos);
}
