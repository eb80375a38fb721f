#include "bench/worker/quiet.h"

#include <stdio.h>
#include <time.h>

#include "parsers/process/group.h"
#include "parsers/process/tree.h"

/* A thread that was joined can stay visible for a moment: so many attempts of 1 ms. */
enum { ATTEMPTS = 100 };

/* One thread, and no child but `allowed` (0: none). */
static bool is_quiet(pid_t pid, pid_t allowed, const char *what, char reason[QUIET_REASON])
{
    pid_t ids[PKT_TREE_WIDTH];
    const size_t threads = pkt_tree_threads(pid, ids, PKT_TREE_WIDTH);
    if (threads != 1) {
        (void)snprintf(reason, QUIET_REASON, "%s has %zu threads while no run is timed", what,
                       threads);
        return false;
    }
    const size_t children = pkt_tree_children(pid, ids, PKT_TREE_WIDTH);
    for (size_t i = 0; i < children; i++)
        if (ids[i] != allowed) {
            (void)snprintf(reason, QUIET_REASON, "%s has started another process", what);
            return false;
        }
    return true;
}

/* A process that is no descendant of its worker is a child of this one. */
static bool has_no_orphans(char reason[QUIET_REASON])
{
    if (!pkt_orphans_exist())
        return true;
    (void)snprintf(reason, QUIET_REASON, "a process that it has started runs beside the worker");
    return false;
}

bool quiet_worker(pid_t worker, pid_t run, char reason[QUIET_REASON])
{
    const struct timespec pause = {.tv_nsec = 1000000};
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        if (is_quiet(worker, run, "its worker", reason) &&
            (!run || is_quiet(run, 0, "the process of its runs", reason)))
            return has_no_orphans(reason);
        nanosleep(&pause, NULL);
    }
    return false;
}
