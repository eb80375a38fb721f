/* `pktbench bench`: agreement first, then time. */
#include <math.h>
#include <time.h>

#include "bench/comparison/stages.h"
#include "bench/input/build.h"
#include "bench/timing/instructions.h"
#include "bench/timing/machine.h"
#include "bench/timing/matrix.h"
#include "bench/timing/prefix.h"
#include "cli/bench/live.h"
#include "cli/message.h"
#include "cli/shared_options.h"
#include "parsers/process/memory.h"
#include "parsers/util/clock.h"
#include "parsers/util/error.h"

/* Fresh processes of every backend: see INTERVAL_BLOCKS_MIN. */
#define PROCESSES_DEFAULT 8
/* The part of the budget that slow backends may take, beside external programs and without. */
#define PROGRAMS_SHARE 0.6
#define LIBRARIES_SHARE 0.35
/* The part of it that goes to whole processes. */
#define PROCESS_SHARE 0.2
/* Seconds of the whole command. */
static const double budget_defaults[SUITE_KINDS] = {[SUITE_QUICK] = 120,
                                                    [SUITE_REFERENCE] = 900,
                                                    [SUITE_CIC_IOT] = 1200,
                                                    [SUITE_SCALE] = 600,
                                                    [SUITE_LANGUAGES] = 900};
#define BUDGET_TURNS 280.0
/* Maximum time to evict caches in a sample of the quick suite, in nanoseconds: more of its samples
 * fit into the budget then. */
#define QUICK_EVICT_NS 30e6
/* Whom a gigabyte does not take minutes. */
#define SCALE_BACKENDS "read-all,raw,libpcap"
/* Beside the drivers of other languages: C, C++ and Python. */
#define LANGUAGE_BACKENDS "raw,libpcap,wireshark,libtins,libtrace,pcapplusplus,dpkt"
#define LANGUAGE_LEVELS "frames,headers,app"
/* Those that read by a mapping. */
#define MAPPED_BACKENDS "memcpy,raw-mapped"
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
        !option_seconds(a, "budget", turns ? BUDGET_TURNS : budget_defaults[b->kind],
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
    if (!features_option(b) || !record_programs_option(b))
        return false;
    if (gate_parse(&b->gate, gate ? gate : "", &err) != 0) {
        message_failure("--fail-on", &err);
        return false;
    }
    b->gate.allow_inconclusive = option_given(a, "allow-inconclusive");
    return true;
}

static bool options_read(benchmark *b)
{
    const bool turns = option_given(b->arguments, "baseline");
    return names_read(b) && numbers_read(b, turns) && bench_options_fit(b, turns) &&
           live_options(b);
}

/* Has the cell the verified rows of its base, in another file? */
static bool is_other_file(const bench_cell *cell)
{
    return cell->role == ROLE_INPUT && cell->base;
}

/* What is known of the cell before it is timed. */
static void cell_check(benchmark *b, checker *k, bench_cell *cell)
{
    if (cell->role == ROLE_AA_CONTROL || cell->role == ROLE_PARSE || is_other_file(cell))
        cell->check = cell->base->check;
    else if (cell->features)
        feature_check(b, cell);
    else if (!cell->backend->available)
        cell_fail(cell, STATUS_UNAVAILABLE, cell->backend->reason);
    else if (cell->sink)
        output_check(&b->schedule, cell);
    else
        checker_run(k, cell->backend, cell->level, &cell->check);
}

/* The rows of a copy are those of the slice, which was checked before. */
static void copy_check(benchmark *b, const suite_slice *slice)
{
    for (size_t i = 0; i < b->schedule.cell_count; i++)
        if (b->schedule.cells[i].slice == slice)
            b->schedule.cells[i].check = b->schedule.cells[i].base->check;
}

/* Without its reference, the slice is left out: its cells get no time. */
static int slice_unchecked(benchmark *b, const suite_slice *slice, const pkt_err *err)
{
    for (size_t i = 0; i < b->schedule.cell_count; i++)
        if (b->schedule.cells[i].slice == slice)
            cell_fail(&b->schedule.cells[i], STATUS_FAILED, err->msg);
    progress_close(&b->progress);
    message_err(err);
    b->unchecked = true;
    return 0;
}

/* The agreement pass over one slice. */
static int slice_check(benchmark *b, suite_slice *slice, pkt_err *err)
{
    checker k;
    char name[CELL_NAME];
    progress_show(&b->progress, "agreement: %s", slice->name);
    if (slice->copy_of) {
        copy_check(b, slice);
        return 0;
    }
    if (checker_open(&k, &b->suite, slice, &b->selection, b->reference, b->schedule.request_s,
                     err) != 0)
        return b->left_out.keep_going ? slice_unchecked(b, slice, err) : -1;
    for (size_t i = 0; i < b->schedule.cell_count; i++) {
        bench_cell *cell = &b->schedule.cells[i];
        if (cell->slice != slice)
            continue;
        progress_show(&b->progress, "agreement: %s, %s", cell_name(cell, name), slice->name);
        cell_check(b, &k, cell);
    }
    return checker_close(&k, err);
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
    size_t most = smaller(EVICT_BYTES_MAX, pkt_memory_bytes() / EVICT_MEMORY_PART);
    s->evict_bytes = smaller(wanted, most);
    s->evict_ns = run_evict_ns(s->evict_bytes);
}

static void plan_make(benchmark *b)
{
    schedule *s = &b->schedule;
    const double seconds = budget_left(b);
    s->budget_s = seconds * (b->selection.baseline ? 1 : 1 - PROCESS_SHARE);
    if (!b->selection.baseline && !budget_is_fixed(b))
        s->deadline_s = pkt_seconds_now() + s->budget_s;
    stages_plan(s);
    schedule_plan(s);
    b->processes_s = b->selection.baseline ? 0 : processes_seconds(s);
    pkt_notice_expect(&b->notices, b->selection.baseline ? fmax(seconds, 1) : budget_expected(b));
}

/* Make the cells, and shorten those that are too slow for the budget. */
static int cells_plan(benchmark *b, pkt_err *err)
{
    schedule *s = &b->schedule;
    const bool quick = b->kind == SUITE_QUICK && !b->selection.baseline;
    if (cells_make(s, &b->suite, &b->selection, &b->sinks, err) != 0)
        return -1;
    caches_plan(s, b->selection.baseline != NULL);
    s->sample_evict_ns = quick ? QUICK_EVICT_NS : 0;
    const double least =
        prefixes_plan(s, &b->suite, quick ? PREFIX_LIBRARIES : PREFIX_PROGRAMS,
                      budget_left(b) * (quick ? LIBRARIES_SHARE : PROGRAMS_SHARE), err);
    if (least < 0)
        return -1;
    return budget_is_fixed(b) || b->selection.baseline ? 0 : budget_check(b, least, err);
}

static int measure(benchmark *b, pkt_err *err)
{
    schedule *s = &b->schedule;
    if (cells_plan(b, err) != 0)
        return -1;
    for (size_t i = 0; i < b->suite.count; i++)
        if (is_used(s, &b->suite.slices[i]) && slice_check(b, &b->suite.slices[i], err) != 0)
            return -1;
    if (record_programs_run(b, err) != 0)
        return -1;
    s->random = random_seeded(b->seed);
    s->suite = &b->suite;
    s->proofs = proofs_new(b->suite.scratch.folder, &b->notices);
    if (!s->proofs)
        return pkt_fail_memory(err, "the changes of slices");
    schedule_probe(s);
    plan_make(b);
    schedule_run(s);
    if (option_given(b->arguments, "count-instructions"))
        instructions_count(s, &b->suite);
    return b->selection.baseline
               ? 0
               : processes_run(&b->processes, s, &b->suite,
                               budget_is_fixed(b) ? b->budget_s * PROCESS_SHARE : budget_left(b),
                               err);
}

static void block_ended(void *self)
{
    benchmark *b = self;
    bench_partial_write(b);
    if (!b->selection.baseline) /* stages say it themselves */
        pkt_notice_expect(&b->notices, budget_expected(b));
}

static int bench_slices(benchmark *b)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    int status = EXIT_ERROR;
    b->context = machine_describe();
    b->schedule.notices = &b->notices;
    b->schedule.block_done = block_ended;
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
    json_decref(b->live);
    json_decref(b->record_runs);
    schedule_free(&b->schedule);
    processes_free(&b->processes);
    return status;
}

/* The backends, and the one that the others are compared with. false: a message was printed. */
static bool selection_get(benchmark *b)
{
    selection_request request = selection_request_of(b->arguments);
    pkt_err err = {.pos = PKT_POS_NONE};
    const char *input = option_value(b->arguments, "input");
    size_t mapped = 0;
    if (input && !word_find("input", input, "read|mapped", &mapped))
        return false;
    request.also = mapped ? MAPPED_BACKENDS : NULL;
    request.baseline = option_value(b->arguments, "baseline");
    request.end_s = b->schedule.request_s;
    if (b->kind == SUITE_CIC_IOT && !request.backends)
        request.backends = EVERY_BACKEND;
    if (b->kind == SUITE_SCALE && !request.backends)
        request.backends = SCALE_BACKENDS;
    if (b->kind == SUITE_LANGUAGES && !request.backends)
        request.backends = LANGUAGE_BACKENDS;
    if (b->kind == SUITE_LANGUAGES && !request.levels)
        request.levels = LANGUAGE_LEVELS;
    if (!selection_of(b->arguments, request, b->kind == SUITE_LANGUAGES, &b->selection))
        return false;
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
    const suite_request request = {.kind = b->kind,
                                   .large = option_given(b->arguments, "large"),
                                   .filter = b->filter,
                                   .as_is = option_given(b->arguments, "as-is")};
    return captures_open(&b->suite, b->arguments, &request, &b->notices, &b->left_out);
}

static int bench_all(benchmark *b)
{
    pkt_flow_choice flows;
    int status = EXIT_ERROR;
    if (!options_read(b) || !flow_options(b->arguments, &flows) || !bench_output_possible(b) ||
        !selection_get(b))
        return EXIT_ERROR;
    if (!live_possible(b)) {
        selection_close(&b->selection);
        return EXIT_ERROR;
    }
    progress_open(&b->progress);
    b->notices = progress_notices(&b->progress);
    if (bench_data_frames(b) && suite_get(b)) {
        suite_flows(&b->suite, &flows);
        status = bench_slices(b);
        status = left_out_end(&b->left_out, b->unchecked ? EXIT_ERROR : status);
        suite_close(&b->suite);
    }
    data_frames_close(&b->ways);
    selection_close(&b->selection);
    return status;
}

static int bench_run(const arguments *arguments)
{
    benchmark b = {.arguments = arguments, .started = pkt_seconds_now()};
    if (!live_begin(&b))
        return EXIT_ERROR;
    const int status = bench_all(&b);
    live_end(&b);
    return status;
}

static const option_spec options[] = {
    {"suite", "quick|reference|cic-iot|scale|languages",
     "What to measure. quick (default): CAPTURE, or four generated scenarios; slow backends over "
     "the first packets. reference: the same over whole slices, and raw and libpcap also over "
     "files written by 4 KiB, and with the files out of the page cache. cic-iot: tcp-flood and "
     "benign-iot, by default with all backends, as in a published study of Python "
     "libraries. scale: tcp-flood in 10 MB, 100 MB and 1 GB; cells are compared in the first "
     "only. languages: tcp-flood, benign-iot and dataset-mix at frames, headers and app, with "
     "libraries of C, C++ and Python and the drivers that `./run setup externals` built."},
    {"large", NULL,
     "With --suite scale: also 10 GB, which needs 20 GB of memory and of disk, and a --budget "
     "of 1800s or so."},
    SELECTION_OPTIONS,
    EXTERNAL_OPTIONS,
    {"input", "read|mapped",
     "mapped: also measure raw-mapped, which is raw over a mapping of the file, and memcpy, which "
     "copies all bytes out of one. Default read."},
    {"sink", "csv|arrow|parquet|pandas|polars|pyarrow,...",
     "Also measure the cost of writing rows in these formats, as `pktbench extract` does, to "
     "/dev/null; or of eight columns in an object of these Python libraries, by the Python "
     "package, by a process of `pktbench extract`, and by dpkt and Scapy."},
    {"threads", "N,...",
     "With --sink: numbers of threads that write; with backend raw, they decode too. Default 1."},
    {"as-is", NULL,
     "Also measure each CAPTURE where it lies, whole and without a copy, warm and then out of the "
     "page cache. It must not be compressed. Modules take part up to 10,000,000 bytes, external "
     "programs do not."},
    {"features", "ciciot46|ciciot39|ciciot-fixed|records",
     "Also measure rows of these features, as `pktbench extract --features` computes them from "
     "windows of 10 packets, or flow records with the default timeouts, with the backends that "
     "give the columns for them. The values are compared with a plain computation in Python."},
    {"by", "all|pair|flow",
     "With --features: windows over all packets, of each pair of hosts, or of each flow. Default "
     "all; of records flow."},
    {"record-programs", "nfstream|ndpireader,...",
     "With --features records: compare the flow records of these programs with ours, and time "
     "both as whole processes. NFStream must be installed for the Python of the external programs "
     "(PKTBENCH_PYTHON names another one)."},
    {"live", NULL,
     "Also search for the highest rate at which raw and libpcap capture without packet loss, with "
     "each sink and set of features. Packets are sent on a veth pair in network namespaces of "
     "their own: needs root, or the right to create user namespaces. Comes on top of the budget."},
    {"trial", "TIME",
     "With --live: how long packets are sent in each trial of the search. Default 1s."},
    {"f", "FILTER",
     "Measure only packets that match this pcap-filter(7) expression. All backends read the same "
     "filtered copies, in which packets are numbered anew."},
    FOLDER_OPTION,
    KEEP_GOING_OPTION,
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
     "then more until no interval is wider than two thirds of the threshold, or the budget ends."},
    {"rounds", "N", "Rounds in each process. Default: as many as the budget allows."},
    {"budget", "TIME",
     "Time for the whole command, such as 60s or 1h; --conformance, --live and "
     "--count-instructions come "
     "on top. "
     "Runs are made fewer to fit; if that is not enough, the least time is printed and the exit "
     "status is 2. Default 120s; for the suites reference 900s, cic-iot 1200s, scale 600s, "
     "languages 900s; with --baseline 280s. --rounds takes as long as it takes."},
    {"sample", "TIME",
     "Minimum duration of a sample. Shorter runs are repeated within it, until evicting the caches "
     "before them takes 100 ms. Default 1ms."},
    {"timeout", "TIME", "Time limit of one run. Default 120s."},
    {"reference", "BACKEND",
     "Reference backend that the others are compared with. Default: the golden rows for generated "
     "captures, wireshark for other captures."},
    {"fail-on", "STATUS,...",
     "Exit with status 1 if a run has one of these statuses: differs, disagrees, unchecked, "
     "failed, crashed, timed-out, unavailable, not-offered. Default: none; always if one is "
     "unfaithful. With "
     "--baseline also: slower[:5%], "
     "first[:20%], load[:10%], rss[:10%], lost, instructions[:1%]. slower looks at the lower "
     "decile, "
     "median and 90th percentile of the runs, slow processes, and the first run of a process; it "
     "also fails if the comparison is inconclusive, has too few processes to see one of these, or "
     "has no time of the baseline because that failed, crashed or disagrees."},
    {"allow-inconclusive", NULL,
     "Pass a comparison that is inconclusive or has too few samples or processes for --fail-on "
     "slower, first, load or rss; for slower, also a run that the baseline has no time of."},
    {"show-values", NULL, "Print and keep the addresses and names in differences."},
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
    .details = "Measures CAPTURE (a file, - for standard input, or a folder of captures), or four "
               "generated captures if none is given. A capture larger than 10,000,000 "
               "bytes is measured in three slices: its start, middle and "
               "end.\n\nFirst, every cell that a backend gives is compared with that of an "
               "independent decoder. A backend that loses rows, or differs in more than 1 % of the "
               "cells of any column, gets no time. Then every backend runs in several processes, "
               "in random "
               "order. A ratio is the median, over rounds, of the backend's time divided by the "
               "time of raw in the same round, with a 95 % confidence interval.\n\nA run ends when "
               "its last row was counted; with --sink, when the last byte was written.\n\nThe "
               "results file is written after every block of processes, marked `partial` until the "
               "run ends: a run that is killed leaves the results of its blocks.",
    .options = options,
    .operands_min = 0,
    .operands_max = SUITE_MAX,
    .run = bench_run,
    .gives_up_rights = true,
};
