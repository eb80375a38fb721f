/* Ethernet, IEEE 802.3 clause 3; tags, IEEE 802.1Q clause 9.
 *
 *   destination(6) source(6) { tag protocol(2) tag control(2) } EtherType or length(2)
 */
#ifndef PKT_DECODE_ETHERNET_H
#define PKT_DECODE_ETHERNET_H

#include "decode/ipv4.h"
#include "decode/ipv6.h"

/* https://www.iana.org/assignments/ieee-802-numbers */
enum {
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_QINQ = 0x88a8,
    ETHERTYPE_QINQ_OLD = 0x9100,
    ETHERTYPE_MIN = 0x0600,
    ETHERNET_LENGTH_MAX = 1500
};

static inline int is_vlan(unsigned type)
{
    return type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ || type == ETHERTYPE_QINQ_OLD;
}

/* The tags before `*type`, which becomes the type behind them. */
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

/* What follows a link header, by its EtherType. */
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
    if (type >= ETHERTYPE_MIN)
        return PKT_OK; /* ARP and all others: the EtherType says it all */
    if (type > ETHERNET_LENGTH_MAX)
        return PKT_BAD_VALUE;
    return type > c.wire ? PKT_BAD_LENGTH : PKT_OK;
}

ALWAYS_INLINE pkt_verdict decode_ethernet(cursor c, row *r)
{
    enum { HEADER = 14 };
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h)
        return cursor_short(&c, HEADER);
    const unsigned type = be16(h + 12);
    r->present |= PKT_HAS_LINK;
    PUT(r, eth_dst, be48(h));
    PUT(r, eth_src, be48(h + 6));
    PUT(r, eth_type, (uint16_t)(type < ETHERTYPE_MIN ? 0 : type));
    return decode_ethertype(c, r, type);
}

#endif
