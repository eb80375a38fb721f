/* IPv4, RFC 791 section 3.1.
 *
 *   version(4 bits) header words(4 bits) TOS(1) total length(2)
 *   identification(2) flags(3 bits) fragment offset(13 bits)
 *   TTL(1) protocol(1) checksum(2) source(4) destination(4) options
 */
#ifndef PKT_DECODE_IPV4_H
#define PKT_DECODE_IPV4_H

#include "parsers/decode/transport.h"

ALWAYS_INLINE void ipv4_columns(const uint8_t *h, row *r)
{
    r->present |= PKT_HAS_IP | PKT_HAS_FRAG;
    PUT(r, ip_version, 4);
    PUT(r, ip_tos, h[1]);
    PUT(r, ip_len, be16(h + 2));
    PUT(r, ip_id, be16(h + 4));
    PUT(r, ip_flags, (h[6] >> 5) & 3);
    PUT(r, frag_off, (uint16_t)((be16(h + 6) & 0x1fff) * 8));
    PUT(r, ip_ttl, h[8]);
    PUT(r, ip_proto, h[9]);
    PUT(r, src_lo, be32(h + 12));
    PUT(r, dst_lo, be32(h + 16));
}

/* Skip authentication headers, then decode the transport header. */
ALWAYS_INLINE pkt_verdict ipv4_ah(cursor c, row *r, int length_flags)
{
    unsigned proto = PROTO_AH;
    for (size_t i = 0; proto == PROTO_AH; i++) {
        if (i == PKT_MAX_IP_EXTENSIONS)
            return PKT_UNSUPPORTED;
        pkt_verdict verdict = skip_ah(&c, &proto);
        PUT(r, ip_proto, (uint8_t)proto);
        if (verdict != PKT_OK)
            return verdict;
    }
    return decode_transport(c, r, proto, length_flags);
}

/* Fill the hint if the total length exceeds the frame: the transport header fills no columns then.
 * `h`: the fixed header; `c`: after it. */
static inline void ipv4_hint(cursor c, const uint8_t *h, size_t header, pkt_stream_hint *hint)
{
    enum { FIXED = 20, OFFSET = 0x1fff };
    if (header >= FIXED && cursor_take(&c, header - FIXED) && !(be16(h + 6) & OFFSET))
        transport_hint(c, h[9], hint);
}

ALWAYS_INLINE pkt_verdict decode_ipv4(cursor c, row *r)
{
    enum { FIXED = 20, MORE_FRAGMENTS = 0x2000, OFFSET = 0x1fff };
    const size_t left = c.wire;
    const uint8_t *h = cursor_take(&c, FIXED);
    if (!h)
        return cursor_short(&c, FIXED);
    if (h[0] >> 4 != 4)
        return PKT_BAD_VALUE;
    ipv4_columns(h, r);
    const size_t header = (size_t)(h[0] & 0x0f) * 4;
    const size_t total = be16(h + 2); /* 0 with TCP segmentation offload */
    if (header < FIXED || header > left || (total && (total < header || total > left))) {
        if (r->hint && total > left)
            ipv4_hint(c, h, header, r->hint);
        return PKT_BAD_LENGTH;
    }
    if (total)
        cursor_narrow(&c, total - FIXED);
    if (header > FIXED && !cursor_take(&c, header - FIXED))
        return PKT_CUT_BY_SNAPLEN;
    const unsigned fragment = be16(h + 6);
    if (fragment & OFFSET)
        return PKT_FRAGMENT;
    const int length_flags = (total ? 0 : NO_LENGTH) | (fragment & MORE_FRAGMENTS ? FRAGMENTED : 0);
    if (h[9] == PROTO_AH)
        return ipv4_ah(c, r, length_flags);
    return decode_transport(c, r, h[9], length_flags);
}

#endif
