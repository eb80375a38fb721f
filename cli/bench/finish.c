/* `pktbench bench`, when all was measured: results, tables, report, and the gate's verdict. */
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/agreement/conformance.h"
#include "bench/outcome/baseline.h"
#include "bench/timing/noise.h"
#include "cli/bench/benchmark.h"
#include "cli/message.h"
#include "cli/report.h"
#include "parsers/util/atomic_file.h"
#include "report/formats/change.h"
#include "report/formats/private.h"

/* The options as they were given; of paths only the last part. */
static json_t *options_json(const arguments *a)
{
    json_t *out = json_object();
    for (size_t i = 0; a->command->options[i].name; i++) {
        const char *name = a->command->options[i].name, *value = a->values[i];
        bool is_path = strcmp(name, "f") != 0; /* a filter may have a slash: net 10.0.0.0/8 */
        const char *slash = value && is_path ? strrchr(value, '/') : NULL;
        if (value)
            json_object_set_new(out, name, json_string(slash ? slash + 1 : value));
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
static void headline_print(const json_t *results)
{
    char *text = NULL;
    size_t size;
    FILE *words = open_memstream(&text, &size);
    if (!words)
        return;
    report_headline(results, words);
    if (fclose(words) == 0)
        message_note("%s", text);
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
    message_note("report: %s/index.html", folder);
    headline_print(results);
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
    pkt_atomic_file out;
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!*path) {
        message_note("the results are not kept: -o FILE keeps them");
        return true;
    }
    if (pkt_atomic_file_open(&out, path, &err) != 0) {
        message_failure(path, &err);
        return false;
    }
    bool good = json_dumpf(results, out.file, JSON_COMPACT | JSON_REAL_PRECISION(9)) == 0 &&
                fputc('\n', out.file) != EOF;
    if (!good)
        pkt_atomic_file_abandon(&out);
    if (!good || pkt_atomic_file_commit(&out, &err) != 0) {
        if (good)
            message_failure(path, &err);
        else
            message_error("%s: cannot write", path);
        return false;
    }
    if (strcmp(path, "-") != 0)
        message_note("results: %s", path);
    return true;
}

/* What --conformance asks for. */
static json_t *conformance_of(benchmark *b)
{
    conformance c = {.suite = &b->suite,
                     .selection = &b->selection,
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

static void list_print(const char *head, const json_t *list)
{
    size_t i;
    json_t *words;
    json_array_foreach(list, i, words)
    {
        message_note("%s%s", head, json_string_value(words));
    }
}

int bench_finish(benchmark *b, json_t *context, double started)
{
    json_t *found = conformance_of(b);
    json_t *options = options_json(b->arguments);
    bench_record record = {
        .suite = &b->suite,
        .selection = &b->selection,
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
    if (!results ||
        (b->selection.baseline && !baseline_add(&b->selection, &record, &b->gate, results))) {
        json_decref(results);
        message_error("no memory for the results");
        return EXIT_ERROR;
    }
    json_object_set_new(results, "noise", noise_text(context, results));
    const char *no_color = getenv("NO_COLOR");
    bool colour = isatty(STDOUT_FILENO) && !(no_color && *no_color);
    char path[PATH_MAX + 64];
    results_path(b, results, path);
    bool good = results_write(results, path);
    if (results_show(results, b->format, colour) != 0) {
        message_error("the results cannot be shown");
        good = false;
    }
    (void)fflush(stdout); /* the table comes before the words about it */
    if (good && *path && report_wanted(b, results))
        good = report_beside(path, results);
    const json_t *comparison = json_object_get(results, "comparison");
    bool says_no = json_array_size(json_object_get(comparison, "failures")) > 0;
    if (b->gate.instructions && !instructions_compared(comparison)) {
        message_error("--fail-on: no instructions were counted on both sides");
        good = false;
    }
    list_print("noise: ", json_object_get(results, "noise"));
    list_print("gate: ", json_object_get(comparison, "failures"));
    json_decref(results);
    int status = !good ? EXIT_ERROR : says_no ? EXIT_CHECK_FAILED : EXIT_DONE;
    for (size_t i = 0; good && i < b->schedule.cell_count; i++)
        if (!b->schedule.cells[i].old_of && gate_fails(&b->gate, b->schedule.cells[i].check.status))
            status = EXIT_CHECK_FAILED;
    return status;
}

bool bench_output_possible(const benchmark *b)
{
    const char *given = option_value(b->arguments, "o");
    pkt_atomic_file out;
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!given)
        return true;
    if (strcmp(given, "-") == 0) {
        message_error(
            "bench: -o names a file for the results; --format json writes them to standard "
            "output");
        return false;
    }
    for (size_t i = 0; i < b->arguments->operand_count; i++)
        if (pkt_same_file(given, b->arguments->operands[i])) {
            message_error("%s: is the capture itself: -o must name another file", given);
            return false;
        }
    if (pkt_atomic_file_open(&out, given, &err) != 0) {
        message_failure(given, &err);
        return false;
    }
    pkt_atomic_file_abandon(&out);
    return true;
}
