/* Ethernet, IEEE 802.3 clause 3; tags, IEEE 802.1Q clause 9.
 *
 *   destination(6) source(6) { tag protocol(2) tag control(2) } EtherType or length(2)
 *
 * Cisco ISL, which the destination tells from IEEE 802.3:
 *
 *   destination(5) kind(4 bits) user(4 bits) source(6) length(2) aa aa 03 source(3) VLAN(2) port(2)
 *   reserved(2) Ethernet frame with check sequence
 */
#ifndef PKT_DECODE_ETHERNET_H
#define PKT_DECODE_ETHERNET_H

#include "parsers/decode/llc.h"
#include "parsers/decode/ppp.h"
#include "parsers/decode/tags.h"

/* IEEE 802.3: a length, then LLC. */
static inline pkt_verdict decode_802_3(cursor c, row *r, unsigned length)
{
    if (length > ETHERNET_LENGTH_MAX)
        return PKT_BAD_VALUE;
    if (length > c.wire)
        return PKT_BAD_LENGTH;
    cursor_narrow(&c, length);
    return decode_llc(c, r);
}

/* Is what the row has of the link header that of ISL? `length`: the EtherType field. */
static inline bool is_isl(const row *r, unsigned length)
{
    enum { LOW_BYTE = 8 };
    const uint64_t first = UINT64_C(0x01000c0000), second = UINT64_C(0x0c000c0000);
    if (length > ETHERNET_LENGTH_MAX ||
        (r->present & (PKT_HAS_LINK | PKT_HAS_VLAN)) != PKT_HAS_LINK)
        return false;
    const uint64_t dst = r->batch->eth_dst[r->index] >> LOW_BYTE;
    return dst == first || dst == second;
}

ALWAYS_INLINE void ethernet_columns(const uint8_t *h, unsigned type, row *r)
{
    r->present |= PKT_HAS_LINK;
    /* Loads of 8 bytes, within the header: fewer instructions than loads of 6. */
    PUT(r, eth_dst, be64(h) >> 16);
    PUT(r, eth_src, be64(h + 4) & 0xffffffffffff);
    PUT(r, eth_type, (uint16_t)(type < ETHERTYPE_MIN ? 0 : type));
}

/* Skip the rest of an ISL header. `length`: of what follows the first 14 bytes, with the frame
 * check sequence, which need not be in the capture; 0: it is not known. */
static inline pkt_verdict isl_step(cursor *c, const row *r, unsigned length)
{
    enum { REST = 12, FCS = 4, KIND = 0xf0 };
    const size_t size = length ? length : c->wire;
    if (size < REST + FCS || size - FCS > c->wire)
        return length ? PKT_BAD_LENGTH : PKT_TRUNCATED;
    if (r->batch->eth_dst[r->index] & KIND)
        return PKT_UNSUPPORTED; /* no Ethernet frame */
    cursor_narrow(c, size - FCS);
    return cursor_take(c, REST) ? PKT_OK : PKT_CUT_BY_SNAPLEN;
}

/* ISL in place of IEEE 802.3. The columns are those of the frame inside, as in Wireshark. *type:
 * its EtherType, or length. */
static pkt_verdict isl_skip(cursor *c, row *r, unsigned *type)
{
    enum { HEADER = 14 };
    for (size_t i = 0; is_isl(r, *type); i++) {
        const pkt_verdict verdict = i < PKT_MAX_TAGS ? isl_step(c, r, *type) : PKT_UNSUPPORTED;
        const uint8_t *h = verdict == PKT_OK ? cursor_take(c, HEADER) : NULL;
        if (!h) {
            const uint64_t none = 0;
            PUT(r, eth_dst, none);
            PUT(r, eth_src, none);
            r->present &= ~(uint64_t)PKT_HAS_LINK;
            return verdict == PKT_OK ? cursor_short(c, HEADER) : verdict;
        }
        *type = be16(h + 12);
        ethernet_columns(h, *type, r);
    }
    return PKT_OK;
}

/* Skip ISL, a VLAN tag, and other tags. */
static pkt_verdict tags_skip(cursor *c, row *r, unsigned *type)
{
    pkt_verdict verdict = decode_tags(c, r, type);
    if (verdict != PKT_OK || !is_isl(r, *type))
        return verdict;
    verdict = isl_skip(c, r, type);
    if (verdict == PKT_OK && is_vlan(*type))
        verdict = decode_vlan(c, r, type);
    return verdict == PKT_OK ? decode_tags(c, r, type) : verdict;
}

/* Tags except VLAN, MPLS, PPPoE and LLC. Not inlined, because these are rare. A `type` below
 * ETHERTYPE_MIN is a length (IEEE 802.3). */
static __attribute__((noinline, cold)) decode_result decode_encapsulated(cursor c, row r,
                                                                         unsigned type)
{
    pkt_verdict verdict = tags_skip(&c, &r, &type);
    if (verdict != PKT_OK)
        return (decode_result){verdict, r.present};
    switch (type) {
    case ETHERTYPE_ARP:
    case ETHERTYPE_RARP:
        verdict = decode_arp(c, &r);
        break;
    case ETHERTYPE_IPV4:
        verdict = decode_ipv4(c, &r);
        break;
    case ETHERTYPE_IPV6:
        verdict = decode_ipv6(c, &r);
        break;
    case ETHERTYPE_MPLS:
    case ETHERTYPE_MPLS_UPSTREAM:
        verdict = decode_mpls(c, &r);
        break;
    case ETHERTYPE_PPPOE_SESSION:
        verdict = decode_pppoe(c, &r);
        break;
    case ETHERTYPE_JUMBO_LLC:
        verdict = decode_llc(c, &r);
        break;
    default:
        if (type < ETHERTYPE_MIN)
            verdict = decode_802_3(c, &r, type);
    }
    return (decode_result){verdict, r.present};
}

static inline bool is_encapsulated(unsigned type)
{
    return type < ETHERTYPE_MIN || type == ETHERTYPE_ARP || type == ETHERTYPE_RARP ||
           type == ETHERTYPE_MPLS || type == ETHERTYPE_MPLS_UPSTREAM ||
           type == ETHERTYPE_PPPOE_SESSION || type == ETHERTYPE_JUMBO_LLC || tag_size(type);
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
        return PKT_OK; /* others: no columns besides the EtherType */
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
    ethernet_columns(h, type, r);
    return decode_ethertype(c, r, type);
}

#endif
