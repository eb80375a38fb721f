#include "bench/outcome/comparison.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/outcome/json_values.h"
#include "bench/statistics/statistics.h"
#include "results/reader.h"

/* Offset between the block numbers of pooled results files. */
#define BLOCKS_OF_A_FILE 100000u
/* Quantile of a process's rounds that is used as its time. Noise only makes a run longer. The lower
 * decile estimates the time without noise, and depends less on a single sample than the minimum.
 * Measured on a virtual machine with noisy neighbours, for unchanged programs: medians over 8
 * processes vary by 0.3 %, medians of paired rounds by 0.8 %. */
#define QUIET_PART 0.1
/* Fixed seed: equal samples give equal intervals. */
#define BOOTSTRAP_SEED 1

/* Key of a cell: backend, slice, level, sink and threads. */
typedef struct cell_key {
    const char *backend, *slice, *level, *sink;
    unsigned threads;
} cell_key;

/* Change of one cell: ratio new / old by each clock, with its confidence interval. */
typedef struct cell_change {
    cell_key key;
    json_t *json;
    summary wall, cpu; /* count == 0: not available */
} cell_change;

static cell_key key_of(const json_t *run)
{
    return (cell_key){text_of(run, "backend"), text_of(run, "slice"), text_of(run, "level"),
                      sink_of(run), threads_of(run)};
}

static bool is_key(const cell_key *one, const cell_key *other)
{
    return strcmp(one->backend, other->backend) == 0 && strcmp(one->slice, other->slice) == 0 &&
           strcmp(one->level, other->level) == 0 && strcmp(one->sink, other->sink) == 0 &&
           one->threads == other->threads;
}

static const json_t *run_find(const json_t *results, const cell_key *key)
{
    return run_into(results, key->backend, key->slice, key->level, key->sink, key->threads);
}

/* The first run with that key on the side; NULL if there is none. */
static const json_t *side_run(const comparison_side *side, const cell_key *key)
{
    const json_t *found = NULL;
    for (size_t i = 0; !found && i < side->count; i++)
        found = run_find(side->results[i], key);
    return found;
}

/* Number of packets that a run read; 0 if unknown. */
static double run_packets(const json_t *results, const json_t *run)
{
    const json_t *prefix = json_object_get(run, "prefix_packets");
    size_t i;
    json_t *slice;
    if (json_is_integer(prefix))
        return (double)json_integer_value(prefix);
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        if (strcmp(text_of(slice, "name"), text_of(run, "slice")) == 0)
            return (double)json_integer_value(json_object_get(slice, "packets"));
    }
    return 0;
}

static size_t samples_count(const comparison_side *side, const cell_key *key)
{
    size_t count = 0;
    for (size_t i = 0; i < side->count; i++)
        count += json_array_size(json_object_get(run_find(side->results[i], key), "samples"));
    return count;
}

/* Buffers for the samples of a cell. */
typedef struct scratch {
    double *rounds;              /* of one process */
    observation *before, *after; /* one per process */
} scratch;

/* Time per packet in each process of the run: the lower decile of its rounds. `first` is added to
 * the block numbers. Returns the number of processes. */
static size_t process_times(const json_t *results, const json_t *run, const char *clock,
                            unsigned first, double *rounds, observation *out)
{
    const json_t *samples = json_object_get(run, "samples");
    double packets = run ? run_packets(results, run) : 0;
    size_t i = 0, count = 0, n = json_array_size(samples);
    while (packets > 0 && i < n) {
        const json_t *block = json_object_get(json_array_get(samples, i), "block");
        size_t taken = 0;
        for (; i < n; i++) {
            const json_t *sample = json_array_get(samples, i);
            double ns = json_number_value(json_object_get(sample, clock));
            if (!json_equal(json_object_get(sample, "block"), block))
                break;
            if (ns > 0)
                rounds[taken++] = ns / packets;
        }
        if (taken)
            out[count++] = (observation){first + (unsigned)json_integer_value(block),
                                         quantile_of(rounds, taken, QUIET_PART)};
    }
    return count;
}

static size_t side_times(const comparison_side *side, const cell_key *key, const char *clock,
                         double *rounds, observation *out)
{
    size_t count = 0;
    for (size_t i = 0; i < side->count; i++)
        count += process_times(side->results[i], run_find(side->results[i], key), clock,
                               (unsigned)i * BLOCKS_OF_A_FILE, rounds, out + count);
    return count;
}

/* Median over blocks of the ratio new / old. Overwrites `after`. */
static int change_paired(observation *before, size_t n, observation *after, size_t m, summary *out)
{
    size_t count = 0;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            if (before[j].block == after[i].block)
                after[count++] = (observation){after[i].block, after[i].value / before[j].value};
    return count ? summarize(after, count, BOOTSTRAP_SEED, out) : 0;
}

/* Ratio of two independent medians: the squares of their errors add up; degrees of freedom after
 * Welch. */
static int change_pooled(const observation *before, size_t n, const observation *after, size_t m,
                         summary *out)
{
    summary a, b;
    if (n == 0 || m == 0)
        return 0;
    if (summarize(before, n, BOOTSTRAP_SEED, &a) != 0 ||
        summarize(after, m, BOOTSTRAP_SEED, &b) != 0)
        return -1;
    *out = (summary){.median = b.median / a.median,
                     .count = a.count < b.count ? a.count : b.count,
                     .has_interval = a.has_interval && b.has_interval};
    if (!out->has_interval)
        return 0;
    double x = a.error * a.error, y = b.error * b.error;
    out->error = sqrt(x + y);
    out->freedom = x + y > 0 ? (x + y) * (x + y) / (x * x / a.freedom + y * y / b.freedom)
                             : a.freedom + b.freedom;
    double half = student_975(out->freedom) * out->error;
    out->low = out->median * exp(-half);
    out->high = out->median * exp(half);
    return 0;
}

/* Change of a cell by one clock. 0, or -1 if memory runs out. */
static int change_of(const comparison_side *old, const comparison_side *fresh, const cell_key *key,
                     const char *clock, bool paired, scratch *room, summary *out)
{
    *out = (summary){0};
    size_t n = side_times(old, key, clock, room->rounds, room->before);
    size_t m = side_times(fresh, key, clock, room->rounds, room->after);
    return paired ? change_paired(room->before, n, room->after, m, out)
                  : change_pooled(room->before, n, room->after, m, out);
}

static bool scratch_make(scratch *room, size_t samples)
{
    room->rounds = calloc(samples + 1, sizeof *room->rounds);
    room->before = calloc(samples + 1, sizeof *room->before);
    room->after = calloc(samples + 1, sizeof *room->after);
    return room->rounds && room->before && room->after;
}

static void scratch_free(scratch *room)
{
    free(room->rounds);
    free(room->before);
    free(room->after);
}

/* P value: probability of a median at least this far above exp(log_least) if exp(log_least) is the
 * true ratio. */
static double p_above(double log_median, double log_least, const summary *s)
{
    double distance = log_median - log_least;
    if (s->error > 0)
        return student_tail(distance / s->error, s->freedom);
    return distance > 0 ? 0 : 1;
}

/* P value of the hypothesis that the time did not change by more than the threshold in the
 * direction (1: slower, -1: faster). The larger of the p values by wall clock and by CPU time. */
static double p_beyond(const cell_change *c, double threshold, int direction)
{
    const summary *both[] = {&c->wall, &c->cpu};
    double p = 0;
    for (size_t i = 0; i < 2; i++)
        if (both[i]->count && both[i]->has_interval)
            p = fmax(p, p_above(direction * log(both[i]->median), log1p(threshold), both[i]));
    return p;
}

static json_t *interval_of(const summary *s)
{
    return s->count && s->has_interval ? json_pack("[f, f]", s->low, s->high) : json_null();
}

static const char *status_of(const json_t *run)
{
    return run ? text_of(run, "status") : "absent";
}

/* Measure the change of one cell, without correction for multiple tests. 0, or -1 if memory runs
 * out. */
static int cell_measure(cell_change *c, const comparison_side *old, const comparison_side *fresh,
                        bool paired)
{
    scratch room;
    const json_t *before = side_run(old, &c->key), *after = side_run(fresh, &c->key);
    bool good = scratch_make(&room, samples_count(old, &c->key) + samples_count(fresh, &c->key)) &&
                change_of(old, fresh, &c->key, "wall_ns", paired, &room, &c->wall) == 0 &&
                change_of(old, fresh, &c->key, "cpu_ns", paired, &room, &c->cpu) == 0;
    scratch_free(&room);
    if (!good)
        return -1;
    const summary *w = &c->wall;
    bool sure = w->count && w->has_interval;
    double p = sure ? fmin(1, 2 * p_above(fabs(log(w->median)), 0, w)) : 0;
    c->json =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:o, s:o}",
                  "backend", c->key.backend, "slice", c->key.slice, "level", c->key.level,
                  "old_status", status_of(before), "new_status", status_of(after),
                  "old_ns_per_packet", json_member_or_null(before, "ns_per_packet"),
                  "new_ns_per_packet", json_member_or_null(after, "ns_per_packet"), "ratio",
                  json_real_or_null(w->count, w->median), "ci95", interval_of(w), "cpu_ratio",
                  json_real_or_null(c->cpu.count, c->cpu.median), "cpu_ci95", interval_of(&c->cpu),
                  "p", json_real_or_null(sure, p), "n", (int)w->count, "old_instructions",
                  json_member_or_null(before, "instructions"), "new_instructions",
                  json_member_or_null(after, "instructions"));
    if (c->json && strcmp(c->key.sink, NULL_SINK) != 0) {
        json_object_set_new(c->json, "sink", json_string(c->key.sink));
        json_object_set_new(c->json, "threads", json_integer((json_int_t)c->key.threads));
    }
    return c->json ? 0 : -1;
}

/* The smallest change that these samples detect with probability GATE_POWER. */
static json_t *smallest_seen(const cell_change *c, double threshold, size_t tests)
{
    const summary *s = c->cpu.count && c->cpu.error > c->wall.error ? &c->cpu : &c->wall;
    if (!s->count || !s->has_interval)
        return json_null();
    double steps = student_quantile(GATE_ERROR / (double)tests, s->freedom) +
                   student_quantile(1 - GATE_POWER, s->freedom);
    return json_real(exp(log1p(threshold) + steps * s->error) - 1);
}

static const char *change_word(const cell_change *c, double threshold, double p_slower,
                               double p_faster)
{
    if (!c->wall.count)
        return "incomparable";
    if (!c->wall.has_interval)
        return "too-few-samples";
    if (p_slower < GATE_ERROR)
        return "slower";
    if (p_faster < GATE_ERROR)
        return "faster";
    double width = fmax(c->wall.high / c->wall.median, c->wall.median / c->wall.low) - 1;
    return width > threshold ? "inconclusive" : "same";
}

/* Set p_slower, smallest_seen and change of all cells. P values are corrected for multiple tests
 * (Holm). */
static int cells_decide(cell_change *cells, size_t count, double threshold)
{
    double *p = calloc(2 * count + 1, sizeof *p);
    size_t *order = calloc(count + 1, sizeof *order), tests = 0;
    if (!p || !order) {
        free(p);
        free(order);
        return -1;
    }
    double *slower = p, *faster = p + count;
    for (size_t i = 0; i < count; i++) /* p values of the cells that can be tested, without gaps */
        if (cells[i].wall.count && cells[i].wall.has_interval) {
            slower[tests] = p_beyond(&cells[i], threshold, 1);
            faster[tests++] = p_beyond(&cells[i], threshold, -1);
        }
    holm_adjust(slower, tests, order);
    holm_adjust(faster, tests, order);
    for (size_t i = 0, test = 0; i < count; i++) {
        bool tested = cells[i].wall.count && cells[i].wall.has_interval;
        double up = tested ? slower[test] : 1, down = tested ? faster[test] : 1;
        test += tested;
        json_object_set_new(cells[i].json, "p_slower", json_real_or_null(tested, up));
        json_object_set_new(cells[i].json, "smallest_seen",
                            smallest_seen(&cells[i], threshold, tests));
        json_object_set_new(cells[i].json, "change",
                            json_string(change_word(&cells[i], threshold, up, down)));
    }
    free(p);
    free(order);
    return 0;
}

static bool is_ok_on_both_sides(const cell_change *c)
{
    return c->wall.count && strcmp(text_of(c->json, "old_status"), "ok") == 0 &&
           strcmp(text_of(c->json, "new_status"), "ok") == 0;
}

/* Geometric mean of the ratios of a backend's cells that are ok on both sides. backend NULL: all
 * backends. */
static json_t *mean_json(const cell_change *cells, size_t count, const char *backend)
{
    double sum = 0;
    int n = 0;
    for (size_t i = 0; i < count; i++)
        if (is_ok_on_both_sides(&cells[i]) &&
            (!backend || strcmp(cells[i].key.backend, backend) == 0)) {
            sum += log(cells[i].wall.median);
            n++;
        }
    return json_pack("{s:o, s:o, s:i}", "backend", backend ? json_string(backend) : json_null(),
                     "ratio", json_real_or_null(n > 0, n ? exp(sum / n) : 0), "cells", n);
}

static json_t *means_json(const cell_change *cells, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        bool first = true;
        for (size_t j = 0; j < i; j++)
            first = first && strcmp(cells[i].key.backend, cells[j].key.backend) != 0;
        if (first)
            json_array_append_new(list, mean_json(cells, count, cells[i].key.backend));
    }
    json_array_append_new(list, mean_json(cells, count, NULL));
    return list;
}

static bool key_known(const cell_change *cells, size_t count, const cell_key *key)
{
    for (size_t i = 0; i < count; i++)
        if (is_key(&cells[i].key, key))
            return true;
    return false;
}

static size_t keys_add(cell_change *cells, size_t count, const comparison_side *side)
{
    size_t j;
    json_t *run;
    for (size_t i = 0; i < side->count; i++)
        json_array_foreach(json_object_get(side->results[i], "runs"), j, run)
        {
            cell_key key = key_of(run);
            bool offered = strcmp(text_of(run, "status"), "not-offered") != 0;
            if (offered && !key_known(cells, count, &key))
                cells[count++] = (cell_change){.key = key};
        }
    return count;
}

static size_t runs_count(const comparison_side *side)
{
    size_t count = 0;
    for (size_t i = 0; i < side->count; i++)
        count += json_array_size(json_object_get(side->results[i], "runs"));
    return count;
}

json_t *comparison_json(const comparison_side *old, const comparison_side *fresh, bool paired,
                        const gate *gate)
{
    cell_change *cells = calloc(runs_count(old) + runs_count(fresh) + 1, sizeof *cells);
    if (!cells)
        return NULL;
    size_t count = keys_add(cells, keys_add(cells, 0, fresh), old);
    double threshold = gate->slower_threshold;
    bool good = true;
    for (size_t i = 0; good && i < count; i++)
        good = cell_measure(&cells[i], old, fresh, paired) == 0;
    good = good && cells_decide(cells, count, threshold) == 0;
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, cells[i].json ? cells[i].json : json_null());
    json_t *out = json_pack("{s:b, s:f, s:f, s:o, s:o, s:[]}", "paired", (int)paired, "threshold",
                            threshold, "error", GATE_ERROR, "cells", list, "means",
                            means_json(cells, count), "failures");
    free(cells);
    if (good)
        return out;
    json_decref(out);
    return NULL;
}

void comparison_aa(json_t *comparison, const json_t *aa)
{
    json_t *list = json_array(), *cell;
    size_t i;
    json_array_foreach(json_object_get(aa, "cells"), i, cell)
    {
        if (json_is_number(json_object_get(cell, "ratio")))
            json_array_append_new(list, json_pack("{s:O, s:O, s:O, s:O, s:O}", "backend",
                                                  json_object_get(cell, "backend"), "slice",
                                                  json_object_get(cell, "slice"), "level",
                                                  json_object_get(cell, "level"), "ratio",
                                                  json_object_get(cell, "ratio"), "ci95",
                                                  json_object_get(cell, "ci95")));
    }
    json_object_set_new(comparison, "aa", list);
}

static void fail_add(json_t *failures, const json_t *cell, const char *words)
{
    char work[WORK_TEXT];
    json_array_append_new(failures,
                          json_sprintf("%s %s, %s: %s", text_of(cell, "backend"),
                                       work_text(cell, work), text_of(cell, "slice"), words));
}

static bool has_time(const char *status)
{
    return strcmp(status, "ok") == 0 || strcmp(status, "differs") == 0 ||
           strcmp(status, "unchecked") == 0;
}

static void judge_time(json_t *failures, const json_t *cell)
{
    const json_t *interval = json_object_get(cell, "ci95");
    char words[160];
    (void)snprintf(words, sizeof words, "slower: %+.1f %%, 95 %% interval [%+.1f, %+.1f]",
                   100 * (json_number_value(json_object_get(cell, "ratio")) - 1),
                   100 * (json_number_value(json_array_get(interval, 0)) - 1),
                   100 * (json_number_value(json_array_get(interval, 1)) - 1));
    fail_add(failures, cell, words);
}

static void judge_instructions(json_t *failures, const json_t *cell, double threshold)
{
    double before = json_number_value(json_object_get(cell, "old_instructions"));
    double after = json_number_value(json_object_get(cell, "new_instructions"));
    char words[160];
    if (!(before > 0) || after <= before || after < before * (1 + threshold))
        return;
    (void)snprintf(words, sizeof words, "%.0f instructions, %.0f before: %+.2f %%", after, before,
                   100 * (after / before - 1));
    fail_add(failures, cell, words);
}

static void judge_status(json_t *failures, const json_t *cell, const gate *gate)
{
    const char *before = text_of(cell, "old_status"), *after = text_of(cell, "new_status");
    char words[160];
    run_status status;
    if (gate->lost && has_time(before) && !has_time(after)) {
        (void)snprintf(words, sizeof words, "lost: %s, it was %s", after, before);
        fail_add(failures, cell, words);
    } else if (status_find(after, &status) == 0 && gate->fails[status]) {
        (void)snprintf(words, sizeof words, "%s, it was %s", after, before);
        fail_add(failures, cell, words);
    }
}

size_t comparison_judge(json_t *comparison, const gate *gate)
{
    json_t *failures = json_object_get(comparison, "failures"), *cell;
    size_t i;
    json_array_foreach(json_object_get(comparison, "cells"), i, cell)
    {
        judge_status(failures, cell, gate);
        if (gate->slower && strcmp(text_of(cell, "change"), "slower") == 0)
            judge_time(failures, cell);
        if (gate->instructions)
            judge_instructions(failures, cell, gate->instructions_threshold);
    }
    return json_array_size(failures);
}
