#include "report/choose/judge.h"

#include <math.h>
#include <string.h>

#include "report/choose/license.h"
#include "results/reader.h"

static bool level_offered(const json_t *backend, const char *level)
{
    return json_is_object(json_object_get(json_object_get(backend, "levels"), level));
}

/* Does a comparison cover the column? `verdict` is known to our own backends only. */
static bool is_needed(size_t column)
{
    return is_column(pkt_column_at(column)->name);
}

/* The first of the wanted columns, from *column on, that the backend does not give at `level`. */
static bool column_missing(const json_t *backend, const char *level, const pkt_column_set *wanted,
                           size_t *column)
{
    for (; *column < PKT_COLUMN_COUNT; (*column)++)
        if (pkt_set_has(wanted, *column) && is_needed(*column) &&
            !column_given(backend, level, pkt_column_at(*column)->name))
            return true;
    return false;
}

/* The level `dissect` is the whole protocol tree: its columns are those of other levels. */
static bool level_met(const json_t *backend, size_t rank, const requirement *n)
{
    size_t column = 0;
    return rank >= level_rank(n->name) &&
           (strcmp(n->name, "dissect") == 0 ||
            !column_missing(backend, levels[rank], &n->columns, &column));
}

/* Making packets is no part of parsing: a program that parses headers with the library can do it.
 */
static bool feature_met(const json_t *backend, size_t rank, const char *name)
{
    if (strcmp(name, "makes-packets") == 0)
        return *feature_evidence(backend, name) && rank >= level_rank("headers");
    return *feature_at(backend, levels[rank], name) ||
           (strcmp(name, "stream-numbers") == 0 && column_given(backend, levels[rank], "stream"));
}

/* Is it a field of an application protocol that the backend only shows in its own words? */
static bool field_is_stated(const json_t *backend, const char *level, const requirement *n)
{
    return requirement_is_application(n) && !column_given(backend, level, n->name) &&
           *feature_at(backend, level, "application-layers");
}

static bool requirement_met(const json_t *backend, size_t rank, const requirement *n)
{
    switch (n->kind) {
    case REQUIREMENT_LEVEL:
        return level_met(backend, rank, n);
    case REQUIREMENT_COLUMN:
        return column_given(backend, levels[rank], n->name) ||
               field_is_stated(backend, levels[rank], n);
    case REQUIREMENT_FEATURE:
        return feature_met(backend, rank, n->name);
    }
    return false;
}

/* The level of least work that meets all requirements; "" if there is none. */
static const char *level_for(const json_t *backend, const requirements *needs)
{
    for (size_t rank = 0; rank < LEVELS; rank++) {
        bool met = level_offered(backend, levels[rank]);
        for (size_t i = 0; met && i < needs->count; i++)
            met = requirement_met(backend, rank, &needs->list[i]);
        if (met)
            return levels[rank];
    }
    return "";
}

/* The wanted columns that it does not give at `level`. */
static void columns_reason(const json_t *backend, const char *level, const pkt_column_set *wanted,
                           json_t *reasons)
{
    char text[240];
    size_t column = 0, n = 0;
    for (text[0] = '\0'; column_missing(backend, level, wanted, &column); column++)
        if (n < sizeof text)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", n ? ", " : "",
                                  pkt_column_at(column)->name);
    reason_add(reasons, "missing column at level %s: %s", level, text);
}

static void feature_reason(const json_t *backend, const requirement *n, json_t *reasons)
{
    const char *evidence = feature_evidence(backend, n->name);
    if (*evidence)
        reason_add(reasons, "no measured level includes its %s (%.160s)", n->name, evidence);
    else if (strcmp(n->word, n->name) == 0)
        reason_add(reasons, "has no %s", n->name);
    else
        reason_add(reasons, "has no %s: %s", n->name, n->word);
}

/* At the offered level that comes nearest. */
static void level_reason(const json_t *backend, const requirement *n, json_t *reasons)
{
    size_t rank = level_rank(n->name);
    while (rank < LEVELS && !level_offered(backend, levels[rank]))
        rank++;
    if (rank < LEVELS)
        columns_reason(backend, levels[rank], &n->columns, reasons);
    else
        reason_add(reasons, "does not offer the level %s", n->name);
}

static void requirement_reason(const json_t *backend, const requirement *n, json_t *reasons)
{
    if (n->kind == REQUIREMENT_COLUMN)
        reason_add(reasons, "missing column: %s", n->word);
    else if (n->kind == REQUIREMENT_FEATURE)
        feature_reason(backend, n, reasons);
    else
        level_reason(backend, n, reasons);
}

/* Why no level meets the requirements. Is each of them met at some level? */
static bool requirements_reasons(const json_t *backend, const requirements *needs, json_t *reasons)
{
    size_t before = json_array_size(reasons);
    for (size_t i = 0; i < needs->count; i++) {
        bool met = false;
        for (size_t rank = 0; rank < LEVELS; rank++)
            met = met || (level_offered(backend, levels[rank]) &&
                          requirement_met(backend, rank, &needs->list[i]));
        if (!met)
            requirement_reason(backend, &needs->list[i], reasons);
    }
    const bool is_split = json_array_size(reasons) == before;
    if (is_split)
        reason_add(reasons, "no single level of it meets all requirements");
    return is_split;
}

bool is_sequential(const choose_request *w, const char *level)
{
    bool sequential = strcmp(level, "flows") == 0;
    for (size_t i = 0; i < w->needs.count; i++)
        sequential = sequential || strncmp(w->needs.list[i].name, "stream", strlen("stream")) == 0;
    return sequential;
}

/* The checks: false, and a reason, if it does not meet the request. */
static bool speed_check(const json_t *results, const choose_request *w, const judgement *j)
{
    char text[48];
    const cost *c = &j->cost;
    double there = cores_there(results, w), one = cores_busy(w, c->wall.ns),
           busy = cores_busy(w, cost_on_core(c)->ns);
    if (is_sequential(w, j->level) && one > 1) {
        number_text(one, text, sizeof text);
        reason_add(j->reasons,
                   "too slow by %s x: stream numbers are sequential, so more cores do not help",
                   text);
    } else if (there > 0 && ceil(busy) > there) {
        number_text(busy / there, text, sizeof text);
        reason_add(j->reasons, "too slow by %s x: needs at least %.0f cores, available: %.0f", text,
                   ceil(busy), there);
    } else {
        return true;
    }
    return false;
}

static bool memory_check(const choose_request *w, const judgement *j)
{
    char text[48];
    if (w->max_rss_bytes <= 0)
        return true;
    number_text(j->cost.rss / 1e6, text, sizeof text);
    if (j->cost.rss > w->max_rss_bytes)
        reason_add(j->reasons, "peak memory %s MB", text);
    else if (j->cost.of_prefix)
        reason_add(j->reasons, "peak memory was measured on the first packets only (%s MB)", text);
    else if (j->cost.rss <= 0)
        reason_add(j->reasons, "peak memory was not measured");
    else
        return true;
    return false;
}

static bool license_check(const judgement *j)
{
    const char *license = text_of(j->backend, "license");
    const license_kind kind = license_read(license);
    if (kind == LICENSE_OTHER)
        reason_add(j->reasons, "licence %s is not permissive", license);
    else if (kind == LICENSE_MALFORMED)
        reason_add(j->reasons, "licence '%s' is not an SPDX expression", license);
    return kind == LICENSE_PERMISSIVE;
}

/* A requirement that the choice relies on and no comparison of values covers. */
static void stated_add(const json_t *backend, const char *level, const char *word, const char *name,
                       json_t *stated)
{
    const char *evidence = feature_evidence(backend, name);
    if (strcmp(name, "dissect") == 0)
        reason_add(stated, "dissect (the header columns were compared, the layers above were not)");
    else if (strcmp(name, "application-layers") == 0)
        reason_add(stated, "%s: application-layers (%.160s), values not compared", word, evidence);
    else if (strcmp(name, "reassembly") == 0)
        reason_add(stated, "%s (%.160s), of TCP alone in the measured runs, values not compared",
                   word, evidence);
    else if (strcmp(name, "stream-numbers") == 0 && !column_given(backend, level, "stream"))
        reason_add(stated, "%s, which was not compared at the level %s", word, level);
    else if (strncmp(evidence, "stated", strlen("stated")) == 0)
        reason_add(stated, "%s (%.200s)", name, evidence);
}

static void stated_all(const choose_request *w, const judgement *j)
{
    for (size_t i = 0; i < w->needs.count; i++) {
        const requirement *n = &w->needs.list[i];
        const bool is_stated = field_is_stated(j->backend, j->level, n);
        stated_add(j->backend, j->level, n->word, is_stated ? "application-layers" : n->name,
                   j->stated);
    }
    if (w->live)
        stated_add(j->backend, j->level, "live", "live", j->stated);
}

/* Were packets lost live at the rate of the request? */
static bool live_check(const choose_request *w, const judgement *j)
{
    char lost[48], kept[48];
    const live_limit *live = &j->live;
    const double rate = rate_of(w);
    if (live->known && rate <= 0 && live->rate <= 0) {
        reason_add(j->reasons, "loses packets live at every rate that was tried (on %.60s)",
                   live->slice);
        return false;
    }
    if (!live->known || rate <= 0 || live->failed <= 0 || rate < live->failed)
        return true;
    number_text(live->failed / 1e6, lost, sizeof lost);
    number_text(live->rate / 1e6, kept, sizeof kept);
    reason_add(j->reasons, "loses packets live from %s Mpps on (without loss on %.60s: %s Mpps)",
               lost, live->slice, kept);
    return false;
}

/* All that the request asks of a live capture. */
static bool live_judge(const json_t *results, const choose_request *w, judgement *j)
{
    bool met = true;
    if (*j->level) {
        j->live = live_limit_of(results, w, text_of(j->backend, "name"), j->level);
        met = live_check(w, j);
    }
    if (*feature_evidence(j->backend, "live"))
        return met;
    reason_add(j->reasons, "no live capture");
    return false;
}

/* Every reason is given, so that nothing is left out after the first. */
static void judge_parser(const json_t *results, const choose_request *w, judgement *j)
{
    j->level = level_for(j->backend, &w->needs);
    if (*j->level)
        j->cost = cost_of(results, w, text_of(j->backend, "name"), j->level, j->reasons);
    else
        j->is_split = requirements_reasons(j->backend, &w->needs, j->reasons);
    j->fits = j->cost.known;
    if (j->cost.known) {
        j->fits = speed_check(results, w, j) && j->fits;
        j->fits = memory_check(w, j) && j->fits;
    }
    if (w->live)
        j->fits = live_judge(results, w, j) && j->fits;
    if (w->permissive)
        j->fits = license_check(j) && j->fits;
    if (j->fits)
        stated_all(w, j);
}

judgement judge(const json_t *results, const choose_request *w, const json_t *backend)
{
    judgement j = {
        .backend = backend, .level = "", .reasons = json_array(), .stated = json_array()};
    if (!json_is_true(json_object_get(backend, "available")))
        reason_add(j.reasons, "unavailable: %.240s", text_of(backend, "reason"));
    else if (strcmp(text_of(backend, "decoder"), "none") == 0)
        reason_add(j.reasons, "no parser: it only measures reading the file");
    else
        judge_parser(results, w, &j);
    return j;
}

void judgement_free(judgement *j)
{
    json_decref(j->reasons);
    json_decref(j->stated);
}
