/* Instructions per run, counted by valgrind's callgrind. The count is repeatable and does not
 * depend on the load of the machine. */
#ifndef PKT_INSTRUCTIONS_H
#define PKT_INSTRUCTIONS_H

#include "bench/timing/schedule.h"

/* Count the instructions of every timed cell of a built-in backend or a plug-in, on both sides of a
 * comparison. If a count fails, it stays 0 and a warning goes to the schedule's notices. */
void instructions_count(schedule *schedule, const suite *suite);

#endif
