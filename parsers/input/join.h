/* Captures joined into one, and packets chosen: a thread writes what is left into a pipe, as a
 * pcapng that any backend opens as a file; memory stays bounded. Flow state and packet numbers go
 * on from one capture to the next, for a backend sees a single one. */
#ifndef PKT_FEED_H
#define PKT_FEED_H

#include "pktbench.h"

typedef struct pkt_feed pkt_feed;

/* `paths` and `filter` (NULL: every packet) must outlive the feed. `numbered`: pkt_feed_number()
 * will be called; numbers that nobody took would pile up. NULL and *err if the first capture is
 * none, or the filter does not fit its first packet. */
pkt_feed *pkt_feed_open(char *const *paths, size_t count, const char *filter, int numbered,
                        pkt_err *err);
/* For one run of a backend. */
const pkt_slice *pkt_feed_slice(const pkt_feed *feed);
/* Number of the packet of the next row, called once a row: counted before packets were left out. */
uint64_t pkt_feed_number(void *feed);
/* The run is over, and ended with `bad` and *err: 0, or -1 and *err with what was wrong with the
 * captures, if that is why. */
int pkt_feed_end(pkt_feed *feed, int bad, pkt_err *err);
/* Packets handed on that have no time (pcapng's simple packet blocks), after pkt_feed_end(). */
uint64_t pkt_feed_timeless(const pkt_feed *feed);
/* The capture that was read last: what pkt_feed_end() speaks of. */
const char *pkt_feed_path(const pkt_feed *feed);
void pkt_feed_close(pkt_feed *feed);

#endif
