/* IPv6, RFC 8200 sections 3 and 4.
 *
 *   version(4 bits) traffic class(8 bits) flow label(20 bits) payload length(2)
 *   next header(1) hop limit(1) source(16) destination(16)
 *   extension: next header(1) length(1) in 8-byte words minus 1, data
 *   fragment:  next header(1) reserved(1) offset(13 bits) reserved(2 bits) more(1 bit) id(4)
 */
#ifndef PKT_DECODE_IPV6_H
#define PKT_DECODE_IPV6_H

#include "parsers/decode/transport.h"

ALWAYS_INLINE void ipv6_columns(const uint8_t *h, row *r)
{
    r->present |= PKT_HAS_IP;
    PUT(r, ip_version, 6);
    PUT(r, ip_tos, (uint8_t)(be16(h) >> 4 & 0xff));
    PUT(r, ip_len, 40u + be16(h + 4));
    PUT(r, ip_proto, h[6]);
    PUT(r, ip_ttl, h[7]);
    PUT(r, src_hi, be64(h + 8));
    PUT(r, src_lo, be64(h + 16));
    PUT(r, dst_hi, be64(h + 24));
    PUT(r, dst_lo, be64(h + 32));
}

/* Skip a hop-by-hop, routing or destination options header. *proto: the next header. */
ALWAYS_INLINE pkt_verdict skip_extension(cursor *c, unsigned *proto)
{
    enum { UNIT = 8 };
    const uint8_t *h = cursor_take(c, UNIT);
    if (!h)
        return cursor_short(c, UNIT);
    const size_t rest = (size_t)h[1] * UNIT;
    *proto = h[0];
    if (rest > c->wire)
        return PKT_BAD_LENGTH;
    return cursor_take(c, rest) ? PKT_OK : PKT_CUT_BY_SNAPLEN;
}

/* Skip a fragment header. PKT_FRAGMENT for every fragment except the first. */
ALWAYS_INLINE pkt_verdict skip_fragment(cursor *c, row *r, unsigned *proto, int *length_flags)
{
    enum { HEADER = 8 };
    const uint8_t *h = cursor_take(c, HEADER);
    if (!h)
        return cursor_short(c, HEADER);
    r->present |= PKT_HAS_FRAG;
    *proto = h[0];
    PUT(r, frag_off, be16(h + 2) & 0xfff8);
    PUT(r, ip_flags, h[3] & 1);
    PUT(r, ip_id, be32(h + 4));
    *length_flags |= h[3] & 1 ? FRAGMENTED : 0;
    return be16(h + 2) & 0xfff8 ? PKT_FRAGMENT : PKT_OK;
}

ALWAYS_INLINE pkt_verdict ipv6_extensions(cursor c, row *r, unsigned proto, int length_flags)
{
    for (size_t i = 0;; i++) {
        pkt_verdict verdict;
        unsigned next = proto;
        switch (proto) {
        case PROTO_HOP_BY_HOP:
        case PROTO_ROUTING:
        case PROTO_DESTINATION:
            verdict = skip_extension(&c, &next);
            break;
        case PROTO_FRAGMENT:
            if (i == PKT_MAX_IP_EXTENSIONS)
                return PKT_UNSUPPORTED; /* before the header fills columns */
            verdict = skip_fragment(&c, r, &next, &length_flags);
            break;
        case PROTO_AH:
            verdict = skip_ah(&c, &next);
            break;
        default:
            return decode_transport(c, r, proto, length_flags);
        }
        if (i == PKT_MAX_IP_EXTENSIONS)
            return PKT_UNSUPPORTED;
        PUT(r, ip_proto, (uint8_t)next);
        if (verdict != PKT_OK)
            return verdict;
        proto = next;
    }
}

ALWAYS_INLINE pkt_verdict decode_ipv6(cursor c, row *r)
{
    enum { FIXED = 40 };
    const uint8_t *h = cursor_take(&c, FIXED);
    if (!h)
        return cursor_short(&c, FIXED);
    if (h[0] >> 4 != 6)
        return PKT_BAD_VALUE;
    ipv6_columns(h, r);
    /* 0: a jumbogram (RFC 2675) or segmentation offload; the packet ends with the frame. */
    const size_t payload = be16(h + 4);
    if (payload > c.wire) {
        if (r->hint)
            transport_hint(c, h[6], r->hint);
        return PKT_BAD_LENGTH;
    }
    if (payload)
        cursor_narrow(&c, payload);
    return ipv6_extensions(c, r, h[6], payload ? 0 : NO_LENGTH);
}

#endif
