#include "bench/worker/quiet.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench/worker/client.h"
#include "parsers/process/tree.h"

/* A thread that was joined can stay visible for a moment: so many attempts of 1 ms. */
enum { ATTEMPTS = 100 };
/* Room for a line of /proc/PID/maps, and for the device and inode in it. */
enum { MAPS_LINE = 4096 + 128, MAPPED_ID = 64 };

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

/* Device and inode of a line of /proc/PID/maps. File systems of several devices show another device
 * there than stat() does. "": the line has none. */
static void mapped_id(const char *line, char id[MAPPED_ID])
{
    char device[MAPPED_ID / 2] = "", inode[MAPPED_ID / 2] = "";
    id[0] = '\0';
    if (sscanf(line, "%*s %*s %*s %31s %31s", device, inode) == 2)
        (void)snprintf(id, MAPPED_ID, "%s %s", device, inode);
}

static FILE *maps_open(pid_t pid)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    return fopen(path, "re");
}

/* The same of the file: that of a mapping of this process. */
static void file_id(const char *path, char id[MAPPED_ID])
{
    char line[MAPS_LINE];
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    void *at = fd < 0 ? MAP_FAILED : mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
    FILE *maps = at == MAP_FAILED ? NULL : maps_open(getpid());
    id[0] = '\0';
    while (maps && !*id && fgets(line, sizeof line, maps))
        if (strtoull(line, NULL, 16) == (uintptr_t)at)
            mapped_id(line, id);
    if (maps)
        fclose(maps);
    if (at != MAP_FAILED)
        (void)munmap(at, 1);
    if (fd >= 0)
        close(fd);
}

/* By any name: a link to the slice may be removed. */
static bool is_mapped(pid_t pid, const char *file)
{
    char line[MAPS_LINE], own[MAPPED_ID], id[MAPPED_ID];
    bool found = false;
    file_id(file, own);
    FILE *maps = maps_open(pid);
    while (maps && *own && !found && fgets(line, sizeof line, maps)) {
        mapped_id(line, id);
        found = strcmp(id, own) == 0;
    }
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
    struct stat file;
    if (stat(path, &file) != 0)
        return true;
    const bool open = is_open(run, &file);
    if (!open && !is_mapped(run, path))
        return true;
    (void)snprintf(reason, QUIET_REASON, "it keeps the slice %s while no run is timed",
                   open ? "open" : "mapped");
    return false;
}
