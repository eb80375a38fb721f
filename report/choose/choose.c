#include "report/choose/choose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/choose/cost.h"
#include "report/choose/license.h"
#include "results/reader.h"

enum { REASON = 320 };

static const char *level_name(size_t level)
{
    return level < LEVELS ? levels[level] : "";
}

static size_t level_rank(const char *level)
{
    size_t rank = 0;
    while (rank < LEVELS && strcmp(levels[rank], level) != 0)
        rank++;
    return rank;
}

/* Does the backend meet the need at the level? Levels of more work give what those of less do. */
static bool requirement_met(const json_t *results, const json_t *backend, size_t level,
                            const requirement *n)
{
    const char *name = text_of(backend, "name");
    switch (n->kind) {
    case REQUIREMENT_LEVEL:
        return level >= level_rank(n->name) && columns_most(results, n->name) > 0 &&
               (strcmp(n->name, "dissect") == 0 ||
                columns_given(results, name, levels[level]) >= columns_most(results, n->name));
    case REQUIREMENT_COLUMN:
        return column_given(backend, levels[level], n->name);
    case REQUIREMENT_FEATURE:
        if (strcmp(n->name, "stream-numbers") == 0 &&
            column_given(backend, levels[level], "stream"))
            return true;
        if (!*feature_evidence(backend, n->name))
            return false;
        /* Only there is every layer up to the application in the tree. */
        return (strcmp(n->name, "application-layers") != 0 &&
                strcmp(n->name, "stream-numbers") != 0) ||
               strcmp(levels[level], "dissect") == 0;
    }
    return false;
}

static bool level_offered(const json_t *backend, size_t level)
{
    return json_is_object(json_object_get(json_object_get(backend, "levels"), levels[level]));
}

/* The level of least work at which every need is met; LEVELS if there is none. */
static size_t level_for(const json_t *results, const json_t *backend, const requirements *needs)
{
    for (size_t level = 0; level < LEVELS; level++) {
        bool met = level_offered(backend, level);
        for (size_t i = 0; met && i < needs->count; i++)
            met = requirement_met(results, backend, level, &needs->list[i]);
        if (met)
            return level;
    }
    return LEVELS;
}

/* Names of the level's columns that some backend gives and this one does not. */
static void columns_missing(const json_t *results, const json_t *backend, const char *level,
                            char *text, size_t size)
{
    size_t i, j, n = 0;
    json_t *other, *column;
    text[0] = '\0';
    json_array_foreach(json_object_get(results, "backends"), i, other)
    {
        json_array_foreach(at(json_object_get(other, "levels"), level, "columns"), j, column)
        {
            const char *name = json_string_value(column);
            if (!name || strcmp(name, "verdict") == 0 || strcmp(name, "present") == 0 ||
                column_given(backend, level, name) || strstr(text, name) || n >= size)
                continue;
            n += (size_t)snprintf(text + n, size - n, "%s%s", n ? ", " : "", name);
        }
    }
}

static void level_reason(const json_t *results, const json_t *backend, const requirement *n,
                         json_t *reasons)
{
    char missing[REASON / 2];
    if (n->kind == REQUIREMENT_COLUMN)
        reason_add(reasons, "missing column: %s", n->word);
    else if (n->kind == REQUIREMENT_FEATURE)
        reason_add(reasons, "has no %s: %s", n->name, n->word);
    else if (level_offered(backend, level_rank(n->name))) {
        columns_missing(results, backend, n->name, missing, sizeof missing);
        reason_add(reasons, "missing column at level %s: %s", n->name, missing);
    } else
        reason_add(reasons, "does not offer the level %s", n->name);
}

/* Why no level will do. */
static void requirements_reasons(const json_t *results, const json_t *backend,
                                 const requirements *needs, json_t *reasons)
{
    size_t before = json_array_size(reasons);
    for (size_t i = 0; i < needs->count; i++) {
        bool met = false;
        for (size_t level = 0; level < LEVELS; level++)
            met = met || (level_offered(backend, level) &&
                          requirement_met(results, backend, level, &needs->list[i]));
        if (!met)
            level_reason(results, backend, &needs->list[i], reasons);
    }
    if (json_array_size(reasons) == before)
        reason_add(reasons, "no single level of it meets all requirements");
}

static void request_check(const json_t *results, const choose_request *w, const json_t *backend,
                          const cost *c, json_t *reasons)
{
    char text[48];
    double needed = cores_needed(w, c->ns), there = cores_there(results, w);
    if (c->known && there > 0 && ceil(needed) > there) {
        number_text(needed / there, text, sizeof text);
        reason_add(reasons, "too slow by %s x: needs at least %.0f cores, %.0f are available", text,
                   ceil(needed), there);
    }
    if (c->known && w->max_rss_bytes > 0 && c->rss > w->max_rss_bytes) {
        number_text(c->rss / 1e6, text, sizeof text);
        reason_add(reasons, "peak memory %s MB", text);
    }
    if (w->permissive && !license_is_permissive(text_of(backend, "license")))
        reason_add(reasons, "licence %s is not permissive", text_of(backend, "license"));
    if (w->live && !*feature_evidence(backend, "live"))
        reason_add(reasons, "no live capture");
}

/* Fills `reasons` with all that speaks against it; none: it fits. *level and *c are what it would
 * be used at. */
static void backend_judge(const json_t *results, const choose_request *w, const json_t *backend,
                          size_t *level, cost *c, json_t *reasons)
{
    *c = (cost){0};
    *level = LEVELS;
    if (!json_is_true(json_object_get(backend, "available"))) {
        reason_add(reasons, "unavailable: %.240s", text_of(backend, "reason"));
        return;
    }
    if (strcmp(text_of(backend, "decoder"), "none") == 0) {
        reason_add(reasons, "no parser: it only measures reading the file");
        return;
    }
    *level = level_for(results, backend, &w->needs);
    if (*level == LEVELS)
        requirements_reasons(results, backend, &w->needs, reasons);
    else
        *c = cost_of(results, w, text_of(backend, "name"), level_name(*level), reasons);
    request_check(results, w, backend, c, reasons);
}

/* Features that the choice relies on and that were not tested here. */
static json_t *stated_features(const choose_request *w, const json_t *backend)
{
    json_t *stated = json_array();
    for (size_t i = 0; i <= w->needs.count; i++) {
        bool is_live = i == w->needs.count;
        const requirement *n = is_live ? NULL : &w->needs.list[i];
        const char *name = is_live                          ? (w->live ? "live" : "")
                           : n->kind == REQUIREMENT_FEATURE ? n->name
                                                            : "";
        const char *how = *name ? feature_evidence(backend, name) : "";
        if (strncmp(how, "stated", strlen("stated")) == 0)
            reason_add(stated, "%s (%s)", name, how);
    }
    return stated;
}

/* Does `pktbench extract -i` run it? What only its makers state is not tried here. */
static bool captures_here(const json_t *backend)
{
    return strcmp(feature_evidence(backend, "live"), "tested") == 0;
}

/* The command line to use; null if there is none. */
static json_t *command_of(const choose_request *w, const json_t *backend, size_t level,
                          bool extracts)
{
    char text[256];
    const char *sink = w->sink ? w->sink : "csv";
    if (!extracts || (w->live && !captures_here(backend)))
        return json_null();
    (void)snprintf(text, sizeof text,
                   "pktbench extract %s --backend %.64s --level %s --format %s -o rows.%s",
                   w->live ? "-i INTERFACE" : "CAPTURE", text_of(backend, "name"),
                   level_name(level), sink, sink);
    return json_string(text);
}

/* What the command line does not do; null if it does all. */
static json_t *command_note(const choose_request *w, const json_t *backend, size_t level,
                            bool extracts)
{
    if (!extracts)
        return json_string("`pktbench extract` cannot use it: it is an external program");
    if (w->live && !captures_here(backend))
        return json_string("`pktbench extract -i` cannot capture with it");
    for (size_t i = 0; i < w->needs.count; i++)
        if (w->needs.list[i].kind == REQUIREMENT_FEATURE &&
            strcmp(w->needs.list[i].name, "pcapng") != 0 &&
            !column_given(backend, level_name(level), w->needs.list[i].name))
            return json_string("the rows have the columns of `pktbench list`; for the other "
                               "requirements use the library's own interface");
    return json_null();
}

static json_t *number_or_null(double value)
{
    return value > 0 && isfinite(value) ? json_real(value) : json_null();
}

static json_t *fit_json(const json_t *results, const choose_request *w, const json_t *backend,
                        size_t level, const cost *c, bool (*can_extract)(const char *))
{
    double packets = w->volume_bytes > 0 ? w->volume_bytes / file_bytes_of(w) : 0;
    double seconds = packets * c->ns / 1e9, needed = cores_needed(w, c->ns);
    double cores = fmax(1, ceil(needed)), row = c->row_bytes > 0 ? c->row_bytes : w->row_bytes;
    bool extracts = can_extract(text_of(backend, "name"));
    return json_pack(
        "{s:s, s:s, s:f, s:o, s:f, s:f, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, "
        "s:o}",
        "backend", text_of(backend, "name"), "level", level_name(level), "ns_per_packet", c->ns,
        "ns_per_packet_ci95", c->is_sure ? json_pack("[f, f]", c->least, c->most) : json_null(),
        "ns_per_packet_min", c->low, "ns_per_packet_max", c->high, "peak_rss_bytes",
        number_or_null(c->rss), "cores_busy", number_or_null(needed), "cores_at_least",
        needed > 0 ? json_integer((json_int_t)cores) : json_null(), "seconds_on_one_core",
        number_or_null(seconds), "output_bytes", number_or_null(packets * row),
        "disk_read_bytes_per_s",
        number_or_null(seconds > 0 ? w->volume_bytes / seconds * cores : 0),
        "disk_write_bytes_per_s", number_or_null(seconds > 0 ? packets * row / seconds * cores : 0),
        "license", text_of(backend, "license"), "stated", stated_features(w, backend), "command",
        command_of(w, backend, level, extracts), "command_note",
        command_note(w, backend, level, extracts), "with_threads",
        cost_threads(results, w, text_of(backend, "name"), level_name(level)));
}

static void fit_insert(json_t *fits, json_t *fit)
{
    size_t i = 0;
    while (i < json_array_size(fits) &&
           number_of(json_array_get(fits, i), "ns_per_packet") <= number_of(fit, "ns_per_packet"))
        i++;
    json_array_insert_new(fits, i, fit);
}

static void judge_all(const json_t *results, const choose_request *w, json_t *fits,
                      json_t *rejected, bool (*can_extract)(const char *))
{
    size_t i, level;
    cost c;
    json_t *backend;
    json_array_foreach(json_object_get(results, "backends"), i, backend)
    {
        json_t *reasons = json_array();
        backend_judge(results, w, backend, &level, &c, reasons);
        if (json_array_size(reasons) == 0) {
            fit_insert(fits, fit_json(results, w, backend, level, &c, can_extract));
            json_decref(reasons);
        } else {
            json_array_append_new(
                rejected,
                json_pack("{s:s, s:o}", "backend", text_of(backend, "name"), "reasons", reasons));
        }
    }
}

static double bound(const json_t *fit, size_t end)
{
    return json_number_value(json_array_get(json_object_get(fit, "ns_per_packet_ci95"), end));
}

/* Which of the others are not significantly slower than the first: the intervals overlap. */
static void ties_mark(const json_t *fits)
{
    const json_t *first = json_array_get(fits, 0);
    size_t i;
    json_t *fit;
    json_array_foreach(fits, i, fit)
    {
        bool tied = i > 0 && bound(fit, 1) > 0 && bound(fit, 0) <= bound(first, 1);
        json_object_set_new(fit, "tied", json_boolean(tied));
    }
}

/* The names of those that fit the request, "" if none does. */
static void names_fitting(const json_t *results, const choose_request *w, char *text, size_t size)
{
    size_t i, n = 0, level;
    cost c;
    json_t *backend;
    text[0] = '\0';
    json_array_foreach(json_object_get(results, "backends"), i, backend)
    {
        json_t *reasons = json_array();
        backend_judge(results, w, backend, &level, &c, reasons);
        if (json_array_size(reasons) == 0 && n < size)
            n += (size_t)snprintf(text + n, size - n, "%s%.40s", n ? ", " : "",
                                  text_of(backend, "name"));
        json_decref(reasons);
    }
}

static void relaxed_add(const json_t *results, const choose_request *w, const char *what,
                        json_t *out)
{
    char names[256];
    names_fitting(results, w, names, sizeof names);
    if (*names)
        reason_add(out, "without %s: %s", what, names);
}

/* The backends that would fit with one requirement less. */
static void relax_all(const json_t *results, const choose_request *w, json_t *out)
{
    choose_request less = *w;
    less.permissive = false;
    relaxed_add(results, &less, "--license permissive", out);
    less = *w;
    less.max_rss_bytes = 0;
    relaxed_add(results, &less, "--max-rss", out);
    less = *w;
    less.live = false;
    relaxed_add(results, &less, "--live", out);
    less = *w;
    less.packets_per_s = less.bits_per_s = less.deadline_s = 0;
    relaxed_add(results, &less, "the required speed", out);
    for (size_t i = 0; i < w->needs.count; i++) {
        char what[REQUIREMENT_WORD + 16];
        less = *w;
        memmove(&less.needs.list[i], &less.needs.list[i + 1],
                (w->needs.count - i - 1) * sizeof less.needs.list[0]);
        less.needs.count--;
        (void)snprintf(what, sizeof what, "the requirement %s", w->needs.list[i].word);
        if (less.needs.count > 0)
            relaxed_add(results, &less, what, out);
    }
}

static void assumptions_add(const json_t *results, const choose_request *w, json_t *out)
{
    char partial[PARTIAL_TEXT];
    json_array_append_new(out, json_string(w->traffic_text));
    if (partial_text(results, partial))
        reason_add(out, "%s, of a run that did not end", partial);
    reason_add(out, "page cache warm, one thread per core, work evenly distributed");
    if (w->cores <= 0)
        reason_add(out, "cores: as many as the measured machine has (%.0f)",
                   cores_there(results, w));
    if (sink_measured(results, w->sink))
        reason_add(out,
                   "rows are written as %s to /dev/null by one thread: the disk is not included",
                   w->sink);
    else if (w->sink)
        reason_add(
            out,
            "rows are only counted: writing them was not measured (`pktbench bench --sink %s`)",
            w->sink);
    else
        reason_add(out, "rows are only counted: writing them is not included");
    if (w->live)
        reason_add(out, "live capture: the rate without packet loss was not measured");
    if (w->volume_bytes > 0 && w->row_bytes > 0 && !sink_measured(results, w->sink))
        reason_add(out, "%.0f bytes of %s per packet", w->row_bytes, w->sink ? w->sink : "csv");
}

/* The assumption that the answer depends on most. */
static json_t *main_assumption(const choose_request *w, const json_t *first)
{
    char text[REASON], low[32], high[32];
    const json_t *stated = json_object_get(first, "stated");
    if (!first)
        return json_null();
    if (w->live) {
        (void)snprintf(text, sizeof text,
                       "it captures without packet loss, which was not measured");
    } else if (json_array_size(stated)) {
        (void)snprintf(text, sizeof text, "what its authors state and was not tested here: %.200s",
                       json_string_value(json_array_get(stated, 0)));
    } else if (w->traffic_assumed && w->share_count > 1) {
        number_text(number_of(first, "ns_per_packet_min"), low, sizeof low);
        number_text(number_of(first, "ns_per_packet_max"), high, sizeof high);
        (void)snprintf(text, sizeof text,
                       "the traffic, which was not given: %.32s takes %s to %s ns per packet, "
                       "depending on the slice",
                       text_of(first, "backend"), low, high);
    } else {
        (void)snprintf(text, sizeof text,
                       "your machine is like the measured one and has no other load");
    }
    return json_string(text);
}

static json_t *requirements_json(const choose_request *w)
{
    json_t *list = json_array();
    for (size_t i = 0; i < w->needs.count; i++)
        json_array_append_new(list, json_string(w->needs.list[i].word));
    return list;
}

static json_t *traffic_json(const choose_request *w)
{
    json_t *shares = json_object();
    for (size_t i = 0; i < w->share_count; i++)
        json_object_set_new(shares, text_of(w->shares[i].slice, "name"),
                            json_real(w->shares[i].part));
    return shares;
}

json_t *choose(const json_t *results, const choose_request *w,
               bool (*can_extract)(const char *backend))
{
    json_t *fits = json_array(), *rejected = json_array(), *relaxed = json_array(),
           *assumptions = json_array();
    judge_all(results, w, fits, rejected, can_extract);
    ties_mark(fits);
    const json_t *first = json_array_get(fits, 0);
    if (!first)
        relax_all(results, w, relaxed);
    assumptions_add(results, w, assumptions);
    return json_pack("{s:o, s:o, s:f, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "need",
                     requirements_json(w), "traffic", traffic_json(w), "mean_frame", frame_of(w),
                     "packets_per_s", number_or_null(rate_of(w)), "winner",
                     first ? json_string(text_of(first, "backend")) : json_null(), "fits", fits,
                     "rejected", rejected, "relaxations", relaxed, "assumptions", assumptions,
                     "main_assumption", main_assumption(w, first));
}
