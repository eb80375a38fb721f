/* `pktbench bench`: does the work fit into the time? */
#include <math.h>

#include "cli/bench/benchmark.h"
#include "parsers/util/clock.h"

/* Seconds of a quick cell's agreement and first runs, and of the start of a process. */
#define CELL_SECONDS 0.1
#define START_SECONDS 0.05
/* Seconds that whole processes take for each cell, at least. */
#define PROCESS_SECONDS 0.02

double budget_left(const benchmark *b)
{
    return fmax(b->started + b->budget_s - pkt_seconds_now(), 0);
}

bool budget_is_fixed(const benchmark *b)
{
    return option_given(b->arguments, "rounds");
}

/* Seconds of the blocks that are left: as planned, then as the first ones took. */
static double blocks_seconds(const schedule *s)
{
    const double took = pkt_seconds_now() - s->started_s;
    return s->blocks_done ? took / s->blocks_done * (s->blocks - s->blocks_done)
                          : schedule_seconds(s);
}

double budget_expected(const benchmark *b)
{
    const double left = blocks_seconds(&b->schedule) + b->processes_s;
    return fmax(budget_is_fixed(b) ? left : fmin(budget_left(b), left), 1);
}

/* The fewest runs of all cells: one round in every process. */
static double quick_seconds(const schedule *s)
{
    const double round = (double)s->cell_count * s->evict_ns * 1e-9;
    const double starts = (double)s->load_count * START_SECONDS;
    return (double)s->cell_count * (CELL_SECONDS + PROCESS_SECONDS) + s->blocks * (round + starts);
}

int budget_check(const benchmark *b, double slow_s, pkt_err *err)
{
    const double spent = pkt_seconds_now() - b->started;
    const double least = spent + slow_s + quick_seconds(&b->schedule);
    if (least <= b->budget_s)
        return 0;
    return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                    "--budget %gs: the fewest runs take about %.0f s: give more, or fewer "
                    "--backends, --levels or --processes",
                    b->budget_s, ceil(least));
}
