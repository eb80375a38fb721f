#include "report/findings/ranking.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/findings/aa.h"
#include "results/reader.h"

void range_text(double low, double high, char *text, size_t size)
{
    char from[32], to[32];
    number_text(low, from, sizeof from);
    number_text(high, to, sizeof to);
    if (strcmp(from, to) == 0)
        (void)snprintf(text, size, "%s", from);
    else
        (void)snprintf(text, size, "%s to %s", from, to);
}

bool is_candidate(const json_t *results, const json_t *backend, const char *level)
{
    size_t given = columns_given(results, text_of(backend, "name"), level);
    return given > 0 && given == columns_most(results, level) &&
           strcmp(text_of(backend, "decoder"), "none") != 0;
}

/* The run of the backend, if it agrees and has a time; else NULL. */
static const json_t *good_run(const json_t *results, const char *backend, const json_t *slice,
                              const char *level)
{
    const json_t *run = run_of(results, backend, text_of(slice, "name"), level);
    return is_timed(run) && has_status(run, "ok") ? run : NULL;
}

static ranked entry_of(const json_t *results, const json_t *backend, const char *level)
{
    ranked e = {.backend = text_of(backend, "name"), .low = INFINITY, .ratio_low = INFINITY};
    size_t i;
    json_t *slice;
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        const json_t *run = good_run(results, e.backend, slice, level);
        double ns = number_of(run, "ns_per_packet");
        if (!run)
            continue;
        e.slices++;
        e.sum += ns;
        e.low = fmin(e.low, ns);
        e.high = fmax(e.high, ns);
    }
    return e;
}

/* Complete ones first, which have more slices; then by time. */
static int entry_order(const void *one, const void *other)
{
    const ranked *a = one, *b = other;
    if (a->slices != b->slices)
        return a->slices < b->slices ? 1 : -1;
    return (a->sum > b->sum) - (a->sum < b->sum);
}

/* How many times as long: the median within rounds, where the run has it. */
static double ratio_to(const json_t *run, const json_t *first)
{
    const json_t *ratio = json_object_get(run, "ratio");
    if (strcmp(text_of(ratio, "backend"), text_of(first, "backend")) == 0 &&
        strcmp(text_of(ratio, "level"), text_of(first, "level")) == 0)
        return number_of(ratio, "median");
    return number_of(run, "ns_per_packet") / number_of(first, "ns_per_packet");
}

apart apart_of(const time_interval *first, const time_interval *other, double ratio, double noise)
{
    if (first->known && !other->known && ratio > FAR_APART)
        return APART_SLOWER;
    if (!first->known || !other->known)
        return APART_UNKNOWN;
    if (other->low > first->high && ratio > 1 + noise)
        return APART_SLOWER;
    return other->high < first->low && 1 / ratio > 1 + noise ? APART_FASTER : APART_TIED;
}

static time_interval interval_of(const json_t *run)
{
    time_interval t = {.known = false};
    t.known = run_interval(run, &t.low, &t.high);
    return t;
}

static void slice_compare(ranking *r, ranked *e, const json_t *run, const json_t *first,
                          double noise)
{
    const double ratio = ratio_to(run, first);
    const time_interval of_first = interval_of(first), own = interval_of(run);
    const apart found = apart_of(&of_first, &own, ratio, noise);
    e->ratio_low = fmin(e->ratio_low, ratio);
    e->ratio_high = fmax(e->ratio_high, ratio);
    e->slower += found == APART_SLOWER;
    e->faster += found == APART_FASTER;
    e->tied += found == APART_TIED || found == APART_UNKNOWN;
    r->has_intervals = r->has_intervals && found != APART_UNKNOWN;
}

static void entry_compare(const json_t *results, const char *level, ranking *r, ranked *e)
{
    size_t i;
    json_t *slice;
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        const json_t *run = good_run(results, e->backend, slice, level);
        const json_t *first = good_run(results, r->list[0].backend, slice, level);
        double noise = fmax(0, aa_width_of_level(results, text_of(slice, "name"), level));
        if (run && first)
            slice_compare(r, e, run, first, noise);
    }
}

void rank_level(const json_t *results, const char *level, ranking *r)
{
    size_t i, slices = json_array_size(json_object_get(results, "slices"));
    json_t *backend;
    *r = (ranking){.has_intervals = true};
    json_array_foreach(json_object_get(results, "backends"), i, backend)
    {
        if (r->count == RANKED_MAX || !is_candidate(results, backend, level))
            continue;
        r->list[r->count] = entry_of(results, backend, level);
        r->count += r->list[r->count].slices > 0;
    }
    qsort(r->list, r->count, sizeof r->list[0], entry_order);
    while (r->complete < r->count && r->list[r->complete].slices == slices)
        r->complete++;
    for (i = 0; i < r->count && r->complete > 0; i++) {
        if (i > 0)
            entry_compare(results, level, r, &r->list[i]);
        r->leaders += is_leader(r, &r->list[i]);
    }
}

bool is_leader(const ranking *r, const ranked *entry)
{
    return entry < r->list + r->complete && (entry == r->list || entry->slower < entry->slices);
}
