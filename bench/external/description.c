#include "bench/external/description.h"

#include <stdio.h>

#include "parsers/util/parse.h"

/* Add the column, or both halves of an address. false: CSV has no such column. */
static bool column_add(json_t *list, const char *name)
{
    char high[80];
    (void)snprintf(high, sizeof high, "%.64s_hi", name);
    const size_t column = pkt_column_find(name);
    if (column < PKT_COLUMN_COUNT) {
        const pkt_format_as shown = pkt_column_at(column)->format_as;
        if (shown == PKT_AS_ADDRESS || shown == PKT_AS_HIDDEN) /* a half of an address, `present` */
            return false;
        json_array_append_new(list, json_string(name));
        return true;
    }
    if (pkt_column_find(high) == PKT_COLUMN_COUNT)
        return false;
    json_array_append_new(list, json_string(high));
    json_array_append_new(list, json_sprintf("%.64s_lo", name));
    return true;
}

static bool level_complete(json_t *level, char *why, size_t size)
{
    json_t *list = json_array();
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(level, "columns"), i, name)
    {
        const char *text = json_string_value(name);
        if (column_add(list, text))
            continue;
        (void)snprintf(why, size,
                       "it names a column '%.64s', which is not among the names of CSV, the third "
                       "of each line of `pktbench list columns`",
                       text);
        json_decref(list);
        return false;
    }
    /* Which cells are empty is known from the rows: an empty cell is not 0. */
    json_array_append_new(list, json_string("present"));
    json_object_set_new(level, "columns", list);
    return true;
}

bool external_describe(json_t *description, const char *name, char *why, size_t size)
{
    const char *key;
    json_t *level;
    json_object_set_new(description, "name", json_string(name));
    json_object_set_new(description, "origin", json_string("external"));
    json_object_set_new(description, "fork_each_run", json_false());
    if (!json_object_get(description, "features"))
        json_object_set_new(description, "features", json_array());
    json_object_foreach(json_object_get(description, "levels"), key, level)
    {
        if (!level_complete(level, why, size))
            return false;
    }
    if (json_object_size(json_object_get(description, "levels")) > 0)
        return true;
    (void)snprintf(why, size, "its description has no level");
    return false;
}
