#include "parsers/query/request.h"

#include "parsers/core/pool.h"
#include "parsers/core/run.h"
#include "parsers/features/parse.h"
#include "parsers/source/filter.h"
#include "parsers/util/error.h"

static const query_words library_words = {.dashes = "",
                                          .reset_every = "reset_every",
                                          .label_by = "label_by",
                                          .filter = "filter",
                                          .interface = "an interface",
                                          .levels = ""};

static int usage(pkt_err *err, const char *text)
{
    return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "%s", text);
}

/* Say what the message begins with. Returns -1. */
static int begin(query_request *r, const char *what, const char *text, const char *end)
{
    (void)snprintf(r->before, sizeof r->before, "%s%s%s", what, text, end);
    return -1;
}

/* The same of an option, and its value, which may be NULL. */
static int begin_option(query_request *r, const char *name, const char *value)
{
    (void)snprintf(r->before, sizeof r->before, "%s%s%s%s: ", r->words->dashes, name,
                   value ? " " : "", value ? value : "");
    return -1;
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

bool pkt_query_backend_is_tested(const pkt_backend *backend, const char *feature)
{
    for (const pkt_feature *f = backend->features; f && f->name; f++)
        if (strcmp(f->name, feature) == 0 && strcmp(f->evidence, "tested") == 0)
            return true;
    return false;
}

static int live_refused(const query_request *r, const char *backend, pkt_err *err)
{
    return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                    "backend %s does not support %s; use raw or libpcap", backend,
                    r->words->interface);
}

static int plugin_find(query_request *r, const pkt_query *q, pkt_err *err)
{
    r->backend = pkt_plugin_open(q->plugin, err);
    if (!r->backend)
        return begin(r, "plug-in ", "", "");
    if (q->backend && strcmp(q->backend, r->backend->name) != 0)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "%sbackend %s: the backend of plug-in %s is %s", r->words->dashes,
                        q->backend, q->plugin, r->backend->name);
    return 0;
}

int pkt_query_backend_find(query_request *r, const pkt_query *q, pkt_err *err)
{
    const char *name = q->backend ? q->backend : "raw";
    pkt_entry entry = PKT_INIT(pkt_entry);
    if (q->plugin)
        return plugin_find(r, q, err);
    if (pkt_registry_find(name, &entry) != 0)
        return backend_unknown(name, err);
    if (q->interface && !entry.backend) /* with the right to capture, no module is loaded */
        return live_refused(r, name, err);
    r->backend = pkt_entry_backend(&entry, err);
    if (r->backend)
        return 0;
    if (entry.driver) /* external programs are never offered */
        err->code = PKT_ERR_USAGE;
    return begin(r, "backend ", name, ": ");
}

/* The columns that rows may have: those of the level, or of all levels. */
static pkt_column_set columns_known(const query_request *r)
{
    pkt_column_set known = r->columns;
    for (const pkt_level_work *l = r->backend->levels; r->backend->combines_levels && l->work; l++)
        known = pkt_set_or(known, l->columns);
    return known;
}

/* Add the columns of tunnels. */
static int inner_add(query_request *r, pkt_err *err)
{
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        if (pkt_column_at(c)->level != PKT_LEVEL_INNER)
            continue;
        if (!pkt_set_has(&r->known, c))
            return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                            "%sinner: backend %s does not fill the column %s at level %s",
                            r->words->dashes, r->backend->name, pkt_column_at(c)->name,
                            pkt_level_name(r->level));
        pkt_set_add(&r->columns, c);
    }
    return 0;
}

int pkt_query_level_find(query_request *r, const pkt_query *q, pkt_err *err)
{
    const char *name = q->level ? q->level : "headers";
    if (pkt_level_find(name, &r->level, err) != 0)
        return -1;
    const pkt_level_work *work = pkt_backend_level(r->backend, r->level);
    if (!work)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "backend %s does not support level %s%s",
                        r->backend->name, name, r->words->levels);
    r->columns = work->columns;
    r->known = columns_known(r);
    r->inner = q->inner != 0;
    return r->inner ? inner_add(r, err) : 0;
}

static int features_columns(const query_request *r, pkt_err *err)
{
    const pkt_column_set missing = pkt_set_minus(pkt_features_needed(r->features.set), r->columns);
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (pkt_set_has(&missing, c))
            return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                            "%sfeatures: backend %s at level %s does not fill the column %s, which "
                            "features need",
                            r->words->dashes, r->backend->name, pkt_level_name(r->level),
                            pkt_column_at(c)->name);
    return 0;
}

/* The timeouts of records, which other sets do not have. */
static int timeouts_find(query_request *r, const pkt_query *q, pkt_err *err)
{
    pkt_features_request *f = &r->features;
    const char *alone = q->idle ? "idle" : q->active ? "active" : NULL;
    if (f->set->kind != PKT_SET_RECORDS)
        return alone ? pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                                "%s%s is of %sfeatures records: %s has windows", r->words->dashes,
                                alone, r->words->dashes, f->set->name)
                     : 0;
    if (pkt_features_timeout_parse(&f->idle, q->idle, PKT_RECORDS_DEFAULT_IDLE, err) != 0)
        return begin_option(r, "idle", q->idle);
    if (pkt_features_timeout_parse(&f->active, q->active, PKT_RECORDS_DEFAULT_ACTIVE, err) != 0)
        return begin_option(r, "active", q->active);
    return 0;
}

int pkt_query_features_find(query_request *r, const pkt_query *q, pkt_err *err)
{
    pkt_features_request *f = &r->features;
    const char *alone = q->window        ? "window"
                        : q->by          ? "by"
                        : q->idle        ? "idle"
                        : q->active      ? "active"
                        : q->reset_every ? r->words->reset_every
                                         : NULL;
    char by[8];
    if (!q->features)
        return alone ? pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "%s%s requires %sfeatures",
                                r->words->dashes, alone, r->words->dashes)
                     : 0;
    if (pkt_features_set_parse(f, q->features, err) != 0)
        return -1;
    if (pkt_features_window_parse(f, q->window, err) != 0)
        return begin_option(r, "window", q->window);
    if (timeouts_find(r, q, err) != 0)
        return -1;
    (void)snprintf(by, sizeof by, "%sby", r->words->dashes);
    if (pkt_features_by_parse(f, q->by, by, err) != 0)
        return -1;
    if (pkt_features_reset_parse(f, q->reset_every, err) != 0)
        return begin_option(r, r->words->reset_every, q->reset_every);
    f->max_flows = q->max_flows ? q->max_flows : PKT_FEATURES_DEFAULT_FLOWS;
    if (f->max_flows > PKT_FEATURES_MAX_FLOWS)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "max_flows: at most %u with features",
                        PKT_FEATURES_MAX_FLOWS);
    return features_columns(r, err);
}

/* Add the fields of labels, unless they are there. */
static void labels_offer(const query_request *r, const pkt_query *q, pkt_fields *fields)
{
    if (q->label || q->labels)
        pkt_fields_add(fields, PKT_FIELD_LABEL);
    if (q->labels && r->features.set)
        pkt_features_share_field(fields, r->features.set);
}

static bool is_listed(const char *list, const char *name)
{
    const size_t size = strlen(name);
    for (; *list; list += strcspn(list, ","), list += *list == ',')
        if (strncmp(list, name, size) == 0 && (list[size] == ',' || !list[size]))
            return true;
    return false;
}

/* Columns that only come with labels. */
static int label_columns_check(const query_request *r, const pkt_query *q, pkt_err *err)
{
    const char *dashes = r->words->dashes;
    if (!q->label && !q->labels && is_listed(q->columns, "label"))
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "unknown column 'label'; it needs %slabel or %slabels", dashes, dashes);
    if (!(q->labels && r->features.set) && is_listed(q->columns, "label_share"))
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "unknown column 'label_share'; it needs %slabels and %sfeatures", dashes,
                        dashes);
    return 0;
}

int pkt_query_fields_find(query_request *r, const pkt_query *q, pkt_fields *offered, pkt_err *err)
{
    if (r->features.set)
        pkt_features_fields(&r->fields, r->features.set, r->features.by);
    else
        pkt_fields_all(&r->fields, r->columns);
    *offered = r->fields;
    if (q->columns) {
        if (!r->features.set)
            pkt_fields_all(offered, r->known);
        pkt_fields_offer(offered);
        labels_offer(r, q, offered);
        if (label_columns_check(r, q, err) != 0 ||
            pkt_fields_chosen(&r->fields, q->columns, offered, err) != 0)
            return begin_option(r, "columns", NULL);
        if (!r->features.set)
            r->columns = pkt_set_or(r->columns, r->fields.needs);
    }
    labels_offer(r, q, &r->fields);
    return 0;
}

static int label_by_parse(query_request *r, const char *text, pkt_err *err)
{
    char what[40];
    pkt_names known = {.size = 0};
    r->label_by_stream = text && strcmp(text, "stream") == 0;
    if (!text || r->label_by_stream || strcmp(text, "packet") == 0)
        return 0;
    pkt_names_add(&known, "packet");
    pkt_names_add(&known, "stream");
    (void)snprintf(what, sizeof what, "value of %s%s", r->words->dashes, r->words->label_by);
    return pkt_fail_unknown(err, what, text, &known);
}

/* Labels of streams need the numbers of all streams, whichever columns are shown. */
static int streams_check(query_request *r, const pkt_query *q, pkt_err *err)
{
    static const size_t needed[] = {PKT_COL_ip_proto, PKT_COL_stream};
    const char *dashes = r->words->dashes, *by = r->words->label_by;
    const char *other = q->filter ? r->words->filter : q->part ? "a part" : NULL;
    if (other)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "%s%s stream cannot be combined with %s: streams need all of their packets",
                        dashes, by, other);
    if (r->inner && r->features.set)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "%s%s stream cannot be combined with %sinner and %sfeatures: streams are "
                        "those of the outer headers",
                        dashes, by, dashes, dashes);
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (!pkt_set_has(&r->known, needed[i]))
            return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                            "%s%s stream: backend %s gives no stream numbers at level %s; use "
                            "%slevel flows",
                            dashes, by, r->backend->name, pkt_level_name(r->level), dashes);
        pkt_set_add(&r->columns, needed[i]);
    }
    return 0;
}

int pkt_query_labels_find(query_request *r, const pkt_query *q, pkt_err *err)
{
    const char *dashes = r->words->dashes;
    if (label_by_parse(r, q->label_by, err) != 0)
        return -1;
    if (q->label_by && !q->labels)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "%s%s needs %slabels", dashes,
                        r->words->label_by, dashes);
    if (!q->labels)
        return 0;
    if (q->label)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "%slabels cannot be combined with %slabel", dashes, dashes);
    if (q->interface)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "%slabels cannot be combined with %s",
                        dashes, r->words->interface);
    r->labels = q->labels;
    return r->label_by_stream ? streams_check(r, q, err) : 0;
}

int pkt_query_join_check(const query_request *r, const pkt_query *q, pkt_err *err)
{
    for (size_t i = 0; q->join && i < r->fields.count; i++)
        if (r->fields.at[i].kind == PKT_FIELD_FILE)
            return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                            "%sjoin cannot be combined with the column file", r->words->dashes);
    return 0;
}

static int flows_find(query_request *r, const pkt_query *q, pkt_err *err)
{
    r->flows.rule = PKT_FLOW_WIRESHARK_4_0;
    if (q->flow_rule && pkt_flow_rule_find(q->flow_rule, &r->flows.rule, err) != 0)
        return begin_option(r, "flow_rule", NULL);
    if (q->max_flows > PKT_MOST_FLOWS)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "max_flows: at most %u", PKT_MOST_FLOWS);
    r->flows.max = q->max_flows ? (uint32_t)q->max_flows : PKT_MAX_FLOWS;
    return 0;
}

int pkt_query_live_check(const query_request *r, pkt_err *err)
{
    return pkt_query_backend_is_tested(r->backend, "live") ? 0
                                                           : live_refused(r, r->backend->name, err);
}

int pkt_query_label_check(const query_request *r, const pkt_query *q, pkt_err *err)
{
    if (!q->label || strcmp(q->label, "from-folder") != 0)
        return 0;
    if (q->interface)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "%slabel from-folder cannot be combined with %s", r->words->dashes,
                        r->words->interface);
    for (size_t i = 0; i < q->capture_count; i++)
        if (strcmp(q->name ? q->name : q->captures[i], "-") == 0)
            return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                            "%slabel from-folder: standard input is in no folder; give the label "
                            "as a text",
                            r->words->dashes);
    return 0;
}

static int live_check(const query_request *r, const pkt_query *q, pkt_err *err)
{
    if (!q->interface)
        return q->duration ? usage(err, "duration requires an interface") : 0;
    if (q->capture_count || q->join)
        return usage(err, "interface cannot be combined with captures or join");
    if (q->duration < 0 || q->flush_every < 0)
        return usage(err, "duration and flush_every must be above 0");
    return pkt_query_live_check(r, err);
}

/* Features of a part that does not begin with the capture: those of a piece begin with it. */
static int part_features_check(const query_request *r, const pkt_query *q, const pkt_part *part,
                               pkt_err *err)
{
    if (q->filter)
        return usage(err, "with a filter, pieces of features end elsewhere than the parts");
    if (r->features.reset_every && part->reset_every == r->features.reset_every)
        return 0;
    return usage(err, "features depend on the packets before the part, which was not planned with "
                      "them: plan it with the same features and reset_every");
}

static int part_check(const query_request *r, const pkt_query *q, pkt_err *err)
{
    pkt_part part;
    if (!q->part)
        return 0;
    if (q->capture_count != 1 || q->join)
        return usage(err, "a part is of one capture, without join");
    if (q->count)
        return usage(err, "count cannot be combined with a part");
    if (pkt_sized_copy(&part, sizeof part, q->part) != 0)
        return usage(err, "the struct_size of the part is not set");
    if (part.skip && (q->filter || r->features.set))
        return usage(err, "skip cannot be combined with a filter or features");
    if (part.packets && r->features.set && part_features_check(r, q, &part, err) != 0)
        return -1;
    if (part.packets && pkt_query_is_numbered(r))
        return usage(err, "stream numbers depend on the packets before the part, which must begin "
                          "with the capture, and skip them");
    return 0;
}

static int threads_check(const pkt_query *query, pkt_err *err)
{
    if (query->threads <= PKT_MAX_THREADS)
        return 0;
    return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "threads: must be from 1 to %u, not %u",
                    PKT_MAX_THREADS, (unsigned)query->threads);
}

bool pkt_query_is_numbered(const query_request *r)
{
    bool numbered = r->level == PKT_LEVEL_FLOWS;
    for (size_t c = 0; c < PKT_COLUMN_COUNT && !numbered; c++)
        numbered = pkt_set_has(&r->columns, c) && pkt_column_at(c)->level == PKT_LEVEL_FLOWS;
    return numbered && !r->features.set;
}

static int request_fill(query_request *request, const pkt_query *query, pkt_err *err)
{
    pkt_fields offered;
    if (query->filter && pkt_filter_check(query->filter, err) != 0)
        return -1;
    if (pkt_query_backend_find(request, query, err) != 0 ||
        pkt_query_level_find(request, query, err) != 0 ||
        pkt_query_features_find(request, query, err) != 0 ||
        pkt_query_fields_find(request, query, &offered, err) != 0 ||
        pkt_query_labels_find(request, query, err) != 0 ||
        pkt_query_join_check(request, query, err) != 0 || flows_find(request, query, err) != 0 ||
        threads_check(query, err) != 0 || pkt_query_label_check(request, query, err) != 0)
        return -1;
    return live_check(request, query, err) != 0 ? -1 : part_check(request, query, err);
}

static void message_begin(pkt_err *err, const char *before)
{
    const size_t most = sizeof err->msg - 1;
    const size_t size = strlen(before) < most / 2 ? strlen(before) : most / 2;
    memmove(err->msg + size, err->msg, most - size);
    memcpy(err->msg, before, size);
    err->msg[most] = '\0';
}

int pkt_query_request_make(query_request *request, const pkt_query *query, pkt_err *err)
{
    *request = (query_request){.words = &library_words};
    if (request_fill(request, query, err) == 0)
        return 0;
    message_begin(err, request->before);
    return -1;
}
