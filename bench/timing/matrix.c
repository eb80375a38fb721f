#include "bench/timing/matrix.h"

#include <stdlib.h>
#include <string.h>

#include "bench/outcome/baseline.h"
#include "cli/message.h"

/* Whom the A/A line is measured with: raw, or whoever comes first without it. */
static const candidate *twin_candidate(const lineup *l)
{
    const candidate *raw = lineup_find(l, "raw");
    if (raw && raw->chosen && raw->available)
        return raw;
    for (size_t i = 0; i < l->count; i++)
        if (l->candidates[i]->chosen && l->candidates[i]->available)
            return l->candidates[i];
    return NULL;
}

static bench_cell *cell_add(schedule *s, const candidate *candidate, suite_slice *slice,
                            pkt_level level)
{
    bench_cell *cell = &s->cells[s->cell_count++];
    *cell = (bench_cell){.candidate = candidate, .slice = slice, .level = level};
    return cell;
}

/* The cell; for a program of its own also the one in which it builds the columns; for any other
 * those in which it hands its rows over. */
static void cells_add(schedule *s, const candidate *candidate, suite_slice *slice, pkt_level level,
                      const sink_wish *sinks)
{
    const bench_cell *cell = cell_add(s, candidate, slice, level);
    if (candidate->id.driver && level != PKT_LEVEL_FRAMES)
        cell_add(s, candidate, slice, level)->columns_of = cell;
    sinks_add(s, sinks, cell);
}

static void twins_add(schedule *s, const lineup *lineup, size_t firsts)
{
    const candidate *twin = twin_candidate(lineup);
    for (size_t i = 0; i < firsts; i++)
        if (s->cells[i].candidate == twin && s->cells[i].level <= PKT_LEVEL_HEADERS &&
            !s->cells[i].columns_of && !s->cells[i].sink_of)
            cell_add(s, twin, s->cells[i].slice, s->cells[i].level)->twin_of = &s->cells[i];
}

/* A program of its own that takes part where sinks were asked for; NULL. */
static const candidate *program_among(const lineup *l, const sink_wish *sinks)
{
    for (size_t i = 0; sinks->count && i < l->count; i++)
        if (l->candidates[i]->chosen && l->candidates[i]->available && l->candidates[i]->id.driver)
            return l->candidates[i];
    return NULL;
}

bool cells_make(schedule *s, suite *suite, const lineup *lineup, const sink_wish *sinks)
{
    /* Own, with columns, twin, other build's; and sinks of both builds. */
    size_t each = 4 + 2 * sinks_rows(sinks);
    size_t room = suite->count * lineup->count * PKT_LEVEL_COUNT * each;
    s->cells = calloc(room ? room : 1, sizeof *s->cells);
    if (!s->cells) {
        say_error("no memory for %zu runs", room);
        return false;
    }
    for (size_t i = 0; i < suite->count; i++)
        for (size_t j = 0; j < lineup->count; j++)
            for (unsigned v = 0; v < PKT_LEVEL_COUNT; v++)
                if (lineup_runs(lineup, lineup->candidates[j], (pkt_level)v))
                    cells_add(s, lineup->candidates[j], &suite->slices[i], (pkt_level)v, sinks);
    if (s->cell_count == 0) {
        say_error("nothing to run: no chosen backend offers a chosen level here");
        return false;
    }
    size_t firsts = s->cell_count;
    twins_add(s, lineup, firsts);
    for (size_t j = 0; j < lineup->count; j++)
        if (lineup->candidates[j]->chosen && lineup->candidates[j]->available)
            s->loads[s->load_count++].candidate = lineup->candidates[j];
    const candidate *program = program_among(lineup, sinks);
    if (program)
        say_note("--sink: no rows for programs of their own (such as %s), which `pktbench extract` "
                 "does not run",
                 program->name);
    return against_cells(lineup, s, firsts);
}
