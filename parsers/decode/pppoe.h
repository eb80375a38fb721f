/* PPPoE session stage, RFC 2516 sections 4 and 6; PPP protocol field, RFC 1661 section 2.
 *
 *   version(4 bits) type(4 bits) code(1) session(2) length(2)  protocol(2, or 1 if it is odd)
 */
#ifndef PKT_DECODE_PPPOE_H
#define PKT_DECODE_PPPOE_H

#include "parsers/decode/mpls.h"

static inline pkt_verdict decode_ppp(cursor c, row *r)
{
    const uint8_t *h = cursor_take(&c, 1);
    if (!h)
        return cursor_short(&c, 1);
    unsigned protocol = h[0];
    if (!(protocol & 1)) { /* not compressed, RFC 1661 section 6.5 */
        h = cursor_take(&c, 1);
        if (!h)
            return cursor_short(&c, 1);
        protocol = protocol << 8 | h[0];
    }
    switch (protocol) {
    case PPP_IPV4:
        return decode_ipv4(c, r);
    case PPP_IPV6:
        return decode_ipv6(c, r);
    case PPP_MPLS:
    case PPP_MPLS_MULTICAST:
        return decode_mpls(c, r);
    default:
        return PKT_OK; /* LCP, IPCP, ... */
    }
}

static inline pkt_verdict decode_pppoe(cursor c, row *r)
{
    enum { HEADER = 6, VERSION_AND_TYPE = 0x11, SESSION_DATA = 0 };
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h)
        return cursor_short(&c, HEADER);
    if (h[0] != VERSION_AND_TYPE || h[1] != SESSION_DATA)
        return PKT_BAD_VALUE;
    const size_t length = be16(h + 4);
    if (length > c.wire)
        return PKT_BAD_LENGTH;
    cursor_narrow(&c, length);
    return decode_ppp(c, r);
}

#endif
