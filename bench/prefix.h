/* What is too slow for the budget is measured over the first packets of a slice. */
#ifndef PKT_PREFIX_H
#define PKT_PREFIX_H

#include "schedule.h"

/* For every cell of a program of its own: how long would its runs take? Where all of them pass
 * `seconds`, the slowest get a prefix of their slice. false: a message was printed. */
bool prefixes_plan(schedule *schedule, suite *suite, double seconds);

#endif
