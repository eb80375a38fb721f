#include "bench/timing/matrix.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/util/error.h"

/* The backend of the A/A controls: raw, or the first available backend if raw does not run. */
static const backend *aa_backend(const selection *l)
{
    const backend *raw = selection_find(l, "raw");
    if (raw && raw->chosen && raw->available)
        return raw;
    for (size_t i = 0; i < l->count; i++)
        if (l->backends[i]->chosen && l->backends[i]->available)
            return l->backends[i];
    return NULL;
}

/* Add a cell; the caller has allocated room. */
static bench_cell *cell_add(schedule *s, const backend *backend, const suite_slice *slice,
                            pkt_level level)
{
    bench_cell *cell = &s->cells[s->cell_count++];
    *cell = (bench_cell){.backend = backend, .slice = slice, .level = level};
    return cell;
}

/* Add a cell with the slice and level of its base. */
static bench_cell *cell_beside(schedule *s, const bench_cell *base, const backend *backend,
                               cell_role role)
{
    bench_cell *cell = cell_add(s, backend, base->slice, base->level);
    cell->role = role;
    cell->base = base;
    return cell;
}

/* Add the main cell; for an external program that can, also the cell that parses alone; for any
 * other backend also the output cells. */
static void cells_add(schedule *s, const backend *backend, const suite_slice *slice,
                      pkt_level level, const output_request *sinks)
{
    const bench_cell *cell = cell_add(s, backend, slice, level);
    if (backend->parses_alone)
        cell_beside(s, cell, backend, ROLE_PARSE);
    outputs_add(s, sinks, cell);
}

/* Add an A/A control for each main cell of one backend, up to level `headers`. */
static void aa_add(schedule *s, const selection *selection, size_t firsts)
{
    const backend *aa = aa_backend(selection);
    for (size_t i = 0; i < firsts; i++)
        if (s->cells[i].backend == aa && s->cells[i].level <= PKT_LEVEL_HEADERS &&
            s->cells[i].role == ROLE_MAIN)
            cell_beside(s, &s->cells[i], aa, ROLE_AA_CONTROL);
}

/* Add the cells of the baseline build: one for each of the first cells that it can run. The order
 * is the same: a main cell precedes its output cells. */
static int baseline_cells_add(schedule *s, const selection *selection, size_t firsts, pkt_err *err)
{
    for (size_t j = 0; j < selection->count; j++) {
        const backend *old = selection->old[j];
        if (!old || !old->available || !selection->backends[j]->available)
            continue;
        if (s->load_count == SELECTION_MAX)
            return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE,
                            "more than %d backends on both sides together", SELECTION_MAX);
        s->loads[s->load_count++].backend = old;
        for (size_t i = 0; i < firsts; i++) {
            const bench_cell *cell = &s->cells[i];
            if (cell->backend != selection->backends[j] || !old->offers[cell->level])
                continue;
            bench_cell *added = cell_beside(s, cell, old, ROLE_BASELINE);
            added->sink = cell->sink;
            added->threads = cell->threads;
        }
    }
    return 0;
}

/* The first external program in the selection if sinks were requested; else NULL. */
static const backend *program_among(const selection *l, const output_request *sinks)
{
    for (size_t i = 0; sinks->count && i < l->count; i++)
        if (l->backends[i]->chosen && l->backends[i]->available &&
            backend_is_external(&l->backends[i]->id))
            return l->backends[i];
    return NULL;
}

/* The backends whose reading is measured in another layout, and cold: the fastest one, and that of
 * a library. */
static bool reads_measured(const backend *backend)
{
    return strcmp(backend->name, "raw") == 0 || strcmp(backend->name, "libpcap") == 0;
}

/* The main cell of the same backend and level on the slice; NULL: there is none. */
static const bench_cell *main_cell(const schedule *s, const suite_slice *slice,
                                   const backend *backend, pkt_level level)
{
    for (size_t i = 0; i < s->cell_count; i++) {
        const bench_cell *c = &s->cells[i];
        if (c->role == ROLE_MAIN && c->slice == slice && c->backend == backend && c->level == level)
            return c;
    }
    return NULL;
}

static bench_cell *input_add(schedule *s, const suite_slice *slice, const backend *backend,
                             pkt_level level, const bench_cell *base)
{
    bench_cell *cell = cell_add(s, backend, slice, level);
    cell->role = ROLE_INPUT;
    cell->base = base;
    return cell;
}

/* Every backend on the user's own file, and then cold. A module is too slow for a large file; a
 * program of its own has its slices. */
static void as_is_cells_add(schedule *s, const suite_slice *slice, const backend *backend,
                            pkt_level level)
{
    const bool small = !slice->unverified || backend->id.plugin ||
                       strcmp(backend->decoder, "pktbench") == 0 ||
                       strcmp(backend->decoder, "none") == 0;
    if (backend_is_external(&backend->id) || !small)
        return;
    const bench_cell *warm = input_add(s, slice, backend, level, NULL);
    input_add(s, slice, backend, level, warm)->cold = true;
}

/* The cells that tell what the file costs: other layouts, as it is, cold. */
static void input_cells_add(schedule *s, const suite_slice *slice, const backend *backend,
                            pkt_level level)
{
    if (slice->as_is) {
        as_is_cells_add(s, slice, backend, level);
        return;
    }
    const bench_cell *base = slice->copy_of && reads_measured(backend) && level <= PKT_LEVEL_HEADERS
                                 ? main_cell(s, slice->copy_of, backend, level)
                                 : NULL;
    if (base)
        input_add(s, slice, backend, level, base)->cold = slice->cold;
}

static void inputs_add(schedule *s, const suite *suite, const selection *selection)
{
    for (size_t i = 0; i < suite->count; i++)
        for (size_t j = 0; j < selection->count; j++)
            for (unsigned v = 0; v < PKT_LEVEL_COUNT; v++)
                if (selection_runs(selection, selection->backends[j], (pkt_level)v))
                    input_cells_add(s, &suite->slices[i], selection->backends[j], (pkt_level)v);
}

/* Cells that end in rows of features: of backends that give the columns for them. */
static void features_add(schedule *s, size_t firsts)
{
    if (!s->features.set)
        return;
    const pkt_column_set all = pkt_features_needed(s->features.set);
    for (size_t i = 0; i < firsts; i++) {
        const bench_cell *cell = &s->cells[i];
        if (!cell->backend || cell->role != ROLE_MAIN || cell->level != PKT_LEVEL_HEADERS)
            continue;
        const pkt_column_set missing =
            pkt_set_minus(all, cell->backend->columns[PKT_LEVEL_HEADERS]);
        if (!backend_is_external(&cell->backend->id) && pkt_set_count(&missing) == 0)
            cell_beside(s, cell, cell->backend, ROLE_FEATURES)->features = &s->features;
    }
}

/* A cell for each way to a data frame and each slice whose rows are known. Only ways that are there
 * have processes. */
static int data_frames_add(schedule *s, const suite *suite, const data_frame_ways *ways,
                           pkt_err *err)
{
    for (size_t i = 0; i < ways->count; i++) {
        const data_frame_way *way = &ways->at[i];
        for (size_t j = 0; j < suite->count; j++) {
            const suite_slice *slice = &suite->slices[j];
            if (!suite_is_main(slice) || slice->unverified)
                continue;
            bench_cell *cell = cell_add(s, way->backend, slice, PKT_LEVEL_HEADERS);
            cell->role = ROLE_DATA_FRAME;
            cell->way = way;
        }
        if (!way->backend->available)
            continue;
        if (s->load_count == SELECTION_MAX)
            return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE,
                            "more than %d backends and ways to data frames together",
                            SELECTION_MAX);
        s->loads[s->load_count++].backend = way->backend;
    }
    return 0;
}

static void first_cells_add(schedule *s, const suite *suite, const selection *selection,
                            const output_request *sinks)
{
    for (size_t i = 0; i < suite->count; i++)
        for (size_t j = 0; j < selection->count; j++)
            for (unsigned v = 0; v < PKT_LEVEL_COUNT; v++)
                if (suite_is_main(&suite->slices[i]) &&
                    selection_runs(selection, selection->backends[j], (pkt_level)v))
                    cells_add(s, selection->backends[j], &suite->slices[i], (pkt_level)v, sinks);
}

int cells_make(schedule *s, const suite *suite, const selection *selection,
               const output_request *sinks, pkt_err *err)
{
    /* Main, parse alone, A/A control, baseline, input, features; and output cells of both
     * builds. */
    const size_t each = 6 + 2 * outputs_count(sinks);
    if (selection_check(selection, err) != 0)
        return -1;
    const size_t room = suite->count * (selection->count * PKT_LEVEL_COUNT * each +
                                        (sinks->ways ? sinks->ways->count : 0));
    s->cells = calloc(room ? room : 1, sizeof *s->cells);
    if (!s->cells)
        return pkt_fail_memory(err, "runs");
    first_cells_add(s, suite, selection, sinks);
    const size_t firsts = s->cell_count;
    aa_add(s, selection, firsts);
    inputs_add(s, suite, selection);
    features_add(s, firsts);
    for (size_t j = 0; j < selection->count; j++)
        if (selection->backends[j]->chosen && selection->backends[j]->available)
            s->loads[s->load_count++].backend = selection->backends[j];
    if (sinks->ways && data_frames_add(s, suite, sinks->ways, err) != 0)
        return -1;
    const backend *program = program_among(selection, sinks);
    if (program)
        pkt_notice(s->notices, PKT_NOTICE_NOTE,
                   "no output is measured of external programs (such as %s): `pktbench extract` "
                   "does not run them",
                   program->name);
    return baseline_cells_add(s, selection, firsts, err);
}
