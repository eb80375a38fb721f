/* `pktbench worker`: one backend in a process of its own, driven by lines of JSON.
 *
 * Every request is an object on one line of standard input, every answer one on standard output:
 * {"op":
 * "describe"|"load"|"verify"|"rows"|"sample"|"output_rows"|"feature_rows"|"positions"|"done", ...}
 * ->
 * {"ok": true, ...} or
 * {"ok": false, "reason": TEXT, "signal": N or absent}.
 * Last, when a loaded backend is unloaded: WORKER_END. */
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/features/feature_rows.h"
#include "bench/input/scratch.h"
#include "bench/timing/machine.h"
#include "bench/worker/client.h"
#include "bench/worker/describe.h"
#include "bench/worker/run.h"
#include "cli/command.h"
#include "cli/mapped/mapped.h"
#include "cli/message.h"
#include "cli/worker/worker.h"
#include "parsers/encode/writer.h"
#include "parsers/process/confine.h"
#include "parsers/process/group.h"
#include "parsers/process/memory.h"
#include "parsers/process/rights.h"
#include "parsers/util/clock.h"
#include "parsers/util/error.h"

static json_t *answer_describe(worker *w)
{
    return json_pack("{s:b, s:o, s:o, s:i}", "ok", 1, "backend", describe_backend(w->backend),
                     "tool", tool_describe(), "protocol", WORKER_PROTOCOL);
}

static json_t *answer_load(worker *w)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    const int64_t from = pkt_clock_ns(CLOCK_MONOTONIC);
    if (w->backend->load && w->backend->load(&w->context, &err) != 0) {
        run_outcome outcome = {.err = err};
        return worker_failure(&outcome);
    }
    const int64_t ns = pkt_clock_ns(CLOCK_MONOTONIC) - from;
    w->loaded = true;
    return json_pack("{s:b, s:I, s:b}", "ok", 1, "load_ns", (json_int_t)ns, WORKER_SAYS_END, 1);
}

static json_t *answer_verify(worker *w, run_job *job)
{
    run_outcome outcome;
    job->kind = RUN_VERIFY;
    worker_run_once(w, job, &outcome);
    return outcome.failed ? worker_failure(&outcome) : worker_verified(&outcome);
}

static json_t *answer_rows(worker *w, run_job *job, const json_t *request)
{
    run_outcome outcome;
    job->kind = RUN_ROWS;
    job->csv = json_string_value(json_object_get(request, "to"));
    job->keep = json_is_true(json_object_get(request, "keep"));
    if (!job->csv)
        return worker_refusal("rows: no file to write them to");
    worker_run_once(w, job, &outcome);
    if (outcome.failed)
        return worker_failure(&outcome);
    return json_pack("{s:b, s:I}", "ok", 1, "rows", (json_int_t)outcome.rows);
}

static json_t *answer_output(worker *w, run_job *job)
{
    run_outcome outcome;
    job->kind = RUN_OUTPUT;
    if (!job->sink)
        return worker_refusal("output_rows: no sink to write rows to");
    worker_run_once(w, job, &outcome);
    if (outcome.failed)
        return worker_failure(&outcome);
    return json_pack("{s:b, s:I, s:o, s:I, s:o}", "ok", 1, "rows", (json_int_t)outcome.rows,
                     "checksum", worker_hex64(outcome.checksum), "bytes", (json_int_t)outcome.bytes,
                     "bytes_digest", worker_hex64(outcome.bytes_digest));
}

static json_t *answer_positions(worker *w, run_job *job, const json_t *request)
{
    run_outcome outcome;
    json_int_t packets = json_integer_value(json_object_get(request, "packets"));
    if (packets < 1)
        return worker_refusal("positions: packets must be at least 1");
    job->kind = RUN_POSITIONS;
    job->packets = (uint64_t)packets;
    worker_run_once(w, job, &outcome);
    if (outcome.failed)
        return worker_failure(&outcome);
    json_t *parts = json_array();
    for (size_t i = 0; i < POSITION_PARTS; i++)
        json_array_append_new(parts, json_integer((json_int_t)outcome.part_ns[i]));
    return json_pack("{s:b, s:o}", "ok", 1, "part_ns", parts);
}

static json_t *answer_features(worker *w, run_job *job, const json_t *request)
{
    run_outcome outcome;
    job->kind = RUN_FEATURES;
    job->csv = json_string_value(json_object_get(request, "to"));
    if (!job->csv || !job->features.set)
        return worker_refusal("feature_rows: no file to write them to, or no set");
    worker_run_once(w, job, &outcome);
    if (outcome.failed)
        return worker_failure(&outcome);
    return json_pack("{s:b, s:I, s:I, s:o}", "ok", 1, "rows", (json_int_t)outcome.rows,
                     "feature_rows", (json_int_t)outcome.feature_rows, "checksum",
                     worker_hex64(outcome.checksum));
}

/* "features": SET and "by": WINDOWS, if packets end in rows of features. */
static bool features_read(const json_t *request, run_job *job)
{
    const char *set = json_string_value(json_object_get(request, "features"));
    const char *by = json_string_value(json_object_get(request, "by"));
    pkt_err err;
    return !set || feature_request_make(&job->features, set, by, &err) == 0;
}

/* "sink": FORMAT and "threads": N, if rows are to be written; else they are thrown away. "cold":
 * true, if the slice is to be read from the disk. */
static bool sink_read(const json_t *request, run_job *job)
{
    const char *format = json_string_value(json_object_get(request, "sink"));
    json_int_t threads = json_integer_value(json_object_get(request, "threads"));
    job->cold = json_is_true(json_object_get(request, "cold"));
    job->sink = format ? pkt_encoder_find(format) : NULL;
    job->threads = threads > 0 && threads <= (json_int_t)PKT_MAX_THREADS ? (unsigned)threads : 0;
    return !format || (job->sink && job->threads);
}

/* Read the slice, level, sink and rule of a run. NULL, or why it cannot be run. */
static const char *job_read(const worker *w, const json_t *request, run_job *job)
{
    const char *level = json_string_value(json_object_get(request, "level"));
    *job = (run_job){.path = json_string_value(json_object_get(request, "slice"))};
    if (!w->loaded)
        return "load comes first";
    if (!job->path || !level || pkt_level_find(level, &job->level, NULL) != 0)
        return "a run needs a slice and a level";
    if (!sink_read(request, job) || !features_read(request, job))
        return "no such sink, number of threads, or set of features";
    const char *rule = json_string_value(json_object_get(request, "flow_rule"));
    const json_int_t max = json_integer_value(json_object_get(request, "max_flows"));
    if ((rule && pkt_flow_rule_find(rule, &job->flows.rule, NULL) != 0) || max < 0 ||
        max > PKT_MOST_FLOWS)
        return "no such rule for streams, or number of flows";
    job->flows.max = (uint32_t)max;
    return NULL;
}

static json_t *answer_run(worker *w, const char *what, const json_t *request)
{
    run_job job;
    const char *wrong = job_read(w, request, &job);
    if (wrong)
        return worker_refusal(wrong);
    if (strcmp(what, "verify") == 0)
        return answer_verify(w, &job);
    if (strcmp(what, "rows") == 0)
        return answer_rows(w, &job, request);
    if (strcmp(what, "feature_rows") == 0)
        return answer_features(w, &job, request);
    if (strcmp(what, "output_rows") == 0)
        return answer_output(w, &job);
    if (strcmp(what, "positions") == 0)
        return answer_positions(w, &job, request);
    return worker_refusal("unknown request");
}

static json_t *answer(worker *w, const json_t *request)
{
    const char *what = json_string_value(json_object_get(request, "op"));
    if (!what)
        return worker_refusal("a request is an object with the key \"op\"");
    if (strcmp(what, "describe") == 0)
        return answer_describe(w);
    if (strcmp(what, "load") == 0)
        return answer_load(w);
    return answer_run(w, what, request);
}

/* Answer one request. 0, or -1 if no answer can be written. */
static int request_serve(worker *w, const json_t *request)
{
    const char *what = json_string_value(json_object_get(request, "op"));
    run_job job;
    if (!request)
        return worker_answer(w, worker_refusal("that is no JSON object"));
    if (!what || strcmp(what, "sample") != 0)
        return worker_answer(w, answer(w, request));
    const char *wrong = job_read(w, request, &job);
    return wrong ? worker_answer(w, worker_refusal(wrong)) : worker_sample(w, &job, request);
}

static int converse(worker *w)
{
    bool done = false;
    int bad = 0;
    while (!bad) {
        json_t *request = worker_request(w, &done);
        const char *what = json_string_value(json_object_get(request, "op"));
        done = done || (what && strcmp(what, "done") == 0);
        if (!done)
            bad = request_serve(w, request);
        json_decref(request);
        if (done)
            break;
    }
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

/* A backend that leaks fails by itself, before it takes the machine down. The limit is one of
 * memory that can be written, not of address space, of which libwireshark takes 1 GiB. The harness
 * looks at resident memory, too. */
static void memory_limit(void)
{
#ifndef __SANITIZE_ADDRESS__ /* its shadow reserves more memory than any limit */
    const rlim_t bytes = (rlim_t)pkt_memory_limit();
    const struct rlimit limit = {bytes, bytes};
    (void)setrlimit(RLIMIT_DATA, &limit);
#endif
}

/* Of root's capabilities, a worker needs those that read captures of other users, and counters. */
static bool rights_reduce(void)
{
    const pkt_rights rights = {.keep = PKT_RIGHT_READING | PKT_RIGHT_COUNTERS};
    pkt_err err = {.pos = PKT_POS_NONE};
    if (pkt_rights_drop(&rights, &err) == 0)
        return true;
    message_err(&err);
    return false;
}

static int worker_run(const arguments *arguments)
{
    if (!rights_reduce())
        return EXIT_ERROR;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a worker is nothing without its harness */
    pkt_orphans_adopt();              /* the harness sees what the backend starts */
    memory_limit();
    if (!option_given(arguments, "plugin"))
        (void)mapped_allow();                   /* later, no handler of SIGBUS can be set */
    (void)pkt_confine_worker(scratch_parent()); /* what is on is in the results: machine.c */
    worker_memory_wipe();
    FILE *out = answers_open();
    if (!out) {
        message_error("worker: standard output cannot be used");
        return EXIT_ERROR;
    }
    pkt_err err = {.pos = PKT_POS_NONE};
    worker w = {.backend = backend_get(arguments, &err),
                .batch = pkt_batch_new(NULL),
                .in = stdin,
                .out = out};
    int status;
    if (!w.backend) {
        run_outcome outcome = {.err = err};
        (void)worker_answer(&w, worker_failure(&outcome));
        status = EXIT_ERROR;
    } else if (!w.batch) {
        (void)worker_answer(&w, worker_refusal("no memory for a batch"));
        status = EXIT_ERROR;
    } else {
        status = converse(&w);
    }
    if (w.loaded && w.backend->unload)
        w.backend->unload(w.context);
    if (w.loaded) {
        (void)fputs(WORKER_END, out);
        (void)fflush(out);
    }
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
