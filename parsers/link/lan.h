/* Local networks other than Ethernet and IEEE 802.11, whose addresses are in no column:
 *
 *   FDDI, ANSI INCITS 239:     control(1) destination(6) source(6) LLC
 *   Token Ring, IEEE 802.5:    access(1) control(1) destination(6) source(6) [route(2 to 30)] LLC
 *   ARCNET, RFC 1201 and 1051: source(1) destination(1) [offset(2)] type(1)
 *                              [split flag(1) sequence(2)]
 *   IP over InfiniBand:        routing header(40) EtherType(2) reserved(2), RFC 4391 section 6
 */
#ifndef PKT_LINK_LAN_H
#define PKT_LINK_LAN_H

#include "parsers/decode/ethernet.h"

static inline pkt_verdict decode_fddi(cursor c, row *r)
{
    enum { HEADER = 13, CLASS_AND_TYPE = 0x70, LLC = 0x50 };
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h)
        return cursor_short(&c, HEADER);
    return (h[0] & CLASS_AND_TYPE) == LLC ? decode_llc(c, r) : PKT_OK;
}

static inline pkt_verdict decode_token_ring(cursor c, row *r)
{
    enum { HEADER = 14, SOURCE = 8, TYPE = 0xc0, LLC = 0x40, ROUTED = 0x80, LENGTH = 0x1f };
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h)
        return cursor_short(&c, HEADER);
    if ((h[1] & TYPE) != LLC)
        return PKT_OK;
    if (h[SOURCE] & ROUTED) {
        if (!c.captured)
            return cursor_short(&c, 1);
        const size_t route = c.at[0] & LENGTH;
        if (route < 2 || route % 2 || route > c.wire)
            return PKT_BAD_LENGTH;
        if (!cursor_take(&c, route))
            return PKT_CUT_BY_SNAPLEN;
    }
    return decode_llc(c, r);
}

/* *whole: the datagram is not split. `c`: behind the type. */
static inline pkt_verdict arcnet_split(cursor *c, bool *whole)
{
    enum { SPLIT = 3, EXCEPTION = 0xff, AGAIN = 4 };
    const uint8_t *h = cursor_take(c, SPLIT);
    if (!h)
        return cursor_short(c, SPLIT);
    if (h[0] == EXCEPTION) { /* RFC 1201: frames of 253 to 255 bytes repeat type, flag, sequence */
        h = cursor_take(c, AGAIN);
        if (!h)
            return cursor_short(c, AGAIN);
        h++;
    }
    *whole = h[0] == 0;
    return PKT_OK;
}

/* `offset`: bytes between the addresses and the type. */
static inline pkt_verdict decode_arcnet(cursor c, row *r, size_t offset)
{
    enum { ADDRESSES = 2, IPV4_1051 = 0xf0, ARP_1051 = 0xf1 };
    enum { IPV4_1201 = 0xd4, ARP_1201 = 0xd5, IPV6_1201 = 0xc4 };
    const size_t header = ADDRESSES + offset + 1;
    const uint8_t *h = cursor_take(&c, header);
    if (!h)
        return cursor_short(&c, header);
    const unsigned type = h[header - 1];
    if (type == IPV4_1051)
        return decode_ipv4(c, r);
    if (type == ARP_1051)
        return decode_arp(c, r);
    if (type != IPV4_1201 && type != ARP_1201 && type != IPV6_1201)
        return PKT_OK; /* BACnet, ... */
    bool whole;
    const pkt_verdict verdict = arcnet_split(&c, &whole);
    if (verdict != PKT_OK)
        return verdict;
    if (!whole)
        return PKT_UNSUPPORTED; /* not reassembled */
    return type == IPV4_1201  ? decode_ipv4(c, r)
           : type == ARP_1201 ? decode_arp(c, r)
                              : decode_ipv6(c, r);
}

static inline pkt_verdict decode_ipoib(cursor c, row *r)
{
    enum { HEADER = 44, TYPE = 40 };
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h)
        return cursor_short(&c, HEADER);
    return hdlc_ethertype(c, r, be16(h + TYPE));
}

#endif
