#include <math.h>
#include <string.h>

#include "bench/comparison/cell_change.h"
#include "bench/comparison/comparison.h"
#include "bench/comparison/decide.h"
#include "results/reader.h"

/* One cell, and what it is judged by. */
typedef struct judged {
    json_t *failures;
    const json_t *cell;
    const gate *gate;
    bool paired;
    double least; /* processes that every test needs to be able to fail */
} judged;

static void fail_add(const judged *j, const char *words)
{
    char work[WORK_TEXT];
    json_array_append_new(j->failures,
                          json_sprintf("%s %s, %s: %s", text_of(j->cell, "backend"),
                                       work_text(j->cell, work), text_of(j->cell, "slice"), words));
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

static void judge_decile(const judged *j)
{
    char change[WORDS], words[WORDS + 16];
    change_print(j->cell, change);
    (void)snprintf(words, sizeof words, "slower: %s", change);
    fail_add(j, words);
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

/* "...: about 10 processes are needed, there were 8; ..." */
static void needed_print(const judged *j, double needed, double had, char words[WORDS])
{
    (void)snprintf(words, WORDS,
                   "%s: about %.0f processes are needed, there were %.0f; "
                   "--allow-inconclusive passes it",
                   more_help(j->paired), needed, had);
}

/* A condition of its own that too few processes were measured for. */
static void judge_untested(const judged *j, const json_t *one, statistic which)
{
    const double had = number_of(one, "n");
    char help[WORDS], words[2 * WORDS];
    needed_print(j, j->least, had, help);
    (void)snprintf(words, sizeof words, "%s: %.0f processes are too few to tell: %s",
                   titles[which].title, had, help);
    fail_add(j, words);
}

/* Has the statistic a value on both sides, but no test that could fail? */
static bool is_untested(const json_t *one)
{
    return one && !json_is_number(json_object_get(one, "p"));
}

/* `slower` says once for each cell what is unknown of its times. */
static bool is_told_alone(const gate *gate, statistic which)
{
    return gate->asked[which] && !(gate->slower && statistic_is_time(which));
}

static void judge_statistic(const judged *j, statistic which)
{
    const json_t *one = at(j->cell, "statistics", statistic_name(which));
    const json_t *p = json_object_get(one, "p");
    char words[WORDS], change[32] = "";
    const double scale = titles[which].scale;
    if (is_untested(one) && is_told_alone(j->gate, which) && !j->gate->allow_inconclusive)
        judge_untested(j, one, which);
    if (!json_is_number(p) || json_number_value(p) >= GATE_ERROR)
        return;
    if (json_is_number(json_object_get(one, "ratio")))
        (void)snprintf(change, sizeof change, "%+.1f %%, ", percent(number_of(one, "ratio")));
    (void)snprintf(words, sizeof words, "%s: %s%.3g %s, %.3g before (p %.2g, %.0f processes)",
                   titles[which].title, change, scale * number_of(one, "new"), titles[which].unit,
                   scale * number_of(one, "old"), json_number_value(p), number_of(one, "n"));
    fail_add(j, words);
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

/* The fewest processes of a statistic of the time that has no test; 0: each has one. */
static double untested_processes(const json_t *cell)
{
    double fewest = 0;
    for (unsigned i = 0; i < STATISTIC_COUNT; i++) {
        const json_t *one = at(cell, "statistics", statistic_name((statistic)i));
        const double n = number_of(one, "n");
        if (statistic_is_time((statistic)i) && is_untested(one))
            fewest = fewest > 0 ? fmin(fewest, n) : n;
    }
    return fewest;
}

/* What would help, and how to pass nevertheless. */
static void help_print(const judged *j, char words[WORDS])
{
    const bool sure = json_is_array(json_object_get(j->cell, "ci95"));
    const bool decided = strcmp(text_of(j->cell, "change"), "inconclusive") != 0;
    const double untested = untested_processes(j->cell);
    const double had = untested > 0 ? untested : number_of(j->cell, "n");
    double wanted = !sure || untested > 0 ? j->least : 0;
    if (sure && !decided)
        wanted = fmax(wanted, processes_wanted(j->cell, j->gate->slower_threshold));
    if (wanted > had && isfinite(wanted))
        needed_print(j, wanted, had, words);
    else
        (void)snprintf(words, WORDS,
                       "the change is too close to the threshold to decide: another threshold "
                       "(slower:P%%) helps; --allow-inconclusive passes it");
}

static void judge_undecided(const judged *j)
{
    const char *word = text_of(j->cell, "change");
    const bool wide = strcmp(word, "inconclusive") == 0;
    const bool few = json_is_array(json_object_get(j->cell, "ci95")) && !wide;
    char change[WORDS] = "", help[WORDS], words[3 * WORDS];
    if (wide)
        change_print(j->cell, change);
    help_print(j, help);
    (void)snprintf(words, sizeof words, "%s%s%s%s%s: %s", word, wide ? ": " : "", change,
                   wide ? " is not inside the threshold" : "",
                   few ? ": slow runs or processes would not show" : "", help);
    fail_add(j, words);
}

/* Conditions on time and memory. If all runs are slower, their median is no news. */
static void judge_change(const judged *j)
{
    const gate *gate = j->gate;
    const char *change = text_of(j->cell, "change");
    const json_t *p = json_object_get(j->cell, "p_slower");
    const bool slower = gate->slower && json_is_number(p) && json_number_value(p) < GATE_ERROR;
    if (slower)
        judge_decile(j);
    for (unsigned i = slower ? STATISTIC_FIRST : 0; i < STATISTIC_COUNT; i++)
        if (gate_judges(gate, (statistic)i))
            judge_statistic(j, (statistic)i);
    if (gate->slower && !gate->allow_inconclusive &&
        (strcmp(change, "inconclusive") == 0 || strcmp(change, "too-few-samples") == 0))
        judge_undecided(j);
}

/* What became of a run that was to be timed, and has no time. NULL: there is one, or it was not to
 * be timed. */
static const char *end_words(const char *word)
{
    static const char *const ends[STATUS_COUNT] = {[STATUS_DISAGREES] = "disagrees",
                                                   [STATUS_UNFAITHFUL] = "is unfaithful",
                                                   [STATUS_FAILED] = "failed",
                                                   [STATUS_CRASHED] = "crashed",
                                                   [STATUS_TIMED_OUT] = "timed out"};
    run_status status;
    return status_find(word, &status) == 0 ? ends[status] : NULL;
}

/* The new side has a time, but nothing to compare it with. Runs over other packets pass: how many
 * packets a slow backend reads depends on the time of the machine too. */
static void judge_alone(const judged *j)
{
    const char *old_status = text_of(j->cell, "old_status");
    const char *end = end_words(old_status);
    char words[WORDS];
    if (!j->gate->slower || j->gate->allow_inconclusive || *text_of(j->cell, "reason") ||
        !has_time(text_of(j->cell, "new_status")) ||
        json_is_number(json_object_get(j->cell, "ratio")) || (!end && !has_time(old_status)))
        return;
    (void)snprintf(words, sizeof words, "not compared: %s%s; --allow-inconclusive passes it",
                   end ? "the baseline " : "no process measured both sides", end ? end : "");
    fail_add(j, words);
}

static bool is_counted(const json_t *cell, const char *side)
{
    return json_is_integer(json_object_get(cell, side));
}

static bool is_counted_twice(const json_t *cell)
{
    return is_counted(cell, "old_instructions") && is_counted(cell, "new_instructions");
}

/* One side was counted. A failure of the other one, unless it was not to be run. */
static void judge_uncounted(const judged *j)
{
    const bool is_old = !is_counted(j->cell, "old_instructions");
    /* An old run without a time was not to be counted: the change may be the repair. */
    if (is_old ? has_time(text_of(j->cell, "old_status")) : was_run(text_of(j->cell, "new_status")))
        fail_add(j, is_old ? "instructions: not counted on the old side"
                           : "instructions: not counted on the new side");
}

/* `told`: the status of the run is a failure already. */
static void judge_instructions(const judged *j, bool told)
{
    const double before = number_of(j->cell, "old_instructions");
    const double after = number_of(j->cell, "new_instructions");
    char words[160];
    if (!told && is_counted(j->cell, "old_instructions") != is_counted(j->cell, "new_instructions"))
        judge_uncounted(j);
    if (!is_counted_twice(j->cell) || !(before > 0) || after <= before ||
        after < before * (1 + j->gate->instructions_threshold))
        return;
    (void)snprintf(words, sizeof words, "%.0f instructions, %.0f before: %+.2f %%", after, before,
                   100 * (after / before - 1));
    fail_add(j, words);
}

/* true: a failure was added. */
static bool judge_status(const judged *j)
{
    const char *before = text_of(j->cell, "old_status"), *after = text_of(j->cell, "new_status");
    char words[160];
    run_status status;
    /* The status is the worst one of the side's files; another file may have a time. */
    const bool was_timed =
        was_there(before) || json_is_number(json_object_get(j->cell, "old_ns_per_packet"));
    const bool lost =
        (j->gate->lost || (j->gate->slower && was_run(after))) && was_timed && !has_time(after);
    if (!lost && (status_find(after, &status) != 0 || !j->gate->fails[status]))
        return false;
    (void)snprintf(words, sizeof words, "%s%s, it was %s", lost ? "lost: " : "", after, before);
    fail_add(j, words);
    return true;
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
        counted = counted || is_counted_twice(cell);
    }
    return gate->slower && !timed ? "time" : gate->instructions && !counted ? "instructions" : NULL;
}

/* Number of tests, if every cell that was measured had enough processes. */
static size_t tests_count(const json_t *cells)
{
    size_t i, count = 0;
    json_t *cell;
    json_array_foreach(cells, i, cell)
    {
        count += json_is_number(json_object_get(cell, "ratio"));
        count += json_object_size(json_object_get(cell, "statistics"));
    }
    return count;
}

/* Without a count of both sides there is nothing to compare: see comparison_unmeasured(). */
static bool has_counts(const json_t *cells)
{
    size_t i;
    json_t *cell;
    json_array_foreach(cells, i, cell)
    {
        if (is_counted_twice(cell))
            return true;
    }
    return false;
}

size_t comparison_judge(json_t *comparison, const gate *gate)
{
    const json_t *cells = json_object_get(comparison, "cells");
    const bool counted = gate->instructions && has_counts(cells);
    judged j = {.failures = json_object_get(comparison, "failures"),
                .gate = gate,
                .paired = json_is_true(json_object_get(comparison, "paired"))};
    size_t i;
    json_t *cell;
    j.least = processes_least(tests_count(cells), j.paired);
    json_array_foreach(cells, i, cell)
    {
        j.cell = cell;
        const bool told = judge_status(&j);
        judge_change(&j);
        judge_alone(&j);
        if (counted)
            judge_instructions(&j, told);
    }
    return json_array_size(j.failures);
}
