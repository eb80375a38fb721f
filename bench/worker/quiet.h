/* Is nothing but the harness's own code running in the processes of a worker?
 *
 * Before a slice is changed and a run starts, a worker must have one thread and no process that the
 * harness does not know: code of a backend could otherwise read the slice before the clock starts.
 */
#ifndef PKT_QUIET_H
#define PKT_QUIET_H

#include "parsers/process/child.h"

#define QUIET_REASON 160

/* True if `worker` has one thread and at most the child `run` (0: none), which has one thread and
 * no child, and no process that it has started and left runs beside it. Waits a short time for
 * threads that are just ending. Otherwise false, with `reason`. */
bool quiet_worker(const pkt_child *worker, pid_t run, char reason[QUIET_REASON]);
/* True if the process has the file neither open nor mapped: a run opens it and reads it while the
 * clock runs. Otherwise false, with `reason`. True too if the file or the process cannot be seen.
 */
bool quiet_released(pid_t run, const char *path, char reason[QUIET_REASON]);

#endif
