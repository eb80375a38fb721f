/* Serial lines, https://www.tcpdump.org/linktypes/LINKTYPE_SLIP.html
 *
 *   direction(1) kind(1) header on the line(14) IP
 */
#ifndef PKT_LINK_SLIP_H
#define PKT_LINK_SLIP_H

#include "parsers/decode/mpls.h"

static inline pkt_verdict decode_slip(cursor c, row *r)
{
    enum { HEADER = 16, SENT = 1, COMPRESSED = 0x80 };
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h)
        return cursor_short(&c, HEADER);
    if (h[0] > SENT)
        return PKT_BAD_VALUE;
    if (h[1] & COMPRESSED)
        return PKT_UNSUPPORTED; /* RFC 1144: its fields are those of packets before it */
    return decode_ip_by_version(c, r, PKT_BAD_VALUE);
}

#endif
