#include "bench/comparison/cell_change.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/json_values.h"
#include "results/reader.h"

/* A load time that grows by less is no change: most backends load within microseconds. */
#define LOAD_LEAST_NS 1e6

/* Where the values of a statistic come from, which quantile of a process it is, and the increase
 * that is no change. */
static const struct {
    const char *name;
    value_kind kind;
    double part, least;
} statistics[STATISTIC_COUNT] = {
    [STATISTIC_MEDIAN] = {"median", VALUE_WALL, 0.5, 0},
    [STATISTIC_P90] = {"p90", VALUE_WALL, 0.9, 0},
    [STATISTIC_SLOW_PROCESSES] = {"slow_processes", VALUE_WALL, QUIET_PART, 0},
    [STATISTIC_FIRST] = {"first", VALUE_FIRST, 0.5, 0},
    [STATISTIC_LOAD] = {"load", VALUE_LOAD, 0.5, LOAD_LEAST_NS},
    [STATISTIC_RSS] = {"rss", VALUE_RSS, 0.5, 0},
};

const char *statistic_name(statistic statistic)
{
    return statistics[statistic].name;
}

bool decile_is_testable(const cell_change *change)
{
    return change->wall.count && change->wall.has_interval;
}

bool statistic_is_testable(const cell_change *change, statistic statistic)
{
    return change->n[statistic] >= INTERVAL_BLOCKS_MIN;
}

/* Room for words about a side. */
enum { WORDS = 64 };

/* Both sides, and room for the values of the cell. */
typedef struct measured {
    const comparison_side *old, *fresh;
    const cell_key *key;
    bool paired;
    bool prefix_alike, first_alike; /* do the runs of both sides read the same packets, and do the
                                     * first ones? */
    observation *before, *after;
    double *scratch;
} measured;

static bool measured_open(measured *m)
{
    const size_t before = side_values_count(m->old, m->key) + 1;
    const size_t after = side_values_count(m->fresh, m->key) + 1;
    m->before = calloc(before, sizeof *m->before);
    m->after = calloc(after, sizeof *m->after);
    m->scratch = calloc(before > after ? before : after, sizeof *m->scratch);
    return m->before && m->after && m->scratch;
}

static void measured_close(measured *m)
{
    free(m->before);
    free(m->after);
    free(m->scratch);
}

/* One value per process: a quantile of its values. */
static two_sides values_of(measured *m, value_kind kind, double part)
{
    const size_t n = side_values(m->old, m->key, kind, m->before);
    const size_t k = side_values(m->fresh, m->key, kind, m->after);
    return (two_sides){.before = m->before,
                       .after = m->after,
                       .before_count = blocks_quantile(m->before, n, part, m->scratch),
                       .after_count = blocks_quantile(m->after, k, part, m->scratch),
                       .paired = m->paired};
}

static json_t *interval_of(const summary *s)
{
    return s->count && s->has_interval ? json_pack("[f, f]", s->low, s->high) : json_null();
}

static int slow_measure(cell_change *c, measured *m, double threshold, json_t *out)
{
    slow_share slow;
    const two_sides sides = values_of(m, VALUE_WALL, QUIET_PART);
    if (slow_share_measure(&sides, threshold, &slow) != 0)
        return -1;
    c->n[STATISTIC_SLOW_PROCESSES] = slow.count;
    c->p[STATISTIC_SLOW_PROCESSES] = slow.p;
    if (slow.count)
        json_object_set_new(out, statistic_name(STATISTIC_SLOW_PROCESSES),
                            json_pack("{s:f, s:f, s:n, s:n, s:f, s:o}", "old", slow.old, "new",
                                      slow.fresh, "ratio", "ci95", "threshold", threshold, "n",
                                      json_count(slow.count)));
    return 0;
}

static int statistic_measure(cell_change *c, measured *m, statistic i, double threshold,
                             json_t *out)
{
    change change;
    const change_limit limit = {threshold, statistics[i].least};
    const two_sides sides = values_of(m, statistics[i].kind, statistics[i].part);
    if (change_signs(&sides, limit, &change) != 0)
        return -1;
    c->n[i] = change.ratio.count;
    c->p[i] = change.ratio.count ? change_p_signs(&change, limit) : 1;
    if (change.ratio.count)
        json_object_set_new(out, statistic_name(i),
                            json_pack("{s:f, s:f, s:f, s:o, s:f, s:o}", "old", change.old, "new",
                                      change.fresh, "ratio", change.ratio.median, "ci95",
                                      interval_of(&change.ratio), "threshold", threshold, "n",
                                      json_count(change.ratio.count)));
    return 0;
}

/* Is the statistic of the same work on both sides? To load a backend, no packet is read. */
static bool is_measured(const cell_change *c, const measured *m, statistic i)
{
    if (i == STATISTIC_LOAD)
        return c->has_load;
    return m->prefix_alike && (i != STATISTIC_FIRST || m->first_alike);
}

/* The further statistics, as an object. NULL if memory runs out. */
static json_t *statistics_measure(cell_change *c, measured *m, const gate *gate)
{
    json_t *out = json_object();
    int bad = out ? 0 : -1;
    for (unsigned i = 0; !bad && i < STATISTIC_COUNT; i++)
        if (is_measured(c, m, (statistic)i))
            bad = i == STATISTIC_SLOW_PROCESSES
                      ? slow_measure(c, m, gate->thresholds[i], out)
                      : statistic_measure(c, m, (statistic)i, gate->thresholds[i], out);
    if (!bad)
        return out;
    json_decref(out);
    return NULL;
}

/* Lower decile of one side in ns per packet; null if it has no samples. */
static json_t *one_side_json(const observation *values, size_t count, double *scratch)
{
    for (size_t i = 0; i < count; i++)
        scratch[i] = values[i].value;
    return count ? json_real(median_of(scratch, count)) : json_null();
}

static int alike_measure(const measured *m, const two_sides *sides, change *out)
{
    *out = (change){.old = 0};
    return m->prefix_alike ? change_measure(sides, out) : 0;
}

/* Old and new time by the lower decile, as in the ratio. A side without the other stands alone. */
static int time_measure(cell_change *c, measured *m, json_t **before, json_t **after)
{
    change wall, cpu;
    two_sides sides = values_of(m, VALUE_CPU, QUIET_PART);
    if (alike_measure(m, &sides, &cpu) != 0)
        return -1;
    sides = values_of(m, VALUE_WALL, QUIET_PART);
    if (alike_measure(m, &sides, &wall) != 0)
        return -1;
    c->wall = wall.ratio;
    c->cpu = cpu.ratio;
    const bool both = wall.ratio.count > 0;
    *before = both ? json_real(wall.old) : one_side_json(m->before, sides.before_count, m->scratch);
    *after = both ? json_real(wall.fresh) : one_side_json(m->after, sides.after_count, m->scratch);
    return 0;
}

static const char *status_of(const json_t *run)
{
    return run ? text_of(run, "status") : "absent";
}

static json_t *counted_or_null(const comparison_side *side, const cell_key *key)
{
    json_t *counted = side_instructions(side, key);
    return counted ? json_incref(counted) : json_null();
}

static const char *prefix_words(json_int_t prefix, char words[WORDS])
{
    if (prefix == PREFIX_MIXED)
        return "not the same packets in all its results";
    (void)snprintf(words, WORDS, "the first %" JSON_INTEGER_FORMAT " packets", prefix);
    return prefix ? words : "the whole slice";
}

/* Why the times of both sides are not compared, though there are some. */
static json_t *reason_json(const measured *m)
{
    char old[WORDS], fresh[WORDS];
    return json_sprintf("the old side read %s, the new side %s",
                        prefix_words(side_prefix(m->old, m->key), old),
                        prefix_words(side_prefix(m->fresh, m->key), fresh));
}

/* Takes the references `before`, `after` and `further`. */
static json_t *change_json(const cell_change *c, const measured *m, json_t *before, json_t *after,
                           json_t *further)
{
    const summary *w = &c->wall;
    const bool sure = decile_is_testable(c);
    const double p = sure ? fmin(1, 2 * fmin(change_p(w, 0, 1), change_p(w, 0, -1))) : 0;
    json_t *out = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:o, s:o, s:o}",
        "backend", c->key.backend, "slice", c->key.slice, "level", c->key.level, "old_status",
        status_of(side_run(m->old, m->key)), "new_status", status_of(side_run(m->fresh, m->key)),
        "old_ns_per_packet", before, "new_ns_per_packet", after, "ratio",
        json_real_or_null(w->count, w->median), "ci95", interval_of(w), "cpu_ratio",
        json_real_or_null(c->cpu.count, c->cpu.median), "cpu_ci95", interval_of(&c->cpu), "p",
        json_real_or_null(sure, p), "n", (int)w->count, "old_instructions",
        counted_or_null(m->old, m->key), "new_instructions", counted_or_null(m->fresh, m->key),
        "statistics", further);
    if (out && !m->prefix_alike)
        json_object_set_new(out, "reason", reason_json(m));
    if (out && strcmp(c->key.sink, NULL_SINK) != 0) {
        json_object_set_new(out, "sink", json_string(c->key.sink));
        json_object_set_new(out, "threads", json_integer((json_int_t)c->key.threads));
    }
    return out;
}

/* Do both sides read the same packets, as far as they have times? */
static bool is_prefix_alike(const comparison_side *old, const comparison_side *fresh,
                            const cell_key *key)
{
    const json_int_t before = side_prefix(old, key), after = side_prefix(fresh, key);
    return before == PREFIX_NONE || after == PREFIX_NONE ||
           (before == after && before != PREFIX_MIXED);
}

int cell_change_measure(cell_change *c, const comparison_side *old, const comparison_side *fresh,
                        bool paired, const gate *gate)
{
    const double first = side_first_packets(fresh, &c->key);
    measured m = {.old = old,
                  .fresh = fresh,
                  .key = &c->key,
                  .paired = paired,
                  .prefix_alike = is_prefix_alike(old, fresh, &c->key),
                  .first_alike = first > 0 && first == side_first_packets(old, &c->key)};
    json_t *before = NULL, *after = NULL, *further = NULL;
    if (measured_open(&m) && time_measure(c, &m, &before, &after) == 0)
        further = statistics_measure(c, &m, gate);
    measured_close(&m);
    if (!further) {
        json_decref(before);
        json_decref(after);
        return -1;
    }
    c->json = change_json(c, &m, before, after, further);
    return c->json ? 0 : -1;
}
