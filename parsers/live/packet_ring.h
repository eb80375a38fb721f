/* Captures from an interface by a Linux packet socket with a memory-mapped ring (TPACKET_V3),
 * https://docs.kernel.org/networking/packet_mmap.html */
#ifndef PKT_LIVE_PACKET_RING_H
#define PKT_LIVE_PACKET_RING_H

#include "parsers/core/record.h"
#include "pktbench.h"

typedef struct pkt_ring pkt_ring;

/* capture->path is the interface's name; capture->live must outlive the ring. NULL and *err. */
pkt_ring *pkt_ring_open(const pkt_capture *capture, pkt_err *err);
/* Read up to `max` records; they are valid until the next call. If `wait`, block until there is at
 * least one. Returns their number. 0: none available now, or with `wait`: end of the capture. -1
 * and *err. */
int pkt_ring_read(pkt_ring *ring, pkt_record *records, size_t max, int wait, pkt_err *err);
void pkt_ring_close(pkt_ring *ring);

#endif
