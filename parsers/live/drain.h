/* The end of a capture: the kernel receives nothing more, and what it has received is read. */
#ifndef PKT_LIVE_DRAIN_H
#define PKT_LIVE_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

typedef struct pkt_drain {
    bool active;
    int64_t limit, deadline; /* ms; of CLOCK_MONOTONIC */
} pkt_drain;

/* Stop receiving on a packet socket, by a filter that rejects all packets. Packets that the old
 * filter has accepted are in the buffer when this returns. `limit`: longest wait for the next one
 * to be passed to the program, ms. */
void pkt_drain_begin(pkt_drain *drain, int fd, int64_t limit);
/* Packets were read: the limit starts again. */
void pkt_drain_progress(pkt_drain *drain);
/* Wait 1 ms for packets. False: the limit has passed. */
bool pkt_drain_wait(const pkt_drain *drain);

#endif
