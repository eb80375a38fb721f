/* Is nothing but the harness's own code running in the processes of a worker?
 *
 * Before a slice is changed and a run starts, a worker must have one thread and no process that the
 * harness does not know: code of a backend could otherwise read the slice before the clock starts.
 */
#ifndef PKT_QUIET_H
#define PKT_QUIET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define QUIET_REASON 160

/* Make orphaned descendants children of this process, so that they are found. */
void quiet_begin(void);
/* True if `worker` has one thread and at most the child `run` (0: none), which has one thread and
 * no child. Waits a short time for threads that are just ending. Otherwise false, with `reason`. */
bool quiet_worker(pid_t worker, pid_t run, char reason[QUIET_REASON]);
/* True if all children of this process are among `known`. A worker's process that is none of its
 * descendants would be here. */
bool quiet_children(const pid_t *known, size_t count);
/* Kill the children of this process that are not among `known` (orphans of workers). Returns their
 * number. */
size_t quiet_orphans_kill(const pid_t *known, size_t count);

#endif
