#include "bench/timing/schedule.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/input/first_packets.h"
#include "bench/sample/sample.h"
#include "bench/statistics/statistics.h"
#include "bench/timing/workers.h"
#include "parsers/util/clock.h"

/* A slow cell gets one sample per block. */
static bool is_slow(const bench_cell *cell)
{
    return cell->run_ns > SLOW_NS;
}

/* The slice of the first, unranked run of a slow cell; NULL: its own. */
static const char *first_slice(const schedule *s, const bench_cell *cell)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!is_slow(cell) || !s->suite || cell->slice->packets <= FIRST_RUN_PACKETS ||
        backend_is_external(&cell->backend->id))
        return NULL;
    const suite_slice *prefix =
        first_packets(s->suite, suite_whole(cell->slice), FIRST_RUN_PACKETS, &err);
    return prefix ? prefix->path : NULL;
}

static sample_plan plan_of(schedule *s, client *worker, bench_cell *cell, unsigned runs,
                           size_t evict_bytes)
{
    return (sample_plan){.cell = cell,
                         .worker = worker,
                         .path = cell->slice->path,
                         .first = first_slice(s, cell),
                         .runs = runs,
                         .evict_bytes = evict_bytes,
                         .column = PKT_COLUMN_COUNT,
                         .seconds = s->request_s};
}

/* The rows of a cell whose run takes longer are not verified once more. */
#define CHECK_BELOW_NS 500e6

static bool probe_open(const schedule *s, bench_cell *cell, client *worker)
{
    if (client_open_loaded(worker, &cell->backend->id, s->request_s, NULL))
        return true;
    cell_fail(cell, worker->status, worker->reason);
    return false;
}

/* A process that has not run yet. false: the cell failed. */
static bool probe_begin(schedule *s, bench_cell *cell, client *worker)
{
    if (!probe_open(s, cell, worker))
        return false;
    if (s->proofs)
        cell->proof = proofs_get(s->proofs, cell, worker, s->request_s);
    if (!cell->proof || cell->proof->count == 0)
        return true;
    (void)client_close(worker); /* it was asked for the rows that differ from raw's */
    return probe_open(s, cell, worker);
}

/* The first estimate of the run time is that of a second run, where there is one: the first one is
 * cold. */
static void cell_probe(schedule *s, bench_cell *cell)
{
    client worker;
    sample_times times;
    if (!probe_begin(s, cell, &worker))
        return;
    if (cell->proof && cell->proof->wrong < PKT_COLUMN_COUNT) {
        char reason[REASON_BYTES];
        (void)snprintf(reason, sizeof reason, "column %s is not 0 in rows that do not have it",
                       pkt_column_at(cell->proof->wrong)->name);
        cell_fail(cell, STATUS_DISAGREES, reason);
    }
    sample_plan plan = plan_of(s, &worker, cell, 1, 0);
    plan.column = proofs_draw(cell, s->draw, 0, 0);
    plan.check_below_ns = CHECK_BELOW_NS;
    if (cell_is_timed(cell) && sample_take(&plan, &times)) {
        /* An external program without unranked runs: its one run was the first. */
        cell->first_ns = times.first_ns > 0 ? times.first_ns : times.wall_ns;
        cell->run_ns = times.wall_ns;
        cell->peak_rss = times.peak_rss;
        cell->change_ns = times.change_ns;
    }
    if (s->positions && cell_is_timed(cell) && cell->role == ROLE_MAIN)
        cell_positions(cell, &worker, s->request_s);
    if (!client_close_whole(&worker) && cell_is_timed(cell))
        cell_fail(cell, worker.status, worker.reason);
}

/* `culprit`: NULL if it is not known. */
static void slices_check(schedule *s, bench_cell *culprit)
{
    (void)slice_guard_check(s->guard, s->cells, s->cell_count, culprit);
}

/* Only the worker of the cell is open. */
static void slices_check_alone(schedule *s, bench_cell *cell)
{
    slices_check(s, backend_is_foreign(&cell->backend->id) ? cell : NULL);
}

void schedule_probe(schedule *s)
{
    if (s->suite && !s->guard)
        s->guard = slice_guard_new(s->suite->scratch.folder, s->cells, s->cell_count);
    s->draw = random_next(&s->random);
    for (size_t i = 0; i < s->cell_count; i++) {
        char name[CELL_NAME];
        bench_cell *cell = &s->cells[i];
        if (!cell_is_timed(cell))
            continue;
        pkt_notice(s->notices, PKT_NOTICE_PROGRESS, "memory: %s, %s", cell_name(cell, name),
                   cell->slice->name);
        cell_probe(s, cell);
        slices_check_alone(s, cell);
    }
    cells_even(s->cells, s->cell_count);
}

/* Runs per sample if one run takes `run_ns`. Eviction of caches limits it too. */
static unsigned runs_of(const schedule *s, double run_ns)
{
    double runs = fmin(ceil(s->sample_ns / fmax(run_ns, 1)), SAMPLE_RUNS_MAX);
    const double most = s->sample_evict_ns > 0 ? s->sample_evict_ns : SAMPLE_EVICT_NS;
    double evictions = floor(most / fmax(s->evict_ns, 1));
    return (unsigned)fmax(fmin(runs, evictions), 1);
}

/* The same for a cell. What a cold run reads is warm afterwards: a sample has one of them. */
static unsigned cell_runs(const schedule *s, const bench_cell *cell)
{
    return cell->cold ? 1 : runs_of(s, cell->run_ns);
}

/* Seconds of one sample of the cell, with its first run. */
static double sample_seconds(const schedule *s, const bench_cell *cell)
{
    const double first = fmin(cell->run_ns, SLOW_NS);
    const double each = cell->run_ns + s->evict_ns + cell->change_ns;
    return (first + cell_runs(s, cell) * each) * 1.1e-9;
}

/* Seconds of one round of all slow cells, or of all quick cells. */
static double round_seconds(const schedule *s, bool slow)
{
    double sum = 0;
    for (size_t i = 0; i < s->cell_count; i++)
        if (cell_takes_part(&s->cells[i]) && is_slow(&s->cells[i]) == slow)
            sum += sample_seconds(s, &s->cells[i]);
    return sum;
}

/* Seconds of the unranked runs of one block, of all slow or all quick cells. */
static double unranked_seconds(const schedule *s, bool slow)
{
    double sum = 0;
    for (size_t i = 0; i < s->cell_count; i++) {
        const bench_cell *cell = &s->cells[i];
        if (!cell_takes_part(cell) || is_slow(cell) != slow)
            continue;
        sum += cell->backend->warm_up * fmax(cell->first_ns, cell->run_ns) * 1.1e-9;
        if (s->compares)
            sum += (fmin(cell->run_ns, SLOW_NS) + cell->run_ns + cell->change_ns) * 1.1e-9;
    }
    return sum;
}

/* Seconds of the slow cells of one block. */
static double slow_seconds(const schedule *s)
{
    return round_seconds(s, true) + unranked_seconds(s, true);
}

/* Number of blocks in which slow cells run: all blocks if the budget allows that with the minimum
 * number of rounds of quick cells, which get more rounds from the rest of it. Blocks come first: a
 * confidence interval needs several processes. */
static unsigned slow_blocks_wanted(const schedule *s)
{
    double slow = slow_seconds(s);
    if (slow <= 0)
        return s->blocks;
    double quick = round_seconds(s, false) * s->blocks * (s->rounds ? s->rounds : ROUNDS_MIN);
    double fit = floor((s->budget_s - quick) / slow);
    if (fit >= s->blocks)
        return s->blocks;
    return fit < BLOCKS_MIN ? BLOCKS_MIN : (unsigned)fit;
}

/* Do slow cells run in this block? Their blocks are spread evenly over all blocks. */
static bool block_has_slow(const schedule *s, unsigned block)
{
    const unsigned blocks = s->stages.first ? s->stages.first : s->blocks;
    return block >= blocks || s->slow_blocks >= blocks ||
           block * s->slow_blocks / blocks != (block + 1) * s->slow_blocks / blocks;
}

double schedule_block_seconds(const schedule *s)
{
    return unranked_seconds(s, false) + s->rounds * round_seconds(s, false) + slow_seconds(s);
}

double schedule_seconds(const schedule *s)
{
    return s->blocks * (unranked_seconds(s, false) + s->rounds * round_seconds(s, false)) +
           s->slow_blocks * slow_seconds(s);
}

void schedule_plan(schedule *s)
{
    for (size_t i = 0; i < s->cell_count; i++)
        s->cells[i].runs = cell_runs(s, &s->cells[i]);
    s->slow_blocks = slow_blocks_wanted(s);
    if (s->rounds)
        return;
    double quick = round_seconds(s, false);
    double left =
        s->budget_s - s->slow_blocks * slow_seconds(s) - s->blocks * unranked_seconds(s, false);
    double rounds = quick > 0 ? floor(left / (quick * s->blocks)) : ROUNDS_MIN;
    rounds = fmin(fmax(rounds, ROUNDS_MIN), s->rounds_max);
    s->rounds = (unsigned)rounds;
}

/* Does a run start another program, whose start is its start-up? Those of this project do no more.
 * A command or a plug-in could wait where a capture has no packets, and gain by what is taken off.
 */
static bool has_start_up(const bench_cell *cell)
{
    return cell->slice->whole && !cell->backend->id.plugin && !cell->backend->id.command;
}

/* Measure the start-up of a cell that reads only a prefix: the time of a run over a capture without
 * packets. It is long for a program that starts another one. A prefix must not be charged with all
 * of it, because a run over the whole slice pays it once too. false: the cell failed. */
static bool start_up_take(schedule *s, client *worker, bench_cell *cell)
{
    sample_times times;
    if (!has_start_up(cell))
        return true;
    sample_plan plan = plan_of(s, worker, cell, 1, s->evict_bytes);
    plan.path = cell->slice->empty;
    if (!sample_take(&plan, &times))
        return false;
    taken_off_add(&cell->start, times.wall_ns, times.cpu_ns);
    return true;
}

static void sample_keep(bench_cell *cell, unsigned block, unsigned round, const sample_times *times)
{
    const timing_sample sample = {
        .block = block,
        .round = round,
        .wall_ns = cell_charge(cell, times->wall_ns / cell->runs, cell->start.wall_ns),
        .cpu_ns = cell_charge(cell, times->cpu_ns / cell->runs, cell->start.cpu_ns),
        .start_ns = cell->start.wall_ns,
        .first_ns = times->first_ns,
        .counted = {[COUNTER_INSTRUCTIONS] = times->counted[COUNTER_INSTRUCTIONS] / cell->runs,
                    [COUNTER_CYCLES] = times->counted[COUNTER_CYCLES] / cell->runs},
    };
    cell_sample_add(cell, &sample);
}

/* The cell, if no other worker than its own can have removed a slice. */
static bench_cell *remover(schedule *s, const block_workers *w, bench_cell *cell)
{
    const bool foreign = backend_is_foreign(&cell->backend->id);
    return foreign && workers_foreign(s, w) == 1 ? cell : NULL;
}

/* Take a sample, and keep it unless something disturbed it that need not be of this cell: a process
 * that another backend has left, or a slice that one of several has removed. false: it is to be
 * taken again. */
static bool sample_try(schedule *s, block_workers *w, const sample_plan *plan, unsigned round)
{
    bench_cell *cell = plan->cell;
    bench_cell *culprit = remover(s, w, cell);
    sample_times times;
    slices_check(s, NULL);
    if (!cell_is_timed(cell))
        return true;
    const bool good = start_up_take(s, plan->worker, cell) && sample_take(plan, &times);
    const bool whole = workers_whole(s, w, worker_index(s, cell));
    const bool moved = slice_guard_moved(s->guard);
    slices_check(s, culprit);
    if (good && whole && !moved)
        sample_keep(cell, s->block, round, &times);
    return !good || (whole && (!moved || culprit));
}

/* Of a sample that something else disturbs. */
enum { ATTEMPTS = 2 };

/* Take the cell's sample of the round. */
static void sample_get(schedule *s, block_workers *w, bench_cell *cell, unsigned round)
{
    sample_plan plan =
        plan_of(s, &w->workers[worker_index(s, cell)], cell, cell->runs, s->evict_bytes);
    plan.column = proofs_draw(cell, s->draw, s->block, round);
    plan.floor_ns = proofs_floor(s->proofs, cell);
    cell->first_packets = plan.first ? FIRST_RUN_PACKETS : cell->slice->packets;
    for (unsigned i = 0; i < ATTEMPTS; i++)
        if (sample_try(s, w, &plan, round))
            return;
    cell_fail(cell, STATUS_FAILED,
              "another program disturbed its run, twice: it left a process, or removed the slice; "
              "leave out the other programs, one after another");
}

static void cell_sample(schedule *s, block_workers *w, bench_cell *cell, unsigned round)
{
    char name[CELL_NAME];
    size_t index = worker_index(s, cell);
    if (!cell_takes_part(cell) || !w->open[index])
        return;
    pkt_notice(s->notices, PKT_NOTICE_PROGRESS, "block %u of %u, round %u of %u: %s, %s",
               s->block + 1, s->blocks, round + 1, s->rounds, cell_name(cell, name),
               cell->slice->name);
    sample_get(s, w, cell, round);
    worker_renew(s, w, index);
}

/* Peak memory of one run, before the process evicts caches for the first time. */
static void cell_memory(schedule *s, block_workers *w, bench_cell *cell)
{
    const size_t index = worker_index(s, cell);
    sample_times times;
    if (!cell_takes_part(cell) || !w->open[index])
        return;
    const unsigned runs = backend_is_external(&cell->backend->id) ? 1 : 0;
    sample_plan plan = plan_of(s, &w->workers[index], cell, runs, 0);
    plan.first = NULL;
    if (sample_take(&plan, &times))
        (void)observation_add(&cell->peaks, (observation){s->block, (double)times.peak_rss});
    slices_check(s, remover(s, w, cell));
    worker_renew(s, w, index);
}

static void block_memory(schedule *s, block_workers *w, bool slow, size_t *order)
{
    random_shuffle(&s->random, order, s->cell_count);
    for (size_t i = 0; i < s->cell_count; i++)
        if (slow || !is_slow(&s->cells[order[i]]))
            cell_memory(s, w, &s->cells[order[i]]);
}

/* When the block should end: the time that is left is shared by the blocks that are left. */
static double block_end(const schedule *s, unsigned block)
{
    const double now = pkt_seconds_now();
    return s->deadline_s > 0 ? now + fmax(s->deadline_s - now, 0) / (s->blocks - block) : INFINITY;
}

static void block_run(schedule *s, unsigned block, block_workers *w, size_t *order)
{
    const double end = block_end(s, block);
    s->block = block;
    proofs_block(s->proofs, s->evict_bytes);
    workers_start(s, w);
    bool slow = block_has_slow(s, block);
    if (s->compares)
        block_memory(s, w, slow, order);
    for (unsigned round = 0; round < s->rounds && (round == 0 || pkt_seconds_now() < end);
         round++) {
        random_shuffle(&s->random, order, s->cell_count);
        for (size_t i = 0; i < s->cell_count; i++) {
            bench_cell *cell = &s->cells[order[i]];
            if (!is_slow(cell) || (slow && round == 0))
                cell_sample(s, w, cell, round);
        }
    }
    workers_stop(s, w);
    slices_check(s, NULL); /* other programs read them after the last block */
}

/* Is the time over, after as many blocks as an interval needs? */
static bool is_late(const schedule *s, unsigned block)
{
    return s->deadline_s > 0 && block >= INTERVAL_BLOCKS_MIN && pkt_seconds_now() > s->deadline_s;
}

void schedule_run(schedule *s)
{
    block_workers *w = calloc(1, sizeof *w);
    size_t *order = calloc(s->cell_count ? s->cell_count : 1, sizeof *order);
    for (size_t i = 0; order && i < s->cell_count; i++)
        order[i] = i;
    s->started_s = pkt_seconds_now();
    for (unsigned block = 0; w && order && block < s->blocks; block++) {
        if (is_late(s, block)) {
            s->blocks = block;
            break;
        }
        block_run(s, block, w, order);
        s->blocks_done = block + 1;
        if (s->go_on)
            s->go_on(s);
        if (s->block_done)
            s->block_done(s->self);
    }
    free(order);
    free(w);
}

void schedule_free(schedule *s)
{
    proofs_free(s->proofs);
    slice_guard_free(s->guard);
    s->proofs = NULL;
    s->guard = NULL;
    for (size_t i = 0; i < s->cell_count; i++)
        cell_free(&s->cells[i]);
    for (size_t i = 0; i < s->load_count; i++)
        free(s->loads[i].list.values);
    free(s->cells);
    s->load_count = 0;
    s->cells = NULL;
    s->cell_count = 0;
}
