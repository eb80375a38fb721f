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

/* Does this build not run the level that the baseline's backend offers? */
static bool is_lost(const selection *l, size_t backend, pkt_level level)
{
    return l->old[backend] && l->old[backend]->available && l->old[backend]->offers[level] &&
           l->levels[level] && !selection_runs(l, l->backends[backend], level);
}

/* The runs of the baseline, and those that it offers and this build does not: they were not
 * measured, but must not be missed. */
static json_t *old_all(const selection *l, const json_t *slices, const json_t *runs)
{
    json_t *all = json_copy((json_t *)runs), *slice;
    size_t at;
    json_array_foreach(slices, at, slice)
    {
        for (size_t i = 0; i < l->count; i++)
            for (unsigned v = 0; v < PKT_LEVEL_COUNT; v++)
                if (is_lost(l, i, (pkt_level)v))
                    json_array_append_new(
                        all, json_pack("{s:s, s:O, s:s, s:s}", "backend", l->backends[i]->name,
                                       "slice", json_object_get(slice, "name"), "level",
                                       pkt_level_name((pkt_level)v), "status", OFFERED));
    }
    return all;
}

/* The other build's runs, and what changed since then, into the results. */
bool baseline_add(const selection *selection, const bench_record *record, const gate *gate,
                  json_t *results)
{
    json_t *slices = json_object_get(results, "slices"),
           *runs = role_runs_json(record, ROLE_BASELINE);
    json_t *old =
        json_pack("{s:O, s:o}", "slices", slices, "runs", old_all(selection, slices, runs));
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
