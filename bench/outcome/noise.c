#include "bench/outcome/noise.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/comparison/comparison.h"

/* A load average above this is reported. */
#define LOAD_LEAST 0.5

static const json_t *cpu_of(const json_t *context, const char *key)
{
    return json_object_get(json_object_get(context, "cpu"), key);
}

static void frequency_text(const json_t *context, json_t *words)
{
    const char *governor = json_string_value(cpu_of(context, "governor"));
    if (!governor)
        json_array_append_new(words, json_string("frequency governor: unknown"));
    else if (strcmp(governor, "performance") != 0)
        json_array_append_new(words,
                              json_sprintf("frequency governor: %s, not performance: the processor "
                                           "changes its speed",
                                           governor));
    if (json_is_true(cpu_of(context, "turbo")))
        json_array_append_new(
            words, json_string("turbo is on: speed depends on temperature and on other cores"));
}

static void sharing_text(const json_t *context, json_t *words)
{
    const json_t *hypervisor = json_object_get(context, "hypervisor");
    const json_t *load = json_array_get(json_object_get(context, "load_average"), 0);
    if (json_is_string(hypervisor))
        json_array_append_new(words,
                              json_sprintf("virtual machine (%s): other machines may use the "
                                           "processor and its caches",
                                           json_string_value(hypervisor)));
    if (json_is_true(cpu_of(context, "smt")))
        json_array_append_new(
            words,
            json_string("SMT is on: a busy sibling thread slows its core by a quarter or more"));
    if (json_number_value(load) > LOAD_LEAST)
        json_array_append_new(words, json_sprintf("load average %.2f at the start: other programs "
                                                  "are running",
                                                  json_number_value(load)));
}

/* Number of processors in a list such as "0-3,6". */
static long list_count(const char *list)
{
    long count = 0;
    char *end;
    for (;;) {
        const long from = strtol(list, &end, 10);
        if (end == list)
            break;
        const long to = *end == '-' ? strtol(end + 1, &end, 10) : from;
        list = end;
        count += to - from + 1;
        if (*list++ != ',')
            break;
    }
    return count;
}

static void affinity_text(const json_t *context, json_t *words)
{
    const char *list = json_string_value(cpu_of(context, "affinity"));
    long allowed = list ? list_count(list) : 0, all = sysconf(_SC_NPROCESSORS_ONLN);
    if (allowed > 0 && allowed < all)
        json_array_append_new(
            words, json_sprintf("affinity: %ld of %ld processors may be used", allowed, all));
}

static void counters_text(const json_t *results, json_t *words)
{
    size_t i;
    json_t *run;
    bool timed = false;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        if (json_is_number(json_object_get(run, "counted_instructions")))
            return;
        timed = timed || json_is_number(json_object_get(run, "ns_per_packet"));
    }
    if (timed)
        json_array_append_new(words, json_string("hardware counters: not available"));
}

/* Largest deviation of an A/A interval from 1 ("no difference"), as a fraction. */
static double interval_deviation(const json_t *aa)
{
    const json_t *ci = json_object_get(aa, "ci95");
    double low = json_number_value(json_array_get(ci, 0));
    double high = json_number_value(json_array_get(ci, 1));
    return json_is_array(ci) && low > 0 ? fmax(high, 1 / low) - 1 : 0;
}

/* Report the A/A control with the widest interval; that of the comparison if there is one. */
static void aa_text(const json_t *results, json_t *words)
{
    const json_t *comparison = json_object_get(results, "comparison");
    const json_t *list = json_object_get(comparison ? comparison : results, "aa");
    const json_t *widest = NULL;
    double threshold = json_number_value(json_object_get(comparison, "threshold"));
    size_t i;
    json_t *aa;
    json_array_foreach(list, i, aa)
    {
        if (!widest || interval_deviation(aa) > interval_deviation(widest))
            widest = aa;
    }
    if (!widest || interval_deviation(widest) <= 0)
        return;
    const json_t *ci = json_object_get(widest, "ci95");
    json_array_append_new(
        words,
        json_sprintf("A/A: %s %s, %s, compared with itself: 95 %% interval [%+.1f, %+.1f] %%",
                     json_string_value(json_object_get(widest, "backend")),
                     json_string_value(json_object_get(widest, "level")),
                     json_string_value(json_object_get(widest, "slice")),
                     100 * (json_number_value(json_array_get(ci, 0)) - 1),
                     100 * (json_number_value(json_array_get(ci, 1)) - 1)));
    if (comparison && interval_deviation(widest) > threshold)
        json_array_append_new(
            words,
            json_sprintf(
                "warning: this is wider than the threshold of %.1f %%: changes "
                "below %.1f %% cannot be detected; use a longer --budget, or more --processes",
                100 * threshold, 100 * interval_deviation(widest)));
}

/* Report the smallest slowdown that the comparison can detect in every run. */
static void detectable_text(const json_t *results, json_t *words)
{
    const json_t *comparison = json_object_get(results, "comparison");
    double most = 0;
    size_t i;
    json_t *cell;
    json_array_foreach(json_object_get(comparison, "cells"), i, cell)
    {
        most = fmax(most, json_number_value(json_object_get(cell, "smallest_seen")));
    }
    if (most > 0)
        json_array_append_new(words, json_sprintf("this comparison can only detect slowdowns above "
                                                  "%.1f %% (%.0f %% power)",
                                                  100 * most, 100 * GATE_POWER));
}

/* Options whose work comes on top of the budget, or that take the time that they take. */
static const char *const beside_budget[] = {"rounds", "live", "conformance", "count-instructions"};

/* Longer than the budget by less is not told. */
#define OVER_BUDGET 1.1
#define OVER_BUDGET_SECONDS 1

/* The fewest runs were planned to fit into the budget, and did not. */
static void duration_text(const json_t *context, const json_t *results, json_t *words)
{
    const json_t *plan = json_object_get(results, "plan");
    const json_t *options = json_object_get(context, "options");
    const double budget_s = json_number_value(json_object_get(plan, "budget_s"));
    const double elapsed_s = json_number_value(json_object_get(plan, "elapsed_s"));
    for (size_t i = 0; i < sizeof beside_budget / sizeof beside_budget[0]; i++)
        if (json_object_get(options, beside_budget[i]))
            return;
    if (elapsed_s > budget_s * OVER_BUDGET + OVER_BUDGET_SECONDS)
        json_array_append_new(
            words, json_sprintf("the command took %.0f s, with a budget of %.3g s: the fewest runs "
                                "took longer than estimated, as beside other programs",
                                elapsed_s, budget_s));
}

json_t *noise_text(const json_t *context, const json_t *results)
{
    json_t *words = json_array();
    frequency_text(context, words);
    sharing_text(context, words);
    affinity_text(context, words);
    counters_text(results, words);
    duration_text(context, results, words);
    aa_text(results, words);
    detectable_text(results, words);
    return words;
}
