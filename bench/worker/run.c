#include "bench/worker/run.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/features/feature_rows.h"
#include "bench/worker/output_rows.h"
#include "bench/worker/page_cache.h"
#include "parsers/core/numbers.h"
#include "parsers/encode/csv.h"
#include "parsers/parallel/parallel.h"
#include "parsers/sink/sink.h"
#include "parsers/util/atomic_file.h"
#include "parsers/util/clock.h"

enum { CACHE_LINE = 64 };

static uint64_t clock_ns(clockid_t clock)
{
    return (uint64_t)pkt_clock_ns(clock);
}

uint64_t peak_rss_bytes(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    uint64_t kib = 0;
    while (kib == 0 && status && fgets(line, sizeof line, status))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtoull(line + 6, NULL, 10);
    if (status)
        fclose(status);
    return kib * 1024;
}

uint8_t *caches_memory(size_t bytes)
{
    uint8_t *memory = bytes ? malloc(bytes) : NULL;
    if (memory)
        memset(memory, 1, bytes);
    return memory;
}

void caches_evict(const uint8_t *memory, size_t bytes)
{
    const volatile uint8_t *lines = memory;
    for (size_t i = 0; lines && i < bytes; i += CACHE_LINE)
        (void)lines[i];
}

double run_evict_ns(size_t bytes)
{
    uint8_t *memory = caches_memory(bytes);
    if (!memory)
        return 0;
    uint64_t from = clock_ns(CLOCK_MONOTONIC);
    caches_evict(memory, bytes);
    double ns = (double)(clock_ns(CLOCK_MONOTONIC) - from);
    free(memory);
    return ns;
}

/* CPU time of this process and of its children that have ended. */
static uint64_t cpu_ns(void)
{
    struct rusage children;
    (void)getrusage(RUSAGE_CHILDREN, &children);
    const int64_t us = (children.ru_utime.tv_sec + children.ru_stime.tv_sec) * INT64_C(1000000) +
                       children.ru_utime.tv_usec + children.ru_stime.tv_usec;
    return clock_ns(CLOCK_PROCESS_CPUTIME_ID) + (uint64_t)us * NS_PER_US;
}

/* The clocks of a timed run. */
typedef struct stopwatch {
    counters processor;
    uint64_t cpu, wall;
} stopwatch;

static void stopwatch_start(stopwatch *w, const run_job *job)
{
    counters_open(&w->processor);
    counters_start(&w->processor);
    w->cpu = cpu_ns();
    w->wall = clock_ns(CLOCK_MONOTONIC);
    if (job->signals) /* a handler of the backend runs now, not before */
        (void)sigprocmask(SIG_SETMASK, job->signals, NULL);
}

static void stopwatch_stop(stopwatch *w, const run_job *job, run_outcome *outcome)
{
    outcome->wall_ns = clock_ns(CLOCK_MONOTONIC) - w->wall;
    outcome->cpu_ns = cpu_ns() - w->cpu;
    if (job->signals) {
        sigset_t all;
        sigfillset(&all);
        (void)sigprocmask(SIG_BLOCK, &all, NULL);
    }
    counters_stop(&w->processor, outcome->counted);
}

/* The columns that the backend fills at the job's level. */
static pkt_column_set columns_of(const pkt_backend *backend, const run_job *job)
{
    const pkt_level_work *offer = pkt_backend_level(backend, job->level);
    return offer ? offer->columns : (pkt_column_set){{0}};
}

static pkt_request request_of(const run_job *job)
{
    pkt_request request = PKT_INIT(pkt_request);
    request.level = job->level;
    return request;
}

/* Close the sink of a timed run, which hashes a cell of every row. Hashing is part of the time: 0.1
 * to 0.4 ns per row, the same for every backend. */
static void timed_sink_close(pkt_mosaic_sink *mosaic, run_outcome *outcome)
{
    outcome->mosaic = pkt_mosaic_sink_result(mosaic);
    pkt_mosaic_sink_close(mosaic);
}

static int run_timed(const pkt_backend *backend, void *context, pkt_batch *batch,
                     const run_job *job, const pkt_capture *slice, run_outcome *outcome)
{
    const pkt_request request = request_of(job);
    pkt_sink sink;
    pkt_mosaic_sink *mosaic = pkt_mosaic_sink_open(&job->mosaic, &sink, &outcome->err);
    stopwatch watch;
    if (!mosaic)
        return -1;
    stopwatch_start(&watch, job);
    int bad =
        pkt_run(backend, context, slice, &request, batch, &sink, &outcome->rows, &outcome->err);
    stopwatch_stop(&watch, job, outcome);
    timed_sink_close(mosaic, outcome);
    return bad;
}

/* A sink that passes every batch to two sinks. */
typedef struct pair_sink {
    pkt_sink first, second;
} pair_sink;

static int pair_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    pair_sink *pair = self;
    return pair->first.push(pair->first.self, batch, err) != 0 ||
                   pair->second.push(pair->second.self, batch, err) != 0
               ? -1
               : 0;
}

static int pair_finish(void *self, pkt_err *err)
{
    pair_sink *pair = self;
    return pair->first.finish(pair->first.self, err) != 0 ||
                   pair->second.finish(pair->second.self, err) != 0
               ? -1
               : 0;
}

/* The rows of the slice, decoded by the threads that write if the backend can, as in extract. */
static int rows_run(const pkt_backend *backend, void *context, pkt_batch *batch,
                    const pkt_request *request, const pkt_capture *slice, const output_rows *output,
                    const pkt_sink *sink, run_outcome *outcome)
{
    pkt_parallel_job job = {.pool = output->pool, .direct = pkt_writer_direct(output->writer)};
    if (pkt_parallel_possible(output->pool, backend, slice))
        return pkt_parallel_run(&job, slice, request, sink, &outcome->rows, &outcome->err);
    return pkt_run(backend, context, slice, request, batch, sink, &outcome->rows, &outcome->err);
}

/* As run_timed(), but rows are written. The time includes the start of the writer, but not its end
 * (joining threads, freeing memory), which follows the last byte. */
static int run_written(const pkt_backend *backend, void *context, pkt_batch *batch,
                       const run_job *job, const pkt_capture *slice, run_outcome *outcome)
{
    const pkt_request request = request_of(job);
    output_rows h;
    pair_sink pair;
    const pkt_sink sink = pkt_sink_make(&pair, pair_push, pair_finish);
    stopwatch watch;
    pkt_mosaic_sink *mosaic = pkt_mosaic_sink_open(&job->mosaic, &pair.second, &outcome->err);
    if (!mosaic ||
        output_rows_open(&h, job->sink, columns_of(backend, job), false, &outcome->err) != 0) {
        pkt_mosaic_sink_close(mosaic);
        return -1;
    }
    stopwatch_start(&watch, job);
    int bad = output_rows_begin(&h, job->threads, &pair.first, &outcome->err) != 0 ||
              rows_run(backend, context, batch, &request, slice, &h, &sink, outcome) != 0 ||
              output_rows_end(&h, &outcome->err) != 0;
    stopwatch_stop(&watch, job, outcome);
    outcome->bytes = output_rows_bytes(&h);
    output_rows_close(&h);
    timed_sink_close(mosaic, outcome);
    return bad ? -1 : 0;
}

/* A sink that counts rows and reads the clock at the end of each part, after the batch with its
 * last row. */
typedef struct position_sink {
    uint64_t packets, rows, last_ns;
    size_t part;
    uint64_t *part_ns;
} position_sink;

static int position_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    position_sink *p = self;
    (void)err;
    p->rows += batch->rows;
    while (p->part < POSITION_PARTS && p->rows * POSITION_PARTS >= p->packets * (p->part + 1)) {
        uint64_t now = clock_ns(CLOCK_MONOTONIC);
        p->part_ns[p->part++] = now - p->last_ns;
        p->last_ns = now;
    }
    return 0;
}

static int position_finish(void *self, pkt_err *err)
{
    const position_sink *p = self;
    return p->part == POSITION_PARTS
               ? 0
               : pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "fewer rows than packets");
}

static int run_positions(const pkt_backend *backend, void *context, pkt_batch *batch,
                         const run_job *job, const pkt_capture *slice, run_outcome *outcome)
{
    const pkt_request request = request_of(job);
    position_sink p = {.packets = job->packets, .part_ns = outcome->part_ns};
    pkt_sink sink = pkt_sink_make(&p, position_push, position_finish);
    p.last_ns = clock_ns(CLOCK_MONOTONIC);
    return pkt_run(backend, context, slice, &request, batch, &sink, &outcome->rows, &outcome->err);
}

static int run_verify(const pkt_backend *backend, void *context, pkt_batch *batch,
                      const run_job *job, const pkt_capture *slice, run_outcome *outcome)
{
    const pkt_request request = request_of(job);
    pkt_null_sink null = {.columns = columns_of(backend, job)};
    pair_sink pair = {.second = pkt_null_sink_open(&null)};
    pkt_digest_sink *digest = pkt_digest_sink_open(null.columns, &pair.first, &outcome->err);
    if (!digest)
        return -1;
    pkt_sink sink = pkt_sink_make(&pair, pair_push, pair_finish);
    int bad =
        pkt_run(backend, context, slice, &request, batch, &sink, &outcome->rows, &outcome->err);
    outcome->columns = null.columns;
    outcome->checksum = null.checksum;
    pkt_digest_sink_result(digest, outcome->digest);
    pkt_digest_sink_close(digest);
    return bad;
}

/* Write the verified rows to the sink that is timed later, to get the bytes that it must write. */
static int run_output(const pkt_backend *backend, void *context, pkt_batch *batch,
                      const run_job *job, const pkt_capture *slice, run_outcome *outcome)
{
    const pkt_request request = request_of(job);
    output_rows h;
    pkt_null_sink null = {.columns = columns_of(backend, job)};
    pair_sink pair = {.second = pkt_null_sink_open(&null)};
    const pkt_sink sink = pkt_sink_make(&pair, pair_push, pair_finish);
    if (output_rows_open(&h, job->sink, null.columns, true, &outcome->err) != 0)
        return -1;
    int bad = output_rows_begin(&h, job->threads, &pair.first, &outcome->err) != 0 ||
              rows_run(backend, context, batch, &request, slice, &h, &sink, outcome) != 0 ||
              output_rows_end(&h, &outcome->err) != 0;
    outcome->checksum = null.checksum;
    outcome->bytes = output_rows_bytes(&h);
    outcome->bytes_digest = output_rows_digest(&h);
    output_rows_close(&h);
    return bad ? -1 : 0;
}

static int run_rows(const pkt_backend *backend, void *context, pkt_batch *batch, const run_job *job,
                    const pkt_capture *slice, run_outcome *outcome)
{
    const pkt_request request = request_of(job);
    pkt_atomic_file out;
    if (pkt_atomic_file_open(&out, job->csv, &outcome->err) != 0)
        return -1;
    pkt_sink sink;
    pkt_csv_sink *csv = pkt_csv_sink_open(out.file, columns_of(backend, job), &sink, &outcome->err);
    int bad = csv ? pkt_run(backend, context, slice, &request, batch, &sink, &outcome->rows,
                            &outcome->err)
                  : -1;
    pkt_csv_sink_close(csv);
    if (bad && !(csv && job->keep)) {
        pkt_atomic_file_abandon(&out);
        return -1;
    }
    pkt_err write_err;
    if (pkt_atomic_file_commit(&out, bad ? &write_err : &outcome->err) != 0)
        bad = -1;
    return bad;
}

/* As run_timed(), but the packets end in rows of features, whose values are hashed. */
static int run_featured(const pkt_backend *backend, void *context, pkt_batch *batch,
                        const run_job *job, const pkt_capture *slice, run_outcome *outcome)
{
    const pkt_request request = request_of(job);
    pkt_sink sink;
    stopwatch watch;
    FILE *values = job->csv ? fopen(job->csv, "w") : NULL;
    if (job->csv && !values)
        return pkt_fail(&outcome->err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write %s", job->csv);
    feature_rows *rows = feature_rows_open(&job->features, values, &sink, &outcome->err);
    int bad = -1;
    if (rows) {
        stopwatch_start(&watch, job);
        bad =
            pkt_run(backend, context, slice, &request, batch, &sink, &outcome->rows, &outcome->err);
        stopwatch_stop(&watch, job, outcome);
        outcome->checksum = feature_rows_digest(rows);
        outcome->feature_rows = feature_rows_count(rows);
    }
    feature_rows_close(rows);
    if (values && fclose(values) != 0 && !bad)
        bad = pkt_fail(&outcome->err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write %s", job->csv);
    return bad;
}

static int run_sample(const pkt_backend *backend, void *context, pkt_batch *batch,
                      const run_job *job, const pkt_capture *slice, run_outcome *outcome)
{
    if (job->cold && page_cache_drop(job->path, &outcome->err) != 0)
        return -1;
    return (job->features.set ? run_featured
            : job->sink       ? run_written
                              : run_timed)(backend, context, batch, job, slice, outcome);
}

void run_here(const pkt_backend *backend, void *context, pkt_batch *batch, const run_job *job,
              run_outcome *outcome)
{
    *outcome = (run_outcome){.err = {.pos = PKT_POS_NONE}};
    pkt_capture slice = PKT_INIT(pkt_capture);
    outcome->failed = pkt_capture_open(job->path, &slice, &outcome->err) != 0;
    if (outcome->failed)
        return;
    slice.flow_rule = job->flows.rule;
    slice.max_flows = job->flows.max;
    switch (job->kind) {
    case RUN_TIMED:
        outcome->failed = run_sample(backend, context, batch, job, &slice, outcome) != 0;
        break;
    case RUN_FEATURES:
        outcome->failed = run_featured(backend, context, batch, job, &slice, outcome) != 0;
        break;
    case RUN_POSITIONS:
        outcome->failed = run_positions(backend, context, batch, job, &slice, outcome) != 0;
        break;
    case RUN_VERIFY:
        outcome->failed = run_verify(backend, context, batch, job, &slice, outcome) != 0;
        break;
    case RUN_ROWS:
        outcome->failed = run_rows(backend, context, batch, job, &slice, outcome) != 0;
        break;
    case RUN_OUTPUT:
        outcome->failed = run_output(backend, context, batch, job, &slice, outcome) != 0;
        break;
    }
    outcome->peak_rss = peak_rss_bytes();
}

static void outcome_fail(run_outcome *outcome, const char *words)
{
    *outcome = (run_outcome){.failed = true};
    pkt_fail(&outcome->err, PKT_ERR_IO, PKT_POS_NONE, "%s", words);
}

/* Read the child's outcome. false: it is incomplete and must not be used. */
static bool outcome_read(int fd, run_outcome *outcome)
{
    size_t done = 0;
    while (done < sizeof *outcome) {
        ssize_t got = read(fd, (char *)outcome + done, sizeof *outcome - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

static void run_forked(const pkt_backend *backend, void *context, pkt_batch *batch,
                       const run_job *job, run_outcome *outcome)
{
    int ends[2];
    if (pipe(ends) != 0) {
        outcome_fail(outcome, "no pipe for a forked run");
        return;
    }
    pid_t child = fork();
    if (child < 0) {
        close(ends[0]);
        close(ends[1]);
        outcome_fail(outcome, "cannot fork a run");
        return;
    }
    if (child == 0) {
        close(ends[0]);
        run_here(backend, context, batch, job, outcome);
        ssize_t put = write(ends[1], outcome, sizeof *outcome); /* atomic: below PIPE_BUF */
        _exit(put == (ssize_t)sizeof *outcome ? 0 : 1);
    }
    close(ends[1]);
    const bool whole = outcome_read(ends[0], outcome);
    close(ends[0]);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (!whole) {
        outcome_fail(outcome, "the forked run ended without an outcome");
        outcome->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    }
}

void run_once(const pkt_backend *backend, void *context, pkt_batch *batch, const run_job *job,
              run_outcome *outcome)
{
    if (backend->fork_each_run)
        run_forked(backend, context, batch, job, outcome);
    else
        run_here(backend, context, batch, job, outcome);
}
