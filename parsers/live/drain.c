#include "parsers/live/drain.h"

#include <linux/filter.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <time.h>

static int64_t clock_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void pkt_drain_begin(pkt_drain *drain, int fd, int64_t limit)
{
    struct sock_filter none[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
    const struct sock_fprog program = {1, none};
    (void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
    (void)poll(NULL, 0, 1); /* other processors finish with the old filter */
    *drain = (pkt_drain){.active = true, .limit = limit, .deadline = clock_ms() + limit};
}

void pkt_drain_progress(pkt_drain *drain)
{
    if (drain->active)
        drain->deadline = clock_ms() + drain->limit;
}

bool pkt_drain_wait(const pkt_drain *drain)
{
    (void)poll(NULL, 0, 1);
    return clock_ms() <= drain->deadline;
}
