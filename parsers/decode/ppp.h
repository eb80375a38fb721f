/* Point-to-point links: PPP, RFC 1661 section 2, in PPPoE sessions (RFC 2516 sections 4 and 6) and
 * in HDLC framing (RFC 1662 section 3.1); Cisco HDLC (RFC 1547 section 4.3.1).
 *
 *   PPPoE:       version(4 bits) type(4 bits) code(1) session(2) length(2) PPP
 *   PPP:         protocol(2, or 1 if it is odd)
 *   PPP in HDLC: address(1) control(1) PPP, or PPP alone
 *   Cisco HDLC:  address(1) control(1) EtherType(2)
 */
#ifndef PKT_DECODE_PPP_H
#define PKT_DECODE_PPP_H

#include "parsers/decode/llc.h"
#include "parsers/decode/mpls.h"

static inline pkt_verdict decode_ppp(cursor c, row *r)
{
    const uint8_t *h = cursor_take(&c, 1);
    if (!h)
        return cursor_short(&c, 1);
    unsigned protocol = h[0];
    if (!(protocol & 1)) { /* not compressed, RFC 1661 section 6.5 */
        h = cursor_take(&c, 1);
        if (!h)
            return cursor_short(&c, 1);
        protocol = protocol << 8 | h[0];
    }
    switch (protocol) {
    case PPP_IPV4:
    case ETHERTYPE_IPV4: /* not of RFC 1661, but some systems send them, and Wireshark reads them */
        return decode_ipv4(c, r);
    case PPP_IPV6:
    case ETHERTYPE_IPV6:
        return decode_ipv6(c, r);
    case PPP_MPLS:
    case PPP_MPLS_MULTICAST:
        return decode_mpls(c, r);
    default:
        return PKT_OK; /* LCP, IPCP, ... */
    }
}

static inline pkt_verdict decode_pppoe(cursor c, row *r)
{
    enum { HEADER = 6, VERSION_AND_TYPE = 0x11, SESSION_DATA = 0 };
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h)
        return cursor_short(&c, HEADER);
    if (h[0] != VERSION_AND_TYPE || h[1] != SESSION_DATA)
        return PKT_BAD_VALUE;
    const size_t length = be16(h + 4);
    if (length > c.wire)
        return PKT_BAD_LENGTH;
    cursor_narrow(&c, length);
    return decode_ppp(c, r);
}

/* What has an EtherType in the framing of Cisco. */
static inline pkt_verdict hdlc_ethertype(cursor c, row *r, unsigned type)
{
    switch (type) {
    case ETHERTYPE_IPV4:
        return decode_ipv4(c, r);
    case ETHERTYPE_IPV6:
        return decode_ipv6(c, r);
    case ETHERTYPE_MPLS:
    case ETHERTYPE_MPLS_UPSTREAM:
        return decode_mpls(c, r);
    case ETHERTYPE_ARP: /* not 0x8035, which is SLARP here */
        return decode_arp(c, r);
    default:
        return PKT_OK; /* SLARP, CDP, ... */
    }
}

static inline pkt_verdict decode_cisco_hdlc(cursor c, row *r)
{
    enum { HEADER = 4 };
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h)
        return cursor_short(&c, HEADER);
    return hdlc_ethertype(c, r, be16(h + 2));
}

/* PPP of a serial line, or Cisco HDLC, by the address. */
static inline pkt_verdict decode_ppp_hdlc(cursor c, row *r)
{
    enum { ALL_STATIONS = 0xff, CISCO_UNICAST = 0x0f, CISCO_MULTICAST = 0x8f, HEADER = 2 };
    if (!c.captured)
        return cursor_short(&c, 1);
    const unsigned address = c.at[0];
    if (address == CISCO_UNICAST || address == CISCO_MULTICAST)
        return decode_cisco_hdlc(c, r);
    if (address == ALL_STATIONS && !cursor_take(&c, HEADER))
        return cursor_short(&c, HEADER);
    return decode_ppp(c, r);
}

#endif
