/* IP over ATM: multiprotocol encapsulation, RFC 2684 section 5; SunATM,
 * https://www.tcpdump.org/linktypes/LINKTYPE_SUNATM.html; LAN emulation, ATM Forum af-lane-0084.
 *
 *   LLC:     aa aa 03, then SNAP as of RFC 1042, or a bridged Ethernet frame
 *   SunATM:  flags(1) path(1) circuit(2), then LLC, or LAN emulation: client(2) Ethernet
 */
#ifndef PKT_LINK_ATM_H
#define PKT_LINK_ATM_H

#include "parsers/link/frame_relay.h"

/* 00 80 c2 00 01 or 07, and two bytes of padding. *with_fcs: the first of these. */
static inline bool atm_is_bridged(const uint8_t *h, bool *with_fcs)
{
    enum { BRIDGED = 0x0080c2, WITH_FCS = 1, WITHOUT_FCS = 7 };
    const unsigned type = be16(h + 6);
    *with_fcs = type == WITH_FCS;
    return be24(h + 3) == BRIDGED && (type == WITH_FCS || type == WITHOUT_FCS);
}

static inline pkt_verdict decode_atm_llc(cursor c, row *r)
{
    enum { LLC_SNAP = 8, IS_SNAP = 0xaaaa03, PADDING = 2, FCS = 4 };
    bool with_fcs;
    if (c.captured < LLC_SNAP || be24(c.at) != IS_SNAP || !atm_is_bridged(c.at, &with_fcs))
        return decode_llc(c, r);
    if (!cursor_take(&c, LLC_SNAP + PADDING))
        return cursor_short(&c, LLC_SNAP + PADDING);
    if (with_fcs && !cursor_trim(&c, FCS))
        return PKT_TRUNCATED;
    return decode_inner_ethernet(c, r);
}

static inline pkt_verdict decode_sunatm(cursor c, row *r)
{
    enum { HEADER = 4, KIND = 0x0f, LANE = 1, LLC = 2, CLIENT = 2 };
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h)
        return cursor_short(&c, HEADER);
    if ((h[0] & KIND) == LLC)
        return decode_atm_llc(c, r);
    if ((h[0] & KIND) != LANE)
        return PKT_OK; /* signaling, management, ... */
    return cursor_take(&c, CLIENT) ? decode_inner_ethernet(c, r) : cursor_short(&c, CLIENT);
}

#endif
