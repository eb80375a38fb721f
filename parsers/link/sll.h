/* Linux cooked capture, https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html
 *
 *   packet type(2) ARPHRD_ type(2) address length(2) address(8) protocol(2)
 */
#ifndef PKT_LINK_SLL_H
#define PKT_LINK_SLL_H

#include "parsers/link/frame_relay.h"
#include "parsers/link/ieee80211.h"

/* ARPHRD_ types of devices, and ETH_P_ numbers below EtherTypes. */
enum {
    SLL_FRAME_RELAY = 770,
    SLL_GRE = 778,
    SLL_IEEE80211 = 801,
    SLL_PRISM = 802,
    SLL_RADIOTAP = 803,
    SLL_GRE6 = 823,
    SLL_NETLINK = 824,
    SLL_ETHERNET = 3,
    SLL_IEEE8022 = 4,
    SLL_PPP_HDLC = 7
};

/* True for device types whose protocol field is not an EtherType, and to be ignored. */
static inline bool sll_has_no_ethertype(unsigned device)
{
    return device == SLL_FRAME_RELAY || device == SLL_NETLINK ||
           (device >= SLL_IEEE80211 && device <= SLL_RADIOTAP);
}

/* Does the protocol field have a type of GRE? */
static inline bool sll_is_gre(unsigned device)
{
    return device == SLL_GRE || device == SLL_GRE6;
}

/* Frames of the devices whose protocol field is to be ignored. */
static __attribute__((noinline, cold)) pkt_verdict sll_frame(cursor c, row *r, unsigned device)
{
    switch (device) {
    case SLL_FRAME_RELAY:
        return decode_frame_relay(c, r);
    case SLL_IEEE80211:
        return decode_ieee80211(c, r, (wlan_frame){false, false});
    case SLL_PRISM:
        return decode_prism(c, r);
    case SLL_RADIOTAP:
        return decode_radiotap(c, r);
    default:
        return PKT_OK; /* netlink */
    }
}

/* Frames by a protocol number that is no EtherType. In GRE, it is not of these either. */
static __attribute__((noinline, cold)) pkt_verdict sll_number(cursor c, row *r, unsigned device,
                                                              unsigned number)
{
    if (sll_is_gre(device))
        return PKT_OK;
    switch (number) {
    case SLL_ETHERNET:
        return decode_inner_ethernet(c, r);
    case SLL_IEEE8022:
        return decode_llc(c, r);
    case SLL_PPP_HDLC:
        return decode_ppp_hdlc(c, r);
    default:
        return PKT_OK; /* CAN, ... */
    }
}

/* Decode what follows a header of either version, by its protocol field. */
static inline pkt_verdict sll_protocol(cursor c, row *r, unsigned device, unsigned type)
{
    r->present |= PKT_HAS_LINK;
    if (sll_has_no_ethertype(device))
        return sll_frame(c, r, device);
    if (type < ETHERTYPE_MIN)
        return sll_number(c, r, device, type);
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
