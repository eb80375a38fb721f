/* BSD loopback, https://www.tcpdump.org/linktypes.html (LINKTYPE_NULL, LINKTYPE_LOOP)
 *
 *   address family(4): NULL in the byte order of the capturing machine, LOOP big-endian
 */
#ifndef PKT_DECODE_NULL_H
#define PKT_DECODE_NULL_H

#include "parsers/decode/ipv4.h"
#include "parsers/decode/ipv6.h"

/* AF_INET is 2 on all systems; AF_INET6 differs. */
enum { BSD_INET = 2, BSD_INET6 = 24, FREEBSD_INET6 = 28, DARWIN_INET6 = 30, FAMILY_MAX = 255 };

/* `any_byte_order`: the family may be little-endian. */
static inline pkt_verdict decode_null(cursor c, row *r, int any_byte_order)
{
    enum { HEADER = 4 };
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h)
        return cursor_short(&c, HEADER);
    uint32_t family = be32(h);
    if (any_byte_order && family > FAMILY_MAX)
        family = le32(h);
    switch (family) {
    case BSD_INET:
        return decode_ipv4(c, r);
    case BSD_INET6:
    case FREEBSD_INET6:
    case DARWIN_INET6:
        return decode_ipv6(c, r);
    default:
        return family > FAMILY_MAX ? PKT_BAD_VALUE : PKT_OK;
    }
}

#endif
