/* Packets of an interface, from a Linux packet socket with a ring that is shared with the kernel
 * (TPACKET_V3): https://docs.kernel.org/networking/packet_mmap.html */
#ifndef PKT_LIVE_PACKET_RING_H
#define PKT_LIVE_PACKET_RING_H

#include "parsers/core/record.h"
#include "pktbench.h"

typedef struct pkt_ring pkt_ring;

/* capture->path is the interface; capture->live must outlive the ring. NULL and *err. */
pkt_ring *pkt_ring_open(const pkt_capture *capture, pkt_err *err);
/* Up to `max` records, valid until the next call. `wait`: until there are any. 0: there are none
 * now; after waiting: there will be none. -1 and *err. */
int pkt_ring_read(pkt_ring *ring, pkt_record *records, size_t max, int wait, pkt_err *err);
void pkt_ring_close(pkt_ring *ring);

#endif
