#include "bench/worker/describe.h"

#include <stdio.h>
#include <string.h>

#include "parsers/util/error.h"

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

void describe_reason(const char *reason, char *out, size_t size)
{
    (void)snprintf(out, size, "%s", reason);
    char *folders = strstr(out, PKT_LOOKED_IN);
    if (folders)
        *folders = '\0';
}
