/* Instructions of a run, counted by valgrind's callgrind: the same at every run, whatever the
 * machine does meanwhile. */
#ifndef PKT_INSTRUCTIONS_H
#define PKT_INSTRUCTIONS_H

#include "bench/timing/schedule.h"

/* Count for every timed cell of a built-in backend or a plug-in, on both sides of a comparison.
 * Cells that cannot be counted keep 0, with a warning to the schedule's notices. */
void instructions_count(schedule *schedule, const suite *suite);

#endif
