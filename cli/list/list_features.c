#include "cli/list/list_features.h"

#include <stdio.h>
#include <string.h>

#include "parsers/features/features.h"

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *value_column(const pkt_feature_column *c)
{
    static const char *const types[] = {
        [PKT_FLOAT] = "float64", [PKT_INTEGER] = "int64", [PKT_WORD] = "text"};
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:b}", "name", c->name, "type", types[c->type],
                     "unit", c->unit, "aggregation", pkt_aggregate_name(c->aggregate), "meaning",
                     c->meaning, "defect", text_or_null(c->defect), "inferred", (int)c->inferred);
}

/* A key column: time, addresses, ports, protocol. The signed type can hold every value. */
static json_t *key_column(const pkt_field *field, const char *by)
{
    const pkt_column_info *info = pkt_column_at(field->column);
    const char *type = info->format_as == PKT_AS_ADDRESS ? "text"
                       : info->size == 8                 ? "int64"
                       : info->size == 2                 ? "int32"
                                                         : "int16";
    return json_pack("{s:s#, s:s, s:s, s:s, s:s, s:n, s:b, s:s}", "name", field->name,
                     (int)field->name_size, "type", type, "unit",
                     field->column == PKT_COL_ts_ns ? "ns since 1970-01-01 UTC" : "", "aggregation",
                     "first packet", "meaning", info->doc, "defect", "inferred", 0, "by", by);
}

static bool has_column(const json_t *columns, const pkt_field *field)
{
    size_t i;
    json_t *column;
    json_array_foreach(columns, i, column)
    {
        const char *name = json_string_value(json_object_get(column, "name"));
        if (strlen(name) == field->name_size && memcmp(name, field->name, field->name_size) == 0)
            return true;
    }
    return false;
}

static bool by_offered(const pkt_feature_set *set, pkt_features_by by)
{
    return set->kind == PKT_SET_WINDOWS ||
           by == (set->kind == PKT_SET_RECORDS ? PKT_BY_FLOW : PKT_BY_ALL);
}

static json_t *columns_of(const pkt_feature_set *set)
{
    static const char *const by[] = {
        [PKT_BY_ALL] = "all", [PKT_BY_PAIR] = "pair", [PKT_BY_FLOW] = "flow"};
    json_t *columns = json_array();
    for (size_t b = 0; b < sizeof by / sizeof by[0]; b++) {
        pkt_fields fields;
        if (!by_offered(set, (pkt_features_by)b))
            continue;
        pkt_features_fields(&fields, set, (pkt_features_by)b);
        for (size_t i = 0; i < fields.count; i++)
            if (fields.at[i].kind == PKT_FIELD_CELL && !has_column(columns, &fields.at[i]))
                json_array_append_new(columns, key_column(&fields.at[i], by[b]));
    }
    for (size_t i = 0; i < set->count; i++)
        json_array_append_new(columns, value_column(&set->columns[i]));
    return columns;
}

json_t *features_list(void)
{
    static const struct {
        const char *windows, *by;
    } kinds[] = {[PKT_SET_WINDOWS] = {"packets or duration", "all, pair or flow"},
                 [PKT_SET_PUBLISHED] = {"packets", "all"},
                 [PKT_SET_RECORDS] = {"none: idle and active timeout", "flow"}};
    json_t *sets = json_array();
    const pkt_feature_set *set;
    for (size_t i = 0; (set = pkt_feature_set_at(i)) != NULL; i++) {
        const bool published = set->kind == PKT_SET_PUBLISHED;
        json_t *notes = json_array();
        for (size_t n = 0; set->notes[n]; n++)
            json_array_append_new(notes, json_string(set->notes[n]));
        json_array_append_new(
            sets, json_pack("{s:s, s:s, s:b, s:s, s:s, s:I, s:o, s:o}", "name", set->name,
                            "summary", set->summary, "reconstruction", (int)published, "windows",
                            kinds[set->kind].windows, "by", kinds[set->kind].by, "reset_every",
                            (json_int_t)(published ? PKT_FEATURES_RESET_BYTES : 0), "notes", notes,
                            "columns", columns_of(set)));
    }
    return sets;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void column_show(const json_t *column)
{
    const char *defect = text_of(column, "defect");
    printf("    %-16s %-15s %-12s %s\n", text_of(column, "name"), text_of(column, "unit"),
           text_of(column, "aggregation"), text_of(column, "meaning"));
    if (*defect)
        printf(
            "    %-16s   %s%s\n", "",
            json_is_true(json_object_get(column, "inferred")) ? "inferred: " : "defect: ", defect);
}

void features_show(const json_t *sets)
{
    size_t s, i;
    json_t *set, *entry;
    json_array_foreach(sets, s, set)
    {
        printf("%s%s: %s\n", s ? "\n" : "", text_of(set, "name"), text_of(set, "summary"));
        json_array_foreach(json_object_get(set, "notes"), i, entry)
        {
            printf("  - %s\n", json_string_value(entry));
        }
        json_array_foreach(json_object_get(set, "columns"), i, entry)
        {
            column_show(entry);
        }
    }
}
