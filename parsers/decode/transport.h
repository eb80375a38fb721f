/* What follows an IP header, by its protocol number. */
#ifndef PKT_DECODE_TRANSPORT_H
#define PKT_DECODE_TRANSPORT_H

#include "parsers/decode/icmp.h"
#include "parsers/decode/tcp.h"
#include "parsers/decode/udp.h"

/* `open_ended`: none, one or both of pkt_open_ended. */
ALWAYS_INLINE pkt_verdict decode_transport(cursor c, row *r, unsigned proto, int open_ended)
{
    if (proto == PROTO_TCP) /* first: 3 % less of the decoder's instructions for TCP */
        return decode_tcp(c, r, open_ended);
    switch (proto) {
    case PROTO_UDP:
        return decode_udp(c, r, open_ended);
    case PROTO_UDPLITE:
        return decode_udplite(c, r, open_ended);
    case PROTO_ICMP:
    case PROTO_ICMPV6:
        /* Each belongs to its own version of IP; in the other it is just a number. */
        if (PROTO_ICMP == proto ? r->batch->ip_version[r->index] == 4
                                : r->batch->ip_version[r->index] == 6)
            return decode_icmp(c, r, proto == PROTO_ICMP ? 8 : 4);
        return PKT_OK;
    default:
        return PKT_OK; /* GRE, ESP, SCTP, tunnels, ...: the protocol number says it all */
    }
}

/* Of a datagram whose length cannot be believed: what tells its stream. `c`: behind the IP header.
 */
static inline void transport_hint(cursor c, unsigned proto, pkt_stream_hint *hint)
{
    if (proto == PROTO_TCP) {
        tcp_hint(c, hint);
        return;
    }
    const uint8_t *h = cursor_take(&c, UDP_HEADER);
    if (!h || (proto != PROTO_UDP && proto != PROTO_UDPLITE))
        return;
    hint->kind = PKT_HINT_UDP;
    hint->src_port = be16(h);
    hint->dst_port = be16(h + 2);
    hint->udp_length = be16(h + 4);
}

/* Authentication header, RFC 4302 section 2: next header(1) length(1), in 4-byte words less 2.
 * Takes it whole and leaves the next protocol in *proto. */
ALWAYS_INLINE pkt_verdict skip_ah(cursor *c, unsigned *proto)
{
    enum { FIXED = 12 };
    const uint8_t *h = cursor_take(c, FIXED);
    if (!h)
        return cursor_short(c, FIXED);
    const size_t length = ((size_t)h[1] + 2) * 4;
    *proto = h[0];
    if (length < FIXED || length - FIXED > c->wire)
        return PKT_BAD_LENGTH;
    return cursor_take(c, length - FIXED) ? PKT_OK : PKT_CUT_BY_SNAPLEN;
}

#endif
