/* ICMP, RFC 792; ICMPv6, RFC 4443 section 2.1.
 *
 *   type(1) code(1) checksum(2) rest of header(4)
 *
 * In ICMPv6 the rest depends on the message; some have none (RFC 4286 section 5).
 */
#ifndef PKT_DECODE_ICMP_H
#define PKT_DECODE_ICMP_H

#include "parsers/decode/cursor.h"

/* `min_header`: shortest valid message, bytes. */
ALWAYS_INLINE pkt_verdict decode_icmp(cursor c, row *r, size_t min_header)
{
    enum { HEADER = 8 };
    const size_t header = c.wire < HEADER ? min_header : HEADER;
    const uint8_t *h = cursor_take(&c, header);
    if (!h)
        return cursor_short(&c, header);
    r->present |= PKT_HAS_L4 | PKT_HAS_ICMP;
    PUT(r, icmp_type, h[0]);
    PUT(r, icmp_code, h[1]);
    PUT(r, l4_hlen, (uint8_t)header);
    PUT(r, payload_len, (uint32_t)c.wire);
    return PKT_OK;
}

#endif
