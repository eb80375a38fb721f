/* Cells that are too slow for the budget run only over a prefix: the first packets of a slice. */
#ifndef PKT_PREFIX_H
#define PKT_PREFIX_H

#include "bench/timing/schedule.h"

/* Whose cells may be shortened. */
typedef enum prefix_scope {
    PREFIX_PROGRAMS, /* those of external programs */
    PREFIX_LIBRARIES /* those of modules and plug-ins too */
} prefix_scope;

/* Estimate the time of the cells that may be shortened, and of the others beside an external
 * program. If the total exceeds `seconds`, the slowest of the former get a prefix of their slice.
 * Returns the seconds of all these cells with the shortest prefixes, or -1 and *err. */
double prefixes_plan(schedule *schedule, suite *suite, prefix_scope scope, double seconds,
                     pkt_err *err);
#endif
