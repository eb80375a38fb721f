/* Sends the packets of a capture again and again, at a rate. */
#ifndef PKT_LIVE_SENDER_H
#define PKT_LIVE_SENDER_H

#include "parsers/util/buffer.h"
#include "pktbench.h"

/* What is sent of a capture: its first packets, up to these limits. */
enum { LIVE_PACKETS_MAX = 1 << 18 };
#define LIVE_BYTES_MAX ((size_t)64 << 20)
/* Longest pause that the sender makes up for by sending faster, in seconds. What it misses beyond
 * that is not sent, and the rate is lower than asked. */
#define LIVE_CATCH_UP_S 0.01

typedef struct live_packets {
    pkt_buffer bytes, ends; /* of the packets, one after the other; offset after each: size_t */
    size_t count;
} live_packets;

/* Read them. They must be whole Ethernet frames. 0, or -1 and *err; close them in both cases. */
int live_packets_open(live_packets *packets, const char *path, pkt_err *err);
void live_packets_close(live_packets *packets);

typedef struct live_plan {
    double rate;    /* packets per second; 0: as fast as it goes */
    double seconds; /* how long; 0: until all are sent */
    uint64_t most;  /* packets; 0: no limit */
} live_plan;

typedef struct live_sent {
    uint64_t packets;
    int64_t start_ns, end_ns; /* of CLOCK_MONOTONIC: before the first packet, after the last */
} live_sent;

/* Send them on the packet socket. 0, or -1 and *err; *sent says how far it came. */
int live_packets_send(const live_packets *packets, int fd, const live_plan *plan, live_sent *sent,
                      pkt_err *err);

#endif
