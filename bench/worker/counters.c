#include "bench/worker/counters.h"

#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

void counters_open(counters *c)
{
    static const uint64_t events[COUNTERS] = {
        [COUNTER_INSTRUCTIONS] = PERF_COUNT_HW_INSTRUCTIONS,
        [COUNTER_CYCLES] = PERF_COUNT_HW_CPU_CYCLES,
    };
    for (int i = 0; i < COUNTERS; i++) {
        struct perf_event_attr attr = {.type = PERF_TYPE_HARDWARE,
                                       .size = sizeof attr,
                                       .config = events[i],
                                       .disabled = 1,
                                       .exclude_kernel = 1,
                                       .exclude_hv = 1};
        c->fd[i] = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    }
}

void counters_start(const counters *c)
{
    for (int i = 0; i < COUNTERS; i++)
        if (c->fd[i] >= 0)
            ioctl(c->fd[i], PERF_EVENT_IOC_ENABLE, 0);
}

void counters_stop(counters *c, uint64_t values[COUNTERS])
{
    for (int i = 0; i < COUNTERS; i++)
        if (c->fd[i] >= 0)
            ioctl(c->fd[i], PERF_EVENT_IOC_DISABLE, 0);
    for (int i = 0; i < COUNTERS; i++) {
        uint64_t value = 0;
        if (c->fd[i] < 0 || read(c->fd[i], &value, sizeof value) != (ssize_t)sizeof value)
            value = 0;
        values[i] = value;
        if (c->fd[i] >= 0)
            close(c->fd[i]);
        c->fd[i] = -1;
    }
}
