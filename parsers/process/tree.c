#include "parsers/process/tree.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parsers/process/cpu_time.h"

/* Processes of a tree that are looked at, at most. */
enum { PROCESSES_MAX = 1024 };

size_t pkt_tree_threads(pid_t pid, pid_t *threads, size_t room)
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

/* Children that one thread has started. */
static size_t children_of_thread(pid_t pid, pid_t thread, pid_t *children, size_t room)
{
    char path[96], line[PKT_TREE_WIDTH * 8] = "", *end;
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)thread);
    FILE *file = fopen(path, "re");
    const char *at = file && fgets(line, sizeof line, file) ? line : NULL;
    size_t count = 0;
    for (; at && count < room; at = end) {
        const long child = strtol(at, &end, 10);
        if (end == at)
            break;
        children[count++] = (pid_t)child;
    }
    if (file)
        fclose(file);
    return count;
}

size_t pkt_tree_children(pid_t pid, pid_t *children, size_t room)
{
    pid_t threads[PKT_TREE_WIDTH];
    const size_t thread_count = pkt_tree_threads(pid, threads, PKT_TREE_WIDTH);
    size_t count = 0;
    for (size_t i = 0; i < thread_count; i++)
        count += children_of_thread(pid, threads[i], children + count, room - count);
    return count;
}

enum { LINE_BYTES = 256 };

/* The first line of /proc/PID/`name`; "": there is none. */
static void line_of(pid_t pid, const char *name, char line[LINE_BYTES])
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    FILE *file = fopen(path, "re");
    if (!file || !fgets(line, LINE_BYTES, file))
        line[0] = '\0';
    if (file)
        fclose(file);
}

/* State and parent of the process, which stand after its name: proc(5). false: it is not there. */
static bool stat_of(pid_t pid, char *state, int *parent)
{
    char line[LINE_BYTES];
    line_of(pid, "stat", line);
    const char *name_end = strrchr(line, ')');
    if (!name_end || strlen(name_end) <= strlen(") S "))
        return false;
    *state = name_end[2];
    *parent = (int)strtol(name_end + strlen(") S "), NULL, 10);
    return true;
}

bool pkt_tree_is_running(pid_t pid)
{
    char state;
    int parent;
    return stat_of(pid, &state, &parent) && state != 'Z' && state != 'X';
}

pid_t pkt_tree_parent(pid_t pid)
{
    char state;
    int parent;
    return stat_of(pid, &state, &parent) ? parent : 0;
}

/* The second number of /proc/PID/statm, in pages. */
static uint64_t rss_of(pid_t pid)
{
    char line[LINE_BYTES];
    line_of(pid, "statm", line);
    const char *space = strchr(line, ' ');
    return space ? strtoull(space, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

/* Ids of the process and of all below it. Returns their number. */
static size_t all_of(pid_t pid, pid_t found[PROCESSES_MAX])
{
    size_t count = 1;
    found[0] = pid;
    for (size_t i = 0; i < count; i++)
        count += pkt_tree_children(found[i], found + count, PROCESSES_MAX - count);
    return count;
}

uint64_t pkt_tree_rss(pid_t pid)
{
    pid_t found[PROCESSES_MAX];
    const size_t count = all_of(pid, found);
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += rss_of(found[i]);
    return sum;
}

double pkt_tree_cpu_ns(pid_t pid)
{
    pid_t found[PROCESSES_MAX];
    const size_t count = all_of(pid, found);
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += pkt_cpu_time_ns(found[i]);
    return sum;
}
