#include "bench/comparison/comparison.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/comparison/decide.h"
#include "results/json_values.h"
#include "results/reader.h"

static bool is_ok_on_both_sides(const cell_change *c)
{
    return c->wall.count && strcmp(text_of(c->json, "old_status"), "ok") == 0 &&
           strcmp(text_of(c->json, "new_status"), "ok") == 0;
}

/* Geometric mean of the ratios of a backend's cells that are ok on both sides. backend NULL: all
 * backends. */
static json_t *mean_json(const cell_change *cells, size_t count, const char *backend)
{
    double sum = 0;
    int n = 0;
    for (size_t i = 0; i < count; i++)
        if (is_ok_on_both_sides(&cells[i]) &&
            (!backend || strcmp(cells[i].key.backend, backend) == 0)) {
            sum += log(cells[i].wall.median);
            n++;
        }
    return json_pack("{s:o, s:o, s:i}", "backend", backend ? json_string(backend) : json_null(),
                     "ratio", json_real_or_null(n > 0, n ? exp(sum / n) : 0), "cells", n);
}

static json_t *means_json(const cell_change *cells, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        bool first = true;
        for (size_t j = 0; j < i; j++)
            first = first && strcmp(cells[i].key.backend, cells[j].key.backend) != 0;
        if (first)
            json_array_append_new(list, mean_json(cells, count, cells[i].key.backend));
    }
    json_array_append_new(list, mean_json(cells, count, NULL));
    return list;
}

static bool key_known(const cell_change *cells, size_t count, const cell_key *key)
{
    for (size_t i = 0; i < count; i++)
        if (key_equal(&cells[i].key, key))
            return true;
    return false;
}

static size_t keys_add(cell_change *cells, size_t count, const comparison_side *side)
{
    size_t j;
    json_t *run;
    for (size_t i = 0; i < side->count; i++)
        json_array_foreach(json_object_get(side->results[i], "runs"), j, run)
        {
            cell_key key = key_of(run);
            bool offered = strcmp(text_of(run, "status"), "not-offered") != 0;
            if (offered && !key_known(cells, count, &key))
                cells[count++] = (cell_change){.key = key};
        }
    return count;
}

static size_t runs_count(const comparison_side *side)
{
    size_t count = 0;
    for (size_t i = 0; i < side->count; i++)
        count += json_array_size(json_object_get(side->results[i], "runs"));
    return count;
}

/* Load times of the cell on the side that has fewer. */
static size_t loads_of(const cell_change *cell, const comparison_side *old,
                       const comparison_side *fresh)
{
    const size_t n = side_values(old, &cell->key, VALUE_LOAD, NULL);
    const size_t k = side_values(fresh, &cell->key, VALUE_LOAD, NULL);
    return n < k ? n : k;
}

/* Mark the first cell of each backend that has most load times on both sides. */
static void loads_mark(cell_change *cells, size_t count, const comparison_side *old,
                       const comparison_side *fresh)
{
    for (size_t i = 0; i < count; i++) {
        const size_t own = loads_of(&cells[i], old, fresh);
        cells[i].has_load = own > 0;
        for (size_t j = 0; j < i && cells[i].has_load; j++) {
            if (!cells[j].has_load || strcmp(cells[i].key.backend, cells[j].key.backend) != 0)
                continue;
            if (loads_of(&cells[j], old, fresh) < own)
                cells[j].has_load = false;
            else
                cells[i].has_load = false;
        }
    }
}

/* The smallest share of slow processes that is found in every cell; null if none is. */
static json_t *smallest_share(const cell_change *cells, size_t count, bool paired, size_t tests)
{
    size_t fewest = SIZE_MAX;
    for (size_t i = 0; i < count; i++)
        if (cells[i].wall.count && cells[i].n[STATISTIC_SLOW_PROCESSES] < fewest)
            fewest = cells[i].n[STATISTIC_SLOW_PROCESSES];
    if (!paired || fewest == SIZE_MAX || tests == 0)
        return json_null();
    const double share = share_for_blocks(fewest, GATE_POWER, GATE_ERROR / (double)tests);
    return json_real_or_null(share <= 1, share);
}

json_t *comparison_json(const comparison_side *old, const comparison_side *fresh, bool paired,
                        const gate *gate)
{
    cell_change *cells = calloc(runs_count(old) + runs_count(fresh) + 1, sizeof *cells);
    if (!cells)
        return NULL;
    size_t count = keys_add(cells, keys_add(cells, 0, fresh), old), tests = 0;
    double threshold = gate->slower_threshold;
    bool good = true;
    loads_mark(cells, count, old, fresh);
    for (size_t i = 0; good && i < count; i++)
        good = cell_change_measure(&cells[i], old, fresh, paired, gate) == 0;
    good = good && changes_decide(cells, count, paired, threshold, &tests) == 0;
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, cells[i].json ? cells[i].json : json_null());
    json_t *out = json_pack("{s:b, s:f, s:f, s:o, s:o, s:o, s:[]}", "paired", (int)paired,
                            "threshold", threshold, "error", GATE_ERROR, "smallest_share",
                            smallest_share(cells, count, paired, tests), "cells", list, "means",
                            means_json(cells, count), "failures");
    free(cells);
    if (good)
        return out;
    json_decref(out);
    return NULL;
}

void comparison_aa(json_t *comparison, const json_t *aa)
{
    json_t *list = json_array(), *cell;
    size_t i;
    json_array_foreach(json_object_get(aa, "cells"), i, cell)
    {
        if (json_is_number(json_object_get(cell, "ratio")))
            json_array_append_new(list, json_pack("{s:O, s:O, s:O, s:O, s:O}", "backend",
                                                  json_object_get(cell, "backend"), "slice",
                                                  json_object_get(cell, "slice"), "level",
                                                  json_object_get(cell, "level"), "ratio",
                                                  json_object_get(cell, "ratio"), "ci95",
                                                  json_object_get(cell, "ci95")));
    }
    json_object_set_new(comparison, "aa", list);
}
