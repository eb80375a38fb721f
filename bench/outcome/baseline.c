#include "bench/outcome/baseline.h"

#include <string.h>

#include "bench/comparison/comparison.h"
#include "results/json_values.h"

/* The baseline build: its file name, and the description that it reports. */
static json_t *old_tool(const selection *l)
{
    const char *slash = strrchr(l->baseline, '/');
    json_t *tool = NULL;
    for (size_t i = 0; !tool && i < l->count; i++)
        if (l->old[i] && l->old[i]->id.program)
            tool = l->old[i]->tool;
    return json_pack("{s:o, s:o}", "file", json_words(slash ? slash + 1 : l->baseline), "tool",
                     tool ? json_incref(tool) : json_null());
}

/* The other build's runs, and what changed since then, into the results. */
bool baseline_add(const selection *selection, const bench_record *record, const gate *gate,
                  json_t *results)
{
    json_t *slices = json_object_get(results, "slices"),
           *runs = role_runs_json(record, ROLE_BASELINE);
    json_t *old = json_pack("{s:O, s:O}", "slices", slices, "runs", runs);
    json_t *controls =
        json_pack("{s:O, s:o}", "slices", slices, "runs", role_runs_json(record, ROLE_AA_CONTROL));
    const comparison_side before = {&old, 1}, after = {&results, 1}, same = {&controls, 1};
    json_t *comparison = comparison_json(&before, &after, true, gate);
    json_t *aa = comparison_json(&same, &after, true, gate);
    comparison_aa(comparison, aa);
    json_decref(aa);
    json_decref(controls);
    json_decref(old);
    json_object_set_new(results, "baseline", old_tool(selection));
    json_object_set_new(results, "old_runs", runs);
    if (!comparison)
        return false;
    comparison_judge(comparison, gate);
    json_object_set_new(results, "comparison", comparison);
    return true;
}

bool instructions_compared(const json_t *comparison)
{
    size_t i;
    json_t *cell;
    json_array_foreach(json_object_get(comparison, "cells"), i, cell)
    {
        if (json_is_integer(json_object_get(cell, "old_instructions")) &&
            json_is_integer(json_object_get(cell, "new_instructions")))
            return true;
    }
    return false;
}
