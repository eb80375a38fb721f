#include "report/board/board.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/util/error.h"
#include "report/findings/aa.h"
#include "report/findings/ranking.h"
#include "results/reader.h"

void board_free(board *b)
{
    for (size_t i = 0; i < b->count; i++)
        free(b->list[i].ends);
    free(b->list);
    *b = (board){0};
}

double board_ratio(const board_entry *e)
{
    return e->ranked_slices ? exp(e->log_sum / (double)e->ranked_slices) : 0;
}

void board_machine(const results_file *file, char *text, size_t size)
{
    const json_t *context = json_object_get(file->json, "context");
    const json_t *cpu = json_object_get(context, "cpu");
    (void)snprintf(text, size, "%.80s, %.0f cores, %.40s", text_of(cpu, "model"),
                   number_of(cpu, "cores"), text_of(context, "kernel"));
}

/* The same bytes in the same order, by their digests. */
static bool same_traffic(const results_file *one, const results_file *other)
{
    const json_t *a = json_object_get(one->json, "slices");
    const json_t *b = json_object_get(other->json, "slices");
    const size_t count = json_array_size(a);
    if (count != json_array_size(b))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *digest = text_of(json_array_get(a, i), "xxh3");
        if (!*digest || strcmp(digest, text_of(json_array_get(b, i), "xxh3")) != 0)
            return false;
    }
    return true;
}

/* The ratio to raw of a run over a whole slice, and its interval. */
static void ratio_take(const json_t *run, board_entry *e)
{
    const json_t *ratio = json_object_get(run, "ratio");
    const json_t *interval = json_object_get(ratio, "ci95");
    double median = number_of(ratio, "median"), low = median, high = median;
    if (strcmp(text_of(run, "backend"), "raw") == 0) {
        median = low = high = 1;
    } else if (strcmp(text_of(ratio, "backend"), "raw") != 0 || !(median > 0)) {
        return;
    } else {
        e->is_cross_level = e->is_cross_level || strcmp(text_of(ratio, "level"), e->level) != 0;
        if (json_array_size(interval) == 2) {
            low = json_number_value(json_array_get(interval, 0));
            high = json_number_value(json_array_get(interval, 1));
        } else {
            e->is_unsure = true;
        }
    }
    e->log_sum += log(median);
    e->low = e->ranked_slices ? fmin(e->low, low) : low;
    e->high = e->ranked_slices ? fmax(e->high, high) : high;
    e->ends[e->ranked_slices++] = (board_ends){low, high};
}

/* `e->ends` has room for all slices. False: the backend has no run at the level. */
static bool entry_fill(board_entry *e)
{
    const json_t *results = e->file->json;
    char partial[PARTIAL_TEXT];
    size_t i;
    json_t *slice;
    e->is_partial = partial_text(results, partial) != NULL;
    e->is_candidate = is_candidate(results, e->backend, e->level);
    const double noise = aa_width_of_level(results, NULL, e->level);
    e->is_noisy = noise > AA_UNUSABLE;
    e->is_uncontrolled = noise < 0;
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        const json_t *run =
            run_of(results, text_of(e->backend, "name"), text_of(slice, "name"), e->level);
        if (!run || has_status(run, "not-offered"))
            continue;
        e->slices++;
        e->cells += number_of(json_object_get(run, "agreement"), "cells_compared");
        if (!has_status(run, "ok")) {
            if (!e->status)
                e->status = text_of(run, "status");
        } else if (is_timed(run)) {
            ratio_take(run, e);
        }
    }
    e->status = e->status ? e->status : "ok";
    return e->slices > 0;
}

static int entry_add(board *b, size_t *room, board_entry *e, pkt_err *err)
{
    const size_t slices = json_array_size(json_object_get(e->file->json, "slices"));
    if (b->count == *room) {
        *room = *room ? 2 * *room : 64;
        board_entry *more = realloc(b->list, *room * sizeof *more);
        if (!more)
            return pkt_fail_memory(err, "the board");
        b->list = more;
    }
    e->ends = malloc((slices ? slices : 1) * sizeof *e->ends);
    if (!e->ends)
        return pkt_fail_memory(err, "the board");
    if (entry_fill(e))
        b->list[b->count++] = *e;
    else
        free(e->ends);
    return 0;
}

static bool is_unusable(const board_entry *e)
{
    return e->is_partial || e->is_noisy || e->is_uncontrolled;
}

/* The level dissect is the cost of the whole tree, which no comparison covers. */
static bool is_ranked(const board_entry *e)
{
    return strcmp(e->status, "ok") == 0 && !is_unusable(e) && !e->is_older && e->is_candidate &&
           !e->is_cross_level && !e->is_unsure && strcmp(e->level, "dissect") != 0 &&
           e->slices > 0 &&
           e->ranked_slices == json_array_size(json_object_get(e->file->json, "slices"));
}

static bool same_group(const board_entry *a, const board_entry *b)
{
    return a->traffic == b->traffic && strcmp(a->level, b->level) == 0;
}

static const char *date_of(const board_entry *e)
{
    return text_of(json_object_get(e->file->json, "context"), "date");
}

/* Was it measured earlier? Of equal dates, the earlier file. Both are of one list. */
static bool is_before(const board_entry *e, const board_entry *other)
{
    const int order = strcmp(date_of(e), date_of(other));
    return order < 0 || (order == 0 && e < other);
}

/* The same backend over the same traffic on the same machine: the one with the later date counts,
 * of equal dates the last. One that is unusable takes the place of no other that is not. */
static void older_mark(board *b)
{
    for (size_t i = 0; i < b->count; i++)
        for (size_t k = 0; k < b->count; k++)
            if (i != k && same_group(&b->list[i], &b->list[k]) &&
                (is_unusable(&b->list[i]) || !is_unusable(&b->list[k])) &&
                strcmp(text_of(b->list[i].backend, "name"), text_of(b->list[k].backend, "name")) ==
                    0 &&
                results_same_machine(b->list[i].file->json, b->list[k].file->json) &&
                is_before(&b->list[i], &b->list[k]))
                b->list[i].is_older = true;
}

/* Is it slower on every slice, by whole intervals? Otherwise they are tied. Both are ranked, so
 * that they have all slices. */
static bool is_behind(const board_entry *e, const board_entry *other)
{
    for (size_t i = 0; i < e->ranked_slices; i++)
        if (!(other->ends[i].high < e->ends[i].low))
            return false;
    return true;
}

static void rank_entries(board *b)
{
    for (size_t i = 0; i < b->count; i++) {
        board_entry *e = &b->list[i];
        if (!is_ranked(e))
            continue;
        e->rank = 1;
        for (size_t k = 0; k < b->count; k++)
            e->rank +=
                same_group(e, &b->list[k]) && is_ranked(&b->list[k]) && is_behind(e, &b->list[k]);
    }
}

static int entry_compare(const void *one, const void *other)
{
    const board_entry *a = one, *b = other;
    const size_t level_a = level_rank(a->level), level_b = level_rank(b->level);
    if (level_a != level_b)
        return level_a < level_b ? -1 : 1;
    if (a->traffic != b->traffic)
        return a->traffic < b->traffic ? -1 : 1;
    if (!a->rank != !b->rank)
        return a->rank ? -1 : 1;
    const double ratio_a = board_ratio(a), ratio_b = board_ratio(b);
    if (ratio_a != ratio_b)
        return ratio_a < ratio_b ? -1 : 1;
    const int names = strcmp(text_of(a->backend, "name"), text_of(b->backend, "name"));
    return names ? names : strcmp(date_of(b), date_of(a));
}

int board_collect(board *b, const results_file *files, size_t count, pkt_err *err)
{
    size_t room = 0, i;
    json_t *backend;
    *b = (board){0};
    for (size_t f = 0; f < count; f++) {
        size_t first = 0;
        while (first < f && !same_traffic(&files[first], &files[f]))
            first++;
        json_array_foreach(json_object_get(files[f].json, "backends"), i, backend)
        {
            for (size_t level = 0; level < LEVELS; level++) {
                board_entry e = {.file = &files[f],
                                 .backend = backend,
                                 .level = levels[level],
                                 .traffic = &files[first]};
                if (entry_add(b, &room, &e, err) != 0)
                    return -1;
            }
        }
    }
    older_mark(b);
    rank_entries(b);
    if (b->count)
        qsort(b->list, b->count, sizeof *b->list, entry_compare);
    return 0;
}
