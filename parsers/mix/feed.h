/* The packets of one capture of a mixture, in the order of the file, with their new times. */
#ifndef PKT_MIX_FEED_H
#define PKT_MIX_FEED_H

#include "parsers/mix/origin.h"

typedef struct pkt_mix_feed pkt_mix_feed;

/* `data` is as in the file, and valid until the feed is asked for the next one. */
typedef struct pkt_mix_packet {
    const uint8_t *data;
    int64_t ts_ns; /* in the mixture */
    uint32_t cap_len, wire_len;
    uint16_t link_type;
    size_t interface; /* of the feed: pkt_mix_feed_interface() */
    uint64_t number;  /* in the capture, from 1 */
} pkt_mix_packet;

/* What the packets of a capture have in common. `number`: of the interface in its section; equal
 * interfaces of several sections are one. */
typedef struct pkt_mix_interface {
    size_t number;
    uint16_t link_type;
    uint32_t snaplen;
    int64_t out; /* its number in the mixture, for the user of the feed; -1 at first */
} pkt_mix_interface;

/* Open the capture and read its first packet; `origin` must stay where it is. NULL and *err, which
 * names the capture. */
pkt_mix_feed *pkt_mix_feed_open(const pkt_mix_origin *origin, pkt_err *err);
/* Time of the first packet in the file. false: there is no packet. */
bool pkt_mix_feed_first(const pkt_mix_feed *feed, int64_t *ts_ns);
/* The next packet: 1, 0 at the end, -1 and *err, which names the capture. A capture that ends
 * inside a packet ends before it: pkt_mix_feed_cut(). */
int pkt_mix_feed_next(pkt_mix_feed *feed, pkt_mix_packet *packet, pkt_err *err);
pkt_mix_interface *pkt_mix_feed_interface(pkt_mix_feed *feed, size_t index);
/* Packets so far that are earlier than the packet before them in the file. */
uint64_t pkt_mix_feed_backwards(const pkt_mix_feed *feed);
/* Why it ended inside a packet; NULL: it did not. */
const pkt_err *pkt_mix_feed_cut(const pkt_mix_feed *feed);
void pkt_mix_feed_close(pkt_mix_feed *feed);

#endif
