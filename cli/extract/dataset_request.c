/* Reads and checks the options of a dataset. */
#include <stdlib.h>

#include "cli/extract/extract.h"
#include "cli/message.h"

static bool partition_refused(const char *why)
{
    message_error("--partition: %s", why);
    return false;
}

/* Options that mean nothing without --partition. */
static bool alone_valid(const arguments *arguments)
{
    static const char *const needing[] = {"resume", "jobs"};
    for (size_t i = 0; i < sizeof needing / sizeof needing[0]; i++)
        if (option_given(arguments, needing[i])) {
            message_error("--%s requires --partition", needing[i]);
            return false;
        }
    return true;
}

/* Have the rows a time to be divided by? */
static bool time_valid(const extraction *x)
{
    pkt_fields fields;
    if (!partition_by_time(&x->dataset.keys))
        return true;
    if (!x->request.features.set && pkt_set_has(&x->request.columns, PKT_COL_ts_ns))
        return true;
    if (!x->request.features.set) {
        message_error("--partition: backend %s at level %s gives no times, which date and hour "
                      "need",
                      x->request.backend->name, pkt_level_name(x->request.level));
        return false;
    }
    pkt_features_fields(&fields, x->request.features.set, x->request.features.by);
    if (pkt_set_has(&fields.needs, PKT_COL_ts_ns))
        return true;
    message_error("--partition: rows of %s have no time, which date and hour need",
                  x->request.features.set->name);
    return false;
}

static void field_remove(pkt_fields *fields, pkt_field_kind kind)
{
    size_t kept = 0;
    for (size_t i = 0; i < fields->count; i++)
        if (fields->at[i].kind != kind)
            fields->at[kept++] = fields->at[i];
    fields->count = kept;
}

/* Columns of partitions are in the names of folders, not in the files. */
static bool fields_divide(extraction *x)
{
    if (partition_has(&x->dataset.keys, PARTITION_FILE))
        field_remove(&x->request.fields, PKT_FIELD_FILE);
    if (partition_has(&x->dataset.keys, PARTITION_LABEL))
        field_remove(&x->request.fields, PKT_FIELD_LABEL);
    return x->request.fields.count > 0 || partition_refused("no columns are left for the files");
}

static bool name_valid(const char *what, const char *text)
{
    char *name = partition_escape(text);
    const bool fits = name && strlen(name) <= PARTITION_NAME_BYTES;
    if (!fits)
        message_error("--partition: the %s %s is too long for the name of a folder: more than %d "
                      "bytes",
                      what, text, PARTITION_NAME_BYTES);
    free(name);
    return fits;
}

static bool names_valid(const extraction *x)
{
    for (size_t i = 0; i < x->capture_count; i++) {
        if (strcmp(x->captures[i], "-") == 0)
            return partition_refused("standard input cannot be in a dataset; save it as a file");
        if (!name_valid("path", x->captures[i] + x->paths.below[i]))
            return false;
    }
    return !x->label || name_valid("label", x->label);
}

char *dataset_name(const extraction *x, size_t index)
{
    return partition_escape(x->captures[index] + x->paths.below[index]);
}

bool dataset_request_read(extraction *x, const arguments *arguments)
{
    const char *list = option_value(arguments, "partition");
    pkt_err err = {.pos = PKT_POS_NONE};
    uint64_t count;
    if (!list)
        return alone_valid(arguments);
    if (partition_parse(&x->dataset.keys, list, &err) != 0)
        return partition_refused(err.msg);
    if (x->request.labels)
        return partition_refused("--labels cannot be combined with it: make one file of rows with "
                                 "labels");
    if (strcmp(x->path, "-") == 0)
        return partition_refused("needs a folder for the dataset: -o DIR/");
    if (partition_has(&x->dataset.keys, PARTITION_LABEL) && !x->label)
        return partition_refused("label needs --label TEXT, or --label from-folder");
    if (!option_number(arguments, "jobs", 1, 64, 1, &count))
        return false;
    x->dataset.jobs = (unsigned)count;
    x->dataset.resume = option_given(arguments, "resume");
    return time_valid(x) && fields_divide(x) && names_valid(x);
}

/* Of rows of features; of packets, there are none. What is added here or to dataset_options() gets
 * words in cli/dataset/difference.c. */
static json_t *features_options(const extraction *x)
{
    const pkt_features_request *r = &x->request.features;
    if (!r->set)
        return json_null();
    return json_pack("{s:s, s:i, s:I, s:I, s:I, s:I, s:I, s:I}", "set", r->set->name, "by",
                     (int)r->by, "window_packets", (json_int_t)r->packets, "window_ns",
                     (json_int_t)r->duration, "idle_ns", (json_int_t)r->idle, "active_ns",
                     (json_int_t)r->active, "reset_every", (json_int_t)r->reset_every, "max_flows",
                     (json_int_t)r->max_flows);
}

static json_t *keys_list(const partition *keys)
{
    json_t *list = json_array();
    for (size_t i = 0; i < keys->count; i++)
        (void)json_array_append_new(list, json_string(partition_name(keys->at[i])));
    return list;
}

json_t *dataset_options(const extraction *x)
{
    char columns[4096];
    pkt_fields_names(&x->request.fields, ",", columns, sizeof columns);
    return json_pack("{s:s, s:o, s:o, s:s, s:s, s:s, s:b, s:b, s:s?, s:I, s:s, s:I, s:b}", "format",
                     x->encoder->name, "partition", keys_list(&x->dataset.keys), "features",
                     features_options(x), "backend", x->request.backend->name, "level",
                     pkt_level_name(x->request.level), "columns", columns, "inner",
                     (int)x->request.inner, "escape-formulas", (int)x->request.fields.no_formula,
                     "f", x->filter, "c", (json_int_t)x->live.packets, "flow-rule",
                     pkt_flow_rule_name(x->request.flows.rule), "max-flows",
                     (json_int_t)x->request.flows.max, "strict", (int)x->strict);
}
