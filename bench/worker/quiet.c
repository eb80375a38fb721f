#include "bench/worker/quiet.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A thread that was joined can stay visible for a moment: so many attempts of 1 ms. */
enum { ATTEMPTS = 100, CHILDREN_MAX = 256 };

void quiet_begin(void)
{
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* Ids of the threads of a process, at most `room`; returns their number, 0 if it has ended. */
static size_t threads_of(pid_t pid, pid_t *threads, size_t room)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *folder = opendir(path);
    size_t count = 0;
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (entry->d_name[0] != '.' && count < room)
            threads[count++] = (pid_t)strtol(entry->d_name, NULL, 10);
    if (folder)
        closedir(folder);
    return count;
}

/* Children of a process, of all its threads. Needs CONFIG_PROC_CHILDREN; without it none are seen.
 */
static size_t children_of(pid_t pid, pid_t *children, size_t room)
{
    pid_t threads[CHILDREN_MAX];
    size_t thread_count = threads_of(pid, threads, CHILDREN_MAX), count = 0;
    for (size_t i = 0; i < thread_count; i++) {
        char path[96];
        (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)threads[i]);
        FILE *file = fopen(path, "re");
        char line[CHILDREN_MAX * 8] = "";
        char *at = file && fgets(line, sizeof line, file) ? line : NULL;
        for (char *end; at && count < room; at = end) {
            const long child = strtol(at, &end, 10);
            if (end == at)
                break;
            children[count++] = (pid_t)child;
        }
        if (file)
            fclose(file);
    }
    return count;
}

/* One thread, and no child but `allowed` (0: none). */
static bool is_quiet(pid_t pid, pid_t allowed, const char *what, char reason[QUIET_REASON])
{
    pid_t ids[CHILDREN_MAX];
    const size_t threads = threads_of(pid, ids, CHILDREN_MAX);
    if (threads != 1) {
        (void)snprintf(reason, QUIET_REASON, "%s has %zu threads while no run is timed", what,
                       threads);
        return false;
    }
    const size_t children = children_of(pid, ids, CHILDREN_MAX);
    for (size_t i = 0; i < children; i++)
        if (ids[i] != allowed) {
            (void)snprintf(reason, QUIET_REASON, "%s has started another process", what);
            return false;
        }
    return true;
}

bool quiet_worker(pid_t worker, pid_t run, char reason[QUIET_REASON])
{
    const struct timespec pause = {.tv_nsec = 1000000};
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        if (is_quiet(worker, run, "its worker", reason) &&
            (!run || is_quiet(run, 0, "the process of its runs", reason)))
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

static bool is_known(pid_t pid, const pid_t *known, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (known[i] == pid)
            return true;
    return false;
}

bool quiet_children(const pid_t *known, size_t count)
{
    pid_t children[CHILDREN_MAX];
    const size_t found = children_of(getpid(), children, CHILDREN_MAX);
    for (size_t i = 0; i < found; i++)
        if (!is_known(children[i], known, count))
            return false;
    return true;
}

size_t quiet_orphans_kill(const pid_t *known, size_t count)
{
    pid_t children[CHILDREN_MAX];
    size_t found = children_of(getpid(), children, CHILDREN_MAX), killed = 0;
    for (size_t i = 0; i < found; i++) {
        if (is_known(children[i], known, count))
            continue;
        kill(children[i], SIGKILL);
        while (waitpid(children[i], NULL, 0) < 0 && errno == EINTR)
            ;
        killed++;
    }
    return killed;
}
