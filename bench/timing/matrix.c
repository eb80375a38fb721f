#include "bench/timing/matrix.h"

#include <stdlib.h>
#include <string.h>

#include "bench/outcome/baseline.h"
#include "cli/message.h"

/* Whom the A/A line is measured with: raw, or whoever comes first without it. */
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

static bench_cell *cell_add(schedule *s, const backend *backend, suite_slice *slice,
                            pkt_level level)
{
    bench_cell *cell = &s->cells[s->cell_count++];
    *cell = (bench_cell){.backend = backend, .slice = slice, .level = level};
    return cell;
}

/* The cell; for a program of its own also the one in which it builds the columns; for any other
 * those in which it hands its rows over. */
static void cells_add(schedule *s, const backend *backend, suite_slice *slice, pkt_level level,
                      const output_request *sinks)
{
    const bench_cell *cell = cell_add(s, backend, slice, level);
    if (backend->id.driver && level != PKT_LEVEL_FRAMES)
        cell_add(s, backend, slice, level)->columns_of = cell;
    outputs_add(s, sinks, cell);
}

static void aa_add(schedule *s, const selection *selection, size_t firsts)
{
    const backend *aa = aa_backend(selection);
    for (size_t i = 0; i < firsts; i++)
        if (s->cells[i].backend == aa && s->cells[i].level <= PKT_LEVEL_HEADERS &&
            !s->cells[i].columns_of && !s->cells[i].sink_of)
            cell_add(s, aa, s->cells[i].slice, s->cells[i].level)->aa_of = &s->cells[i];
}

/* A program of its own that takes part where sinks were asked for; NULL. */
static const backend *program_among(const selection *l, const output_request *sinks)
{
    for (size_t i = 0; sinks->count && i < l->count; i++)
        if (l->backends[i]->chosen && l->backends[i]->available && l->backends[i]->id.driver)
            return l->backends[i];
    return NULL;
}

bool cells_make(schedule *s, suite *suite, const selection *selection, const output_request *sinks)
{
    /* Own, with columns, aa, other build's; and sinks of both builds. */
    size_t each = 4 + 2 * outputs_rows(sinks);
    size_t room = suite->count * selection->count * PKT_LEVEL_COUNT * each;
    s->cells = calloc(room ? room : 1, sizeof *s->cells);
    if (!s->cells) {
        message_error("no memory for %zu runs", room);
        return false;
    }
    for (size_t i = 0; i < suite->count; i++)
        for (size_t j = 0; j < selection->count; j++)
            for (unsigned v = 0; v < PKT_LEVEL_COUNT; v++)
                if (selection_runs(selection, selection->backends[j], (pkt_level)v))
                    cells_add(s, selection->backends[j], &suite->slices[i], (pkt_level)v, sinks);
    if (s->cell_count == 0) {
        message_error("nothing to run: no chosen backend offers a chosen level here");
        return false;
    }
    size_t firsts = s->cell_count;
    aa_add(s, selection, firsts);
    for (size_t j = 0; j < selection->count; j++)
        if (selection->backends[j]->chosen && selection->backends[j]->available)
            s->loads[s->load_count++].backend = selection->backends[j];
    const backend *program = program_among(selection, sinks);
    if (program)
        message_note(
            "--sink: no rows for programs of their own (such as %s), which `pktbench extract` "
            "does not run",
            program->name);
    return baseline_cells(selection, s, firsts);
}
