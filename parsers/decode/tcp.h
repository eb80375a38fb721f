/* TCP, RFC 9293 section 3.1.
 *
 *   source port(2) destination port(2) sequence(4) acknowledgement(4)
 *   data offset(4 bits) flags(12 bits) window(2) checksum(2) urgent pointer(2) options
 */
#ifndef PKT_DECODE_TCP_H
#define PKT_DECODE_TCP_H

#include "decode/cursor.h"

/* A header that is not whole gives no columns, but may belong to a stream. */
static inline void tcp_hint(cursor c, pkt_stream_hint *hint)
{
    const size_t segment = c.wire;
    const uint8_t *h = cursor_take(&c, PKT_TCP_STREAM_BYTES);
    if (!h)
        return;
    hint->tcp_cut = 1;
    hint->tcp_sized = (size_t)(h[12] >> 4) * 4 <= segment;
    hint->src_port = be16(h);
    hint->dst_port = be16(h + 2);
    hint->tcp_seq = be32(h + 4);
    hint->tcp_ack = be32(h + 8);
    hint->tcp_flags = be16(h + 12) & 0x0fff;
}

ALWAYS_INLINE pkt_verdict decode_tcp(cursor c, row *r)
{
    enum { FIXED = 20 };
    const size_t segment = c.wire;
    const uint8_t *h = cursor_take(&c, FIXED);
    if (!h) {
        if (r->hint)
            tcp_hint(c, r->hint);
        return cursor_short(&c, FIXED);
    }
    const size_t header = (size_t)(h[12] >> 4) * 4;
    r->present |= PKT_HAS_L4 | PKT_HAS_PORTS | PKT_HAS_TCP;
    PUT(r, src_port, be16(h));
    PUT(r, dst_port, be16(h + 2));
    PUT(r, tcp_seq, be32(h + 4));
    PUT(r, tcp_ack, be32(h + 8));
    PUT(r, l4_hlen, (uint8_t)header);
    PUT(r, tcp_flags, be16(h + 12) & 0x0fff);
    PUT(r, tcp_window, be16(h + 14));
    PUT(r, payload_len, header < segment ? (uint32_t)(segment - header) : 0);
    if (header < FIXED || header > segment)
        return PKT_BAD_LENGTH;
    return header - FIXED > c.captured ? PKT_SNAPPED : PKT_OK;
}

#endif
