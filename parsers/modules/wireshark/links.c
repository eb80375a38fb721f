/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Link headers, tags and encapsulations: what stands before an IP header.
 */
#include "parsers/modules/wireshark/walk.h"

/* https://www.tcpdump.org/linktypes.html */
enum {
    LINKTYPE_NULL = 0,
    LINKTYPE_ETHERNET = 1,
    LINKTYPE_RAW = 101,
    LINKTYPE_LOOP = 108,
    LINKTYPE_LINUX_SLL = 113,
    LINKTYPE_IPV4 = 228,
    LINKTYPE_IPV6 = 229,
    LINKTYPE_LINUX_SLL2 = 276
};

/* Sizes, bytes. */
enum { ETHERNET_HEADER = 14, SLL_HEADER = 16, SLL2_HEADER = 20, NULL_HEADER = 4, VLAN_TAG = 4 };
enum { LLC_SNAP_HEADER = 8, MPLS_ENTRY = 4, PPPOE_HEADER = 6 };
enum { MACSEC_TAG = 6, MACSEC_CHANNEL = 8, MACSEC_CHECK_VALUE = 16, TYPE = 2 };

/* Limits on nesting. */
enum { MAX_VLAN_TAGS = 8, MAX_TAGS = 8, MAX_MPLS_LABELS = 16 };

/* Below it is a length: IEEE 802.3 3.2.6. */
enum { ETHERTYPE_FIRST = 0x0600 };

/* Of IEEE 802.1ah, whose frame libwireshark shows as the packet's own, without this number. */
enum { ETHERTYPE_BACKBONE = 0x88e7 };

/* EtherType behind the tag at `at`. A length (802.3) or a reserved type there is none: 0. */
static uint32_t tagged_type(const ws_packet *p, size_t at)
{
    uint32_t type, service;
    if (ws_number_at(p, WS_VLAN_ETYPE, at + 2, &type) ||
        (ws_number_at(p, WS_AH_ETYPE, at + 2, &type) && type >= ETHERTYPE_FIRST))
        return type;
    return ws_number_at(p, WS_AH_ISID, at + VLAN_TAG + 1, &service) ? ETHERTYPE_BACKBONE : 0;
}

/* An encapsulation by its length field: what it carries ends there, padding is none of it. */
static void place_narrow(place *next, size_t length)
{
    if (next->at + length < next->end)
        next->end = next->at + length;
}

/* VLAN tags that begin at `at`; returns the offset behind them. */
static size_t vlan_columns(const ws_packet *p, row *r, size_t at)
{
    uint32_t id;
    for (size_t i = 0; i < MAX_VLAN_TAGS && at + VLAN_TAG <= p->captured; i++) {
        if (!ws_number_at(p, WS_VLAN_ID, at, &id) && !ws_number_at(p, WS_AD_ID, at, &id) &&
            !ws_number_at(p, WS_AD_SVID, at, &id) && !ws_number_at(p, WS_AD_CVID, at, &id))
            break;
        if (!(r->present & PKT_HAS_VLAN))
            PUT(r, vlan_id, (uint16_t)(id & 0x0fff));
        r->present |= PKT_HAS_VLAN;
        if (r->present & PKT_HAS_LINK)
            PUT(r, eth_type, (uint16_t)tagged_type(p, at));
        at += VLAN_TAG;
    }
    return at;
}

/* The other tags, by a field that only each has. Its type ends each tag. */
static const struct tag {
    ws_field field;
    size_t at;   /* offset of the field */
    size_t size; /* bytes, with the type */
} tags[] = {
    {WS_CMD_TYPE, 6, 8},
    {WS_VN_TYPE, 4, 6},
    {WS_VN_LENGTH, 4, 6},
    {WS_HBBAK_TYPE, 6, 8},
    {WS_AVSP_64, 4, 14},
    {WS_AVSP_48, 4, 12},
    {WS_ETAG_TYPE, 6, 8},
    {WS_RTAG_TYPE, 4, 6},
    {WS_HSR_TYPE, 4, 6},
    {WS_AH_ISID, 1, 18},
    {WS_MACSEC_TYPE, MACSEC_TAG, MACSEC_TAG + TYPE},
    {WS_MACSEC_TYPE, MACSEC_TAG + MACSEC_CHANNEL, MACSEC_TAG + MACSEC_CHANNEL + TYPE},
};

/* IEEE 802.1AE 9.7: short data has its length, else the check value ends the frame. `at`: the
 * tag's start. */
static void macsec_narrow(const ws_packet *p, size_t at, place *next)
{
    uint32_t length;
    if (ws_number_at(p, WS_MACSEC_SL, at + 1, &length) && length >= TYPE)
        place_narrow(next, length - TYPE);
    else if (next->end >= next->at + MACSEC_CHECK_VALUE)
        next->end -= MACSEC_CHECK_VALUE;
}

/* Past a tag of the table; false: there is none. */
static bool table_step(const ws_packet *p, place *next)
{
    const size_t at = next->at;
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        uint32_t value;
        const struct tag *tag = &tags[i];
        if (at + tag->size > p->captured || !ws_number_at(p, tag->field, at + tag->at, &value))
            continue;
        next->at += tag->size;
        if (tag->field == WS_MACSEC_TYPE)
            macsec_narrow(p, at, next);
        return true;
    }
    return false;
}

/* Bytes of a tag that the table cannot hold, with the type that ends it: Gigamon's, whose first
 * byte is its length without the type, or Ethernet in Ethernet, EtherType 0x6558. 0: neither. */
static size_t other_tag_size(const ws_packet *p, size_t at)
{
    enum { SOURCE = 6 };
    uint32_t value;
    const size_t length = at < p->captured ? p->data[at] : 0;
    if (length && at + length + TYPE <= p->captured &&
        (ws_number_at(p, WS_GIGAMON_TYPE, at + length, &value) ||
         ws_number_at(p, WS_GIGAMON_LENGTH, at + length, &value)))
        return length + TYPE;
    const bool is_ethernet =
        at + ETHERNET_HEADER <= p->captured && ws_bytes_at(p, WS_ETH_SRC, at + SOURCE, SOURCE);
    return is_ethernet ? ETHERNET_HEADER : 0;
}

/* One tag that is no VLAN tag; false: there is none. */
static bool tag_step(const ws_packet *p, row *r, place *next)
{
    if (!table_step(p, next)) {
        const size_t size = other_tag_size(p, next->at);
        if (!size)
            return false;
        next->at += size;
    }
    const uint32_t type = big_endian(p->data + next->at - TYPE, TYPE);
    if (r->present & PKT_HAS_LINK)
        PUT(r, eth_type, (uint16_t)(type < ETHERTYPE_FIRST ? 0 : type));
    return true;
}

static void tags_step(const ws_packet *p, row *r, place *next)
{
    next->at = vlan_columns(p, r, next->at);
    for (size_t i = 0; i < MAX_TAGS && tag_step(p, r, next); i++)
        next->at = vlan_columns(p, r, next->at);
}

/* RFC 1042 section 3: past the header if it carries an EtherType. */
static void snap_step(const ws_packet *p, place *next)
{
    uint32_t organization, type;
    if (ws_number_at(p, WS_LLC_OUI, next->at + 3, &organization) &&
        (organization == 0 || organization == 0xf8) &&
        ws_number_at(p, WS_LLC_TYPE, next->at + 6, &type))
        next->at += LLC_SNAP_HEADER;
}

/* RFC 3032 section 2.1: past the whole stack. */
static void mpls_step(const ws_packet *p, place *next)
{
    uint32_t bottom = 0;
    for (size_t i = 0; i < MAX_MPLS_LABELS && !bottom; i++) {
        if (!ws_number_at(p, WS_MPLS_BOTTOM, next->at, &bottom))
            return;
        next->at += MPLS_ENTRY;
    }
}

/* RFC 2516 section 4, and PPP's protocol field, whose first byte is odd if it is the only one. */
static void pppoe_step(const ws_packet *p, place *next)
{
    uint32_t length, protocol;
    if (!ws_number_at(p, WS_PPPOE_LENGTH, next->at + 4, &length) ||
        !ws_number_at(p, WS_PPP_PROTOCOL, next->at + PPPOE_HEADER, &protocol))
        return;
    next->at += PPPOE_HEADER;
    place_narrow(next, length);
    next->at += p->data[next->at] & 1 ? 1 : 2;
    mpls_step(p, next);
}

/* Behind an EtherType or a length: at most one of these is there. */
static void encapsulation_step(const ws_packet *p, place *next)
{
    const place before = *next;
    const uint32_t length = big_endian(p->data + next->at - 2, 2);
    snap_step(p, next);
    if (next->at != before.at)
        place_narrow(next, length > LLC_SNAP_HEADER ? length - LLC_SNAP_HEADER : 0);
    else
        pppoe_step(p, next);
    if (next->at == before.at)
        mpls_step(p, next);
}

/* `next`: where the header stands. */
static bool ethernet_columns(const ws_packet *p, row *r, place *next)
{
    const size_t at = next->at;
    const uint8_t *dst = ws_bytes_at(p, WS_ETH_DST, at, 6);
    const uint8_t *src = ws_bytes_at(p, WS_ETH_SRC, at + 6, 6);
    if (!dst || !src || p->captured < at + ETHERNET_HEADER)
        return false;
    uint32_t type = 0;
    (void)ws_number_at(p, WS_ETH_TYPE, at + 12, &type); /* not there: an 802.3 length */
    r->present |= PKT_HAS_LINK;
    PUT(r, eth_dst, big_endian64(dst, 6));
    PUT(r, eth_src, big_endian64(src, 6));
    PUT(r, eth_type, (uint16_t)type);
    next->at = at + ETHERNET_HEADER;
    tags_step(p, r, next);
    encapsulation_step(p, next);
    return true;
}

/* IEEE 802.11 9.3.2.1: the frames of which libwireshark knows both addresses. */
static void wlan_columns(const ws_packet *p, row *r, place *next)
{
    enum { ADDRESS = 6 };
    size_t dst, src, fcs;
    if (!ws_first_at(p, WS_WLAN_DA, &dst) || !ws_first_at(p, WS_WLAN_SA, &src))
        return;
    if (src >= ADDRESS && ws_bytes_at(p, WS_WLAN_DA, src - ADDRESS, ADDRESS))
        dst = src - ADDRESS; /* the header of an A-MSDU's subframe */
    const uint8_t *to = ws_bytes_at(p, WS_WLAN_DA, dst, ADDRESS);
    const uint8_t *from = ws_bytes_at(p, WS_WLAN_SA, src, ADDRESS);
    if (!to || !from)
        return;
    r->present |= PKT_HAS_LINK;
    PUT(r, eth_dst, big_endian64(to, ADDRESS));
    PUT(r, eth_src, big_endian64(from, ADDRESS));
    if (ws_first_at(p, WS_WLAN_FCS, &fcs) && fcs < next->end)
        next->end = fcs;
}

/* A Linux cooked capture inside of another link. */
static void sll_within(const ws_packet *p, row *r)
{
    size_t at;
    uint32_t type = 0;
    if (ws_first_at(p, WS_SLL_ETYPE, &at))
        (void)ws_number_at(p, WS_SLL_ETYPE, at, &type);
    else if (!ws_first_at(p, WS_SLL_LTYPE, &at))
        return;
    r->present |= PKT_HAS_LINK;
    PUT(r, eth_type, (uint16_t)type);
}

/* Links whose headers libwireshark alone walks: an Ethernet frame inside, or the first IP header of
 * the frame. */
static bool other_columns(const ws_packet *p, row *r, place *next)
{
    enum { VERSION_TO_LENGTH = 4 }; /* bytes of IPv6 before its length */
    size_t frame, v4, v6;
    const bool has_v4 = ws_first_at(p, WS_IP_HDR_LEN, &v4);
    const bool has_v6 = ws_first_at(p, WS_IPV6_PLEN, &v6) && v6 >= VERSION_TO_LENGTH;
    const size_t at = has_v4 && (!has_v6 || v4 < v6) ? v4
                      : has_v6                       ? v6 - VERSION_TO_LENGTH
                                                     : p->wire;
    if (ws_first_at(p, WS_ETH_DST, &frame) && frame < at) {
        next->at = frame;
        return ethernet_columns(p, r, next);
    }
    sll_within(p, r);
    wlan_columns(p, r, next);
    next->at = at;
    return has_v4 || has_v6;
}

/* Does a frame of another link follow? `device`: its ARPHRD_ number; `number`: its protocol. */
static bool sll_has_frame(uint32_t device, uint32_t number)
{
    enum { FRAME_RELAY = 770, RADIOTAP = 803, ETHERNET = 3, PPP_HDLC = 7 };
    return device == FRAME_RELAY || device == RADIOTAP || number == ETHERNET || number == PPP_HDLC;
}

/* Either version: where its fields of protocol and device stand, and how long its header is. */
static bool sll_columns(const ws_packet *p, row *r, size_t protocol, size_t device, size_t header,
                        place *next)
{
    if (p->captured < header)
        return false;
    uint32_t type = 0, other;
    if (!ws_number_at(p, WS_SLL_ETYPE, protocol, &type) &&
        ws_number_at(p, WS_SLL_GRETYPE, protocol, &other) && other >= ETHERTYPE_FIRST)
        type = other; /* of a GRE device; neither is there: no EtherType */
    r->present |= PKT_HAS_LINK;
    PUT(r, eth_type, (uint16_t)type);
    next->at = header;
    if (ws_number_at(p, WS_SLL_LTYPE, protocol, &other)) {
        if (sll_has_frame(big_endian(p->data + device, 2), other))
            return other_columns(p, r, next);
        snap_step(p, next); /* no length to go by */
        return true;
    }
    tags_step(p, r, next);
    encapsulation_step(p, next);
    return true;
}

/* BSD loopback: a family, an EtherType, or PPP. */
static bool null_columns(const ws_packet *p, row *r, place *next)
{
    uint32_t number;
    next->at = NULL_HEADER;
    if (ws_number_at(p, WS_NULL_FAMILY, 0, &number))
        return true;
    if (!ws_number_at(p, WS_NULL_TYPE, 0, &number))
        return other_columns(p, r, next);
    tags_step(p, r, next);
    encapsulation_step(p, next);
    return true;
}

/* Cisco ISL, whose header libwireshark gives no fields of Ethernet: the frame inside, which has a
 * frame check sequence. */
static void isl_step(const ws_packet *p, place *next)
{
    enum { ISL_HEADER = 26, LENGTH_AT = 12, FCS = 4 };
    size_t frame;
    if (ws_bytes_at(p, WS_ETH_DST, 0, 6) || !ws_first_at(p, WS_ETH_DST, &frame) ||
        frame % ISL_HEADER != 0)
        return;
    const size_t length = big_endian(p->data + frame - ISL_HEADER + LENGTH_AT, 2);
    next->at = frame - ISL_HEADER + ETHERNET_HEADER;
    if (length)
        place_narrow(next, length);
    next->at = frame;
    if (next->end > frame + FCS)
        next->end -= FCS;
}

/* Where an IP header would stand; false if the columns describe nothing behind this link. */
bool ws_link_columns(const ws_packet *p, row *r, place *next)
{
    *next = (place){0, p->wire};
    switch (r->batch->link_type[r->index]) {
    case LINKTYPE_ETHERNET:
        isl_step(p, next);
        return ethernet_columns(p, r, next);
    case LINKTYPE_LINUX_SLL:
        return sll_columns(p, r, 14, 2, SLL_HEADER, next);
    case LINKTYPE_LINUX_SLL2:
        return sll_columns(p, r, 0, 8, SLL2_HEADER, next);
    case LINKTYPE_NULL:
    case LINKTYPE_LOOP:
        return null_columns(p, r, next);
    case LINKTYPE_RAW:
    case LINKTYPE_IPV4:
    case LINKTYPE_IPV6:
        return true;
    default:
        return other_columns(p, r, next);
    }
}
