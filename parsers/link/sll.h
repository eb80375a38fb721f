/* Linux cooked capture, https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html
 *
 *   packet type(2) ARPHRD_ type(2) address length(2) address(8) protocol(2)
 */
#ifndef PKT_LINK_SLL_H
#define PKT_LINK_SLL_H

#include "parsers/decode/ethernet.h"

/* True for device types whose protocol field is not an EtherType. */
static inline int sll_has_no_ethertype(unsigned device)
{
    enum { FRAME_RELAY = 770, IEEE80211 = 801, PRISM = 802, RADIOTAP = 803, NETLINK = 824 };
    return device == FRAME_RELAY || device == NETLINK ||
           (device >= IEEE80211 && device <= RADIOTAP);
}

/* Decode what follows a header of either version, by its protocol field. */
static inline pkt_verdict sll_protocol(cursor c, row *r, unsigned device, unsigned type)
{
    enum { IEEE8022 = 4, GRE = 778 };
    r->present |= PKT_HAS_LINK;
    if (sll_has_no_ethertype(device))
        return PKT_OK;
    if (type == IEEE8022 && device != GRE) /* in GRE, 4 is no IEEE 802.2 frame */
        return decode_llc(c, r);
    if (type < ETHERTYPE_MIN)
        return PKT_OK; /* CAN, ...: no EtherType */
    PUT(r, eth_type, (uint16_t)type);
    return decode_ethertype(c, r, type);
}

static inline pkt_verdict decode_sll(cursor c, row *r)
{
    enum { HEADER = 16 };
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h)
        return cursor_short(&c, HEADER);
    return sll_protocol(c, r, be16(h + 2), be16(h + 14));
}

/* https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html
 *
 *   protocol(2) reserved(2) interface(4) ARPHRD_ type(2) packet type(1) address length(1)
 * address(8)
 */
static inline pkt_verdict decode_sll2(cursor c, row *r)
{
    enum { HEADER = 20 };
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h)
        return cursor_short(&c, HEADER);
    return sll_protocol(c, r, be16(h + 8), be16(h));
}

#endif
