#include "bench/comparison/stages.h"

#include <math.h>
#include <stdlib.h>

#include "bench/statistics/change.h"
#include "parsers/util/clock.h"

/* Are the cell and its base cell compared? */
static bool is_compared(const bench_cell *cell)
{
    return cell->role == ROLE_BASELINE && cell_is_timed(cell) && cell_is_timed(cell->base);
}

/* Time of each process: the lower decile of its rounds. */
static size_t decile_times(const bench_cell *cell, observation *out, double *scratch)
{
    for (size_t i = 0; i < cell->sample_count; i++)
        out[i] = (observation){cell->samples[i].block, cell->samples[i].wall_ns};
    return blocks_quantile(out, cell->sample_count, QUIET_PART, scratch);
}

static bool is_narrow(const summary *ratio, double threshold)
{
    return ratio->has_interval && ratio->high / ratio->low <= 1 + NARROW_PART * threshold;
}

/* Is the interval of the change narrow enough? false too if memory runs out. */
static bool is_settled(const bench_cell *cell, double threshold)
{
    const bench_cell *base = cell->base;
    const size_t most =
        cell->sample_count > base->sample_count ? cell->sample_count : base->sample_count;
    observation *before = malloc((most + 1) * sizeof *before);
    observation *after = malloc((most + 1) * sizeof *after);
    double *scratch = malloc((most + 1) * sizeof *scratch);
    change change = {.old = 0};
    bool good = before && after && scratch;
    if (good) {
        const two_sides sides = {.before = before,
                                 .after = after,
                                 .before_count = decile_times(cell, before, scratch),
                                 .after_count = decile_times(base, after, scratch),
                                 .paired = true};
        good = change_measure(&sides, &change) == 0;
    }
    free(before);
    free(after);
    free(scratch);
    return good && is_narrow(&change.ratio, threshold);
}

/* Mark the cells that need no more samples. Returns the number of those that do. */
static size_t cells_settle(schedule *s)
{
    size_t open = 0;
    for (size_t i = 0; i < s->cell_count; i++)
        s->cells[i].settled = true;
    for (size_t i = 0; i < s->cell_count; i++) {
        bench_cell *cell = &s->cells[i];
        if (!is_compared(cell) || is_settled(cell, s->stages.threshold))
            continue;
        cell->settled = false;
        s->cells[cell->base - s->cells].settled = false;
        open++;
    }
    for (size_t i = 0; i < s->cell_count; i++)
        if (s->cells[i].role == ROLE_AA_CONTROL || s->cells[i].role == ROLE_PARSE)
            s->cells[i].settled = s->cells[i].base->settled;
    return open;
}

static double elapsed(const schedule *s)
{
    return pkt_seconds_now() - s->started_s;
}

/* Blocks of the next stage that the budget allows; `slower`: how much longer than estimated the
 * blocks took so far. */
static unsigned blocks_allowed(const schedule *s, double slower)
{
    const unsigned quarter = s->blocks / 4;
    const double wanted = fmax(STAGE_BLOCKS, quarter);
    const double fit = (s->budget_s - elapsed(s)) / (slower * schedule_block_seconds(s));
    return (unsigned)fmax(fmin(floor(fit), wanted), 0);
}

/* Add a stage, if a cell needs it and the budget allows it. */
static void stage_add(schedule *s)
{
    const double slower = elapsed(s) / fmax(s->stages.planned_s, 1e-9);
    if (cells_settle(s) == 0)
        return;
    const unsigned rounds = s->rounds;
    if (!s->stages.rounds_fixed)
        s->rounds = rounds * 2 < TURNS_MAX ? rounds * 2 : TURNS_MAX;
    const unsigned added = blocks_allowed(s, slower);
    if (added == 0) {
        s->rounds = rounds; /* that the blocks had */
        return;
    }
    s->blocks += added;
    s->slow_blocks += added;
    pkt_notice_expect(s->notices, added * slower * schedule_block_seconds(s));
}

static void stages_go_on(schedule *s)
{
    s->stages.planned_s += schedule_block_seconds(s);
    if (s->blocks_done >= STAGE_BLOCKS_MIN && elapsed(s) >= s->budget_s)
        s->blocks = s->blocks_done; /* the budget has ended */
    else if (s->blocks_done == s->blocks)
        stage_add(s);
}

void stages_plan(schedule *s)
{
    unsigned tests = 0;
    if (!(s->stages.threshold > 0))
        return;
    for (size_t i = 0; i < s->cell_count; i++)
        tests += is_compared(&s->cells[i]) ? s->stages.tests : 0;
    s->blocks = blocks_for_share(SHARE_FOUND, SHARE_POWER, s->stages.error / fmax(tests, 1));
    s->stages.first = s->blocks;
    s->rounds_max = STAGE_ROUNDS;
    s->go_on = stages_go_on;
}
