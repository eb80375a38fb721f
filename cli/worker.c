/* `pktbench worker`: one backend in a process of its own, driven by lines of JSON.
 *
 * Every request is an object on one line of standard input, every answer one on standard output:
 * {"op": "describe"|"load"|"verify"|"rows"|"sample"|"output_rows"|"positions"|"done", ...} ->
 * {"ok": true, ...} or
 * {"ok": false, "reason": TEXT, "signal": N or absent}. */
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/timing/machine.h"
#include "bench/worker/describe.h"
#include "bench/worker/run.h"
#include "cli/command.h"
#include "cli/message.h"
#include "parsers/encode/writer.h"
#include "parsers/util/clock.h"
#include "parsers/util/error.h"
#include "parsers/util/output_text.h"

/* Address space of a worker, at most. libwireshark takes about 1 GiB of it. */
#define WORKER_MEMORY_BYTES (UINT64_C(8) << 30)

typedef struct worker {
    const pkt_backend *backend;
    void *context;
    bool loaded;
    unsigned runs; /* so far */
    pkt_batch *batch;
    uint8_t *evict;
    size_t evict_bytes;
} worker;

static json_t *refusal(const char *reason)
{
    char text[2 * PKT_ERR_TEXT]; /* JSON takes UTF-8 only */
    return json_pack("{s:b, s:s}", "ok", 0, "reason", pkt_text_fit(text, sizeof text, reason));
}

static json_t *failure(const run_outcome *outcome)
{
    char text[PKT_ERR_TEXT];
    json_t *answer = refusal(pkt_err_text(&outcome->err, text));
    if (outcome->signal)
        json_object_set_new(answer, "signal", json_integer(outcome->signal));
    return answer;
}

static json_t *hex64(uint64_t value)
{
    char text[17];
    (void)snprintf(text, sizeof text, "%016" PRIx64, value);
    return json_string(text);
}

/* One run; between two of them the backend is reset, outside of what is timed. */
static void run_next(worker *w, const run_job *job, run_outcome *outcome)
{
    if (w->runs++ && w->backend->reset) {
        *outcome = (run_outcome){.err = {.pos = PKT_POS_NONE}};
        outcome->failed = w->backend->reset(w->context, &outcome->err) != 0;
        if (outcome->failed)
            return;
    }
    run_once(w->backend, w->context, w->batch, job, outcome);
}

static json_t *answer_describe(worker *w)
{
    return json_pack("{s:b, s:o, s:o}", "ok", 1, "backend", describe_backend(w->backend), "tool",
                     tool_describe());
}

static json_t *answer_load(worker *w)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    const int64_t from = pkt_clock_ns(CLOCK_MONOTONIC);
    if (w->backend->load && w->backend->load(&w->context, &err) != 0) {
        run_outcome outcome = {.err = err};
        return failure(&outcome);
    }
    const int64_t ns = pkt_clock_ns(CLOCK_MONOTONIC) - from;
    w->loaded = true;
    return json_pack("{s:b, s:I}", "ok", 1, "load_ns", (json_int_t)ns);
}

static json_t *answer_verify(worker *w, run_job *job)
{
    run_outcome outcome;
    job->kind = RUN_VERIFY;
    run_next(w, job, &outcome);
    if (outcome.failed)
        return failure(&outcome);
    json_t *digests = json_object();
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (pkt_set_has(&outcome.columns, c))
            json_object_set_new(digests, pkt_column_at(c)->name, hex64(outcome.digest[c]));
    return json_pack("{s:b, s:I, s:o, s:o}", "ok", 1, "rows", (json_int_t)outcome.rows, "checksum",
                     hex64(outcome.checksum), "digests", digests);
}

static json_t *answer_rows(worker *w, run_job *job, const json_t *request)
{
    run_outcome outcome;
    job->kind = RUN_ROWS;
    job->csv = json_string_value(json_object_get(request, "to"));
    job->keep = json_is_true(json_object_get(request, "keep"));
    if (!job->csv)
        return refusal("rows: no file to write them to");
    run_next(w, job, &outcome);
    if (outcome.failed)
        return failure(&outcome);
    return json_pack("{s:b, s:I}", "ok", 1, "rows", (json_int_t)outcome.rows);
}

static json_t *answer_output(worker *w, run_job *job)
{
    run_outcome outcome;
    job->kind = RUN_OUTPUT;
    if (!job->sink)
        return refusal("output_rows: no sink to write rows to");
    run_next(w, job, &outcome);
    if (outcome.failed)
        return failure(&outcome);
    return json_pack("{s:b, s:I, s:o, s:I, s:o}", "ok", 1, "rows", (json_int_t)outcome.rows,
                     "checksum", hex64(outcome.checksum), "bytes", (json_int_t)outcome.bytes,
                     "bytes_digest", hex64(outcome.bytes_digest));
}

static json_t *answer_positions(worker *w, run_job *job, const json_t *request)
{
    run_outcome outcome;
    json_int_t packets = json_integer_value(json_object_get(request, "packets"));
    if (packets < 1)
        return refusal("positions: packets must be at least 1");
    job->kind = RUN_POSITIONS;
    job->packets = (uint64_t)packets;
    run_next(w, job, &outcome);
    if (outcome.failed)
        return failure(&outcome);
    json_t *parts = json_array();
    for (size_t i = 0; i < POSITION_PARTS; i++)
        json_array_append_new(parts, json_integer((json_int_t)outcome.part_ns[i]));
    return json_pack("{s:b, s:o}", "ok", 1, "part_ns", parts);
}

/* Memory that is read to evict the caches, `bytes` of it, allocated at the first sample that asks
 * for it. */
static int evict_prepare(worker *w, size_t bytes)
{
    if (bytes == w->evict_bytes)
        return 0;
    free(w->evict);
    w->evict = bytes ? malloc(bytes) : NULL;
    w->evict_bytes = w->evict ? bytes : 0;
    if (w->evict)
        memset(w->evict, 1, bytes); /* pages of its own, not the one page of zeros */
    return bytes && !w->evict ? -1 : 0;
}

/* A sample: several runs, each after an eviction; the sums of their times. All runs must return the
 * same rows. */
static json_t *answer_sample(worker *w, run_job *job, const json_t *request)
{
    json_int_t runs = json_integer_value(json_object_get(request, "runs"));
    json_int_t evict = json_integer_value(json_object_get(request, "evict_bytes"));
    if (runs < 1 || evict < 0 || evict_prepare(w, (size_t)evict) != 0)
        return refusal("sample: runs must be at least 1, evict_bytes what memory allows");
    run_outcome first = {0}, outcome = {0};
    uint64_t wall = 0, cpu = 0, counted[COUNTERS] = {0};
    job->kind = RUN_TIMED;
    job->evict = w->evict;
    job->evict_bytes = w->evict_bytes;
    for (json_int_t i = 0; i < runs; i++) {
        run_next(w, job, &outcome);
        if (outcome.failed)
            return failure(&outcome);
        wall += outcome.wall_ns;
        cpu += outcome.cpu_ns;
        for (size_t c = 0; c < COUNTERS; c++)
            counted[c] += outcome.counted[c];
        if (i == 0)
            first = outcome;
        else if (first.rows != outcome.rows || first.checksum != outcome.checksum ||
                 first.bytes != outcome.bytes)
            return refusal("two runs over the same slice gave different rows");
    }
    return json_pack("{s:b, s:I, s:I, s:I, s:o, s:I, s:I, s:I, s:I}", "ok", 1, "wall_ns",
                     (json_int_t)wall, "cpu_ns", (json_int_t)cpu, "rows", (json_int_t)outcome.rows,
                     "checksum", hex64(outcome.checksum), "bytes", (json_int_t)outcome.bytes,
                     "peak_rss_bytes", (json_int_t)outcome.peak_rss, "counted_instructions",
                     (json_int_t)counted[COUNTER_INSTRUCTIONS], "counted_cycles",
                     (json_int_t)counted[COUNTER_CYCLES]);
}

/* "sink": FORMAT and "threads": N, if rows are to be written; else they are thrown away. */
static bool sink_read(const json_t *request, run_job *job)
{
    const char *format = json_string_value(json_object_get(request, "sink"));
    json_int_t threads = json_integer_value(json_object_get(request, "threads"));
    job->sink = format ? pkt_encoder_find(format) : NULL;
    job->threads = threads > 0 && threads <= (json_int_t)PKT_MAX_THREADS ? (unsigned)threads : 0;
    return !format || (job->sink && job->threads);
}

static json_t *answer_run(worker *w, const char *what, const json_t *request)
{
    const char *level = json_string_value(json_object_get(request, "level"));
    run_job job = {.path = json_string_value(json_object_get(request, "slice"))};
    if (!w->loaded)
        return refusal("load comes first");
    if (!job.path || !level || pkt_level_find(level, &job.level, NULL) != 0)
        return refusal("a run needs a slice and a level");
    if (!sink_read(request, &job))
        return refusal("no such sink, or number of threads");
    const char *rule = json_string_value(json_object_get(request, "flow_rule"));
    const json_int_t max = json_integer_value(json_object_get(request, "max_flows"));
    if ((rule && pkt_flow_rule_find(rule, &job.flows.rule, NULL) != 0) || max < 0 ||
        max > PKT_MOST_FLOWS)
        return refusal("no such rule for streams, or number of flows");
    job.flows.max = (uint32_t)max;
    if (strcmp(what, "verify") == 0)
        return answer_verify(w, &job);
    if (strcmp(what, "rows") == 0)
        return answer_rows(w, &job, request);
    if (strcmp(what, "sample") == 0)
        return answer_sample(w, &job, request);
    if (strcmp(what, "output_rows") == 0)
        return answer_output(w, &job);
    if (strcmp(what, "positions") == 0)
        return answer_positions(w, &job, request);
    return refusal("unknown request");
}

static json_t *answer(worker *w, const json_t *request)
{
    const char *what = json_string_value(json_object_get(request, "op"));
    if (!what)
        return refusal("a request is an object with the key \"op\"");
    if (strcmp(what, "describe") == 0)
        return answer_describe(w);
    if (strcmp(what, "load") == 0)
        return answer_load(w);
    return answer_run(w, what, request);
}

static int answer_write(FILE *out, json_t *reply)
{
    if (!reply)
        reply = refusal("no memory for an answer");
    int bad =
        json_dumpf(reply, out, JSON_COMPACT) != 0 || fputc('\n', out) == EOF || fflush(out) != 0;
    json_decref(reply);
    return bad;
}

static int converse(worker *w, FILE *in, FILE *out)
{
    char *line = NULL;
    size_t room = 0;
    int done = 0, bad = 0;
    while (!done && !bad && getline(&line, &room, in) > 0) {
        json_t *request = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        const char *what = json_string_value(json_object_get(request, "op"));
        done = what && strcmp(what, "done") == 0;
        if (!done)
            bad =
                answer_write(out, request ? answer(w, request) : refusal("that is no JSON object"));
        json_decref(request);
    }
    free(line);
    return bad ? EXIT_ERROR : EXIT_DONE;
}

static const pkt_backend *backend_get(const arguments *arguments, pkt_err *err)
{
    const char *plugin = option_value(arguments, "plugin");
    if (plugin)
        return pkt_plugin_open(plugin, err);
    pkt_entry entry = PKT_INIT(pkt_entry);
    if (pkt_registry_find(arguments->operands[0], &entry) != 0) {
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "unknown backend '%s'", arguments->operands[0]);
        return NULL;
    }
    return pkt_entry_backend(&entry, err);
}

/* Answers go to what was standard output; what a library prints there goes to standard error. */
static FILE *answers_open(void)
{
    int fd = dup(STDOUT_FILENO);
    if (fd < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        return NULL;
    return fdopen(fd, "w");
}

/* A backend that leaks fails by itself, before it takes the machine down. */
static void memory_limit(void)
{
#ifndef __SANITIZE_ADDRESS__ /* its shadow reserves more address space than any limit */
    const struct rlimit limit = {WORKER_MEMORY_BYTES, WORKER_MEMORY_BYTES};
    setrlimit(RLIMIT_AS, &limit);
#endif
}

static int worker_run(const arguments *arguments)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a worker is nothing without its harness */
    memory_limit();
    FILE *out = answers_open();
    if (!out) {
        message_error("worker: standard output cannot be used");
        return EXIT_ERROR;
    }
    pkt_err err = {.pos = PKT_POS_NONE};
    worker w = {.backend = backend_get(arguments, &err), .batch = pkt_batch_new(NULL)};
    int status;
    if (!w.backend) {
        run_outcome outcome = {.err = err};
        (void)answer_write(out, failure(&outcome));
        status = EXIT_ERROR;
    } else if (!w.batch) {
        (void)answer_write(out, refusal("no memory for a batch"));
        status = EXIT_ERROR;
    } else {
        status = converse(&w, stdin, out);
    }
    if (w.loaded && w.backend->unload)
        w.backend->unload(w.context);
    pkt_batch_free(w.batch);
    free(w.evict);
    fclose(out);
    return status;
}

static const option_spec options[] = {
    {"plugin", "FILE", "Take the backend from this shared object; the operand is then unused."},
    {NULL, NULL, NULL},
};

const command worker_command = {
    .name = "worker",
    .operands = "BACKEND",
    .summary = "run one backend for the harness (internal)",
    .details = "Speaks lines of JSON on standard input and output.",
    .options = options,
    .operands_min = 1,
    .operands_max = 1,
    .run = worker_run,
    .internal = true,
};
