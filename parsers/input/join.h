/* Captures joined into one, and packets chosen: a thread writes what is left into a pipe, as a
 * pcapng that any backend opens as a file; memory stays bounded. Flow state and packet numbers go
 * on from one capture to the next, for a backend sees a single one. */
#ifndef PKT_JOIN_H
#define PKT_JOIN_H

#include "pktbench.h"

typedef struct pkt_join pkt_join;

/* `paths` and `filter` (NULL: every packet) must outlive the join. `numbered`: pkt_join_number()
 * will be called; numbers that nobody took would pile up. NULL and *err if the first capture is
 * none, or the filter does not fit its first packet. */
pkt_join *pkt_join_open(char *const *paths, size_t count, const char *filter, int numbered,
                        pkt_err *err);
/* For one run of a backend. */
const pkt_capture *pkt_join_capture(const pkt_join *join);
/* Number of the packet of the next row, called once a row: counted before packets were left out. */
uint64_t pkt_join_number(void *join);
/* The run is over, and ended with `bad` and *err: 0, or -1 and *err with what was wrong with the
 * captures, if that is why. */
int pkt_join_end(pkt_join *join, int bad, pkt_err *err);
/* Packets handed on that have no time (pcapng's simple packet blocks), after pkt_join_end(). */
uint64_t pkt_join_timeless(const pkt_join *join);
/* The capture that was read last: what pkt_join_end() speaks of. */
const char *pkt_join_path(const pkt_join *join);
void pkt_join_close(pkt_join *join);

#endif
