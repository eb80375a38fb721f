/* `pktbench bench`: agreement first, then time. */
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "against.h"
#include "command.h"
#include "conformance.h"
#include "gate.h"
#include "instructions.h"
#include "machine.h"
#include "noise.h"
#include "prefix.h"
#include "report/change.h"
#include "report/private.h"
#include "report/report.h"
#include "results.h"
#include "say.h"
#include "sink/outfile.h"

/* Fresh processes of every backend: see INTERVAL_BLOCKS_MIN. */
#define PROCESSES_DEFAULT 8
/* The same where two builds take turns: twice as many processes with half the rounds each take as
 * long and tell more. Measured on a noisy virtual machine: a build slower by 5 % is found in 12 of
 * 12 trials by 16 processes of 10 rounds, in 3 of 12 by 8 of 20. */
#define PROCESSES_TURNS 16
/* Seconds for all that is timed. */
#define BUDGET_DEFAULT 150.0
/* The same for the suite with programs of others in it. */
#define BUDGET_SEED 600.0
/* The part of what is timed that programs of others may take. */
#define PEER_SHARE 0.8
/* The part of it that goes to whole processes. */
#define PROCESS_SHARE 0.25
/* Whom a gigabyte does not take minutes. */
#define SCALE_BACKENDS "read-all,raw,libpcap"
/* Seconds that one run may take. */
#define RUN_SECONDS 120.0

typedef struct benchmark {
    const arguments *arguments;
    lineup lineup;
    suite suite;
    gate gate;
    schedule schedule;
    process_runs processes;
    progress progress;
    report_format format;
    const char *reference, *suite_name;
    double budget_s;
    uint64_t seed;
    bool show_values;
} benchmark;

/* The suite that reproduces the study. */
static bool is_seed(const benchmark *b)
{
    return b->suite_name && strcmp(b->suite_name, "seed") == 0;
}

static bool is_scale(const benchmark *b)
{
    return b->suite_name && strcmp(b->suite_name, "scale") == 0;
}

static bool options_read(benchmark *b)
{
    const arguments *a = b->arguments;
    const char *format = option_value(a, "format"), *gate = option_value(a, "fail-on");
    const char *suite = option_value(a, "suite");
    uint64_t processes, rounds;
    double sample_s;
    bool against = option_given(a, "against");
    if (suite && !suite_known(suite)) {
        say_error("no suite has the name '%s': headline, seed and scale do", suite);
        return false;
    }
    b->suite_name = suite;
    b->schedule.positions = is_seed(b);
    if (report_format_find(format ? format : "table", &b->format) != 0) {
        say_error("no format has the name '%s': table, markdown, csv, json, github-action, bmf, "
                  "junit and gbench do",
                  format);
        return false;
    }
    b->reference = option_value(a, "reference");
    b->show_values = option_given(a, "show-values");
    if (!option_number(a, "processes", 1, 1000, against ? PROCESSES_TURNS : PROCESSES_DEFAULT,
                       &processes) ||
        !option_number(a, "rounds", 1, 1000, 0, &rounds) ||
        !option_number(a, "seed", 0, INT64_MAX, (uint64_t)time(NULL), &b->seed) ||
        !option_seconds(a, "budget", is_seed(b) ? BUDGET_SEED : BUDGET_DEFAULT, &b->budget_s) ||
        !option_seconds(a, "sample", (against ? TURN_NS : SAMPLE_NS) * 1e-9, &sample_s) ||
        !option_seconds(a, "timeout", RUN_SECONDS, &b->schedule.request_s) ||
        !gate_parse(&b->gate, gate ? gate : ""))
        return false;
    if (gate_compares(&b->gate) && !against) {
        say_error("--fail-on: slower, lost and instructions need --against");
        return false;
    }
    if (b->gate.instructions && !option_given(a, "count-instructions")) {
        say_error("--fail-on: instructions needs --count-instructions");
        return false;
    }
    b->schedule.one_cpu = against;
    b->schedule.rounds_max = against ? TURNS_MAX : ROUNDS_MAX;
    b->schedule.sample_ns = sample_s * 1e9;
    b->schedule.blocks = (unsigned)processes;
    b->schedule.rounds = (unsigned)rounds;
    return true;
}

/* Whom the A/A line is measured with: raw, or whoever comes first without it. */
static const candidate *twin_candidate(const lineup *l)
{
    const candidate *raw = lineup_find(l, "raw");
    if (raw && raw->chosen && raw->available)
        return raw;
    for (size_t i = 0; i < l->count; i++)
        if (l->candidates[i]->chosen && l->candidates[i]->available)
            return l->candidates[i];
    return NULL;
}

static bench_cell *cell_add(schedule *s, const candidate *candidate, suite_slice *slice,
                            pkt_level level)
{
    bench_cell *cell = &s->cells[s->cell_count++];
    *cell = (bench_cell){.candidate = candidate, .slice = slice, .level = level};
    return cell;
}

/* The cell; for a program of its own also the one in which it builds the columns. */
static void cells_add(schedule *s, const candidate *candidate, suite_slice *slice, pkt_level level)
{
    const bench_cell *cell = cell_add(s, candidate, slice, level);
    if (candidate->id.driver && level != PKT_LEVEL_FRAMES)
        cell_add(s, candidate, slice, level)->columns_of = cell;
}

/* Every backend at every level that it offers, slice by slice; then the twins. */
static bool cells_make(benchmark *b)
{
    schedule *s = &b->schedule;
    size_t room = b->suite.count * b->lineup.count * PKT_LEVEL_COUNT * 4;
    s->cells = calloc(room ? room : 1, sizeof *s->cells);
    if (!s->cells) {
        say_error("no memory for %zu runs", room);
        return false;
    }
    for (size_t i = 0; i < b->suite.count; i++)
        for (size_t j = 0; j < b->lineup.count; j++)
            for (unsigned v = 0; v < PKT_LEVEL_COUNT; v++)
                if (lineup_runs(&b->lineup, b->lineup.candidates[j], (pkt_level)v))
                    cells_add(s, b->lineup.candidates[j], &b->suite.slices[i], (pkt_level)v);
    if (s->cell_count == 0) {
        say_error("nothing to run: no chosen backend offers a chosen level here");
        return false;
    }
    const candidate *twin = twin_candidate(&b->lineup);
    size_t firsts = s->cell_count;
    for (size_t i = 0; i < firsts; i++)
        if (s->cells[i].candidate == twin && s->cells[i].level <= PKT_LEVEL_HEADERS &&
            !s->cells[i].columns_of)
            cell_add(s, twin, s->cells[i].slice, s->cells[i].level)->twin_of = &s->cells[i];
    for (size_t j = 0; j < b->lineup.count; j++)
        if (b->lineup.candidates[j]->chosen && b->lineup.candidates[j]->available)
            s->loads[s->load_count++].candidate = b->lineup.candidates[j];
    return against_cells(&b->lineup, s, firsts);
}

/* The agreement pass over one slice. */
static bool slice_check(benchmark *b, suite_slice *slice)
{
    checker k;
    progress_say(&b->progress, "agreement: %s", slice->name);
    if (!checker_open(&k, &b->suite, slice, &b->lineup, b->reference, b->schedule.request_s))
        return false;
    for (size_t i = 0; i < b->schedule.cell_count; i++) {
        bench_cell *cell = &b->schedule.cells[i];
        if (cell->slice != slice)
            continue;
        progress_say(&b->progress, "agreement: %s %s, %s", cell->candidate->name,
                     pkt_level_name(cell->level), slice->name);
        if (cell->twin_of)
            cell->check = cell->twin_of->check;
        else if (cell->columns_of)
            cell->check = cell->columns_of->check;
        else
            checker_run(&k, cell->candidate, cell->level, &cell->check);
    }
    checker_close(&k);
    return true;
}

static bool is_used(const schedule *s, const suite_slice *slice)
{
    for (size_t i = 0; i < s->cell_count; i++)
        if (s->cells[i].slice == slice)
            return true;
    return false;
}

static bool measure(benchmark *b)
{
    schedule *s = &b->schedule;
    s->progress = &b->progress;
    if (!prefixes_plan(s, &b->suite, b->budget_s * (1 - PROCESS_SHARE) * PEER_SHARE))
        return false;
    for (size_t i = 0; i < b->suite.count; i++)
        if (is_used(s, &b->suite.slices[i]) && !slice_check(b, &b->suite.slices[i]))
            return false;
    s->budget_s = b->budget_s * (b->lineup.against ? 1 : 1 - PROCESS_SHARE);
    s->evict_bytes = 2 * private_cache_bytes();
    s->random = random_seeded(b->seed);
    schedule_probe(s);
    schedule_plan(s);
    schedule_run(s);
    if (option_given(b->arguments, "count-instructions"))
        instructions_count(s, &b->suite);
    if (!b->lineup.against &&
        processes_run(&b->processes, s, &b->suite, b->budget_s * PROCESS_SHARE) != 0) {
        say_error("no memory for timing whole processes");
        return false;
    }
    return true;
}

/* The options as they were given; of paths only the last part. */
static json_t *options_json(const arguments *a)
{
    json_t *out = json_object();
    for (size_t i = 0; a->command->options[i].name; i++) {
        const char *value = a->values[i];
        const char *slash = value ? strrchr(value, '/') : NULL;
        if (value)
            json_object_set_new(out, a->command->options[i].name,
                                json_string(slash ? slash + 1 : value));
    }
    return out;
}

/* results/local of the project that the program was built in; -1 if there is none. */
static int local_folder(char folder[PATH_MAX])
{
    char program[PATH_MAX], marker[PATH_MAX + 64];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    const char *build = dirname(program);
    (void)snprintf(marker, sizeof marker, "%s/CMakeCache.txt", build);
    if (access(marker, F_OK) != 0)
        return -1;
    (void)snprintf(marker, sizeof marker, "%s/../../results/schema.json", build);
    if (access(marker, F_OK) != 0)
        return -1;
    (void)snprintf(marker, sizeof marker, "%s/../../results", build);
    char *real = realpath(marker, NULL);
    if (!real)
        return -1;
    int fits = snprintf(folder, PATH_MAX, "%s/local", real) < PATH_MAX;
    free(real);
    return fits && (mkdir(folder, 0777) == 0 || errno == EEXIST) ? 0 : -1;
}

/* Where the results go; "" if nowhere. */
static void results_path(const benchmark *b, const json_t *results, char path[PATH_MAX + 64])
{
    const char *given = option_value(b->arguments, "o");
    char folder[PATH_MAX], stamp[32];
    path[0] = '\0';
    if (given) {
        (void)snprintf(path, PATH_MAX + 64, "%s", given);
        return;
    }
    if (local_folder(folder) != 0)
        return;
    const json_t *date = json_object_get(json_object_get(results, "context"), "date");
    size_t n = 0;
    for (const char *p = json_string_value(date); *p && n + 1 < sizeof stamp; p++)
        if (*p != ':' && *p != '-')
            stamp[n++] = *p;
    stamp[n] = '\0';
    (void)snprintf(path, PATH_MAX + 64, "%s/%s.json", folder, stamp);
}

/* The headline sentence, for those who look no further. */
static void headline_say(const json_t *results)
{
    char *text = NULL;
    size_t size;
    FILE *words = open_memstream(&text, &size);
    if (!words)
        return;
    report_headline(results, words);
    if (fclose(words) == 0)
        say_note("%s", text);
    free(text);
}

/* A folder beside the results, of their name without its suffix. */
static bool report_beside(char *path, const json_t *results)
{
    char folder[PATH_MAX + 80], *paths[] = {path};
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    size_t length = dot && (!slash || dot > slash + 1) ? (size_t)(dot - path) : strlen(path);
    (void)snprintf(folder, sizeof folder, "%.*s%s", (int)length, path,
                   path[length] ? "" : "-report");
    if (!report_write(paths, 1, folder))
        return false;
    say_note("report: %s/index.html", folder);
    headline_say(results);
    return true;
}

/* Is the report wanted, and is there something to put into it? */
static bool report_wanted(const benchmark *b, const json_t *results)
{
    return option_given(b->arguments, "report") && results_timed(results) > 0;
}

/* `path` is where they are kept; "" if nowhere. */
static bool results_write(const json_t *results, const char *path)
{
    pkt_outfile out;
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!*path) {
        say_note("the results are not kept: -o FILE keeps them");
        return true;
    }
    if (pkt_outfile_open(&out, path, &err) != 0) {
        say_failure(path, &err);
        return false;
    }
    bool good = json_dumpf(results, out.file, JSON_INDENT(1) | JSON_REAL_PRECISION(9)) == 0 &&
                fputc('\n', out.file) != EOF;
    if (!good)
        pkt_outfile_abandon(&out);
    if (!good || pkt_outfile_commit(&out, &err) != 0) {
        if (good)
            say_failure(path, &err);
        else
            say_error("%s: cannot write", path);
        return false;
    }
    if (strcmp(path, "-") != 0)
        say_note("results: %s", path);
    return true;
}

/* What --conformance asks for. */
static json_t *conformance_of(benchmark *b)
{
    conformance c = {.suite = &b->suite,
                     .lineup = &b->lineup,
                     .seconds = CONFORMANCE_SECONDS,
                     .show_values = b->show_values};
    return option_given(b->arguments, "conformance") ? conformance_run(&c) : NULL;
}

/* The comparison, if there is one, comes last: it is what was asked for. */
static int results_show(const json_t *results, report_format format, bool colour)
{
    const json_t *comparison = json_object_get(results, "comparison");
    if (format == REPORT_CSV && comparison)
        return report_change(comparison, format, stdout);
    if (report_table(results, format, colour, stdout) != 0)
        return -1;
    if (!comparison || format >= REPORT_JSON)
        return 0;
    fputc('\n', stdout);
    return report_change(comparison, format, stdout);
}

static void list_say(const char *head, const json_t *list)
{
    size_t i;
    json_t *words;
    json_array_foreach(list, i, words)
    {
        say_note("%s%s", head, json_string_value(words));
    }
}

static int conclude(benchmark *b, json_t *context, double started)
{
    json_t *found = conformance_of(b);
    json_t *options = options_json(b->arguments);
    bench_record record = {
        .suite = &b->suite,
        .lineup = &b->lineup,
        .schedule = &b->schedule,
        .processes = &b->processes,
        .seed = b->seed,
        .elapsed_s = seconds_now() - started,
        .budget_s = b->budget_s,
        .suite_name = b->suite_name ? b->suite_name : "headline",
        .show_values = b->show_values,
        .context = context,
        .options = options,
        .conformance = found,
    };
    json_t *results = results_json(&record);
    json_decref(options);
    json_decref(found);
    progress_close(&b->progress);
    if (!results || (b->lineup.against && !against_add(&b->lineup, &record, &b->gate, results))) {
        json_decref(results);
        say_error("no memory for the results");
        return EXIT_TROUBLE;
    }
    json_object_set_new(results, "noise", noise_words(context, results));
    const char *no_color = getenv("NO_COLOR");
    bool colour = isatty(STDOUT_FILENO) && !(no_color && *no_color);
    char path[PATH_MAX + 64];
    results_path(b, results, path);
    bool good = results_write(results, path);
    if (results_show(results, b->format, colour) != 0) {
        say_error("the results cannot be shown");
        good = false;
    }
    (void)fflush(stdout); /* the table comes before the words about it */
    if (good && *path && report_wanted(b, results))
        good = report_beside(path, results);
    const json_t *comparison = json_object_get(results, "comparison");
    bool says_no = json_array_size(json_object_get(comparison, "failures")) > 0;
    if (b->gate.instructions && !instructions_compared(comparison)) {
        say_error("--fail-on: no instructions were counted on both sides");
        good = false;
    }
    list_say("noise: ", json_object_get(results, "noise"));
    list_say("gate: ", json_object_get(comparison, "failures"));
    json_decref(results);
    int status = !good ? EXIT_TROUBLE : says_no ? EXIT_GATE : EXIT_DONE;
    for (size_t i = 0; good && i < b->schedule.cell_count; i++)
        if (!b->schedule.cells[i].old_of && gate_fails(&b->gate, b->schedule.cells[i].check.status))
            status = EXIT_GATE;
    return status;
}

/* Can the results be written where the user wants them? Asked before minutes go by. */
static bool output_possible(const benchmark *b)
{
    const char *given = option_value(b->arguments, "o");
    pkt_outfile out;
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!given)
        return true;
    if (strcmp(given, "-") == 0) {
        say_error("bench: -o names a file for the results; --format json writes them to standard "
                  "output");
        return false;
    }
    for (size_t i = 0; i < b->arguments->operand_count; i++)
        if (pkt_same_file(given, b->arguments->operands[i])) {
            say_error("%s: is the capture itself: -o must name another file", given);
            return false;
        }
    if (pkt_outfile_open(&out, given, &err) != 0) {
        say_failure(given, &err);
        return false;
    }
    pkt_outfile_abandon(&out);
    return true;
}

static int bench_slices(benchmark *b)
{
    double started = seconds_now();
    json_t *context = machine_describe();
    int status = EXIT_TROUBLE;
    if (cells_make(b) && measure(b))
        status = conclude(b, context, started);
    progress_close(&b->progress);
    json_decref(context);
    schedule_free(&b->schedule);
    processes_free(&b->processes);
    return status;
}

static int bench_run(const arguments *arguments)
{
    benchmark b = {.arguments = arguments};
    int status = EXIT_TROUBLE;
    lineup_wish wish = lineup_wish_of(arguments);
    wish.against = option_value(arguments, "against");
    if (!options_read(&b))
        return status;
    if (is_seed(&b) && !wish.backends)
        wish.backends = EVERY_BACKEND;
    if (is_scale(&b) && !wish.backends)
        wish.backends = SCALE_BACKENDS;
    if (!output_possible(&b) || !lineup_open(&b.lineup, &wish))
        return status;
    progress_open(&b.progress);
    if (suite_open(&b.suite, b.suite_name, arguments->operands, arguments->operand_count)) {
        status = bench_slices(&b);
        suite_close(&b.suite);
    }
    lineup_close(&b.lineup);
    return status;
}

static const option_spec options[] = {
    {"suite", "NAME",
     "headline (default), or seed: the study's libraries beside ours, over benign-iot, tcp-flood "
     "and the captures; or scale: tcp-flood in 10 MB, 100 MB and 1 GB, the larger ones unchecked."},
    {"backends", "LIST",
     "Only these backends, separated by commas; `all` with those that are measured on request."},
    {"levels", "LIST", "Only these levels: frames, headers, dissect; default all."},
    {"plugin", "LIST", "Shared objects that carry further backends."},
    {"against", "OLD",
     "Compare with another build of this program, or with a shared object that carries a backend "
     "of this run (named *.so*): both sides take turns, round by round."},
    {"count-instructions", NULL,
     "Count the instructions of a run of the built-in backends and plug-ins, with valgrind."},
    {"processes", "N",
     "Fresh processes of each backend, default 8, with --against 16; fewer than 6 give no "
     "intervals."},
    {"rounds", "N", "Rounds in each of them; default as many as the budget allows."},
    {"budget", "TIME",
     "Time for all that is timed; default 150s, 600s for the suite seed. Agreement comes on top."},
    {"sample", "TIME",
     "How long a sample lasts at least, by repeating short runs; default 50ms, "
     "1ms with --against."},
    {"timeout", "TIME", "How long one run may take; default 120s."},
    {"reference", "NAME",
     "Hold the others against this backend; default the generator's own knowledge for generated "
     "slices, wireshark for captures."},
    {"fail-on", "LIST",
     "What makes the exit status 1: a list of differs, disagrees, unchecked, failed, crashed, "
     "timed-out, unavailable, not-offered; with --against also slower[:1%], lost, "
     "instructions[:1%]."},
    {"show-values", NULL, "Show and keep the addresses in a difference."},
    {"conformance", NULL,
     "Also count what each backend makes of malformed captures, as verify --suite malformed does."},
    {"seed", "N", "Seed of the order of rounds and of the intervals; default the time."},
    {"format", "FORMAT",
     "table, markdown, csv or json; github-action, bmf (Bencher), junit or gbench "
     "(google/benchmark); default table."},
    {"o", "FILE",
     "Write the results here, as JSON whatever --format says; default results/local/ of the "
     "project."},
    {"report", NULL,
     "Write the report too, into a folder beside the results and of their name: `pktbench report "
     "--help` says what is in it."},
    {NULL, NULL, NULL},
};

const command bench_command = {
    .name = "bench",
    .operands = "[CAPTURE...]",
    .summary = "prove that the backends agree, then time them over the same slices",
    .details =
        "Without CAPTURE: the generated headline scenarios. A capture larger than 10,000,000 bytes "
        "is measured in three slices of it: start, middle and end.\n\n"
        "First every cell that a backend gives is compared with an independent decoder's; a "
        "backend that loses rows or differs in more than 1 % of the cells gets no time. Then each "
        "backend runs in fresh processes, in random order, round by round; a ratio is the median "
        "over rounds of its time over raw's in the same round, with a 95 % interval.",
    .options = options,
    .operands_min = 0,
    .operands_max = SUITE_MAX,
    .run = bench_run,
};
