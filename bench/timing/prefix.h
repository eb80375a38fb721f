/* What is too slow for the budget is measured over the first packets of a slice. */
#ifndef PKT_PREFIX_H
#define PKT_PREFIX_H

#include "bench/timing/schedule.h"

/* How long would the runs of every cell take? Where all of them pass `seconds`, the slowest of
 * those that are external programs get a prefix of their slice. 0, or -1 and *err. */
int prefixes_plan(schedule *schedule, suite *suite, double seconds, pkt_err *err);

#endif
