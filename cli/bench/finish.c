/* `pktbench bench`, when all was measured: results, tables, report, and the gate's verdict. */
#include <stdlib.h>
#include <string.h>

#include "bench/agreement/conformance.h"
#include "bench/comparison/comparison.h"
#include "bench/outcome/baseline.h"
#include "cli/bench/live.h"
#include "cli/message.h"
#include "report/findings/headline.h"
#include "report/formats/results.h"
#include "report/page/report.h"
#include "results/load.h"
#include "results/reader.h"

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

/* A folder beside the results, of their name without its suffix. false: a message was printed. */
static bool report_beside(benchmark *b, const json_t *results)
{
    char folder[RESULTS_PATH + 16], *path = b->path, *paths[] = {path};
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    size_t length = dot && (!slash || dot > slash + 1) ? (size_t)(dot - path) : strlen(path);
    pkt_err err = {.pos = PKT_POS_NONE};
    (void)snprintf(folder, sizeof folder, "%.*s%s", (int)length, path,
                   path[length] ? "" : "-report");
    if (report_write(paths, 1, folder, &b->notices, &err) != 0) {
        message_err(&err);
        return false;
    }
    message_note("report: %s/index.html", folder);
    if (b->format >= REPORT_CSV) /* the tables end with it */
        headline_print(results);
    return true;
}

/* Is the report wanted, and is there something to put into it? */
static bool report_wanted(const benchmark *b, const json_t *results)
{
    return *b->path && option_given(b->arguments, "report") && results_timed(results) > 0;
}

/* false: a message was printed. */
static bool results_keep(const benchmark *b, const json_t *results)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!*b->path) {
        message_note("the results are not kept: -o FILE keeps them");
        return true;
    }
    if (bench_results_write(b, results, &err) != 0) {
        message_err(&err);
        return false;
    }
    message_note("results: %s", b->path);
    return true;
}

/* What --conformance asks for. false: a message was printed. */
static bool conformance_get(benchmark *b)
{
    conformance c = {.suite = &b->suite,
                     .selection = &b->selection,
                     .seconds = CONFORMANCE_SECONDS,
                     .show_values = b->show_values};
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!option_given(b->arguments, "conformance"))
        return true;
    b->conformance = conformance_run(&c, &err);
    if (b->conformance)
        return true;
    progress_close(&b->progress);
    message_err(&err);
    return false;
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

/* Also of A/A controls, which are in no table: exit status 1 has a reason. */
static void unfaithful_print(const schedule *s)
{
    char name[CELL_NAME];
    for (size_t i = 0; i < s->cell_count; i++)
        if (s->cells[i].check.status == STATUS_UNFAITHFUL)
            message_note("unfaithful: %s, %s: %s", cell_name(&s->cells[i], name),
                         s->cells[i].slice->name, s->cells[i].check.reason);
}

/* Also runs that no cell stands for: of what is unavailable, or does not offer the level. These are
 * in no table: each is said. */
static bool has_failed_run(const gate *gate, const json_t *runs)
{
    bool failed = false;
    run_status status;
    size_t i;
    json_t *run;
    json_array_foreach(runs, i, run)
    {
        if (status_find(text_of(run, "status"), &status) != 0 || !gate_fails(gate, status))
            continue;
        failed = true;
        if (status == STATUS_UNAVAILABLE || status == STATUS_NOT_OFFERED)
            message_note("gate: %s %s, %s: %s",
                         text_of(run, *text_of(run, "backend") ? "backend" : "program"),
                         *text_of(run, "level") ? text_of(run, "level") : "records",
                         text_of(run, "slice"), text_of(run, "status"));
    }
    return failed;
}

/* Did a check fail, of the comparison or of a run's status? */
static bool is_failed(const benchmark *b, const json_t *results)
{
    const schedule *s = &b->schedule;
    const bool run = has_failed_run(&b->gate, json_object_get(results, "runs"));
    const bool record = has_failed_run(&b->gate, json_object_get(results, "record_runs"));
    if (run || record || json_array_size(at(results, "comparison", "failures")) > 0)
        return true;
    for (size_t i = 0; i < s->cell_count; i++)
        if (s->cells[i].role != ROLE_BASELINE && (s->cells[i].check.status == STATUS_UNFAITHFUL ||
                                                  gate_fails(&b->gate, s->cells[i].check.status)))
            return true;
    return false;
}

int bench_finish(benchmark *b)
{
    if (!conformance_get(b))
        return EXIT_ERROR;
    live_measure(b);
    json_t *results = bench_results(b, false);
    progress_close(&b->progress);
    if (!results) {
        message_error("no memory for the results");
        return EXIT_ERROR;
    }
    bool good = results_keep(b, results);
    if (report_results(results, b->format, message_colour_stdout(), stdout) != 0) {
        message_error("the results cannot be shown");
        good = false;
    }
    (void)fflush(stdout); /* the table comes before the words about it */
    if (good && report_wanted(b, results))
        good = report_beside(b, results);
    const json_t *comparison = json_object_get(results, "comparison");
    const char *unmeasured = comparison ? comparison_unmeasured(comparison, &b->gate) : NULL;
    if (unmeasured && json_array_size(json_object_get(comparison, "failures")) == 0) {
        message_error("--fail-on: %s: no run has it on both sides", unmeasured);
        good = false;
    }
    unfaithful_print(&b->schedule);
    list_print("noise: ", json_object_get(results, "noise"));
    list_print("gate: ", json_object_get(comparison, "failures"));
    const bool failed = is_failed(b, results) || live_fails(b);
    json_decref(results);
    return !good ? EXIT_ERROR : failed ? EXIT_CHECK_FAILED : EXIT_DONE;
}
