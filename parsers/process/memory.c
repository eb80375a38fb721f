#include "parsers/process/memory.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIMIT_MAX (UINT64_C(8) << 30)

/* The number in a file; UINT64_MAX if there is none, as where it has the word `max`. */
static uint64_t number_read(const char *folder, const char *name)
{
    char path[PATH_MAX + 64], text[64], *end;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    uint64_t number = UINT64_MAX;
    if (file && fgets(text, sizeof text, file)) {
        number = strtoull(text, &end, 10);
        if (end == text)
            number = UINT64_MAX;
    }
    if (file)
        fclose(file);
    return number;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The least limit of a control group and all above it. */
static uint64_t limit_above(const char *root, const char *group, const char *name)
{
    char folder[PATH_MAX];
    uint64_t least = number_read(root, name);
    if (snprintf(folder, sizeof folder, "%s%s", root, group) >= (int)sizeof folder)
        return least;
    for (char *slash; strlen(folder) > strlen(root); *slash = '\0') {
        least = smaller(least, number_read(folder, name));
        slash = strrchr(folder, '/');
    }
    return least;
}

/* A line of /proc/self/cgroup is "0::/GROUP" in version 2, "4:memory:/GROUP" in version 1. */
static uint64_t groups_limit(void)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    char line[PATH_MAX];
    uint64_t least = UINT64_MAX;
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        char *names = strchr(line, ':'), *group = names ? strchr(names + 1, ':') : NULL;
        if (!group)
            continue;
        *group++ = '\0';
        if (names[1] == '\0')
            least = smaller(least, limit_above("/sys/fs/cgroup", group, "memory.max"));
        else if (strstr(names, "memory"))
            least = smaller(least,
                            limit_above("/sys/fs/cgroup/memory", group, "memory.limit_in_bytes"));
    }
    if (file)
        fclose(file);
    return least;
}

uint64_t pkt_memory_bytes(void)
{
    const uint64_t machine = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    return smaller(machine, groups_limit());
}

uint64_t pkt_memory_limit(void)
{
    return smaller(pkt_memory_bytes() / 4 * 3, LIMIT_MAX);
}
