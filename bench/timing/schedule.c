#include "bench/timing/schedule.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/statistics/statistics.h"
#include "parsers/util/clock.h"

/* Compare a timed run with the verified run: row count, checksum and, with a sink, output bytes. */
static bool is_verified(const bench_cell *cell, const json_t *answer)
{
    const check *verified = &cell->check;
    const char *checksum = json_string_value(json_object_get(answer, "checksum"));
    const char *wanted =
        cell->role == ROLE_COLUMNS ? verified->columns_checksum : verified->checksum;
    uint64_t bytes = (uint64_t)json_integer_value(json_object_get(answer, "bytes"));
    return (uint64_t)json_integer_value(json_object_get(answer, "rows")) == verified->rows &&
           checksum && strcmp(checksum, wanted) == 0 &&
           (!cell->sink || bytes == cell->output_bytes);
}

/* Request one sample of `runs` runs. true if its rows match the verified rows; *answer is then a
 * new reference. Otherwise the cell fails. */
static bool sample_ask(const schedule *s, client *worker, bench_cell *cell, unsigned runs,
                       size_t evict, json_t **answer)
{
    json_t *request = run_request("sample", cell->slice, cell->level);
    json_object_set_new(request, "runs", json_integer((json_int_t)runs));
    json_object_set_new(request, "evict_bytes", json_integer((json_int_t)evict));
    json_object_set_new(request, "columns", json_boolean(cell->role == ROLE_COLUMNS));
    cell_sink_ask(cell, request);
    *answer = client_ask(worker, request, s->request_s);
    if (!*answer) {
        cell_fail(cell, worker->status, worker->reason);
        return false;
    }
    if (is_verified(cell, *answer))
        return true;
    cell_fail(cell, STATUS_FAILED, "a timed run gave other rows than the verified one");
    json_decref(*answer);
    *answer = NULL;
    return false;
}

static double number(const json_t *answer, const char *key)
{
    return (double)json_integer_value(json_object_get(answer, key));
}

/* A slow cell gets one sample per block. */
static bool is_slow(const bench_cell *cell)
{
    return cell->run_ns > SLOW_NS;
}

/* Runs of a quick cell per part; the median is reported. */
enum { POSITION_RUNS = 5 };
/* Unrecorded runs of a quick cell in a fresh process. */
enum { WARM_UP_RUNS = 3 };

static void cell_positions(schedule *s, client *worker, bench_cell *cell)
{
    double parts[POSITION_PARTS][POSITION_RUNS];
    size_t runs = is_slow(cell) ? 1 : POSITION_RUNS;
    const suite_slice *slice = cell_position_slice(cell);
    for (size_t run = 0; run < runs; run++) {
        json_t *request = run_request("positions", slice, cell->level);
        json_object_set_new(request, "packets", json_integer((json_int_t)slice->packets));
        json_object_set_new(request, "parts", json_integer(POSITION_PARTS));
        json_t *answer = client_ask(worker, request, s->request_s);
        const json_t *list = json_object_get(answer, "part_ns");
        bool good = json_array_size(list) == POSITION_PARTS;
        for (size_t i = 0; good && i < POSITION_PARTS; i++)
            parts[i][run] = json_number_value(json_array_get(list, i));
        json_decref(answer);
        if (!good)
            return;
    }
    for (size_t i = 0; i < POSITION_PARTS; i++)
        cell->part_ns[i] = median_of(parts[i], runs);
}

/* The first run of a process tells its memory. If it looks slow, a second run decides: the first
 * one may have filled a table or a pool that later runs find. */
static void cell_estimate(const schedule *s, client *worker, bench_cell *cell)
{
    json_t *answer;
    if (!sample_ask(s, worker, cell, 1, 0, &answer))
        return;
    cell->run_ns = cell->first_ns = number(answer, "wall_ns");
    cell->peak_rss = (uint64_t)number(answer, "peak_rss_bytes");
    json_decref(answer);
    if (!is_slow(cell) || !sample_ask(s, worker, cell, 1, 0, &answer))
        return;
    cell->run_ns = number(answer, "wall_ns");
    json_decref(answer);
}

static void cell_probe(schedule *s, bench_cell *cell)
{
    client worker;
    if (!client_open_loaded(&worker, &cell->backend->id, s->request_s, NULL)) {
        cell_fail(cell, worker.status, worker.reason);
        return;
    }
    cell_estimate(s, &worker, cell);
    if (s->positions && cell_is_timed(cell) && cell->role == ROLE_MAIN)
        cell_positions(s, &worker, cell);
    client_close(&worker);
}

void schedule_probe(schedule *s)
{
    for (size_t i = 0; i < s->cell_count; i++) {
        char name[CELL_NAME];
        bench_cell *cell = &s->cells[i];
        if (!cell_is_timed(cell))
            continue;
        pkt_notice(s->notices, PKT_NOTICE_PROGRESS, "memory: %s, %s", cell_name(cell, name),
                   cell->slice->name);
        cell_probe(s, cell);
    }
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
static unsigned cell_runs(const schedule *s, const bench_cell *cell, double run_ns)
{
    return cell->cold ? 1 : runs_of(s, run_ns);
}

/* Seconds of one sample of the cell. */
static double sample_seconds(const schedule *s, const bench_cell *cell)
{
    return cell_runs(s, cell, cell->run_ns) * (cell->run_ns + s->evict_ns) * 1.1e-9;
}

/* Seconds of one round of all slow cells, or of all quick cells. */
static double round_seconds(const schedule *s, bool slow)
{
    double sum = 0;
    for (size_t i = 0; i < s->cell_count; i++)
        if (cell_is_timed(&s->cells[i]) && is_slow(&s->cells[i]) == slow)
            sum += sample_seconds(s, &s->cells[i]);
    return sum;
}

/* Seconds of the warm-up of one block. */
static double warm_up_seconds(const schedule *s)
{
    double sum = 0;
    for (size_t i = 0; i < s->cell_count; i++)
        if (cell_is_timed(&s->cells[i]) && !is_slow(&s->cells[i]))
            sum += WARM_UP_RUNS * (s->cells[i].run_ns + s->evict_ns) * 1.1e-9;
    return sum;
}

/* Number of blocks in which slow cells run: all blocks if the budget allows that with the minimum
 * number of rounds of quick cells. Quick cells get more rounds from the rest of the budget. Blocks
 * come first because a confidence interval needs several processes. */
static unsigned slow_blocks_wanted(const schedule *s)
{
    double slow = round_seconds(s, true);
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
    return s->slow_blocks >= s->blocks ||
           block * s->slow_blocks / s->blocks != (block + 1) * s->slow_blocks / s->blocks;
}

double schedule_seconds(const schedule *s)
{
    return s->blocks * (warm_up_seconds(s) + s->rounds * round_seconds(s, false)) +
           s->slow_blocks * round_seconds(s, true);
}

void schedule_plan(schedule *s)
{
    for (size_t i = 0; i < s->cell_count; i++) {
        s->cells[i].runs = cell_runs(s, &s->cells[i], s->cells[i].run_ns);
    }
    s->slow_blocks = slow_blocks_wanted(s);
    if (s->rounds)
        return;
    double quick = round_seconds(s, false);
    double left =
        s->budget_s - s->slow_blocks * round_seconds(s, true) - s->blocks * warm_up_seconds(s);
    double rounds = quick > 0 ? floor(left / (quick * s->blocks)) : ROUNDS_MIN;
    rounds = fmin(fmax(rounds, ROUNDS_MIN), s->rounds_max);
    s->rounds = (unsigned)rounds;
}

/* Start-up time: time of one run over a capture without packets. It is long for a program that
 * starts another one. A prefix must not be charged with all of it, because a run over the whole
 * slice pays it once too. */
typedef struct start_up {
    double wall_ns, cpu_ns;
} start_up;

/* Measure the start-up of a cell that reads only a prefix; 0 for other cells. false: the cell
 * failed. */
static bool start_up_ask(const schedule *s, client *worker, bench_cell *cell, start_up *start)
{
    *start = (start_up){0, 0};
    if (!cell->slice->whole)
        return true;
    suite_slice empty = *cell->slice;
    empty.path = cell->slice->empty;
    json_t *request = run_request("sample", &empty, cell->level);
    json_object_set_new(request, "runs", json_integer(1));
    json_object_set_new(request, "evict_bytes", json_integer((json_int_t)s->evict_bytes));
    json_object_set_new(request, "columns", json_boolean(cell->role == ROLE_COLUMNS));
    json_t *answer = client_ask(worker, request, s->request_s);
    if (!answer) {
        cell_fail(cell, worker->status, worker->reason);
        return false;
    }
    *start = (start_up){number(answer, "wall_ns"), number(answer, "cpu_ns")};
    json_decref(answer);
    return true;
}

/* Charge a prefix with its share of the start-up time. `part` is the prefix's share of the slice's
 * packets. */
static double start_up_charge(double run_ns, double start_ns, double part)
{
    return fmax(run_ns - start_ns, 0) + start_ns * part;
}

static void sample_keep(bench_cell *cell, unsigned block, unsigned round, const json_t *answer,
                        const start_up *start)
{
    const double part = (double)cell->slice->packets / (double)suite_whole(cell->slice)->packets;
    const timing_sample sample = {
        .block = block,
        .round = round,
        .wall_ns = start_up_charge(number(answer, "wall_ns") / cell->runs, start->wall_ns, part),
        .cpu_ns = start_up_charge(number(answer, "cpu_ns") / cell->runs, start->cpu_ns, part),
        .start_ns = start->wall_ns,
        .counted = {[COUNTER_INSTRUCTIONS] = number(answer, "counted_instructions") / cell->runs,
                    [COUNTER_CYCLES] = number(answer, "counted_cycles") / cell->runs},
    };
    cell_sample_add(cell, &sample);
}

/* The processes of a block: one per backend, and one for the A/A control. */
typedef struct block_workers {
    client workers[SELECTION_MAX + 1];
    bool open[SELECTION_MAX + 1];
} block_workers;

/* Index of the process that runs the cell. */
static size_t worker_index(const schedule *s, const bench_cell *cell)
{
    if (cell->role == ROLE_AA_CONTROL)
        return s->load_count;
    for (size_t i = 0; i < s->load_count; i++)
        if (s->loads[i].backend == cell->backend)
            return i;
    return s->load_count;
}

static void worker_fail(schedule *s, size_t index, const client *worker)
{
    for (size_t i = 0; i < s->cell_count; i++)
        if (cell_is_timed(&s->cells[i]) && worker_index(s, &s->cells[i]) == index)
            cell_fail(&s->cells[i], worker->status, worker->reason);
}

static bool worker_needed(const schedule *s, size_t index)
{
    for (size_t i = 0; i < s->cell_count; i++)
        if (cell_is_timed(&s->cells[i]) && worker_index(s, &s->cells[i]) == index)
            return true;
    return false;
}

static const backend_id *worker_backend(const schedule *s, size_t index)
{
    for (size_t i = 0; i < s->cell_count; i++)
        if (worker_index(s, &s->cells[i]) == index)
            return &s->cells[i].backend->id;
    return NULL;
}

/* The block's processor, one of those that this process may use; all of them if it cannot be
 * determined. */
static cpu_set_t block_cpus(const cpu_set_t *allowed, unsigned block)
{
    cpu_set_t one;
    int skip = CPU_COUNT(allowed) ? (int)(block % (unsigned)CPU_COUNT(allowed)) : 0;
    CPU_ZERO(&one);
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, allowed) && skip-- == 0)
            CPU_SET(cpu, &one);
    return CPU_COUNT(&one) ? one : *allowed;
}

/* Start a worker on the block's processor: a worker inherits the CPU affinity of the harness.
 * Processors can differ in speed, for example if one shares its core with a busy sibling thread.
 * Without pinning, two compared processes differed by up to 40 % (measured). */
static bool worker_begin(const schedule *s, client *worker, const backend_id *id, uint64_t *load_ns)
{
    cpu_set_t allowed;
    bool pinned = s->one_cpu && sched_getaffinity(0, sizeof allowed, &allowed) == 0;
    if (pinned) {
        cpu_set_t one = block_cpus(&allowed, s->block);
        (void)sched_setaffinity(0, sizeof one, &one);
    }
    bool good = client_open_loaded(worker, id, s->request_s, load_ns);
    if (pinned)
        (void)sched_setaffinity(0, sizeof allowed, &allowed);
    return good;
}

static void worker_start(schedule *s, block_workers *w, size_t index)
{
    uint64_t load_ns = 0;
    w->open[index] = worker_begin(s, &w->workers[index], worker_backend(s, index), &load_ns);
    if (!w->open[index]) {
        worker_fail(s, index, &w->workers[index]);
        return;
    }
    if (index == s->load_count)
        return; /* the load time of the A/A control is not recorded */
    load_times *loads = &s->loads[index];
    if (loads->count < sizeof loads->ns / sizeof loads->ns[0])
        loads->ns[loads->count++] = (double)load_ns;
}

/* Warm up a quick cell in a fresh process with WARM_UP_RUNS unrecorded runs: the first run has page
 * faults that later runs do not have. In the first block, the runs per sample are also
 * computed again from the warm-up, as the first estimate was cold. */
static void cell_warm_up(schedule *s, client *worker, bench_cell *cell, unsigned block)
{
    json_t *answer;
    if (is_slow(cell) || !sample_ask(s, worker, cell, WARM_UP_RUNS, s->evict_bytes, &answer))
        return;
    if (block == 0) {
        cell->runs = cell_runs(s, cell, number(answer, "wall_ns") / WARM_UP_RUNS);
    }
    json_decref(answer);
}

static void cell_sample(schedule *s, block_workers *w, bench_cell *cell, unsigned block,
                        unsigned round)
{
    char name[CELL_NAME];
    size_t index = worker_index(s, cell);
    json_t *answer;
    if (!cell_is_timed(cell) || !w->open[index])
        return;
    pkt_notice(s->notices, PKT_NOTICE_PROGRESS, "block %u of %u, round %u of %u: %s, %s", block + 1,
               s->blocks, round + 1, s->rounds, cell_name(cell, name), cell->slice->name);
    client *worker = &w->workers[index];
    if (round == 0)
        cell_warm_up(s, worker, cell, block);
    start_up start;
    if (cell_is_timed(cell) && start_up_ask(s, worker, cell, &start) &&
        sample_ask(s, worker, cell, cell->runs, s->evict_bytes, &answer)) {
        sample_keep(cell, block, round, answer, &start);
        json_decref(answer);
    }
    if (!worker->pid) { /* the worker crashed or was killed: only this cell fails */
        client_close(worker);
        w->open[index] = false;
        if (worker_needed(s, index))
            worker_start(s, w, index);
    }
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
    for (size_t i = 0; i <= s->load_count; i++) {
        w->open[i] = false;
        if (worker_needed(s, i))
            worker_start(s, w, i);
    }
    bool slow = block_has_slow(s, block);
    for (unsigned round = 0; round < s->rounds && (round == 0 || pkt_seconds_now() < end);
         round++) {
        random_shuffle(&s->random, order, s->cell_count);
        for (size_t i = 0; i < s->cell_count; i++) {
            bench_cell *cell = &s->cells[order[i]];
            if (!is_slow(cell) || (slow && round == 0))
                cell_sample(s, w, cell, block, round);
        }
    }
    for (size_t i = 0; i <= s->load_count; i++)
        if (w->open[i])
            client_close(&w->workers[i]);
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
    for (unsigned block = 0; w && order && block < s->blocks; block++) {
        if (is_late(s, block)) {
            s->blocks = block;
            break;
        }
        block_run(s, block, w, order);
        s->blocks_done = block + 1;
        if (s->block_done)
            s->block_done(s->self);
    }
    free(order);
    free(w);
}

void schedule_free(schedule *s)
{
    for (size_t i = 0; i < s->cell_count; i++)
        cell_free(&s->cells[i]);
    free(s->cells);
    s->cells = NULL;
    s->cell_count = 0;
}
