/* The results file of `pktbench bench`: where it goes, and what is in it. */
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/outcome/baseline.h"
#include "bench/outcome/noise.h"
#include "cli/bench/benchmark.h"
#include "cli/message.h"
#include "cli/outputs.h"
#include "parsers/util/atomic_file.h"
#include "parsers/util/clock.h"
#include "parsers/util/error.h"
#include "results/escaped.h"
#include "results/json_values.h"

/* The names in the options --external, with commas between them. Commands have paths, and may have
 * other words of the user's. */
static json_t *external_names(const arguments *a)
{
    json_t *names = json_string("");
    const char *value;
    for (size_t next = 0; (value = option_values(a, "external", &next));) {
        json_t *longer =
            json_sprintf("%s%s%.*s", json_string_value(names), json_string_length(names) ? "," : "",
                         (int)strcspn(value, "="), value);
        json_decref(names);
        names = longer;
    }
    return names;
}

/* The options as they were given; of paths only the last part. */
static json_t *options_json(const arguments *a)
{
    json_t *out = json_object();
    for (size_t i = 0; a->command->options[i].name; i++) {
        const char *name = a->command->options[i].name, *value = a->values[i];
        bool is_path = strcmp(name, "f") != 0; /* a filter may have a slash: net 10.0.0.0/8 */
        const char *slash = value && is_path ? strrchr(value, '/') : NULL;
        if (option_repeats(&a->command->options[i]) && value)
            json_object_set_new(out, name, external_names(a));
        else if (value)
            json_object_set_new(out, name, json_words(slash ? slash + 1 : value));
    }
    return out;
}

/* results/local of the project that the program was built in. false: there is none. */
static bool local_folder(char folder[PATH_MAX])
{
    char program[PATH_MAX], marker[PATH_MAX + 64];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    const char *build = dirname(program);
    (void)snprintf(marker, sizeof marker, "%s/CMakeCache.txt", build);
    if (access(marker, F_OK) != 0)
        return false;
    (void)snprintf(marker, sizeof marker, "%s/../../results/schema.json", build);
    if (access(marker, F_OK) != 0)
        return false;
    (void)snprintf(marker, sizeof marker, "%s/../../results", build);
    char *real = realpath(marker, NULL);
    if (!real)
        return false;
    const bool fits = snprintf(folder, PATH_MAX, "%s/local", real) < PATH_MAX;
    free(real);
    return fits && (mkdir(folder, 0777) == 0 || errno == EEXIST);
}

void bench_path_set(benchmark *b)
{
    const char *given = option_value(b->arguments, "o");
    char folder[PATH_MAX], stamp[32];
    b->path[0] = '\0';
    if (given) {
        (void)snprintf(b->path, sizeof b->path, "%s", given);
        return;
    }
    if (!local_folder(folder))
        return;
    size_t n = 0;
    for (const char *p = json_string_value(json_object_get(b->context, "date"));
         *p && n + 1 < sizeof stamp; p++)
        if (*p != ':' && *p != '-')
            stamp[n++] = *p;
    stamp[n] = '\0';
    (void)snprintf(b->path, sizeof b->path, "%s/%s.json", folder, stamp);
}

json_t *bench_results(const benchmark *b, bool partial)
{
    json_t *options = options_json(b->arguments);
    const bench_record record = {
        .suite = &b->suite,
        .selection = &b->selection,
        .schedule = &b->schedule,
        .processes = &b->processes,
        .seed = b->seed,
        .elapsed_s = pkt_seconds_now() - b->started,
        .budget_s = b->budget_s,
        .suite_name = suite_kind_name(b->kind),
        .show_values = b->show_values,
        .partial = partial,
        .context = b->context,
        .options = options,
        .conformance = b->conformance,
        .record_runs = b->record_runs,
    };
    json_t *results = results_json(&record);
    json_decref(options);
    if (results && b->selection.baseline &&
        !baseline_add(&b->selection, &record, &b->gate, results)) {
        json_decref(results);
        return NULL;
    }
    if (results)
        json_object_set_new(results, "noise", noise_text(b->context, results));
    if (results && b->live)
        json_object_set(results, "live", b->live);
    return results;
}

int bench_results_write(const benchmark *b, const json_t *results, pkt_err *err)
{
    pkt_atomic_file out;
    if (pkt_atomic_file_open(&out, b->path, err) != 0)
        return pkt_err_about(err, b->path);
    if (json_print(results, out.file, JSON_COMPACT | JSON_REAL_PRECISION(9)) != 0) {
        pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
        pkt_atomic_file_abandon(&out);
        return pkt_err_about(err, b->path);
    }
    return pkt_atomic_file_commit(&out, err) == 0 ? 0 : pkt_err_about(err, b->path);
}

/* A device, a pipe or an open descriptor gets the results once, at the end. */
static bool is_replaceable(const char *path)
{
    struct stat st;
    return *path && !output_is_stream(path) && (stat(path, &st) != 0 || S_ISREG(st.st_mode));
}

/* Writing takes at most this part of the time: it needs the statistics of all samples. */
#define WRITE_PART 0.05

void bench_partial_write(void *self)
{
    benchmark *b = self;
    pkt_err err = {.pos = PKT_POS_NONE};
    const double from = pkt_seconds_now();
    if (!is_replaceable(b->path) || from - b->written_s < b->write_s / WRITE_PART)
        return;
    json_t *results = bench_results(b, true);
    const int bad =
        results ? bench_results_write(b, results, &err) : pkt_fail_memory(&err, "the results");
    json_decref(results);
    if (bad && !b->warned)
        pkt_notice_err(&b->notices, "the results so far are not kept", &err, NULL);
    b->warned |= bad != 0;
    b->written_s = pkt_seconds_now();
    b->write_s = b->written_s - from;
}

/* Is it a capture that an operand stands for? What is wrong with the operands is found later. */
static bool output_is_in_folder(const arguments *arguments, const char *path)
{
    const pkt_paths_request request = {.operands = arguments->operands,
                                       .count = arguments->operand_count,
                                       .recursive = option_given(arguments, "R"),
                                       .missing = true};
    pkt_paths paths;
    pkt_err err;
    bool is_capture = false;
    if (access(path, F_OK) != 0 || pkt_paths_find(&paths, &request, &err) != 0)
        return false;
    for (size_t i = 0; i < paths.count && !is_capture; i++)
        is_capture = output_is(path, paths.at[i]);
    if (is_capture)
        message_error("%s: is a capture that is measured: -o must name another file", path);
    pkt_paths_close(&paths);
    return is_capture;
}

bool bench_output_possible(const benchmark *b)
{
    const char *given = option_value(b->arguments, "o");
    pkt_atomic_file out;
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!given)
        return true;
    if (outputs_same(given, "-")) { /* where the tables go */
        message_error(
            "bench: -o names a file for the results; --format json writes them to standard "
            "output");
        return false;
    }
    if (output_is_packed("-o", given) ||
        output_is_operand(b->arguments, given, "the capture itself") ||
        output_is_option(b->arguments, given, "baseline") ||
        output_is_option(b->arguments, given, "externals") ||
        output_is_option(b->arguments, given, "plugin") || output_is_in_folder(b->arguments, given))
        return false;
    if (pkt_atomic_file_open(&out, given, &err) != 0) {
        message_failure(given, &err);
        return false;
    }
    pkt_atomic_file_abandon(&out);
    return true;
}
