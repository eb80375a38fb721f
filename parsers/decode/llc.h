/* Logical link control, IEEE 802.2 clause 3; SNAP, RFC 1042; ARP, which follows it or an EtherType.
 *
 *   DSAP(1) SSAP(1) control(1)  if aa aa 03: organization(3) type(2)
 */
#ifndef PKT_DECODE_LLC_H
#define PKT_DECODE_LLC_H

#include "parsers/decode/ipv4.h"
#include "parsers/decode/ipv6.h"

/* Organizations whose type is an EtherType: RFC 1042, and IEEE 802.1H for bridges. */
enum { SNAP_ETHERNET = 0x000000, SNAP_BRIDGED = 0x0000f8 };

/* ARP, RFC 826; RARP, RFC 903: hardware type(2) protocol type(2) hardware length(1) protocol
 * length(1) operation(2), then hardware and protocol address of sender and target. */
static inline pkt_verdict decode_arp(cursor c, row *r)
{
    enum { FIXED = 8, IPV4_ADDRESS = 4 };
    const uint8_t *h = cursor_take(&c, FIXED);
    if (!h)
        return cursor_short(&c, FIXED);
    const size_t hardware = h[4], protocol = h[5], addresses = 2 * (hardware + protocol);
    r->present |= PKT_HAS_ARP;
    PUT(r, arp_op, be16(h + 6));
    const bool ipv4 = be16(h + 2) == ETHERTYPE_IPV4 && protocol == IPV4_ADDRESS;
    const uint8_t *a = cursor_take(&c, addresses);
    if (!a)
        return cursor_short(&c, addresses);
    if (!ipv4)
        return PKT_OK;
    r->present |= PKT_HAS_ARP_IP;
    PUT(r, arp_src_ip, be32(a + hardware));
    PUT(r, arp_dst_ip, be32(a + 2 * hardware + IPV4_ADDRESS));
    return PKT_OK;
}

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
    switch (be16(h + 3)) {
    case ETHERTYPE_IPV4:
        return decode_ipv4(c, r);
    case ETHERTYPE_IPV6:
        return decode_ipv6(c, r);
    case ETHERTYPE_ARP:
    case ETHERTYPE_RARP:
        return decode_arp(c, r);
    default:
        return PKT_OK;
    }
}

#endif
