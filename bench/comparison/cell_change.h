/* What changed in one cell: its time, and further statistics. */
#ifndef PKT_CELL_CHANGE_H
#define PKT_CELL_CHANGE_H

#include "bench/comparison/gate.h"
#include "bench/comparison/sides.h"
#include "bench/statistics/change.h"

/* Ratios are new / old. */
typedef struct cell_change {
    cell_key key;
    json_t *json;              /* owned by the comparison */
    bool has_load;             /* load time is compared once for each backend */
    summary wall, cpu;         /* lower decile of the rounds; count == 0: not available */
    size_t n[STATISTIC_COUNT]; /* processes that the statistic was measured in */
    double p[STATISTIC_COUNT]; /* P value of an increase up to the threshold, not adjusted */
} cell_change;

/* Name in results: "median", "p90", "slow_processes", "first", "load", "rss". */
const char *statistic_name(statistic statistic);
/* Can the decile be tested? The statistic? Both need INTERVAL_BLOCKS_MIN processes. */
bool decile_is_testable(const cell_change *change);
bool statistic_is_testable(const cell_change *change, statistic statistic);

/* Measure the change of the cell with change->key. Sets all other members; `json` is a new
 * reference, without the results of tests. 0, or -1 if memory runs out. */
int cell_change_measure(cell_change *change, const comparison_side *old,
                        const comparison_side *fresh, bool paired, const gate *gate);

#endif
