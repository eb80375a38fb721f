/* Ethernet frames between a switch and its processor, which have a tag of the switch without an
 * EtherType: https://www.tcpdump.org/linktypes.html, and net/dsa of Linux.
 *
 *   DSA_TAG_BRCM, _DSA:    destination(6) source(6) tag(4) EtherType(2)
 *   DSA_TAG_EDSA:          destination(6) source(6) EtherType(2) reserved(2) tag(4) EtherType(2)
 *   DSA_TAG_BRCM_PREPEND:  tag(4) Ethernet
 */
#ifndef PKT_LINK_DSA_H
#define PKT_LINK_DSA_H

#include "parsers/link/frame_relay.h"

/* `tag`: bytes between the addresses and the EtherType. `marvell`: the last 4 of them are a tag of
 * Marvell, which says whether it replaces the frame's VLAN tag. */
static inline pkt_verdict decode_switch(cursor c, row *r, size_t tag, bool marvell)
{
    enum { ADDRESSES = 12, TAGGED = 0x20, TYPE = 2 };
    const uint8_t *h = cursor_take(&c, ADDRESSES + tag + TYPE);
    if (!h)
        return cursor_short(&c, ADDRESSES + tag + TYPE);
    const uint8_t *dsa = h + ADDRESSES + tag - 4;
    unsigned type;
    r->present |= PKT_HAS_LINK;
    PUT(r, eth_dst, be48(h));
    PUT(r, eth_src, be48(h + 6));
    tag_type(r, h + ADDRESSES + tag, &type);
    if (marvell && dsa[0] & TAGGED) {
        r->present |= PKT_HAS_VLAN;
        PUT(r, vlan_id, be16(dsa + 2) & 0x0fff);
    }
    return decode_ethertype(c, r, type);
}

static inline pkt_verdict decode_prepended(cursor c, row *r)
{
    enum { TAG = 4 };
    return cursor_take(&c, TAG) ? decode_inner_ethernet(c, r) : cursor_short(&c, TAG);
}

#endif
