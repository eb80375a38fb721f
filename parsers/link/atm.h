/* IP over ATM: multiprotocol encapsulation, RFC 2684 section 5; SunATM,
 * https://www.tcpdump.org/linktypes/LINKTYPE_SUNATM.html; LAN emulation, ATM Forum af-lane-0084.
 *
 *   LLC:     aa aa 03, then SNAP as of RFC 1042, or a bridged Ethernet frame
 *   SunATM:  flags(1) path(1) circuit(2), then LLC, or LAN emulation: client(2) Ethernet
 */
#ifndef PKT_LINK_ATM_H
#define PKT_LINK_ATM_H

#include "parsers/link/bridged.h"

static inline pkt_verdict decode_atm_llc(cursor c, row *r)
{
    enum { LLC = 3, IS_SNAP = 0xaaaa03, LLC_SNAP = LLC + SNAP_BYTES, PADDING = 2 };
    bool with_fcs;
    if (c.captured < LLC_SNAP || be24(c.at) != IS_SNAP || !snap_is_bridged(c.at + LLC, &with_fcs))
        return decode_llc(c, r);
    if (!cursor_take(&c, LLC_SNAP + PADDING))
        return cursor_short(&c, LLC_SNAP + PADDING);
    return decode_bridged(c, r, with_fcs);
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
