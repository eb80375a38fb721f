/* `pktbench bench`: agreement first, then time. */
#include <math.h>
#include <time.h>

#include "bench/comparison/stages.h"
#include "bench/input/build.h"
#include "bench/timing/instructions.h"
#include "bench/timing/machine.h"
#include "bench/timing/matrix.h"
#include "bench/timing/prefix.h"
#include "bench/worker/quiet.h"
#include "cli/bench/benchmark.h"
#include "cli/message.h"
#include "cli/shared_options.h"
#include "parsers/util/clock.h"
#include "parsers/util/error.h"

/* Fresh processes of every backend: see INTERVAL_BLOCKS_MIN. */
#define PROCESSES_DEFAULT 8
/* Seconds for all that is timed. */
#define BUDGET_DEFAULT 280.0
/* The same for the suite with programs of others in it. */
#define BUDGET_CIC_IOT 600.0
/* The part of what is timed that programs of others may take. */
#define EXTERNAL_SHARE 0.8
/* The part of it that goes to whole processes. */
#define PROCESS_SHARE 0.2
/* Whom a gigabyte does not take minutes. */
#define SCALE_BACKENDS "read-all,raw,libpcap"
/* Intervals are not made narrower than for this threshold: slower:0% would never end. */
#define STAGES_LEAST 0.01
/* Seconds that one run may take. */
#define RUN_SECONDS 120.0

/* Two builds take turns in as many processes as it needs, unless the user says how many. */
static void stages_read(benchmark *b, bool turns)
{
    if (turns && !option_given(b->arguments, "processes"))
        b->schedule.stages = (stage_rule){.threshold = fmax(b->gate.slower_threshold, STAGES_LEAST),
                                          .error = GATE_ERROR,
                                          .tests = 1 + STATISTIC_COUNT,
                                          .rounds_fixed = option_given(b->arguments, "rounds")};
}

/* The options that are numbers and durations. */
static bool numbers_read(benchmark *b, bool turns)
{
    const arguments *a = b->arguments;
    uint64_t processes, rounds;
    double sample_s;
    if (!option_number(a, "processes", 1, 1000, PROCESSES_DEFAULT, &processes) ||
        !option_number(a, "rounds", 1, 1000, 0, &rounds) ||
        !option_number(a, "seed", 0, INT64_MAX, (uint64_t)time(NULL), &b->seed) ||
        !option_seconds(a, "budget", b->kind == SUITE_CIC_IOT ? BUDGET_CIC_IOT : BUDGET_DEFAULT,
                        &b->budget_s) ||
        !option_seconds(a, "sample", SAMPLE_NS * 1e-9, &sample_s) ||
        !option_seconds(a, "timeout", RUN_SECONDS, &b->schedule.request_s))
        return false;
    b->schedule.compares = turns;
    b->schedule.rounds_max = turns ? TURNS_MAX : ROUNDS_MAX;
    b->schedule.sample_ns = sample_s * 1e9;
    b->schedule.blocks = (unsigned)processes;
    b->schedule.rounds = (unsigned)rounds;
    b->schedule.positions = b->kind == SUITE_CIC_IOT;
    stages_read(b, turns);
    return true;
}

/* The options that are names, and lists of names. */
static bool names_read(benchmark *b)
{
    const arguments *a = b->arguments;
    const char *format = option_value(a, "format"), *gate = option_value(a, "fail-on");
    const char *suite = option_value(a, "suite");
    pkt_err err = {.pos = PKT_POS_NONE};
    b->reference = option_value(a, "reference");
    b->filter = option_value(a, "f");
    b->show_values = option_given(a, "show-values");
    if ((suite && suite_kind_find(suite, &b->kind, &err) != 0) ||
        report_format_find(format ? format : "table", REPORT_GBENCH, &b->format, &err) != 0 ||
        outputs_read(&b->sinks, option_value(a, "sink"), option_value(a, "threads"), &err) != 0) {
        message_err(&err);
        return false;
    }
    if (gate_parse(&b->gate, gate ? gate : "", &err) != 0) {
        message_failure("--fail-on", &err);
        return false;
    }
    b->gate.allow_inconclusive = option_given(a, "allow-inconclusive");
    return true;
}

/* Do the options fit each other? */
static bool options_fit(const benchmark *b, bool turns)
{
    const arguments *a = b->arguments;
    if (gate_compares(&b->gate) && !turns) {
        message_error("--fail-on: slower, first, load, rss, lost and instructions need --baseline");
        return false;
    }
    if (b->gate.instructions && !option_given(a, "count-instructions")) {
        message_error("--fail-on: instructions needs --count-instructions");
        return false;
    }
    if (option_given(a, "threads") && b->sinks.count == 0) {
        message_error("--threads are those that write: it needs --sink csv, arrow or parquet");
        return false;
    }
    for (size_t i = 0; turns && i < b->sinks.thread_count; i++)
        if (b->sinks.threads[i] > 1)
            message_note(
                "--threads %u: both sides of --baseline keep to one processor, on which threads "
                "take turns",
                b->sinks.threads[i]);
    return true;
}

static bool options_read(benchmark *b)
{
    const bool turns = option_given(b->arguments, "baseline");
    return names_read(b) && numbers_read(b, turns) && options_fit(b, turns);
}

/* What is known of the cell before it is timed. */
static void cell_check(benchmark *b, checker *k, bench_cell *cell)
{
    if (cell->role == ROLE_AA_CONTROL || cell->role == ROLE_PARSE)
        cell->check = cell->base->check;
    else if (cell->sink)
        output_check(&b->schedule, cell);
    else
        checker_run(k, cell->backend, cell->level, &cell->check);
}

/* The agreement pass over one slice. */
static int slice_check(benchmark *b, suite_slice *slice, pkt_err *err)
{
    checker k;
    char name[CELL_NAME];
    progress_show(&b->progress, "agreement: %s", slice->name);
    if (checker_open(&k, &b->suite, slice, &b->selection, b->reference, b->schedule.request_s,
                     err) != 0)
        return -1;
    for (size_t i = 0; i < b->schedule.cell_count; i++) {
        bench_cell *cell = &b->schedule.cells[i];
        if (cell->slice != slice)
            continue;
        progress_show(&b->progress, "agreement: %s, %s", cell_name(cell, name), slice->name);
        cell_check(b, &k, cell);
    }
    checker_close(&k);
    return 0;
}

static bool is_used(const schedule *s, const suite_slice *slice)
{
    for (size_t i = 0; i < s->cell_count; i++)
        if (s->cells[i].slice == slice)
            return true;
    return false;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* A slice of 10 MB stays in the last level's cache or not, as neighbours have it: measured,
 * intervals of +-9 % with it and of +-1 % without. Two builds that take turns have it alike. */
static void caches_plan(schedule *s, bool turns)
{
    size_t wanted = 2 * (turns ? private_cache_bytes() : largest_cache_bytes());
    size_t most = smaller(EVICT_BYTES_MAX, memory_bytes() / EVICT_MEMORY_PART);
    s->evict_bytes = smaller(wanted, most);
    s->evict_ns = run_evict_ns(s->evict_bytes);
}

/* A plan that is longer than the budget by less is not worth a word. */
#define PLAN_SLACK 1.1

/* An interval needs processes, which no budget takes away. */
static void plan_make(schedule *s)
{
    const bool rounds_given = s->rounds != 0, staged = s->stages.threshold > 0;
    stages_plan(s);
    schedule_plan(s);
    const double seconds = schedule_seconds(s);
    if (!rounds_given && !staged && seconds > PLAN_SLACK * s->budget_s)
        message_warning("needs about %.0f s, the budget leaves %.0f s; continuing. Fewer "
                        "--processes, --backends or --levels shorten it",
                        seconds, s->budget_s);
}

static int measure(benchmark *b, pkt_err *err)
{
    schedule *s = &b->schedule;
    if (cells_make(s, &b->suite, &b->selection, &b->sinks, err) != 0 ||
        prefixes_plan(s, &b->suite, b->budget_s * (1 - PROCESS_SHARE) * EXTERNAL_SHARE, err) != 0)
        return -1;
    for (size_t i = 0; i < b->suite.count; i++)
        if (is_used(s, &b->suite.slices[i]) && slice_check(b, &b->suite.slices[i], err) != 0)
            return -1;
    s->budget_s = b->budget_s * (b->selection.baseline ? 1 : 1 - PROCESS_SHARE);
    caches_plan(s, b->selection.baseline != NULL);
    s->random = random_seeded(b->seed);
    s->suite = &b->suite;
    s->proofs = proofs_new(b->suite.scratch.folder, &b->notices);
    if (!s->proofs)
        return pkt_fail_memory(err, "the changes of slices");
    schedule_probe(s);
    plan_make(s);
    schedule_run(s);
    if (option_given(b->arguments, "count-instructions"))
        instructions_count(s, &b->suite);
    return b->selection.baseline
               ? 0
               : processes_run(&b->processes, s, &b->suite, b->budget_s * PROCESS_SHARE, err);
}

static int bench_slices(benchmark *b)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    int status = EXIT_ERROR;
    b->started = pkt_seconds_now();
    b->context = machine_describe();
    b->schedule.notices = &b->notices;
    b->schedule.block_done = bench_partial_write;
    b->schedule.self = b;
    bench_path_set(b);
    if (measure(b, &err) == 0) {
        status = bench_finish(b);
    } else {
        progress_close(&b->progress);
        message_err(&err);
    }
    json_decref(b->context);
    json_decref(b->conformance);
    schedule_free(&b->schedule);
    processes_free(&b->processes);
    return status;
}

/* The backends, and the one that the others are compared with. false: a message was printed. */
static bool selection_get(benchmark *b)
{
    selection_request request = selection_request_of(b->arguments);
    pkt_err err = {.pos = PKT_POS_NONE};
    request.baseline = option_value(b->arguments, "baseline");
    if (b->kind == SUITE_CIC_IOT && !request.backends)
        request.backends = EVERY_BACKEND;
    if (b->kind == SUITE_SCALE && !request.backends)
        request.backends = SCALE_BACKENDS;
    if (selection_open(&b->selection, &request, &err) != 0) {
        message_err(&err);
        return false;
    }
    if (!b->reference || selection_reference(&b->selection, b->reference, &err))
        return true;
    pkt_err_about(&err, b->reference);
    message_failure("--reference", &err);
    selection_close(&b->selection);
    return false;
}

/* false: a message was printed. */
static bool suite_get(benchmark *b)
{
    pkt_paths paths;
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!captures_find(b->arguments, false, &paths))
        return false;
    const suite_request request = {b->kind, b->filter, paths.at, paths.count};
    const int bad = suite_open(&b->suite, &request, &b->notices, &err);
    if (bad)
        message_err(&err);
    pkt_paths_close(&paths);
    return !bad;
}

static int bench_run(const arguments *arguments)
{
    benchmark b = {.arguments = arguments};
    pkt_flow_choice flows;
    int status = EXIT_ERROR;
    quiet_begin();
    if (!options_read(&b) || !flow_options(arguments, &flows) || !bench_output_possible(&b) ||
        !selection_get(&b))
        return EXIT_ERROR;
    progress_open(&b.progress);
    b.notices = progress_notices(&b.progress);
    if (suite_get(&b)) {
        suite_flows(&b.suite, &flows);
        status = bench_slices(&b);
        suite_close(&b.suite);
    }
    selection_close(&b.selection);
    return status;
}

static const option_spec options[] = {
    {"suite", "headline|cic-iot|scale",
     "Generated captures to measure. headline: four scenarios (default without CAPTURE). cic-iot: "
     "tcp-flood and benign-iot, by default with all backends, as in a published study of Python "
     "libraries. scale: tcp-flood in 10 MB, 100 MB and 1 GB; cells are compared in the first "
     "only."},
    SELECTION_OPTIONS,
    {"sink", "csv|arrow|parquet,...",
     "Also measure the cost of writing rows in these formats, as `pktbench extract` does, to "
     "/dev/null."},
    {"threads", "N,...", "With --sink: numbers of threads that write. Default 1."},
    {"f", "FILTER",
     "Measure only packets that match this pcap-filter(7) expression. All backends read the same "
     "filtered copies, in which packets are numbered anew."},
    FOLDER_OPTION,
    FLOW_OPTIONS,
    {"baseline", "FILE",
     "Compare with another build of pktbench, or with a plug-in (a file with .so in its name). "
     "Processes of both sides run in turns on one processor."},
    {"count-instructions", NULL,
     "Count the instructions of the built-in backends and plug-ins, with valgrind."},
    {"processes", "N",
     "Processes of each backend. Fewer than 6 give no intervals. Default 8; with --baseline as "
     "many "
     "as the comparison needs: at least enough to find a slowdown in a quarter of the processes, "
     "then more until every interval is narrower than the threshold, or the budget ends."},
    {"rounds", "N", "Rounds in each process. Default: as many as the budget allows."},
    {"budget", "TIME",
     "Time for all timed runs, such as 60s. The comparison of cells comes on top. Default 280s; "
     "600s for the suite cic-iot."},
    {"sample", "TIME",
     "Minimum duration of a sample. Shorter runs are repeated within it, until evicting the caches "
     "before them takes 100 ms. Default 1ms."},
    {"timeout", "TIME", "Time limit of one run. Default 120s."},
    {"reference", "BACKEND",
     "Reference backend that the others are compared with. Default: the golden rows for generated "
     "captures, wireshark for other captures."},
    {"fail-on", "STATUS,...",
     "Exit with status 1 if a run has one of these statuses: differs, disagrees, unchecked, "
     "failed, crashed, timed-out, unavailable, not-offered; always if one is unfaithful. With "
     "--baseline also: slower[:5%], "
     "first[:20%], load[:10%], rss[:10%], lost, instructions[:1%]. slower looks at the lower "
     "decile, "
     "median and 90th percentile of the runs, slow processes, and the first run of a process; it "
     "also fails if the comparison is inconclusive or has too few samples."},
    {"allow-inconclusive", NULL,
     "With --fail-on slower: pass a comparison that is inconclusive or has too few samples."},
    {"show-values", NULL, "Print and keep the addresses in differences."},
    {"conformance", NULL,
     "Also run the suite malformed, as `pktbench verify --suite malformed` does."},
    {"seed", "N", "Seed of the random order and of the resampling. Default: the time."},
    {"format", "table|markdown|csv|json|github-action|bmf|junit|gbench",
     "Format of standard output. github-action is for github-action-benchmark, bmf for Bencher, "
     "gbench for the tools of google/benchmark. Default table."},
    {"o", "FILE",
     "Write the results here, always as JSON. Default: a file in results/local/ of the source "
     "tree, if the program runs in its build folder."},
    {"report", NULL,
     "Also write a report, into a folder beside the results file and named after it. See `pktbench "
     "report --help`."},
    {NULL, NULL, NULL},
};

const command bench_command = {
    .name = "bench",
    .operands = "[CAPTURE...]",
    .summary = "check the values of backends, then compare their time and memory",
    .details = "Measures CAPTURE (a file, - for standard input, or a folder of captures), or the "
               "generated headline captures if none is given. A capture larger than 10,000,000 "
               "bytes is measured in three slices: its start, middle and "
               "end.\n\nFirst, every cell that a backend gives is compared with that of an "
               "independent decoder. A backend that loses rows, or differs in more than 1 % of the "
               "cells, gets no time. Then every backend runs in several processes, in random "
               "order. A ratio is the median, over rounds, of the backend's time divided by the "
               "time of raw in the same round, with a 95 % confidence interval.\n\nA run ends when "
               "its last row was counted; with --sink, when the last byte was written.\n\nThe "
               "results file is written after every block of processes, marked `partial` until the "
               "run ends: a run that is killed leaves the results of its blocks.",
    .options = options,
    .operands_min = 0,
    .operands_max = SUITE_MAX,
    .run = bench_run,
};
