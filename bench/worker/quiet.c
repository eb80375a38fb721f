#include "bench/worker/quiet.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "bench/worker/client.h"
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

bool quiet_worker(const pkt_child *worker, pid_t run, char reason[QUIET_REASON])
{
    const struct timespec pause = {.tv_nsec = 1000000};
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        if (is_quiet(worker->pid, run, "its worker", reason) &&
            (!run || is_quiet(run, 0, "the process of its runs", reason))) {
            (void)snprintf(reason, QUIET_REASON, "%s", CLIENT_LEFT("worker"));
            return pkt_child_is_whole(worker);
        }
        nanosleep(&pause, NULL);
    }
    return false;
}

/* Does a line of /proc/PID/maps name this file? File systems of several devices show another device
 * there than stat(): the inode and the last part of the name are compared. */
static bool is_mapping_of(const char *line, const struct stat *file, const char *name)
{
    enum { FIELDS_BEFORE = 4 }; /* addresses, rights, offset, device */
    const char *slash = strrchr(line, '/'), *inode = line;
    for (int i = 0; inode && i < FIELDS_BEFORE; i++) {
        inode = strchr(inode, ' ');
        inode = inode ? inode + 1 : NULL;
    }
    return slash && inode && strtoull(inode, NULL, 10) == file->st_ino &&
           strncmp(slash + 1, name, strlen(name)) == 0;
}

static bool is_mapped(pid_t pid, const struct stat *file, const char *name)
{
    char path[64], line[4096 + 128];
    bool found = false;
    (void)snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    FILE *maps = fopen(path, "re");
    while (maps && !found && fgets(line, sizeof line, maps))
        found = is_mapping_of(line, file, name);
    if (maps)
        fclose(maps);
    return found;
}

static bool is_open(pid_t pid, const struct stat *file)
{
    char path[64];
    bool found = false;
    struct stat one;
    (void)snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *folder = opendir(path);
    for (const struct dirent *d = NULL; folder && !found && (d = readdir(folder)) != NULL;)
        found = fstatat(dirfd(folder), d->d_name, &one, 0) == 0 && one.st_dev == file->st_dev &&
                one.st_ino == file->st_ino;
    if (folder)
        closedir(folder);
    return found;
}

bool quiet_released(pid_t run, const char *path, char reason[QUIET_REASON])
{
    const char *slash = strrchr(path, '/');
    struct stat file;
    if (stat(path, &file) != 0)
        return true;
    const bool open = is_open(run, &file);
    if (!open && !is_mapped(run, &file, slash ? slash + 1 : path))
        return true;
    (void)snprintf(reason, QUIET_REASON, "it keeps the slice %s while no run is timed",
                   open ? "open" : "mapped");
    return false;
}
