#include <math.h>
#include <string.h>

#include "bench/comparison/cell_change.h"
#include "bench/comparison/comparison.h"
#include "results/reader.h"

static void fail_add(json_t *failures, const json_t *cell, const char *words)
{
    char work[WORK_TEXT];
    json_array_append_new(failures,
                          json_sprintf("%s %s, %s: %s", text_of(cell, "backend"),
                                       work_text(cell, work), text_of(cell, "slice"), words));
}

static bool has_time(const char *status)
{
    return strcmp(status, "ok") == 0 || strcmp(status, "differs") == 0 ||
           strcmp(status, "unchecked") == 0;
}

/* Was it to be timed? */
static bool was_run(const char *word)
{
    run_status status;
    return status_find(word, &status) == 0 && status < STATUS_UNAVAILABLE;
}

/* Was it timed, or does the baseline offer it, while this build does not? */
static bool was_there(const char *status)
{
    return has_time(status) || strcmp(status, OFFERED) == 0;
}

/* Room for the reason of one failure. */
enum { WORDS = 320 };

static double percent(double ratio)
{
    return 100 * (ratio - 1);
}

/* "+2.1 %, 95 % interval [-1.0, +5.3]" */
static void change_print(const json_t *cell, char words[WORDS])
{
    const json_t *interval = json_object_get(cell, "ci95");
    (void)snprintf(words, WORDS, "%+.1f %%, 95 %% interval [%+.1f, %+.1f]",
                   percent(number_of(cell, "ratio")),
                   percent(json_number_value(json_array_get(interval, 0))),
                   percent(json_number_value(json_array_get(interval, 1))));
}

static void judge_decile(json_t *failures, const json_t *cell)
{
    char change[WORDS], words[WORDS + 16];
    change_print(cell, change);
    (void)snprintf(words, sizeof words, "slower: %s", change);
    fail_add(failures, cell, words);
}

/* The title of a statistic, and the unit of its values. */
static const struct {
    const char *title, *unit;
    double scale;
} titles[STATISTIC_COUNT] = {
    [STATISTIC_MEDIAN] = {"median of the runs", "ns/packet", 1},
    [STATISTIC_P90] = {"90th percentile of the runs", "ns/packet", 1},
    [STATISTIC_SLOW_PROCESSES] = {"slow processes", "% of the processes", 100},
    [STATISTIC_FIRST] = {"first run of a process", "ms", 1e-6},
    [STATISTIC_LOAD] = {"load time", "ms", 1e-6},
    [STATISTIC_RSS] = {"peak memory", "MB", 1e-6},
};

static const char *more_help(bool paired)
{
    return paired ? "a longer --budget or more --processes help" : "more results of each side help";
}

/* A condition of its own that too few processes were measured for. */
static void judge_untested(json_t *failures, const json_t *cell, const json_t *one, statistic which,
                           bool paired)
{
    char words[WORDS];
    (void)snprintf(words, sizeof words,
                   "%s: %.0f processes are too few to tell: %s; --allow-inconclusive passes it",
                   titles[which].title, number_of(one, "n"), more_help(paired));
    fail_add(failures, cell, words);
}

static void judge_statistic(json_t *failures, const json_t *cell, statistic which, bool paired,
                            const gate *gate)
{
    const json_t *one = at(cell, "statistics", statistic_name(which));
    const json_t *p = json_object_get(one, "p");
    char words[WORDS], change[32] = "";
    const double scale = titles[which].scale;
    if (one && !json_is_number(p) && gate->asked[which] && !gate->allow_inconclusive)
        judge_untested(failures, cell, one, which, paired);
    if (!json_is_number(p) || json_number_value(p) >= GATE_ERROR)
        return;
    if (json_is_number(json_object_get(one, "ratio")))
        (void)snprintf(change, sizeof change, "%+.1f %%, ", percent(number_of(one, "ratio")));
    (void)snprintf(words, sizeof words, "%s: %s%.3g %s, %.3g before (p %.2g, %.0f processes)",
                   titles[which].title, change, scale * number_of(one, "new"), titles[which].unit,
                   scale * number_of(one, "old"), json_number_value(p), number_of(one, "n"));
    fail_add(failures, cell, words);
}

/* Processes that would make the interval narrow enough, if their times vary as they did; infinite
 * for a threshold of 0. */
static double processes_wanted(const json_t *cell, double threshold)
{
    const json_t *ci = json_object_get(cell, "ci95");
    const double width =
        log(json_number_value(json_array_get(ci, 1)) / json_number_value(json_array_get(ci, 0)));
    const double wanted = log1p(threshold * NARROW_PART);
    return ceil(number_of(cell, "n") * (width / wanted) * (width / wanted));
}

/* What would help, and how to pass nevertheless. */
static void help_print(const json_t *cell, bool paired, double threshold, char words[WORDS])
{
    const bool sure = json_is_array(json_object_get(cell, "ci95"));
    const double wanted = sure ? processes_wanted(cell, threshold) : INTERVAL_BLOCKS_MIN;
    const double had = number_of(cell, "n");
    const char *means = more_help(paired);
    if (wanted > had && isfinite(wanted))
        (void)snprintf(words, WORDS,
                       "%s: about %.0f processes are needed, there were %.0f; "
                       "--allow-inconclusive passes it",
                       means, wanted, had);
    else
        (void)snprintf(words, WORDS,
                       "the change is too close to the threshold to decide: another threshold "
                       "(slower:P%%) helps; --allow-inconclusive passes it");
}

static void judge_undecided(json_t *failures, const json_t *cell, bool paired, double threshold)
{
    const bool sure = json_is_array(json_object_get(cell, "ci95"));
    char change[WORDS] = "", help[WORDS], words[3 * WORDS];
    if (sure)
        change_print(cell, change);
    help_print(cell, paired, threshold, help);
    (void)snprintf(words, sizeof words, "%s%s%s%s: %s", text_of(cell, "change"), sure ? ": " : "",
                   change, sure ? " is not inside the threshold" : "", help);
    fail_add(failures, cell, words);
}

/* Conditions on time and memory. If all runs are slower, their median is no news. */
static void judge_change(json_t *failures, const json_t *cell, bool paired, const gate *gate)
{
    const char *change = text_of(cell, "change");
    const json_t *p = json_object_get(cell, "p_slower");
    const bool slower = gate->slower && json_is_number(p) && json_number_value(p) < GATE_ERROR;
    if (slower)
        judge_decile(failures, cell);
    for (unsigned i = slower ? STATISTIC_FIRST : 0; i < STATISTIC_COUNT; i++)
        if (gate_judges(gate, (statistic)i))
            judge_statistic(failures, cell, (statistic)i, paired, gate);
    if (gate->slower && !gate->allow_inconclusive &&
        (strcmp(change, "inconclusive") == 0 || strcmp(change, "too-few-samples") == 0))
        judge_undecided(failures, cell, paired, gate->slower_threshold);
}

static void judge_instructions(json_t *failures, const json_t *cell, double threshold)
{
    double before = json_number_value(json_object_get(cell, "old_instructions"));
    double after = json_number_value(json_object_get(cell, "new_instructions"));
    char words[160];
    if (!(before > 0) || after <= before || after < before * (1 + threshold))
        return;
    (void)snprintf(words, sizeof words, "%.0f instructions, %.0f before: %+.2f %%", after, before,
                   100 * (after / before - 1));
    fail_add(failures, cell, words);
}

static void judge_status(json_t *failures, const json_t *cell, const gate *gate)
{
    const char *before = text_of(cell, "old_status"), *after = text_of(cell, "new_status");
    char words[160];
    run_status status;
    if ((gate->lost || (gate->slower && was_run(after))) && was_there(before) && !has_time(after)) {
        (void)snprintf(words, sizeof words, "lost: %s, it was %s", after, before);
        fail_add(failures, cell, words);
    } else if (status_find(after, &status) == 0 && gate->fails[status]) {
        (void)snprintf(words, sizeof words, "%s, it was %s", after, before);
        fail_add(failures, cell, words);
    }
}

/* Does any run have what the statistic is of, on both sides? */
static bool is_measured(const json_t *cells, statistic which)
{
    size_t i;
    json_t *cell;
    json_array_foreach(cells, i, cell)
    {
        if (at(cell, "statistics", statistic_name(which)))
            return true;
    }
    return false;
}

const char *comparison_unmeasured(const json_t *comparison, const gate *gate)
{
    bool timed = false, counted = false;
    const json_t *cells = json_object_get(comparison, "cells");
    size_t i;
    json_t *cell;
    for (unsigned s = 0; s < STATISTIC_COUNT; s++)
        if (gate->asked[s] && !is_measured(cells, (statistic)s))
            return titles[s].title;
    json_array_foreach(cells, i, cell)
    {
        timed = timed || json_is_number(json_object_get(cell, "ratio"));
        counted = counted || (json_is_integer(json_object_get(cell, "old_instructions")) &&
                              json_is_integer(json_object_get(cell, "new_instructions")));
    }
    return gate->slower && !timed ? "time" : gate->instructions && !counted ? "instructions" : NULL;
}

size_t comparison_judge(json_t *comparison, const gate *gate)
{
    json_t *failures = json_object_get(comparison, "failures"), *cell;
    const bool paired = json_is_true(json_object_get(comparison, "paired"));
    size_t i;
    json_array_foreach(json_object_get(comparison, "cells"), i, cell)
    {
        judge_status(failures, cell, gate);
        judge_change(failures, cell, paired, gate);
        if (gate->instructions)
            judge_instructions(failures, cell, gate->instructions_threshold);
    }
    return json_array_size(failures);
}
