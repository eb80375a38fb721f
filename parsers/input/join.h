/* Captures joined into one, and packets filtered: a thread writes the packets into a pipe, as a
 * pcapng that any backend opens as a file; memory stays bounded. A backend sees a single capture,
 * so that flow state and packet numbers continue from one to the next. */
#ifndef PKT_JOIN_H
#define PKT_JOIN_H

#include "pktbench.h"

typedef struct pkt_join pkt_join;

/* pkt_join_number() will be called for every row; otherwise numbers are not kept. */
#define PKT_JOIN_NUMBERED 1U
/* A truncated capture is an error; otherwise the next one is read, and pkt_join_cut_at() tells. */
#define PKT_JOIN_STRICT 2U

/* A capture that is truncated. */
typedef struct pkt_join_cut {
    const char *path;
    uint64_t packets; /* in the joined capture, up to there */
    pkt_err err;
} pkt_join_cut;

/* `paths` and `filter` (NULL: every packet) must outlive the join. NULL and *err if the first file
 * is not a capture, or the filter is not valid for its first packet. */
pkt_join *pkt_join_open(char *const *paths, size_t count, const char *filter, unsigned flags,
                        pkt_err *err);
/* For one run of a backend. */
const pkt_capture *pkt_join_capture(const pkt_join *join);
/* Number of the packet of the next row, in the captures as they were before the filter. To be
 * called once for each row. */
uint64_t pkt_join_number(void *join);
/* The run has ended with `bad` (0 or -1) and *err. Returns `bad`; or -1 and *err, if a capture
 * could not be read to its end. */
int pkt_join_end(pkt_join *join, int bad, pkt_err *err);
/* Number of packets that were read, also those that the filter drops, after pkt_join_end(). */
uint64_t pkt_join_packets(const pkt_join *join);
/* Number of packets without a time (pcapng's simple packet blocks), after pkt_join_end(). */
uint64_t pkt_join_timeless(const pkt_join *join);
/* The truncated captures in their order, after pkt_join_end(); NULL: no more. */
const pkt_join_cut *pkt_join_cut_at(const pkt_join *join, size_t index);
/* The capture that was read last: the one that an error of pkt_join_end() is about. */
const char *pkt_join_path(const pkt_join *join);
/* Number of captures up to that one. */
size_t pkt_join_count(const pkt_join *join);
void pkt_join_close(pkt_join *join);

#endif
