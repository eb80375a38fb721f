#include "bench/timing/prefix.h"

#include <math.h>
#include <stdlib.h>

#include "bench/statistics/statistics.h"

/* Packets of the two short runs whose difference tells what a packet costs, start-up left out: the
 * second one is PROBE_GROWTH times as long until it takes twice the time of the first. */
enum { PROBE_FEW = 200, PROBE_MORE = 1000, PROBE_GROWTH = 4 };
/* Runs that build columns take about this much longer. */
#define COLUMNS_FACTOR 1.6
/* Further runs outside of the blocks: agreement, memory. */
#define OTHER_RUNS 3.0
/* Of the time, what the one run may take that tells the cost by position: growth shows only over
 * many packets. */
#define POSITION_SHARE 0.03
/* A prefix has at least this many packets: the first ones of a run are dear. */
#define PREFIX_MIN 1000

typedef struct estimate {
    bench_cell *cell; /* NULL: nothing is known */
    double packet_s, start_s;
    bool whole; /* in any case: nothing to decide, but time to leave for it */
} estimate;

/* Seconds of one run over the first packets; negative if it failed. */
static double short_run(schedule *s, suite *suite, const bench_cell *cell, uint64_t packets)
{
    suite_slice *prefix = suite_prefix(suite, cell->slice, packets);
    client worker;
    if (!prefix || !client_loaded(&worker, &cell->backend->id, s->request_s, NULL))
        return -1;
    json_t *request = run_request("sample", prefix, cell->level);
    json_object_set_new(request, "runs", json_integer(1));
    json_object_set_new(request, "evict_bytes", json_integer(0));
    json_t *answer = client_ask(&worker, request, s->request_s);
    double ns = answer ? (double)json_integer_value(json_object_get(answer, "wall_ns")) : -1;
    json_decref(answer);
    client_close(&worker);
    return ns * 1e-9;
}

/* What fails here fails in the agreement pass too, and is told there. */
static estimate estimate_make(schedule *s, suite *suite, bench_cell *cell)
{
    const estimate none = {NULL, 0, 0, false};
    uint64_t packets = PROBE_MORE;
    if (cell->slice->packets <= packets)
        return none;
    progress_show(s->progress, "cost of a packet: %s %s, %s", cell->backend->name,
                  pkt_level_name(cell->level), cell->slice->name);
    double few = short_run(s, suite, cell, PROBE_FEW);
    double more = few < 0 ? -1 : short_run(s, suite, cell, packets);
    while (more >= 0 && more < 2 * few && packets * PROBE_GROWTH < cell->slice->packets) {
        packets *= PROBE_GROWTH;
        more = short_run(s, suite, cell, packets);
    }
    if (more < 0)
        return none;
    double packet_s = fmax(more - few, 0) / (double)(packets - PROBE_FEW);
    return (estimate){cell, packet_s, fmax(few - packet_s * PROBE_FEW, 0),
                      cell->backend->id.driver == NULL};
}

static double run_seconds(const estimate *e, double limit_s)
{
    double all = e->packet_s * (double)e->cell->slice->packets;
    return e->start_s + (e->whole ? all : fmin(all, limit_s));
}

/* Seconds of everything if no run may take longer than the limit. */
static double total_seconds(const estimate *estimates, size_t count, double limit_s)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        if (estimates[i].cell)
            sum +=
                run_seconds(&estimates[i], limit_s) *
                (INTERVAL_BLOCKS_MIN * (estimates[i].whole ? 1 : 1 + COLUMNS_FACTOR) + OTHER_RUNS);
    return sum;
}

/* The largest of 1, 2, 5, 10, 20, 50, ... that is not above. */
static uint64_t round_number(double value)
{
    double unit = pow(10, floor(log10(value)));
    double lead = value / unit;
    return (uint64_t)(unit * (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) + 0.5);
}

/* As much of the slice as takes no longer than that; NULL without memory. */
static suite_slice *prefix_within(suite *suite, const estimate *e, double limit_s)
{
    double fits = limit_s / fmax(e->packet_s, 1e-9);
    if (fits >= (double)e->cell->slice->packets)
        return e->cell->slice;
    return suite_prefix(suite, e->cell->slice, round_number(fmax(fits, PREFIX_MIN)));
}

static bool prefix_set(suite *suite, const estimate *e, double limit_s, double position_s)
{
    suite_slice *longest = prefix_within(suite, e, fmax(limit_s, position_s));
    suite_slice *prefix = prefix_within(suite, e, limit_s);
    e->cell->position_slice = longest;
    if (prefix)
        e->cell->slice = prefix;
    return longest && prefix;
}

static bool estimates_use(suite *suite, const estimate *estimates, size_t count, double seconds)
{
    double low = 0, high = 1e6; /* limits between which the right one lies */
    if (total_seconds(estimates, count, high) <= seconds)
        return true;
    for (unsigned i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        *(total_seconds(estimates, count, middle) <= seconds ? &low : &high) = middle;
    }
    bool good = true;
    for (size_t i = 0; good && i < count; i++)
        if (estimates[i].cell && !estimates[i].whole)
            good = prefix_set(suite, &estimates[i], low, seconds * POSITION_SHARE);
    return good;
}

static bool has_programs(const schedule *s)
{
    for (size_t i = 0; i < s->cell_count; i++)
        if (s->cells[i].backend->id.driver)
            return true;
    return false;
}

bool prefixes_plan(schedule *s, suite *suite, double seconds)
{
    if (!has_programs(s))
        return true;
    estimate *estimates = calloc(s->cell_count + 1, sizeof *estimates);
    bool good = estimates != NULL;
    for (size_t i = 0; good && i < s->cell_count; i++) {
        bench_cell *cell = &s->cells[i];
        if (!cell->columns_of && !cell->aa_of && !cell->sink_of && !cell->old_of)
            estimates[i] = estimate_make(s, suite, cell);
    }
    good = good && estimates_use(suite, estimates, s->cell_count, seconds);
    for (size_t i = 0; i < s->cell_count; i++)
        if (s->cells[i].columns_of)
            s->cells[i].slice = s->cells[i].columns_of->slice;
    free(estimates);
    return good;
}
