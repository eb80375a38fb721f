/* Linux cooked capture, https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html
 *
 *   packet type(2) ARPHRD_ type(2) address length(2) address(8) protocol(2)
 */
#ifndef PKT_DECODE_SLL_H
#define PKT_DECODE_SLL_H

#include "decode/ethernet.h"

/* Devices whose protocol field is not an EtherType. */
static inline int sll_is_foreign(unsigned device)
{
    enum {
        FRAME_RELAY = 770,
        IEEE80211 = 801,
        PRISM = 802,
        RADIOTAP = 803,
        GRE = 778,
        NETLINK = 824
    };
    return device == FRAME_RELAY || device == GRE || device == NETLINK ||
           (device >= IEEE80211 && device <= RADIOTAP);
}

ALWAYS_INLINE pkt_verdict decode_sll(cursor c, row *r)
{
    enum { HEADER = 16 };
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h)
        return cursor_short(&c, HEADER);
    const unsigned type = be16(h + 14);
    r->present |= PKT_HAS_LINK;
    if (sll_is_foreign(be16(h + 2)) || type < ETHERTYPE_MIN)
        return PKT_OK; /* 802.2 frames, CAN, ...: no EtherType, nothing that the columns describe */
    PUT(r, eth_type, (uint16_t)type);
    return decode_ethertype(c, r, type);
}

#endif
