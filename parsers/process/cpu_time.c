#include "parsers/process/cpu_time.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "parsers/util/clock.h"

/* CPU time of the ended children of a process, in nanoseconds, as /proc/PID/stat has it: the 14th
 * and 15th field behind its name. */
static double children_ns(pid_t pid)
{
    enum { FIELDS_BEFORE = 13 };
    char path[64], line[1024] = "", *end;
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    const char *at = file && fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
    if (file)
        fclose(file);
    for (unsigned i = 0; at && i <= FIELDS_BEFORE; i++)
        at = strchr(at + 1, ' ');
    if (!at)
        return 0;
    const unsigned long long user = strtoull(at, &end, 10), system = strtoull(end, NULL, 10);
    return (double)(user + system) * 1e9 / (double)sysconf(_SC_CLK_TCK);
}

double pkt_cpu_time_ns(pid_t pid)
{
    clockid_t clock;
    const bool known = pid > 0 && clock_getcpuclockid(pid, &clock) == 0;
    return known ? (double)pkt_clock_ns(clock) + children_ns(pid) : 0;
}
