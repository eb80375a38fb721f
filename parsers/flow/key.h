/* The key of a flow: its two ends, and the protocol. */
#ifndef PKT_FLOW_KEY_H
#define PKT_FLOW_KEY_H

#include "pktbench.h"

/* The two ends, the smaller one first, and a number for the protocol and the version of IP, by the
 * table's user. Bytes past `kind` are no part of the key. */
typedef struct pkt_flow_key {
    uint64_t address[4]; /* high and low half of the first end, then of the second */
    uint16_t port[2];
    uint16_t kind;
} pkt_flow_key;

/* Fill the key of a row's packet with these ports. Returns the side of the sender: 0 the key's
 * first end, 1 its second. Without branches: which end is smaller is no pattern. */
static inline unsigned pkt_flow_key_make(pkt_flow_key *key, const pkt_batch *batch, size_t row,
                                         uint16_t src_port, uint16_t dst_port, uint16_t kind)
{
    const uint64_t src_hi = batch->src_hi[row], src_lo = batch->src_lo[row];
    const uint64_t dst_hi = batch->dst_hi[row], dst_lo = batch->dst_lo[row];
    unsigned side = src_port > dst_port;
    side = (unsigned)(src_lo > dst_lo) | ((unsigned)(src_lo == dst_lo) & side);
    side = (unsigned)(src_hi > dst_hi) | ((unsigned)(src_hi == dst_hi) & side);
    const size_t from = (size_t)side * 2, to = 2 - from;
    key->address[from] = src_hi;
    key->address[from + 1] = src_lo;
    key->address[to] = dst_hi;
    key->address[to + 1] = dst_lo;
    key->port[side] = src_port;
    key->port[1 - side] = dst_port;
    key->kind = kind;
    return side;
}

#endif
