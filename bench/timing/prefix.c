#include "bench/timing/prefix.h"

#include <math.h>
#include <stdlib.h>

#include "bench/input/first_packets.h"
#include "bench/sample/sample.h"
#include "bench/sample/slice_guard.h"
#include "bench/statistics/statistics.h"
#include "parsers/util/error.h"

/* Packets of the two short runs whose difference gives the cost of a packet without start-up. The
 * second run grows by a factor of PROBE_GROWTH until it takes at least twice the time of the first,
 * and PROBE_LEAST_S longer. Of PROBE_REPEATS runs the least time counts, unless a run takes
 * PROBE_LONG_S: a busy machine delays some, and the first one is cold. */
enum { PROBE_FEW = 200, PROBE_MORE = 1000, PROBE_GROWTH = 4, PROBE_REPEATS = 3 };
#define PROBE_LEAST_S 2e-3
#define PROBE_LONG_S 0.05
/* Runs that parse alone take about this share of the time of runs that also build the columns. */
#define PARSE_SHARE 0.7
/* Number of runs outside of the blocks: the values, the rows where they differ, and the first
 * sample with a run before it and one after it. */
#define OTHER_RUNS 5.0
/* Share of the time for the one run that measures the cost by position: an increase of the cost is
 * visible only over many packets. */
#define POSITION_SHARE 0.03
/* Minimum packets of a prefix, and time that they take, also as a part of the start-up: the first
 * packets of a run are slow, and what is taken off a run must not be most of it. */
#define PREFIX_MIN 1000
#define PREFIX_MIN_S 0.01
#define PREFIX_MIN_START 0.5

typedef struct estimate {
    bench_cell *cell; /* NULL: no estimate */
    double packet_s, start_s;
    bool whole; /* always runs over the whole slice; its time still counts */
} estimate;

/* A worker that serves one estimate after another: what takes longest is loading its library. */
typedef struct estimator {
    client worker;
    const backend *backend; /* of the worker; NULL: none is open */
    const char *remover;    /* has removed a slice for good; NULL: none has */
} estimator;

static void estimator_close(estimator *e)
{
    if (e->backend)
        (void)client_close(&e->worker);
    e->backend = NULL;
}

/* Have a worker of the backend. */
static bool estimator_open(estimator *e, const backend *backend, double request_s)
{
    if (e->backend == backend && e->worker.process.pid)
        return true;
    estimator_close(e);
    if (client_open_loaded(&e->worker, &backend->id, request_s, NULL))
        e->backend = backend;
    return e->backend != NULL;
}

/* Seconds of the sample; negative if it failed. A copy of the cell fails in its place. The slices
 * stay where they are. */
static double sample_seconds(suite *suite, estimator *e, const sample_plan *plan,
                             const suite_slice *prefix)
{
    bench_cell *cells = calloc(2, sizeof *cells); /* over the slice, over the prefix */
    sample_plan own = *plan;
    sample_times times;
    double ns = -1;
    if (!cells)
        return ns;
    cells[0] = cells[1] = *plan->cell;
    cells[1].slice = prefix;
    own.cell = &cells[0];
    slice_guard *guard = slice_guard_new(suite->scratch.folder, cells, 2);
    if (sample_take(&own, &times))
        ns = times.wall_ns;
    const bool foreign = backend_is_foreign(&plan->cell->backend->id); /* no other one is open */
    if (!slice_guard_check(guard, cells, 2, foreign ? &cells[0] : NULL))
        e->remover = foreign ? plan->cell->backend->name : "a process";
    slice_guard_free(guard);
    free(cells);
    return ns * 1e-9;
}

/* Seconds of one run over the first packets; negative if it failed. */
static double short_run(schedule *s, suite *suite, estimator *e, bench_cell *cell, uint64_t packets)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    const suite_slice *prefix =
        e->remover ? NULL : first_packets(suite, cell->slice, packets, &err);
    if (!prefix && !e->remover)
        pkt_notice_err(s->notices, "cost of a packet", &err, "not estimated");
    if (!prefix || !estimator_open(e, cell->backend, s->request_s))
        return -1;
    const sample_plan plan = {.cell = cell,
                              .worker = &e->worker,
                              .path = prefix->path,
                              .first = prefix->empty,
                              .runs = 1,
                              .column = PKT_COLUMN_COUNT,
                              .seconds = s->request_s};
    return sample_seconds(suite, e, &plan, prefix);
}

/* The least time of a few runs. Negative if one failed. */
static double short_runs(schedule *s, suite *suite, estimator *e, bench_cell *cell,
                         uint64_t packets)
{
    double least = short_run(s, suite, e, cell, packets);
    for (int i = 1; i < PROBE_REPEATS && least >= 0 && least < PROBE_LONG_S; i++)
        least = fmin(least, short_run(s, suite, e, cell, packets));
    return least;
}

static bool is_built_in(const backend *backend)
{
    pkt_entry entry = PKT_INIT(pkt_entry);
    return !backend->id.plugin && pkt_registry_find(backend->name, &entry) == 0 && entry.backend;
}

/* May the cell get a prefix? The other side of a comparison has the same slice. */
static bool is_shortened(const bench_cell *cell, prefix_scope scope)
{
    return backend_is_external(&cell->backend->id) ||
           (scope == PREFIX_LIBRARIES && !is_built_in(cell->backend));
}

/* A failure here is not reported: it occurs in the agreement pass too, which reports it. */
static estimate estimate_make(schedule *s, suite *suite, estimator *e, bench_cell *cell,
                              prefix_scope scope)
{
    const estimate none = {NULL, 0, 0, false};
    uint64_t packets = PROBE_MORE;
    if (cell->slice->packets <= packets)
        return none;
    pkt_notice(s->notices, PKT_NOTICE_PROGRESS, "cost of a packet: %s %s, %s", cell->backend->name,
               pkt_level_name(cell->level), cell->slice->name);
    double few = short_runs(s, suite, e, cell, PROBE_FEW);
    double more = few < 0 ? -1 : short_runs(s, suite, e, cell, packets);
    while (more >= 0 && more < fmax(2 * few, few + PROBE_LEAST_S) &&
           packets * PROBE_GROWTH < cell->slice->packets) {
        packets *= PROBE_GROWTH;
        more = short_runs(s, suite, e, cell, packets);
    }
    if (more < 0)
        return none;
    double packet_s = fmax(more - few, 0) / (double)(packets - PROBE_FEW);
    return (estimate){cell, packet_s, fmax(few - packet_s * PROBE_FEW, 0),
                      !is_shortened(cell, scope)};
}

/* The least seconds of a prefix, without start-up, where the slice has as many packets. */
static double prefix_least(const estimate *e)
{
    return fmax(fmax(e->packet_s * PREFIX_MIN, PREFIX_MIN_S), PREFIX_MIN_START * e->start_s);
}

static double run_seconds(const estimate *e, double limit_s)
{
    const double all = e->packet_s * (double)e->cell->slice->packets;
    return e->start_s + (e->whole ? all : fmin(all, fmax(limit_s, prefix_least(e))));
}

/* Runs of a block: the first of a process is not ranked, the second is. That of an external program
 * is its first, and another cell may parse alone. */
static double block_runs(const estimate *e)
{
    if (!backend_is_external(&e->cell->backend->id))
        return 2;
    return 1 + e->cell->backend->warm_up + (e->cell->backend->parses_alone ? PARSE_SHARE : 0);
}

/* Total time in seconds if no shortened run takes longer than the limit. */
static double total_seconds(const estimate *estimates, size_t count, double limit_s)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        if (estimates[i].cell)
            sum += run_seconds(&estimates[i], limit_s) *
                   (INTERVAL_BLOCKS_MIN * block_runs(&estimates[i]) + OTHER_RUNS);
    return sum;
}

/* The largest of 1, 2, 5, 10, 20, 50, ... that is not above the value. */
static uint64_t round_number(double value)
{
    double unit = pow(10, floor(log10(value)));
    double lead = value / unit;
    return (uint64_t)(unit * (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) + 0.5);
}

/* The prefix of the slice that takes no longer than the limit, or the slice itself. NULL and *err
 * on error. */
static const suite_slice *prefix_within(suite *suite, const estimate *e, double limit_s,
                                        pkt_err *err)
{
    double fits = fmax(limit_s, prefix_least(e)) / fmax(e->packet_s, 1e-9);
    if (fits >= (double)e->cell->slice->packets)
        return e->cell->slice;
    return first_packets(suite, e->cell->slice, round_number(fmax(fits, PREFIX_MIN)), err);
}

static int prefix_set(suite *suite, const estimate *e, double limit_s, double position_s,
                      pkt_err *err)
{
    const suite_slice *longest = prefix_within(suite, e, fmax(limit_s, position_s), err);
    const suite_slice *prefix = longest ? prefix_within(suite, e, limit_s, err) : NULL;
    if (!prefix)
        return -1;
    e->cell->position_slice = longest;
    e->cell->slice = prefix;
    return 0;
}

/* Set prefixes for the cells that may be shortened, such that the total time is at most `seconds`.
 * 0, or -1 and *err. */
static int estimates_use(suite *suite, const estimate *estimates, size_t count, double seconds,
                         pkt_err *err)
{
    double low = 0, high = 1e6; /* bounds of the binary search for the limit */
    if (total_seconds(estimates, count, high) <= seconds)
        return 0;
    for (unsigned i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        *(total_seconds(estimates, count, middle) <= seconds ? &low : &high) = middle;
    }
    int bad = 0;
    for (size_t i = 0; !bad && i < count; i++)
        if (estimates[i].cell && !estimates[i].whole)
            bad = prefix_set(suite, &estimates[i], low, seconds * POSITION_SHARE, err);
    return bad;
}

static bool has_shortened(const schedule *s, prefix_scope scope)
{
    for (size_t i = 0; i < s->cell_count; i++)
        if (is_shortened(&s->cells[i], scope))
            return true;
    return false;
}

/* Is the cell's time worth an estimate? That of a built-in backend is only beside programs that
 * take minutes. */
static bool is_estimated(const bench_cell *cell, prefix_scope scope)
{
    const bool own_slice = cell->role == ROLE_MAIN || cell->role == ROLE_DATA_FRAME;
    return own_slice && cell->backend->available &&
           (scope == PREFIX_PROGRAMS || !is_built_in(cell->backend));
}

/* Cells with a base have its slice, except those that are about another file. */
static void slices_follow(schedule *s)
{
    for (size_t i = 0; i < s->cell_count; i++)
        if (s->cells[i].base && s->cells[i].role != ROLE_INPUT)
            s->cells[i].slice = s->cells[i].base->slice;
}

double prefixes_plan(schedule *s, suite *suite, prefix_scope scope, double seconds, pkt_err *err)
{
    if (!has_shortened(s, scope))
        return 0;
    estimate *estimates = calloc(s->cell_count + 1, sizeof *estimates);
    if (!estimates)
        return pkt_fail_memory(err, "estimates");
    estimator estimator = {.backend = NULL};
    for (size_t i = 0; i < s->cell_count; i++)
        if (is_estimated(&s->cells[i], scope))
            estimates[i] = estimate_make(s, suite, &estimator, &s->cells[i], scope);
    estimator_close(&estimator);
    const int bad = estimator.remover
                        ? pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE,
                                   "%s has removed a slice, which all backends read: leave it out",
                                   estimator.remover)
                        : estimates_use(suite, estimates, s->cell_count, seconds, err);
    const double least = total_seconds(estimates, s->cell_count, 0);
    slices_follow(s);
    free(estimates);
    return bad ? -1 : least;
}
