/* Clocks of the system. */
#ifndef PKT_CLOCK_H
#define PKT_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds on the clock, CLOCK_MONOTONIC or another one; 0 if the system does not have it. */
static inline int64_t pkt_clock_ns(clockid_t clock)
{
    struct timespec now = {0};
    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Seconds on the monotonic clock. */
static inline double pkt_seconds_now(void)
{
    return (double)pkt_clock_ns(CLOCK_MONOTONIC) * 1e-9;
}

#endif
