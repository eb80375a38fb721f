/* Frame Relay, RFC 2427 sections 3 and 4, with PPP (RFC 1973), and Cisco's encapsulation.
 *
 *   address(2 to 4), then UI(1) [padding(1)] NLPID(1), or Cisco's EtherType(2)
 */
#ifndef PKT_LINK_FRAME_RELAY_H
#define PKT_LINK_FRAME_RELAY_H

#include "parsers/link/bridged.h"

/* RFC 2427 sections 3 and 4. `c`: behind UI. */
static inline pkt_verdict frame_relay_nlpid(cursor c, row *r)
{
    enum { PADDING = 0, NLPID_SNAP = 0x80, NLPID_IPV6 = 0x8e, NLPID_IPV4 = 0xcc, NLPID_PPP = 0xcf };
    bool with_fcs;
    const uint8_t *h = cursor_take(&c, 1);
    if (h && *h == PADDING)
        h = cursor_take(&c, 1);
    if (!h)
        return cursor_short(&c, 1);
    if (*h == NLPID_IPV4)
        return decode_ipv4(c, r);
    if (*h == NLPID_IPV6)
        return decode_ipv6(c, r);
    if (*h == NLPID_PPP)
        return decode_ppp(c, r);
    if (*h != NLPID_SNAP)
        return PKT_OK; /* LMI, IS-IS, ... */
    h = cursor_take(&c, SNAP_BYTES);
    if (!h)
        return cursor_short(&c, SNAP_BYTES);
    if (be24(h) == SNAP_ETHERNET || be24(h) == SNAP_BRIDGED)
        return hdlc_ethertype(c, r, be16(h + 3));
    return snap_is_bridged(h, &with_fcs) ? decode_bridged(c, r, with_fcs) : PKT_OK;
}

/* Skip the address: the last of its bytes is odd. *zero: it is 0, the circuit for signaling. */
static inline pkt_verdict frame_relay_address(cursor *c, bool *zero)
{
    enum { LONGEST = 4, LAST = 1, FIRST_BITS = 0xfc, SECOND_BITS = 0xf0, OTHER_BITS = 0xfe };
    *zero = true;
    for (size_t i = 0; i < LONGEST; i++) {
        const uint8_t *h = cursor_take(c, 1);
        if (!h)
            return cursor_short(c, 1);
        const unsigned bits = i == 0 ? FIRST_BITS : i == 1 ? SECOND_BITS : OTHER_BITS;
        *zero = *zero && !(*h & bits);
        if (*h & LAST)
            return PKT_OK;
    }
    return PKT_BAD_VALUE;
}

static inline pkt_verdict decode_frame_relay(cursor c, row *r)
{
    enum { UI = 0x03, XID = 0xaf };
    bool zero;
    const pkt_verdict verdict = frame_relay_address(&c, &zero);
    if (verdict != PKT_OK)
        return verdict;
    const uint8_t *h = cursor_take(&c, 1);
    if (!h)
        return cursor_short(&c, 1);
    if (*h == UI)
        return frame_relay_nlpid(c, r);
    if (zero || *h == XID)
        return PKT_OK; /* signaling */
    if (!cursor_take(&c, 1))
        return cursor_short(&c, 1);
    return hdlc_ethertype(c, r, be16(h));
}

#endif
