#include "bench/timing/processes.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/input/first_packets.h"
#include "bench/worker/python.h"
#include "parsers/process/confine.h"
#include "parsers/process/program.h"
#include "parsers/util/clock.h"
#include "parsers/util/error.h"

/* Time limit of `hyperfine --version`. */
#define VERSION_SECONDS 10.0
/* Seconds that a process takes to start: of this program, and of one that starts an interpreter. */
#define START_SECONDS 0.05
#define PROGRAM_SECONDS 0.5

/* Write `text` as one quoted shell word: hyperfine splits commands as a shell does. */
static void quote(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", out);
        else
            fputc(*text, out);
    fputc('\'', out);
}

/* The command line of one run; the caller frees it. NULL if memory runs out. */
static char *command_line(const char *program, const process_run *run, const char *capture)
{
    char *line = NULL;
    size_t size;
    FILE *out = open_memstream(&line, &size);
    if (!out)
        return NULL;
    if (run->backend->id.driver) {
        char python[PATH_MAX];
        python_path(python, sizeof python);
        quote(out, python);
        fputc(' ', out);
        quote(out, run->backend->id.driver);
        fprintf(out, " run %s %s ", run->backend->name, pkt_level_name(run->level));
        quote(out, capture);
        fclose(out);
        return line;
    }
    quote(out, program);
    fputs(" extract --format none --backend ", out);
    quote(out, run->backend->name);
    fprintf(out, " --level %s", pkt_level_name(run->level));
    if (run->backend->id.plugin) {
        fputs(" --plugin ", out);
        quote(out, run->backend->id.plugin);
    }
    fputs(" -- ", out);
    quote(out, capture);
    fclose(out);
    return line;
}

/* All commands that hyperfine times: two per run. */
typedef struct command_lines {
    char **lines; /* [2 * run + (0: slice, 1: empty)] */
    size_t count;
} command_lines;

static void commands_free(command_lines *c)
{
    for (size_t i = 0; c->lines && i < c->count; i++)
        free(c->lines[i]);
    free(c->lines);
    *c = (command_lines){0};
}

static int commands_make(command_lines *c, const process_runs *runs, const suite *suite,
                         pkt_err *err)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    *c = (command_lines){.lines = calloc(2 * runs->count + 1, sizeof(char *)),
                         .count = 2 * runs->count};
    if (!c->lines || length <= 0)
        return pkt_fail_memory(err, "command lines");
    for (size_t i = 0; i < runs->count; i++) {
        char *empty = empty_capture(suite, runs->runs[i].slice, err);
        if (!empty)
            return -1;
        c->lines[2 * i] = command_line(program, &runs->runs[i], runs->runs[i].slice->path);
        c->lines[2 * i + 1] = command_line(program, &runs->runs[i], empty);
        free(empty);
        if (!c->lines[2 * i] || !c->lines[2 * i + 1])
            return pkt_fail_memory(err, "command lines");
    }
    return 0;
}

/* Run hyperfine without output. */
static int run_quietly(char **argv, double seconds)
{
    const pkt_program program = {
        .argv = argv, .environment = environ, .output = "/dev/null", .seconds = seconds};
    return pkt_program_run(&program, NULL, 0);
}

static bool hyperfine_installed(void)
{
    char *argv[] = {"hyperfine", "--version", NULL};
    return run_quietly(argv, VERSION_SECONDS) == 0;
}

static void run_fail(process_run *run, run_status status, const char *reason)
{
    run->status = status;
    run->count = 0;
    (void)snprintf(run->reason, sizeof run->reason, "%s", reason);
}

/* Time of one result in hyperfine's export, in seconds; negative if the command failed. */
static double result_seconds(const json_t *result)
{
    const json_t *code = json_array_get(json_object_get(result, "exit_codes"), 0);
    const json_t *time = json_array_get(json_object_get(result, "times"), 0);
    if (!json_is_number(time) || json_integer_value(code) != 0)
        return -1;
    return json_number_value(time);
}

/* Store the times of a round in their runs. false: hyperfine's export is missing or malformed. */
static bool round_read(process_runs *runs, const char *path, const size_t *order, size_t commands)
{
    json_t *export = json_load_file(path, 0, NULL);
    json_t *results = json_object_get(export, "results");
    double *seconds = calloc(commands + 1, sizeof *seconds);
    bool good = seconds && json_array_size(results) == commands;
    for (size_t i = 0; good && i < commands; i++)
        seconds[order[i]] = result_seconds(json_array_get(results, i));
    for (size_t i = 0; good && i < runs->count; i++) {
        process_run *run = &runs->runs[i];
        if (run->status != STATUS_OK)
            continue;
        if (seconds[2 * i] < 0 || seconds[2 * i + 1] < 0) {
            run_fail(run, STATUS_FAILED,
                     "`pktbench extract` failed on the slice or without packets");
            continue;
        }
        run->wall_s[run->count] = seconds[2 * i];
        run->empty_wall_s[run->count++] = seconds[2 * i + 1];
    }
    free(seconds);
    json_decref(export);
    return good;
}

/* Run every command once, in the given order, at most `seconds`. */
static bool round_run(process_runs *runs, const command_lines *c, const size_t *order,
                      const char *path, double seconds)
{
    char *fixed[] = {"hyperfine", "-N",   "--runs",        "1",         "--ignore-failure",
                     "--style",   "none", "--export-json", (char *)path};
    const size_t head = sizeof fixed / sizeof fixed[0];
    char **argv = calloc(head + c->count + 1, sizeof *argv);
    if (!argv)
        return false;
    memcpy(argv, fixed, sizeof fixed);
    for (size_t i = 0; i < c->count; i++)
        argv[head + i] = c->lines[order[i]];
    bool good = run_quietly(argv, seconds) == 0 && round_read(runs, path, order, c->count);
    free(argv);
    return good;
}

static void rounds_run(process_runs *runs, const command_lines *c, const schedule *s,
                       const char *path, size_t *order, double seconds)
{
    random_state random = s->random;
    double started = pkt_seconds_now(), longest = 0;
    for (unsigned round = 0; round < PROCESS_ROUNDS_MAX; round++) {
        double from = pkt_seconds_now();
        if (round >= PROCESS_ROUNDS_MIN && from - started + longest > seconds)
            break;
        pkt_notice(s->notices, PKT_NOTICE_PROGRESS, "whole processes, round %u", round + 1);
        random_shuffle(&random, order, c->count);
        if (!round_run(runs, c, order, path, s->request_s * (double)c->count)) {
            for (size_t i = 0; i < runs->count; i++)
                run_fail(&runs->runs[i], STATUS_FAILED, "hyperfine failed");
            return;
        }
        runs->rounds = round + 1;
        double took = pkt_seconds_now() - from;
        longest = took > longest ? took : longest;
    }
}

/* Is the cell timed as a whole process? A command has no other way to run than the protocol. Level
 * `frames` only if it is the highest level of the backend. */
static bool wanted(const bench_cell *cell)
{
    if (!cell_is_timed(cell) || cell->role != ROLE_MAIN || cell->backend->id.command)
        return false;
    if (cell->level != PKT_LEVEL_FRAMES)
        return true;
    for (unsigned i = PKT_LEVEL_FRAMES + 1; i < PKT_LEVEL_COUNT; i++)
        if (cell->backend->offers[i])
            return false;
    return true;
}

static int runs_make(process_runs *out, const schedule *s)
{
    *out = (process_runs){.runs = calloc(s->cell_count + 1, sizeof *out->runs)};
    for (size_t i = 0; out->runs && i < s->cell_count; i++) {
        if (!wanted(&s->cells[i]))
            continue;
        process_run *run = &out->runs[out->count++];
        run->backend = s->cells[i].backend;
        run->slice = s->cells[i].slice;
        run->level = s->cells[i].level;
        run->wall_s = calloc(PROCESS_ROUNDS_MAX, sizeof *run->wall_s);
        run->empty_wall_s = calloc(PROCESS_ROUNDS_MAX, sizeof *run->empty_wall_s);
        if (!run->wall_s || !run->empty_wall_s)
            return -1;
    }
    return out->runs ? 0 : -1;
}

/* Time the runs with hyperfine, which must be installed. */
static int runs_time(process_runs *out, const schedule *s, const suite *suite, double seconds,
                     pkt_err *err)
{
    command_lines c;
    int bad = commands_make(&c, out, suite, err);
    char *path = scratch_path(&suite->scratch, "hyperfine.json");
    size_t *order = calloc(2 * out->count + 1, sizeof *order);
    if (!bad && (!path || !order))
        bad = pkt_fail_memory(err, "whole processes");
    if (!bad && order) {
        for (size_t i = 0; i < c.count; i++)
            order[i] = i;
        if (setenv(PKT_CONFINE_VARIABLE, scratch_parent(), 1) != 0)
            bad = pkt_fail_memory(err, "whole processes");
        else if (out->count)
            rounds_run(out, &c, s, path, order, seconds);
        (void)unsetenv(PKT_CONFINE_VARIABLE);
    }
    commands_free(&c);
    free(order);
    free(path);
    return bad;
}

int processes_run(process_runs *out, const schedule *s, const suite *suite, double seconds,
                  pkt_err *err)
{
    if (runs_make(out, s) != 0)
        return pkt_fail_memory(err, "whole processes");
    if (hyperfine_installed())
        return runs_time(out, s, suite, seconds, err);
    for (size_t i = 0; i < out->count; i++)
        run_fail(&out->runs[i], STATUS_UNAVAILABLE, "hyperfine is not installed");
    return 0;
}

double processes_seconds(const schedule *s)
{
    double round = 0;
    if (!hyperfine_installed())
        return 0;
    for (size_t i = 0; i < s->cell_count; i++)
        if (wanted(&s->cells[i]))
            round += s->cells[i].run_ns * 1e-9 +
                     2 * (s->cells[i].backend->id.driver ? PROGRAM_SECONDS : START_SECONDS);
    return PROCESS_ROUNDS_MAX * round;
}

void processes_free(process_runs *runs)
{
    for (size_t i = 0; runs->runs && i < runs->count; i++) {
        free(runs->runs[i].wall_s);
        free(runs->runs[i].empty_wall_s);
    }
    free(runs->runs);
    *runs = (process_runs){0};
}
