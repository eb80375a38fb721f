#include "report/board/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/util/error.h"
#include "results/reader.h"

void history_free(history *h)
{
    free(h->list);
    *h = (history){0};
}

bool history_interval(const history_point *p, double *low, double *high)
{
    *low = p->total * exp(-sqrt(p->log_variance));
    *high = p->total * exp(sqrt(p->log_variance));
    return !isnan(p->log_variance);
}

static const char *date_of(const results_file *file)
{
    return text_of(json_object_get(file->json, "context"), "date");
}

static const char *new_revision(const results_file *file)
{
    return text_of(at(file->json, "context", "tool"), "revision");
}

static const char *old_revision(const results_file *file)
{
    return text_of(at(file->json, "baseline", "tool"), "revision");
}

static int file_compare(const void *one, const void *other)
{
    return strcmp(date_of(one), date_of(other));
}

bool history_same_work(const history_point *a, const history_point *b)
{
    return strcmp(a->slice, b->slice) == 0 && strcmp(a->level, b->level) == 0 &&
           strcmp(a->sink, b->sink) == 0 && a->threads == b->threads;
}

bool history_same_series(const history_point *a, const history_point *b)
{
    return strcmp(a->backend, b->backend) == 0 && history_same_work(a, b);
}

static bool same_bytes(const char *digest, const char *other)
{
    return *digest && strcmp(digest, other) == 0;
}

/* The point of the same series, over the same bytes, at the place before; NULL without one. */
static const history_point *point_before(const history *h, const history_point *p)
{
    for (size_t i = h->count; i > 0 && h->list[i - 1].place + 1 >= p->place; i--)
        if (h->list[i - 1].place + 1 == p->place && history_same_series(&h->list[i - 1], p) &&
            same_bytes(h->list[i - 1].digest, p->digest))
            return &h->list[i - 1];
    return NULL;
}

/* Square of half of the interval, in logarithms; NAN without an interval. */
static double half_squared(const json_t *cell)
{
    const json_t *ends = json_object_get(cell, "ci95");
    if (json_array_size(ends) != 2)
        return NAN;
    const double half = log(json_number_value(json_array_get(ends, 1)) /
                            json_number_value(json_array_get(ends, 0))) /
                        2;
    return half * half;
}

static int point_add(history *h, size_t *room, const history_point *p, pkt_err *err)
{
    if (h->count == *room) {
        *room = *room ? 2 * *room : 64;
        history_point *more = realloc(h->list, *room * sizeof *more);
        if (!more)
            return pkt_fail_memory(err, "the history");
        h->list = more;
    }
    h->list[h->count++] = *p;
    return 0;
}

/* Append the points of a file; `place`: see history_point. */
static int file_add(history *h, size_t *room, const results_file *file, size_t place, pkt_err *err)
{
    size_t i;
    json_t *cell;
    json_array_foreach(at(file->json, "comparison", "cells"), i, cell)
    {
        const double ratio = number_of(cell, "ratio");
        const char *slice = text_of(cell, "slice");
        history_point p = {.date = date_of(file),
                           .revision = new_revision(file),
                           .baseline = old_revision(file),
                           .place = place,
                           .backend = text_of(cell, "backend"),
                           .level = text_of(cell, "level"),
                           .slice = slice,
                           .sink = sink_of(cell),
                           .threads = threads_of(cell),
                           .digest =
                               text_of(named(json_object_get(file->json, "slices"), slice), "xxh3"),
                           .change = ratio,
                           .total = ratio,
                           .log_variance = half_squared(cell),
                           .step = 1};
        if (!(ratio > 0))
            continue; /* not measured on both sides */
        (void)work_text(cell, p.work);
        const history_point *before = point_before(h, &p);
        if (before) {
            p.total *= before->total;
            p.log_variance += before->log_variance;
            p.step += before->step;
        }
        if (point_add(h, room, &p, err) != 0)
            return -1;
    }
    return 0;
}

static int point_compare(const void *one, const void *other)
{
    const history_point *a = one, *b = other;
    const size_t level_a = level_rank(a->level), level_b = level_rank(b->level);
    int order = strcmp(a->slice, b->slice);
    if (order == 0 && level_a != level_b)
        order = level_a < level_b ? -1 : 1;
    if (order == 0)
        order = strcmp(a->level, b->level);
    if (order == 0)
        order = strcmp(a->sink, b->sink);
    if (order == 0)
        order = (a->threads > b->threads) - (a->threads < b->threads);
    if (order == 0)
        order = strcmp(a->backend, b->backend);
    return order ? order : (a->place > b->place) - (a->place < b->place);
}

/* Does the revision name the code? Not that of a build without git, or of a tree with changes; a
 * plug-in has none. */
static bool names_code(const char *revision)
{
    static const char dirty[] = "-dirty";
    const size_t length = strlen(revision), end = sizeof dirty - 1;
    return length > 0 && strcmp(revision, "unknown") != 0 &&
           (length < end || strcmp(revision + length - end, dirty) != 0);
}

/* Does the baseline of `file` follow on what `before` measured? Says if it does not. */
static bool is_joined(const results_file *before, const results_file *file,
                      const pkt_notices *notices)
{
    const char *old = old_revision(file);
    if (!before || (names_code(old) && strcmp(new_revision(before), old) == 0))
        return before != NULL;
    if (!names_code(old)) {
        pkt_notice(notices, PKT_NOTICE_WARNING,
                   "%s: the revision of its baseline (%s) does not say which code it is: changes "
                   "since %s are not known, and the history begins anew",
                   file->name, *old ? old : "none", before->name);
        return false;
    }
    pkt_notice(notices, PKT_NOTICE_WARNING,
               "%s: its baseline is revision %s, but %s measured %s: changes between them are not "
               "known, and the history begins anew",
               file->name, old, before->name, new_revision(before));
    return false;
}

/* Says which slices have other bytes than in `before`. */
static void slices_compare(const results_file *before, const results_file *file,
                           const pkt_notices *notices)
{
    size_t i;
    json_t *slice;
    json_array_foreach(json_object_get(file->json, "slices"), i, slice)
    {
        const char *name = text_of(slice, "name");
        const json_t *old = named(json_object_get(before->json, "slices"), name);
        if (old && !same_bytes(text_of(old, "xxh3"), text_of(slice, "xxh3")))
            pkt_notice(notices, PKT_NOTICE_WARNING,
                       "%s: the bytes of slice %s are not known to be those in %s: its history "
                       "begins anew",
                       file->name, name, before->name);
    }
}

int history_collect(history *h, const results_file *files, size_t count, const pkt_notices *notices,
                    pkt_err *err)
{
    results_file sorted[HISTORY_FILES_MAX]; /* what they point to is of `files` */
    size_t room = 0, place = 0;
    *h = (history){0};
    for (size_t i = 0; i < count; i++) {
        sorted[i] = files[i];
        if (json_is_object(json_object_get(files[i].json, "comparison")))
            continue;
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                 "has no comparison: give results of `pktbench bench --baseline PROGRAM`");
        return pkt_err_about(err, files[i].name);
    }
    if (count > 1)
        qsort(sorted, count, sizeof sorted[0], file_compare);
    for (size_t i = 0; i < count; i++) {
        const results_file *before = i ? &sorted[i - 1] : NULL;
        const bool joined = is_joined(before, &sorted[i], notices);
        place += joined || !before ? 1 : 2;
        if (joined)
            slices_compare(before, &sorted[i], notices);
        if (file_add(h, &room, &sorted[i], place, err) != 0)
            return -1;
    }
    if (h->count)
        qsort(h->list, h->count, sizeof *h->list, point_compare);
    return 0;
}
