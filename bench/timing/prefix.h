/* Cells that are too slow for the budget run only over a prefix: the first packets of a slice. */
#ifndef PKT_PREFIX_H
#define PKT_PREFIX_H

#include "bench/timing/schedule.h"

/* Estimate the time of all cells. If the total exceeds `seconds`, the slowest cells of external
 * programs get a prefix of their slice. 0, or -1 and *err. */
int prefixes_plan(schedule *schedule, suite *suite, double seconds, pkt_err *err);

#endif
