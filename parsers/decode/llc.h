/* Logical link control, IEEE 802.2 clause 3; SNAP, RFC 1042.
 *
 *   DSAP(1) SSAP(1) control(1)  if aa aa 03: organization(3) type(2)
 */
#ifndef PKT_DECODE_LLC_H
#define PKT_DECODE_LLC_H

#include "parsers/decode/ipv4.h"
#include "parsers/decode/ipv6.h"

/* Organizations whose type is an EtherType: RFC 1042, and IEEE 802.1H for bridges. */
enum { SNAP_ETHERNET = 0x000000, SNAP_BRIDGED = 0x0000f8 };

static inline pkt_verdict decode_llc(cursor c, row *r)
{
    enum { HEADER = 3, SNAP = 5, IS_SNAP = 0xaaaa03 };
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h)
        return cursor_short(&c, HEADER);
    if (be24(h) != IS_SNAP)
        return PKT_OK; /* spanning tree, NetBIOS, ... */
    h = cursor_take(&c, SNAP);
    if (!h)
        return cursor_short(&c, SNAP);
    const uint32_t organization = be24(h);
    if (organization != SNAP_ETHERNET && organization != SNAP_BRIDGED)
        return PKT_OK;
    if (be16(h + 3) == ETHERTYPE_IPV4)
        return decode_ipv4(c, r);
    return be16(h + 3) == ETHERTYPE_IPV6 ? decode_ipv6(c, r) : PKT_OK;
}

#endif
