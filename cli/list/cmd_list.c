/* `pktbench list`: backends, columns, scenarios and features. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli/list/list_features.h"
#include "cli/message.h"
#include "cli/shared_options.h"
#include "datasets/scenario.h"
#include "parsers/rows/rows.h"
#include "parsers/util/field_names.h"
#include "results/escaped.h"
#include "results/json_values.h"

/* Is it counted? As in the tables of bench, without `verdict`, which is not compared. */
static bool is_counted(size_t column)
{
    return column != PKT_COL_verdict && pkt_column_at(column)->format_as != PKT_AS_HIDDEN;
}

static size_t columns_count(pkt_column_set columns)
{
    size_t count = 0;
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        count += pkt_set_has(&columns, c) && is_counted(c);
    return count;
}

static void missing_print(pkt_column_set missing)
{
    const char *separator = " without ";
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (pkt_set_has(&missing, c) && is_counted(c)) {
            printf("%s%s", separator, pkt_column_at(c)->name);
            separator = ", ";
        }
}

static void levels_print(const backend *c)
{
    for (unsigned i = 0; i < PKT_LEVEL_COUNT; i++) {
        const char *name = pkt_level_name((pkt_level)i);
        const json_t *level = json_object_get(json_object_get(c->description, "levels"), name);
        if (!level)
            continue;
        pkt_column_set all = pkt_level_columns((pkt_level)i);
        message_output("    %-8s %s", name, json_string_value(json_object_get(level, "work")));
        printf("             %zu of %zu columns%s", columns_count(c->columns[i]),
               columns_count(all),
               pkt_set_has(&c->columns[i], PKT_COL_verdict) ? " and verdict" : "");
        missing_print(pkt_set_minus(all, c->columns[i]));
        putchar('\n');
    }
}

static void features_print(const backend *c)
{
    size_t i;
    json_t *feature;
    json_array_foreach(json_object_get(c->description, "features"), i, feature)
    {
        message_output("    %-18s %s", json_string_value(json_object_get(feature, "name")),
                       json_string_value(json_object_get(feature, "evidence")));
    }
}

static const char *text_of(const backend *c, const char *key)
{
    const char *text = json_string_value(json_object_get(c->description, key));
    return text ? text : "";
}

static void backends_print(const selection *l)
{
    for (size_t i = 0; i < l->count; i++) {
        const backend *c = l->backends[i];
        fputs(i ? "\n" : "", stdout);
        message_output("%s: %s", c->name, text_of(c, "summary"));
        if (!c->available) {
            message_output("    unavailable: %s", c->reason);
            continue;
        }
        message_output("    version %s, %s, %s, decoder: %s", text_of(c, "version"),
                       text_of(c, "origin"), text_of(c, "license"), text_of(c, "decoder"));
        levels_print(c);
        features_print(c);
    }
}

static json_t *backends_list(const selection *l)
{
    json_t *list = json_array();
    for (size_t i = 0; i < l->count; i++) {
        const backend *c = l->backends[i];
        json_t *entry = json_deep_copy(c->description);
        json_object_set_new(entry, "available", json_boolean(c->available));
        json_object_set_new(entry, "reason", c->available ? json_null() : json_words(c->reason));
        json_array_append_new(list, entry);
    }
    return list;
}

/* Name of the field in the output of `extract`; null: not a field of its own. */
static json_t *column_field(size_t column)
{
    pkt_fields fields;
    pkt_column_set one = {{0}};
    pkt_set_add(&one, column);
    pkt_fields_all(&fields, one);
    return fields.count ? json_stringn(fields.at[0].name, fields.at[0].name_size) : json_null();
}

/* Wireshark's names of the column. */
static json_t *column_names(size_t column)
{
    const pkt_field_name *name;
    json_t *names = json_array();
    for (size_t i = 0; (name = pkt_field_name_at(i)) != NULL; i++)
        if (name->column == column)
            json_array_append_new(names, json_string(name->field));
    return names;
}

static json_t *columns_list(void)
{
    json_t *list = json_array();
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const pkt_column_info *info = pkt_column_at(c);
        json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:s, s:o, s:o}", "name", info->name,
                                              "level", pkt_level_name(info->level), "bytes",
                                              (int)info->size, "meaning", info->doc, "field",
                                              column_field(c), "wireshark", column_names(c)));
    }
    return list;
}

static void columns_print(const json_t *list)
{
    size_t i, j;
    json_t *entry, *name;
    json_array_foreach(list, i, entry)
    {
        const char *field = json_string_value(json_object_get(entry, "field"));
        printf("%-14s %-8s %-14s %s", json_string_value(json_object_get(entry, "name")),
               json_string_value(json_object_get(entry, "level")), field ? field : "-",
               json_string_value(json_object_get(entry, "meaning")));
        json_array_foreach(json_object_get(entry, "wireshark"), j, name)
        {
            printf("%s%s", j ? ", " : "; Wireshark: ", json_string_value(name));
        }
        putchar('\n');
    }
    message_note("extract --columns also takes ts (the time, with microseconds), packet (number in "
                 "the capture), file (its name), and with --label or --labels: label");
}

static json_t *scenarios_list(void)
{
    json_t *list = json_array();
    const dataset_scenario *s;
    for (size_t i = 0; (s = dataset_scenario_at(i)) != NULL; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:b}", "name", s->name, "summary",
                                              s->summary, "seed", (json_int_t)s->seed, "headline",
                                              (int)s->headline));
    return list;
}

static void scenarios_print(const json_t *list)
{
    size_t i;
    json_t *entry;
    json_array_foreach(list, i, entry)
    {
        printf("%-12s %s\n", json_string_value(json_object_get(entry, "name")),
               json_string_value(json_object_get(entry, "summary")));
    }
}

static void list_finish(json_t *list, bool json)
{
    if (json)
        (void)json_print(list, stdout, JSON_INDENT(2));
    json_decref(list);
}

static bool list_backends(const arguments *arguments, bool json)
{
    selection l;
    const selection_request request = {.backends = EVERY_BACKEND,
                                       .plugins = option_value(arguments, "plugin")};
    if (!selection_of(arguments, request, false, &l))
        return false;
    if (json)
        list_finish(backends_list(&l), true);
    else
        backends_print(&l);
    selection_close(&l);
    return true;
}

/* What the registry says of each backend; no module is loaded and no program started for it. */
static json_t *names_list(void)
{
    json_t *list = json_array();
    pkt_entry entry = PKT_INIT(pkt_entry);
    for (size_t i = 0; pkt_registry_at(i, &entry) == 0; i++) {
        char path[2 * PATH_MAX];
        pkt_err missing;
        const bool there =
            entry.backend || pkt_entry_file(&entry, path, sizeof path, &missing) == 0;
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:b, s:o}", "name", entry.name, "kind",
                            entry.backend  ? "built-in"
                            : entry.driver ? "external"
                                           : "module",
                            "summary", entry.summary, "opt_in", (int)(entry.opt_in != 0), "reason",
                            there ? json_null() : json_words(missing.msg)));
    }
    return list;
}

static void names_print(const json_t *list)
{
    size_t i;
    json_t *entry;
    json_array_foreach(list, i, entry)
    {
        const char *reason = json_string_value(json_object_get(entry, "reason"));
        message_output("%-13s %-9s %s%s%s%s", json_string_value(json_object_get(entry, "name")),
                       json_string_value(json_object_get(entry, "kind")),
                       json_string_value(json_object_get(entry, "summary")), reason ? " (" : "",
                       reason ? reason : "", reason ? ")" : "");
    }
    message_note("`pktbench list backends` says more, and which of them can run here");
}

static int list_names(bool json)
{
    json_t *list = names_list();
    if (!json)
        names_print(list);
    list_finish(list, json);
    return EXIT_DONE;
}

static int list_run(const arguments *arguments)
{
    const bool named = arguments->operand_count || option_given(arguments, "plugin") ||
                       option_given(arguments, "external") || option_given(arguments, "externals");
    enum { BACKENDS, COLUMNS, FEATURES = 3 };
    const char *what = arguments->operand_count ? arguments->operands[0] : "backends";
    size_t index;
    bool json;
    if (!json_option(arguments, &json) ||
        !word_find("list", what, "backends|columns|scenarios|features", &index))
        return EXIT_ERROR;
    if (!named)
        return list_names(json);
    if (index == BACKENDS)
        return list_backends(arguments, json) ? EXIT_DONE : EXIT_ERROR;
    if (index == FEATURES) {
        json_t *sets = features_list();
        if (!json)
            features_show(sets);
        list_finish(sets, json);
        return EXIT_DONE;
    }
    const bool columns = index == COLUMNS;
    json_t *list = columns ? columns_list() : scenarios_list();
    if (!json)
        (columns ? columns_print : scenarios_print)(list);
    list_finish(list, json);
    return EXIT_DONE;
}

static const option_spec options[] = {
    {"plugin", "FILE,...", "Shared objects with further backends (plug-ins)."},
    EXTERNAL_OPTIONS,
    {"format", "table|json", "Format of standard output. Default table."},
    {NULL, NULL, NULL},
};

const command list_command = {
    .name = "list",
    .operands = "[backends|columns|scenarios|features]",
    .summary = "list backends, columns, scenarios or features",
    .details =
        "Without a word: the names of the backends, with a line about each.\n\nbackends: "
        "for each level, the work that the backend does and the columns that it gives "
        "(verdict, which is not compared, is not in their number); its features, with "
        "evidence (tested here, or where it is stated); "
        "version, origin and licence. For an unavailable backend, the reason.\n\ncolumns: "
        "name in the library, level, name in the output of extract (- if it has no column "
        "of its own), meaning. extract --columns also takes ts, packet, file and label, "
        "which are no columns of a parser.\n\nscenarios: the kinds of traffic that `pktbench gen` "
        "generates.\n\nfeatures: every column of the feature sets of extract, with unit, "
        "aggregation and known defects. With --format json this is a schema for programs.",
    .options = options,
    .operands_min = 0,
    .operands_max = 1,
    .run = list_run,
};
