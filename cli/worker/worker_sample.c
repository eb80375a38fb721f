/* A sample: a forked child of the loaded worker, so that every backend starts each sample in the
 * same fresh state.
 *
 * The child runs the backend once without a rank (`first_ns`), and answers. Then the harness
 * changes the slice and asks for each timed run in two steps: "prepare" evicts the caches, "go"
 * runs, and says only then which cells are hashed. The backend's code runs only within "sample" and
 * "go", never between "prepare" and "go". "end" ends the child. */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/worker/worker.h"

/* Exit status of a child that has nothing left to answer. */
enum { CHILD_ENDED = 77 };
/* Heap that every child has touched before its timed runs. */
enum { HEAP_TOUCHED = 1 << 20, HEAP_PAGE = 4096 };
/* Blocks below this size come from the heap: the most that mallopt() accepts on 64-bit machines. So
 * much free memory at the end of the heap is kept. */
enum { HEAP_BLOCK_MAX = 32 << 20, HEAP_KEPT = 1 << 30 };

/* Memory that is read to evict the caches, `bytes` of it, allocated at the first sample that asks
 * for it. */
static int evict_prepare(worker *w, size_t bytes)
{
    if (bytes == w->evict_bytes)
        return 0;
    free(w->evict);
    w->evict = caches_memory(bytes);
    w->evict_bytes = w->evict ? bytes : 0;
    return bytes && !w->evict ? -1 : 0;
}

/* What a run frees is kept for the next one. Where malloc() gives it back to the system, and when,
 * depends on all that the process has allocated before, such as requests of other cells. */
static void heap_keep(void)
{
#ifdef __GLIBC__
    (void)mallopt(M_MMAP_THRESHOLD, HEAP_BLOCK_MAX);
    (void)mallopt(M_TRIM_THRESHOLD, HEAP_KEPT);
#endif
}

/* The buffers of a run need not lie where those of the run before lay. Without this, a run paid for
 * 18 page faults more (50 us, 3 % of 10 MB) in some processes than in others of the same backend.
 */
static void heap_touch(void)
{
    volatile char *memory = malloc(HEAP_TOUCHED);
    for (size_t i = 0; memory && i < HEAP_TOUCHED; i += HEAP_PAGE)
        memory[i] = 1;
    free((void *)memory);
}

/* A handler of the backend, such as that of a timer, runs within a run or not at all. */
static void signals_block(void)
{
    sigset_t all;
    sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, NULL);
}

/* Run the job in this process and reset the backend, both before the answer: after it, the harness
 * may change the slice. */
static bool child_run(worker *w, const run_job *job, run_outcome *outcome)
{
    run_outcome reset;
    w->used = true;
    signals_block();
    if (!job->signals) /* else they are allowed when the clock runs */
        (void)sigprocmask(SIG_SETMASK, &w->signals, NULL);
    run_here(w->backend, w->context, w->batch, job, outcome);
    signals_block();
    if (!outcome->failed && !worker_reset(w, &reset))
        *outcome = reset;
    return !outcome->failed;
}

/* The first run, and its answer. 0; or -1 after a failure, which ends the sample. */
static int child_first(worker *w, const run_job *job, const char *path)
{
    run_outcome outcome;
    run_job first = *job;
    first.path = path;
    if (!worker_reset(w, &outcome) || !child_run(w, &first, &outcome)) {
        (void)worker_answer(w, worker_failure(&outcome));
        return -1;
    }
    if (w->evict_bytes)
        heap_touch();
    return worker_answer(w, json_pack("{s:b, s:i, s:I, s:I, s:I}", "ok", 1, "pid", (int)getpid(),
                                      "first_ns", (json_int_t)outcome.wall_ns, "rows",
                                      (json_int_t)outcome.rows, "peak_rss_bytes",
                                      (json_int_t)outcome.peak_rss));
}

static json_t *go_answer(worker *w, const run_job *job)
{
    run_outcome o;
    if (!child_run(w, job, &o))
        return worker_failure(&o);
    json_t *answer =
        json_pack("{s:b, s:I, s:I, s:I, s:o, s:I, s:I, s:I}", "ok", 1, "wall_ns",
                  (json_int_t)o.wall_ns, "cpu_ns", (json_int_t)o.cpu_ns, "rows", (json_int_t)o.rows,
                  "digest", worker_hex64(o.mosaic), "bytes", (json_int_t)o.bytes,
                  "counted_instructions", (json_int_t)o.counted[COUNTER_INSTRUCTIONS],
                  "counted_cycles", (json_int_t)o.counted[COUNTER_CYCLES]);
    if (job->features.set)
        json_object_set_new(answer, "checksum", worker_hex64(o.checksum));
    return answer;
}

/* A run that is not timed, in the same process: the digests of all columns. */
static json_t *check_answer(worker *w, const run_job *job)
{
    run_outcome outcome;
    run_job verify = *job;
    verify.kind = RUN_VERIFY;
    return child_run(w, &verify, &outcome) ? worker_verified(&outcome) : worker_failure(&outcome);
}

static json_t *child_step(worker *w, const run_job *job, const json_t *request)
{
    const char *what = json_string_value(json_object_get(request, "op"));
    const char *seed = json_string_value(json_object_get(request, "seed"));
    if (what && strcmp(what, "prepare") == 0) {
        caches_evict(w->evict, w->evict_bytes);
        return json_pack("{s:b}", "ok", 1);
    }
    if (what && strcmp(what, "go") == 0) {
        run_job timed = *job;
        timed.signals = &w->signals;
        timed.mosaic.seed = seed ? strtoull(seed, NULL, 16) : 0;
        return go_answer(w, &timed);
    }
    if (what && strcmp(what, "check") == 0)
        return check_answer(w, job);
    return worker_refusal("a sample is asked to prepare, go, check or end");
}

static void child_serve(worker *w, const run_job *job, const char *first)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* not inherited by fork() */
    if (w->evict_bytes)                     /* else it is memory that is measured */
        heap_keep();
    if (child_first(w, job, first) != 0)
        _exit(CHILD_ENDED);
    int bad = 0;
    while (!bad) {
        bool done = false;
        json_t *request = worker_request(w, &done);
        const char *what = json_string_value(json_object_get(request, "op"));
        if (done)
            break;
        if (what && strcmp(what, "end") == 0) {
            (void)worker_answer(w, json_pack("{s:b}", "ok", 1));
            _exit(CHILD_ENDED);
        }
        bad = worker_answer(w, child_step(w, job, request));
        json_decref(request);
    }
    _exit(EXIT_FAILURE);
}

/* The child has ended without being asked: say so, as the harness waits for an answer. */
static int ended_answer(worker *w, int status, const struct rusage *usage)
{
    json_t *answer = worker_refusal("the process of the run ended without an answer");
    if (WIFSIGNALED(status))
        json_object_set_new(answer, "signal", json_integer(WTERMSIG(status)));
    json_object_set_new(answer, "peak_rss_bytes",
                        json_integer((json_int_t)usage->ru_maxrss * 1024));
    return worker_answer(w, answer);
}

/* The columns of a list of names; none for NULL. */
static pkt_column_set columns_named(const json_t *names)
{
    pkt_column_set set = {{0}};
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        const size_t column = name ? pkt_column_find(name) : PKT_COLUMN_COUNT;
        if (column < PKT_COLUMN_COUNT)
            pkt_set_add(&set, column);
    }
    return set;
}

int worker_sample(worker *w, run_job *job, const json_t *request)
{
    const json_int_t evict = json_integer_value(json_object_get(request, "evict_bytes"));
    const char *first = json_string_value(json_object_get(request, "first"));
    if (evict < 0 || evict_prepare(w, (size_t)evict) != 0)
        return worker_answer(w, worker_refusal("sample: evict_bytes must be what memory allows"));
    job->kind = RUN_TIMED;
    job->mosaic = pkt_mosaic_make(columns_named(json_object_get(request, "often")),
                                  columns_named(json_object_get(request, "columns")));
    (void)sigprocmask(SIG_SETMASK, NULL, &w->signals);
    signals_block(); /* also in this process, which waits while its child runs */
    const pid_t child = fork();
    if (child == 0)
        child_serve(w, job, first ? first : job->path);
    int status = 0;
    struct rusage usage = {.ru_maxrss = 0};
    while (child > 0 && wait4(child, &status, 0, &usage) < 0 && errno == EINTR)
        ;
    (void)sigprocmask(SIG_SETMASK, &w->signals, NULL);
    if (child < 0)
        return worker_answer(w, worker_refusal("cannot fork a process for the runs"));
    return WIFEXITED(status) && WEXITSTATUS(status) == CHILD_ENDED
               ? 0
               : ended_answer(w, status, &usage);
}
