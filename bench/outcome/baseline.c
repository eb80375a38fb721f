#include "bench/outcome/baseline.h"

#include <string.h>

#include "bench/outcome/comparison.h"
#include "cli/message.h"

bool baseline_cells(const selection *selection, schedule *s, size_t firsts)
{
    for (size_t j = 0; j < selection->count; j++) {
        const backend *old = selection->old[j];
        if (!old || !old->available)
            continue;
        if (s->load_count == SELECTION_MAX) {
            message_error("more than %d backends on both sides together", SELECTION_MAX);
            return false;
        }
        s->loads[s->load_count++].backend = old;
        const bench_cell *counting = NULL; /* the last one whose rows go to the null sink */
        for (size_t i = 0; i < firsts; i++) {
            const bench_cell *cell = &s->cells[i];
            if (cell->backend != selection->backends[j] || !old->offers[cell->level])
                continue;
            bench_cell *added = &s->cells[s->cell_count++];
            *added = (bench_cell){.backend = old,
                                  .slice = cell->slice,
                                  .level = cell->level,
                                  .old_of = cell,
                                  .sink_of = cell->sink_of ? counting : NULL,
                                  .sink = cell->sink,
                                  .threads = cell->threads};
            counting = cell->sink_of ? counting : added;
        }
    }
    return true;
}

/* Who the other build is: its file's name, and what it says of itself. */
static json_t *old_tool(const selection *l)
{
    const char *slash = strrchr(l->baseline, '/');
    json_t *tool = NULL;
    for (size_t i = 0; !tool && i < l->count; i++)
        if (l->old[i] && l->old[i]->id.program)
            tool = l->old[i]->tool;
    return json_pack("{s:s, s:o}", "file", slash ? slash + 1 : l->baseline, "tool",
                     tool ? json_incref(tool) : json_null());
}

/* The other build's runs, and what changed since then, into the results. */
bool baseline_add(const selection *selection, const bench_record *record, const gate *gate,
                  json_t *results)
{
    json_t *slices = json_object_get(results, "slices"), *runs = old_runs_json(record);
    json_t *old = json_pack("{s:O, s:O}", "slices", slices, "runs", runs);
    json_t *controls = json_pack("{s:O, s:o}", "slices", slices, "runs", aa_runs_json(record));
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
