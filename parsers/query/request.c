#include "parsers/query/request.h"

#include "parsers/features/parse.h"
#include "parsers/util/error.h"

static int usage(pkt_err *err, const char *text)
{
    return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "%s", text);
}

static int about(pkt_err *err, const char *what, const char *text)
{
    char name[96];
    (void)snprintf(name, sizeof name, "%s %.64s", what, text);
    return pkt_err_about(err, name);
}

static int backend_unknown(const char *name, pkt_err *err)
{
    pkt_names known = {.size = 0};
    pkt_entry entry = PKT_INIT(pkt_entry);
    for (size_t i = 0; pkt_registry_at(i, &entry) == 0; i++)
        if (!entry.driver)
            pkt_names_add(&known, entry.name);
    return pkt_fail_unknown_backend(err, name, &known);
}

static int live_refused(const char *backend, pkt_err *err)
{
    return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                    "backend %s does not support an interface; use raw or libpcap", backend);
}

static int backend_find(query_request *r, const pkt_query *q, pkt_err *err)
{
    const char *name = q->backend ? q->backend : "raw";
    pkt_entry entry = PKT_INIT(pkt_entry);
    if (q->plugin) {
        r->backend = pkt_plugin_open(q->plugin, err);
        if (!r->backend)
            return about(err, "plug-in", q->plugin);
        if (q->backend && strcmp(q->backend, r->backend->name) != 0)
            return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                            "backend %.32s: the backend of the plug-in is %s", q->backend,
                            r->backend->name);
        return 0;
    }
    if (pkt_registry_find(name, &entry) != 0)
        return backend_unknown(name, err);
    if (q->interface && !entry.backend) /* with the right to capture, no module is loaded */
        return live_refused(name, err);
    r->backend = pkt_entry_backend(&entry, err);
    if (r->backend)
        return 0;
    if (entry.driver) /* external programs are never offered */
        err->code = PKT_ERR_USAGE;
    return about(err, "backend", name);
}

static int level_find(query_request *r, const pkt_query *q, pkt_err *err)
{
    const char *name = q->level ? q->level : "headers";
    if (pkt_level_find(name, &r->level, err) != 0)
        return -1;
    const pkt_level_work *work = pkt_backend_level(r->backend, r->level);
    if (!work)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "backend %s does not support level %s",
                        r->backend->name, name);
    r->columns = work->columns;
    return 0;
}

static int features_columns(const query_request *r, pkt_err *err)
{
    const pkt_column_set missing = pkt_set_minus(pkt_features_needed(), r->columns);
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (pkt_set_has(&missing, c))
            return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                            "features: backend %s at level %s does not fill the column %s, which "
                            "features need",
                            r->backend->name, pkt_level_name(r->level), pkt_column_at(c)->name);
    return 0;
}

static int features_find(query_request *r, const pkt_query *q, pkt_err *err)
{
    pkt_features_request *f = &r->features;
    if (!q->features)
        return q->window || q->by || q->reset_every
                   ? usage(err, "window, by and reset_every require features")
                   : 0;
    if (pkt_features_set_parse(f, q->features, err) != 0)
        return -1;
    if (pkt_features_window_parse(f, q->window, err) != 0)
        return about(err, "window", q->window);
    if (pkt_features_by_parse(f, q->by, "by", err) != 0)
        return -1;
    if (pkt_features_reset_parse(f, q->reset_every, err) != 0)
        return about(err, "reset_every", q->reset_every);
    f->max_flows = q->max_flows ? q->max_flows : PKT_FEATURES_DEFAULT_FLOWS;
    if (f->max_flows > PKT_FEATURES_MAX_FLOWS)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "max_flows: at most %u with features",
                        PKT_FEATURES_MAX_FLOWS);
    return features_columns(r, err);
}

static int fields_find(query_request *r, const pkt_query *q, pkt_err *err)
{
    if (r->features.set)
        pkt_features_fields(&r->fields, r->features.set, r->features.by);
    else
        pkt_fields_all(&r->fields, r->columns);
    if (q->columns) {
        pkt_fields all = r->fields;
        pkt_fields_offer(&all);
        if (q->label)
            pkt_fields_add(&all, PKT_FIELD_LABEL);
        if (pkt_fields_chosen(&r->fields, q->columns, &all, err) != 0)
            return pkt_err_about(err, "columns");
    }
    if (q->label)
        pkt_fields_add(&r->fields, PKT_FIELD_LABEL);
    for (size_t i = 0; q->join && i < r->fields.count; i++)
        if (r->fields.at[i].kind == PKT_FIELD_FILE)
            return usage(err, "join cannot be combined with the column file");
    return 0;
}

static int flows_find(query_request *r, const pkt_query *q, pkt_err *err)
{
    r->flows.rule = PKT_FLOW_WIRESHARK_4_0;
    if (q->flow_rule && pkt_flow_rule_find(q->flow_rule, &r->flows.rule, err) != 0)
        return pkt_err_about(err, "flow_rule");
    if (q->max_flows > PKT_MOST_FLOWS)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "max_flows: at most %u", PKT_MOST_FLOWS);
    r->flows.max = q->max_flows ? (uint32_t)q->max_flows : PKT_MAX_FLOWS;
    return 0;
}

static int is_live_backend(const pkt_backend *backend)
{
    for (const pkt_feature *f = backend->features; f && f->name; f++)
        if (strcmp(f->name, "live") == 0 && strcmp(f->evidence, "tested") == 0)
            return 1;
    return 0;
}

static int live_check(const query_request *r, const pkt_query *q, pkt_err *err)
{
    if (!q->interface)
        return q->duration ? usage(err, "duration requires an interface") : 0;
    if (q->capture_count || q->join)
        return usage(err, "interface cannot be combined with captures or join");
    if (q->label && strcmp(q->label, "from-folder") == 0)
        return usage(err, "label from-folder cannot be combined with interface");
    if (q->duration < 0 || q->flush_every < 0)
        return usage(err, "duration and flush_every must be above 0");
    if (!is_live_backend(r->backend))
        return live_refused(r->backend->name, err);
    return 0;
}

static int part_check(const query_request *r, const pkt_query *q, pkt_err *err)
{
    if (!q->part)
        return 0;
    if (q->capture_count != 1 || q->join)
        return usage(err, "a part is of one capture, without join");
    if (q->count)
        return usage(err, "count cannot be combined with a part");
    if (q->part->skip && (q->filter || r->features.set))
        return usage(err, "skip cannot be combined with a filter or features");
    return 0;
}

int pkt_query_request_make(query_request *request, const pkt_query *query, pkt_err *err)
{
    memset(request, 0, sizeof *request);
    if (backend_find(request, query, err) != 0 || level_find(request, query, err) != 0 ||
        features_find(request, query, err) != 0 || fields_find(request, query, err) != 0 ||
        flows_find(request, query, err) != 0)
        return -1;
    return live_check(request, query, err) != 0 ? -1 : part_check(request, query, err);
}
