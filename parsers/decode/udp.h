/* UDP, RFC 768; UDP-Lite, RFC 3828 section 3.1.
 *
 *   source port(2) destination port(2) length, or checksum coverage(2) checksum(2)
 */
#ifndef PKT_DECODE_UDP_H
#define PKT_DECODE_UDP_H

#include "parsers/decode/cursor.h"

/* `payload`: bytes after the header, on the wire. `length`: the third field. */
ALWAYS_INLINE void udp_columns(const uint8_t *h, size_t payload, size_t length, row *r)
{
    r->present |= PKT_HAS_L4 | PKT_HAS_PORTS;
    PUT(r, src_port, be16(h));
    PUT(r, dst_port, be16(h + 2));
    PUT(r, l4_hlen, UDP_HEADER);
    PUT(r, payload_len, (uint32_t)payload);
    if (r->hint)
        r->hint->udp_length = (uint16_t)length;
}

/* Fill the columns that UDP and UDP-Lite have in common. *length: the third field. */
ALWAYS_INLINE pkt_verdict udp_header(cursor *c, row *r, size_t *length)
{
    const uint8_t *h = cursor_take(c, UDP_HEADER);
    if (!h)
        return cursor_short(c, UDP_HEADER);
    *length = be16(h + 4);
    udp_columns(h, c->wire, *length, r);
    return PKT_OK;
}

/* With any of `length_flags`, the length field may exceed this packet. It is 0 in jumbograms, RFC
 * 2675 section 4. */
ALWAYS_INLINE pkt_verdict decode_udp(cursor c, row *r, int length_flags)
{
    size_t length;
    pkt_verdict verdict = udp_header(&c, r, &length);
    if (verdict != PKT_OK)
        return verdict;
    if (length == 0 && (length_flags & NO_LENGTH)) {
        payload_set(r, &c, 0);
        return PKT_OK;
    }
    if (length < UDP_HEADER || (!length_flags && length - UDP_HEADER > c.wire))
        return PKT_BAD_LENGTH;
    cursor_narrow(&c, length - UDP_HEADER);
    payload_set(r, &c, 0);
    return PKT_OK;
}

/* RFC 3828 section 3.1: coverage 0 is the complete datagram; 1 to 7 are invalid. */
ALWAYS_INLINE pkt_verdict decode_udplite(cursor c, row *r, int length_flags)
{
    size_t coverage;
    pkt_verdict verdict = udp_header(&c, r, &coverage);
    if (verdict != PKT_OK)
        return verdict;
    if (coverage && (coverage < UDP_HEADER || (!length_flags && coverage - UDP_HEADER > c.wire)))
        return PKT_BAD_LENGTH;
    payload_set(r, &c, 0);
    return PKT_OK;
}

#endif
