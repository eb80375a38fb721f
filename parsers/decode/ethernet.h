/* Ethernet, IEEE 802.3 clause 3; tags, IEEE 802.1Q clause 9.
 *
 *   destination(6) source(6) { tag protocol(2) tag control(2) } EtherType or length(2)
 */
#ifndef PKT_DECODE_ETHERNET_H
#define PKT_DECODE_ETHERNET_H

#include "parsers/decode/limits.h"
#include "parsers/decode/llc.h"
#include "parsers/decode/pppoe.h"

static inline int is_vlan(unsigned type)
{
    return type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ || type == ETHERTYPE_QINQ_OLD;
}

/* Skip VLAN tags. *type: the first tag's EtherType; becomes the EtherType after the last tag. */
ALWAYS_INLINE pkt_verdict decode_vlan(cursor *c, row *r, unsigned *type)
{
    enum { TAG = 4 };
    for (size_t i = 0; is_vlan(*type); i++) {
        if (i == PKT_MAX_VLAN_TAGS)
            return PKT_UNSUPPORTED;
        const uint8_t *h = cursor_take(c, TAG);
        if (!h)
            return cursor_short(c, TAG);
        if (i == 0)
            PUT(r, vlan_id, be16(h) & 0x0fff);
        r->present |= PKT_HAS_VLAN;
        *type = be16(h + 2);
        PUT(r, eth_type, (uint16_t)(*type < ETHERTYPE_MIN ? 0 : *type));
    }
    return PKT_OK;
}

/* MPLS, PPPoE and LLC. Not inlined, because these are rare. A `type` below ETHERTYPE_MIN is a
 * length (IEEE 802.3). */
static __attribute__((noinline, cold)) decode_result decode_encapsulated(cursor c, row r,
                                                                         unsigned type)
{
    pkt_verdict verdict;
    if (type == ETHERTYPE_MPLS || type == ETHERTYPE_MPLS_UPSTREAM) {
        verdict = decode_mpls(c, &r);
    } else if (type == ETHERTYPE_PPPOE_SESSION) {
        verdict = decode_pppoe(c, &r);
    } else if (type > ETHERNET_LENGTH_MAX) {
        verdict = PKT_BAD_VALUE;
    } else if (type > c.wire) {
        verdict = PKT_BAD_LENGTH;
    } else {
        cursor_narrow(&c, type);
        verdict = decode_llc(c, &r);
    }
    return (decode_result){verdict, r.present};
}

static inline int is_encapsulated(unsigned type)
{
    return type < ETHERTYPE_MIN || type == ETHERTYPE_MPLS || type == ETHERTYPE_MPLS_UPSTREAM ||
           type == ETHERTYPE_PPPOE_SESSION;
}

/* Decode what follows a link header. */
ALWAYS_INLINE pkt_verdict decode_ethertype(cursor c, row *r, unsigned type)
{
    if (type == ETHERTYPE_IPV4)
        return decode_ipv4(c, r);
    if (type == ETHERTYPE_IPV6)
        return decode_ipv6(c, r);
    if (is_vlan(type)) {
        pkt_verdict verdict = decode_vlan(&c, r, &type);
        if (verdict != PKT_OK)
            return verdict;
        if (type == ETHERTYPE_IPV4)
            return decode_ipv4(c, r);
        if (type == ETHERTYPE_IPV6)
            return decode_ipv6(c, r);
    }
    if (!is_encapsulated(type))
        return PKT_OK; /* ARP and others: no columns besides the EtherType */
    const decode_result end = decode_encapsulated(c, *r, type);
    r->present = end.present;
    return end.verdict;
}

ALWAYS_INLINE pkt_verdict decode_ethernet(cursor c, row *r)
{
    enum { HEADER = 14 };
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h)
        return cursor_short(&c, HEADER);
    const unsigned type = be16(h + 12);
    r->present |= PKT_HAS_LINK;
    /* Loads of 8 bytes, within the header: fewer instructions than loads of 6. */
    PUT(r, eth_dst, be64(h) >> 16);
    PUT(r, eth_src, be64(h + 4) & 0xffffffffffff);
    PUT(r, eth_type, (uint16_t)(type < ETHERTYPE_MIN ? 0 : type));
    return decode_ethertype(c, r, type);
}

#endif
