/* ICMP, RFC 792; ICMPv6, RFC 4443 section 2.1.
 *
 *   type(1) code(1) checksum(2) rest of header(4)
 */
#ifndef PKT_DECODE_ICMP_H
#define PKT_DECODE_ICMP_H

#include "decode/cursor.h"

ALWAYS_INLINE pkt_verdict decode_icmp(cursor c, row *r)
{
    enum { HEADER = 8 };
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h)
        return cursor_short(&c, HEADER);
    r->present |= PKT_HAS_L4 | PKT_HAS_ICMP;
    PUT(r, icmp_type, h[0]);
    PUT(r, icmp_code, h[1]);
    PUT(r, l4_hlen, HEADER);
    PUT(r, payload_len, (uint32_t)c.wire);
    return PKT_OK;
}

#endif
