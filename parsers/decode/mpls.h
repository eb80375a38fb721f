/* MPLS label stack, RFC 3032 section 2.1.
 *
 *   { label(20 bits) traffic class(3 bits) bottom of stack(1 bit) TTL(1) }
 */
#ifndef PKT_DECODE_MPLS_H
#define PKT_DECODE_MPLS_H

#include "parsers/decode/ipv4.h"
#include "parsers/decode/ipv6.h"

/* Choose IPv4 or IPv6 by the version field. `other`: the verdict for other versions. */
static inline pkt_verdict decode_ip_by_version(cursor c, row *r, pkt_verdict other)
{
    if (c.captured == 0)
        return cursor_short(&c, 1);
    switch (c.at[0] >> 4) {
    case 4:
        return decode_ipv4(c, r);
    case 6:
        return decode_ipv6(c, r);
    default:
        return other;
    }
}

/* The label stack has no protocol field. Like other parsers, use the first 4 bits after it (RFC
 * 4928 section 3): 4 and 6 are IP, anything else is a pseudowire or its control word. */
static inline pkt_verdict decode_mpls(cursor c, row *r)
{
    enum { ENTRY = 4 };
    for (size_t i = 0, bottom = 0; !bottom; i++) {
        if (i == PKT_MAX_MPLS_LABELS)
            return PKT_UNSUPPORTED;
        const uint8_t *h = cursor_take(&c, ENTRY);
        if (!h)
            return cursor_short(&c, ENTRY);
        bottom = h[2] & 1;
    }
    return decode_ip_by_version(c, r, PKT_OK);
}

#endif
