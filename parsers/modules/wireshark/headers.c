/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The outermost headers of a dissected packet: from the frame's start on, each header's place
 * follows from the lengths in those before it.
 */
#include "parsers/modules/wireshark/fields.h"

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
enum { IPV4_HEADER = 20, IPV6_HEADER = 40 };
enum {
    TCP_HEADER = 20,
    UDP_HEADER = 8,
    ICMP_HEADER = 8,
    ICMPV6_LEAST = 4,
    AH_HEADER = 12,
    EXTENSION_UNIT = 8
};

/* https://www.iana.org/assignments/protocol-numbers */
enum {
    PROTO_HOP_BY_HOP = 0,
    PROTO_ICMP = 1,
    PROTO_TCP = 6,
    PROTO_UDP = 17,
    PROTO_ROUTING = 43,
    PROTO_FRAGMENT = 44,
    PROTO_AH = 51,
    PROTO_ICMPV6 = 58,
    PROTO_DESTINATION = 60,
    PROTO_UDPLITE = 136
};

/* Limits on nesting. */
enum { MAX_VLAN_TAGS = 8, MAX_MPLS_LABELS = 16, MAX_IP_EXTENSIONS = 16 };

typedef struct row {
    pkt_batch *batch;
    size_t index;
    uint64_t present;
} row;

#define PUT(r, column, value) ((r)->batch->column[(r)->index] = (value))

/* Where a header would stand, and where the bytes end that it may have. */
typedef struct place {
    size_t at, end; /* offsets in the frame */
} place;

/* What follows an IP header: protocol and lengths. */
typedef struct datagram {
    size_t at;      /* offset of the next header in the frame */
    size_t end;     /* offset of the datagram's end, by its length field */
    uint32_t proto; /* of the next header */
    int version;
    bool rest; /* not the first fragment: no header follows */
} datagram;

static uint32_t big_endian(const uint8_t *bytes, size_t count)
{
    uint32_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

static uint64_t big_endian64(const uint8_t *bytes, size_t count)
{
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

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

/* VLAN tags that begin at `at`; returns the offset behind them. */
static size_t vlan_columns(const ws_packet *p, row *r, size_t at)
{
    uint32_t id;
    for (size_t i = 0; i < MAX_VLAN_TAGS && at + VLAN_TAG <= p->captured; i++) {
        if (!ws_number_at(p, WS_VLAN_ID, at, &id) && !ws_number_at(p, WS_AD_ID, at, &id) &&
            !ws_number_at(p, WS_AD_SVID, at, &id) && !ws_number_at(p, WS_AD_CVID, at, &id))
            break;
        if (i == 0)
            PUT(r, vlan_id, (uint16_t)(id & 0x0fff));
        r->present |= PKT_HAS_VLAN;
        PUT(r, eth_type, (uint16_t)tagged_type(p, at));
        at += VLAN_TAG;
    }
    return at;
}

/* An encapsulation by its length field: what it carries ends there, padding is none of it. */
static void place_narrow(place *next, size_t length)
{
    if (next->at + length < next->end)
        next->end = next->at + length;
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

static bool ethernet_columns(const ws_packet *p, row *r, place *next)
{
    const uint8_t *dst = ws_bytes_at(p, WS_ETH_DST, 0, 6);
    const uint8_t *src = ws_bytes_at(p, WS_ETH_SRC, 6, 6);
    if (!dst || !src || p->captured < ETHERNET_HEADER)
        return false;
    uint32_t type = 0;
    (void)ws_number_at(p, WS_ETH_TYPE, 12, &type); /* not there: an 802.3 length */
    r->present |= PKT_HAS_LINK;
    PUT(r, eth_dst, big_endian64(dst, 6));
    PUT(r, eth_src, big_endian64(src, 6));
    PUT(r, eth_type, (uint16_t)type);
    next->at = vlan_columns(p, r, ETHERNET_HEADER);
    encapsulation_step(p, next);
    return true;
}

/* Either version: where its protocol field stands, and how long its header is. */
static bool sll_columns(const ws_packet *p, row *r, size_t protocol, size_t header, place *next)
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
        snap_step(p, next); /* no length to go by */
        return true;
    }
    next->at = vlan_columns(p, r, header);
    encapsulation_step(p, next);
    return true;
}

static bool null_step(const ws_packet *p, place *next)
{
    uint32_t family;
    next->at = NULL_HEADER;
    return ws_number_at(p, WS_NULL_FAMILY, 0, &family);
}

/* Where an IP header would stand; false if the columns describe nothing behind this link. */
static bool link_columns(const ws_packet *p, row *r, place *next)
{
    *next = (place){0, p->wire};
    switch (r->batch->link_type[r->index]) {
    case LINKTYPE_ETHERNET:
        return ethernet_columns(p, r, next);
    case LINKTYPE_LINUX_SLL:
        return sll_columns(p, r, 14, SLL_HEADER, next);
    case LINKTYPE_LINUX_SLL2:
        return sll_columns(p, r, 0, SLL2_HEADER, next);
    case LINKTYPE_NULL:
    case LINKTYPE_LOOP:
        return null_step(p, next);
    case LINKTYPE_RAW:
    case LINKTYPE_IPV4:
    case LINKTYPE_IPV6:
        return true;
    default:
        return false;
    }
}

/* Wireshark 4.0 and 4.4 hold fragment offsets in the header's own unit, 8 bytes; others have held
 * bytes. `words` is what the header says. */
static uint16_t offset_bytes(uint32_t shown, uint32_t words)
{
    return (uint16_t)(shown == words ? shown * 8 : shown);
}

/* RFC 791 section 3.1. All columns of the fixed header, or none. */
static bool ipv4_columns(const ws_packet *p, row *r, const place *here, datagram *d)
{
    const size_t at = here->at;
    const uint8_t *src = ws_bytes_at(p, WS_IP_SRC, at + 12, 4);
    const uint8_t *dst = ws_bytes_at(p, WS_IP_DST, at + 16, 4);
    if (!dst) /* with a source route option, `ip.dst` is the route's end */
        dst = ws_bytes_at(p, WS_IP_CUR_RT, at + 16, 4);
    const uint8_t *len = ws_bytes_at(p, WS_IP_LEN, at + 2, 2);
    uint32_t header, tos, id, flags, offset, ttl, proto;
    if (!src || !dst || !len || !ws_number_at(p, WS_IP_HDR_LEN, at, &header) ||
        !ws_number_at(p, WS_IP_DSFIELD, at + 1, &tos) || !ws_number_at(p, WS_IP_ID, at + 4, &id) ||
        !ws_number_at(p, WS_IP_FLAGS, at + 6, &flags) ||
        !ws_number_at(p, WS_IP_FRAG_OFFSET, at + 6, &offset) ||
        !ws_number_at(p, WS_IP_TTL, at + 8, &ttl) || !ws_number_at(p, WS_IP_PROTO, at + 9, &proto))
        return false;
    /* As it stands there: for 0 (segmentation offload) Wireshark shows the frame's length. */
    uint32_t total = big_endian(len, 2);
    r->present |= PKT_HAS_IP | PKT_HAS_FRAG;
    PUT(r, ip_version, 4);
    PUT(r, ip_tos, (uint8_t)tos);
    PUT(r, ip_len, total);
    PUT(r, ip_id, id);
    PUT(r, ip_flags, (uint8_t)(flags & 3));
    PUT(r, frag_off, offset_bytes(offset, big_endian(p->data + at + 6, 2) & 0x1fff));
    PUT(r, ip_ttl, (uint8_t)ttl);
    PUT(r, ip_proto, (uint8_t)proto);
    PUT(r, src_lo, big_endian(src, 4));
    PUT(r, dst_lo, big_endian(dst, 4));
    *d = (datagram){at + header, total ? at + total : here->end, proto, 4, offset != 0};
    return true;
}

/* RFC 8200 section 3. All columns of the fixed header, or none. */
static bool ipv6_columns(const ws_packet *p, row *r, const place *here, datagram *d)
{
    const size_t at = here->at;
    const uint8_t *src = ws_bytes_at(p, WS_IPV6_SRC, at + 8, 16);
    const uint8_t *dst = ws_bytes_at(p, WS_IPV6_DST, at + 24, 16);
    const uint8_t *len = ws_bytes_at(p, WS_IPV6_PLEN, at + 4, 2);
    uint32_t tclass, next, limit;
    if (!src || !dst || !len || !ws_number_at(p, WS_IPV6_TCLASS, at, &tclass) ||
        !ws_number_at(p, WS_IPV6_NXT, at + 6, &next) ||
        !ws_number_at(p, WS_IPV6_HLIM, at + 7, &limit))
        return false;
    uint32_t payload = big_endian(len, 2); /* 0: see IPv4's total length */
    r->present |= PKT_HAS_IP;
    PUT(r, ip_version, 6);
    PUT(r, ip_tos, (uint8_t)tclass);
    PUT(r, ip_len, IPV6_HEADER + payload);
    PUT(r, ip_proto, (uint8_t)next);
    PUT(r, ip_ttl, (uint8_t)limit);
    PUT(r, src_hi, big_endian64(src, 8));
    PUT(r, src_lo, big_endian64(src + 8, 8));
    PUT(r, dst_hi, big_endian64(dst, 8));
    PUT(r, dst_lo, big_endian64(dst + 8, 8));
    const size_t behind = at + IPV6_HEADER;
    *d = (datagram){behind, payload ? behind + payload : here->end, next, 6, false};
    return true;
}

/* Whether the next `size` bytes were captured and belong to the datagram. */
static bool whole(const ws_packet *p, const datagram *d, size_t size)
{
    return d->at + size <= p->captured && d->at + size <= d->end;
}

/* RFC 8200 section 4.5. */
static bool fragment_columns(const ws_packet *p, row *r, datagram *d)
{
    uint32_t next, offset, more, id;
    if (!whole(p, d, EXTENSION_UNIT) || !ws_number_at(p, WS_FRAGHDR_NXT, d->at, &next) ||
        !ws_number_at(p, WS_FRAGHDR_OFFSET, d->at + 2, &offset) ||
        !ws_number_at(p, WS_FRAGHDR_MORE, d->at + 2, &more) ||
        !ws_number_at(p, WS_FRAGHDR_IDENT, d->at + 4, &id))
        return false;
    r->present |= PKT_HAS_FRAG;
    PUT(r, frag_off, offset_bytes(offset, big_endian(p->data + d->at + 2, 2) >> 3));
    PUT(r, ip_flags, (uint8_t)(more & 1));
    PUT(r, ip_id, id);
    d->proto = next;
    d->rest = offset != 0;
    d->at += EXTENSION_UNIT;
    return true;
}

/* Step over a header of `fixed` bytes at least, (length + bias) x unit in all. */
static bool extension_step(const ws_packet *p, datagram *d, ws_field next, ws_field length,
                           size_t fixed, size_t bias, size_t unit)
{
    uint32_t proto, count;
    if (!whole(p, d, fixed) || !ws_number_at(p, next, d->at, &proto) ||
        !ws_number_at(p, length, d->at + 1, &count))
        return false;
    d->proto = proto;
    d->at += (count + bias) * unit;
    return true;
}

/* One extension header; false if there is none, or it cannot be read. */
static bool extension_columns(const ws_packet *p, row *r, datagram *d)
{
    if (d->proto == PROTO_AH) /* RFC 4302: 4-byte words less 2 */
        return extension_step(p, d, WS_AH_NEXT, WS_AH_LENGTH, AH_HEADER, 2, 4);
    if (d->version != 6)
        return false;
    switch (d->proto) {
    case PROTO_HOP_BY_HOP:
        return extension_step(p, d, WS_HOPOPTS_NXT, WS_HOPOPTS_LEN, EXTENSION_UNIT, 1, 8);
    case PROTO_ROUTING:
        return extension_step(p, d, WS_ROUTING_NXT, WS_ROUTING_LEN, EXTENSION_UNIT, 1, 8);
    case PROTO_DESTINATION:
        return extension_step(p, d, WS_DSTOPTS_NXT, WS_DSTOPTS_LEN, EXTENSION_UNIT, 1, 8);
    case PROTO_FRAGMENT:
        return fragment_columns(p, r, d);
    default:
        return false;
    }
}

static void transport_lengths(row *r, const datagram *d, uint32_t header)
{
    r->present |= PKT_HAS_L4;
    PUT(r, l4_hlen, (uint8_t)header);
    PUT(r, payload_len, d->end > d->at + header ? (uint32_t)(d->end - d->at - header) : 0);
}

static bool source_is_larger(const row *r, uint32_t src_port, uint32_t dst_port)
{
    const pkt_batch *b = r->batch;
    const size_t i = r->index;
    if (b->src_hi[i] != b->dst_hi[i])
        return b->src_hi[i] > b->dst_hi[i];
    if (b->src_lo[i] != b->dst_lo[i])
        return b->src_lo[i] > b->dst_lo[i];
    return src_port > dst_port;
}

/* Also of a TCP header that is not whole, but shows its ports and a stream. */
static void stream_columns(const ws_packet *p, row *r, const datagram *d, ws_field field)
{
    if (!p->streams)
        return;
    const bool tcp = field == WS_TCP_STREAM;
    GArray *streams = tcp ? p->streams->tcp : p->streams->udp;
    guint32 *count = tcp ? &p->streams->tcp_count : &p->streams->udp_count;
    uint32_t shown, src, dst;
    if (!ws_number_at(p, tcp ? WS_TCP_SRCPORT : WS_UDP_SRCPORT, d->at, &src) ||
        !ws_number_at(p, tcp ? WS_TCP_DSTPORT : WS_UDP_DSTPORT, d->at + 2, &dst))
        return;
    /* TCP's item stands at the header's start; UDP's in 4.0 behind the header. Neither has a
     * length. None: a UDP length below 8. */
    if (!ws_number_at(p, field, d->at, &shown) &&
        (field != WS_UDP_STREAM || !ws_number_at(p, field, d->at + UDP_HEADER, &shown)))
        return;
    if (shown >= streams->len)
        g_array_set_size(streams, shown + 1);
    ws_stream *stream = &g_array_index(streams, ws_stream, shown);
    const bool larger = source_is_larger(r, src, dst);
    if (!stream->number)
        *stream = (ws_stream){++*count, larger};
    r->present |= PKT_HAS_STREAM;
    PUT(r, stream, stream->number - 1);
    PUT(r, stream_dir, larger != stream->from_larger);
}

/* RFC 9293 section 3.1. */
static void tcp_columns(const ws_packet *p, row *r, const datagram *d)
{
    uint32_t src, dst, seq, ack, header, flags, window;
    stream_columns(p, r, d, WS_TCP_STREAM);
    if (!whole(p, d, TCP_HEADER) || !ws_number_at(p, WS_TCP_SRCPORT, d->at, &src) ||
        !ws_number_at(p, WS_TCP_DSTPORT, d->at + 2, &dst) ||
        !ws_number_at(p, WS_TCP_SEQ, d->at + 4, &seq) ||
        !ws_number_at(p, WS_TCP_ACK, d->at + 8, &ack) ||
        !ws_number_at(p, WS_TCP_HDR_LEN, d->at + 12, &header) ||
        !ws_number_at(p, WS_TCP_FLAGS, d->at + 12, &flags) ||
        !ws_number_at(p, WS_TCP_WINDOW, d->at + 14, &window))
        return;
    r->present |= PKT_HAS_PORTS | PKT_HAS_TCP;
    PUT(r, src_port, (uint16_t)src);
    PUT(r, dst_port, (uint16_t)dst);
    PUT(r, tcp_seq, seq);
    PUT(r, tcp_ack, ack);
    PUT(r, tcp_flags, (uint16_t)(flags & 0x0fff));
    PUT(r, tcp_window, (uint16_t)window);
    transport_lengths(r, d, header);
}

/* RFC 768; UDP-Lite (RFC 3828) shares Wireshark's fields. */
static void udp_columns(const ws_packet *p, row *r, const datagram *d)
{
    uint32_t src, dst;
    if (!whole(p, d, UDP_HEADER) || !ws_number_at(p, WS_UDP_SRCPORT, d->at, &src) ||
        !ws_number_at(p, WS_UDP_DSTPORT, d->at + 2, &dst))
        return;
    r->present |= PKT_HAS_PORTS;
    PUT(r, src_port, (uint16_t)src);
    PUT(r, dst_port, (uint16_t)dst);
    transport_lengths(r, d, UDP_HEADER);
    stream_columns(p, r, d, WS_UDP_STREAM);
}

/* RFC 792; RFC 4443 section 2.1, by which a message may have no more than the first four bytes. */
static void icmp_columns(const ws_packet *p, row *r, const datagram *d)
{
    uint32_t type, code;
    const bool least = d->version == 6 && d->end < d->at + ICMP_HEADER;
    const uint32_t header = least ? ICMPV6_LEAST : ICMP_HEADER;
    if (!whole(p, d, header) ||
        !ws_number_at(p, d->version == 4 ? WS_ICMP_TYPE : WS_ICMPV6_TYPE, d->at, &type) ||
        !ws_number_at(p, d->version == 4 ? WS_ICMP_CODE : WS_ICMPV6_CODE, d->at + 1, &code))
        return;
    r->present |= PKT_HAS_ICMP;
    PUT(r, icmp_type, (uint8_t)type);
    PUT(r, icmp_code, (uint8_t)code);
    transport_lengths(r, d, header);
}

static void transport_columns(const ws_packet *p, row *r, const datagram *d)
{
    if (d->proto == PROTO_TCP)
        tcp_columns(p, r, d);
    else if (d->proto == PROTO_UDP || d->proto == PROTO_UDPLITE)
        udp_columns(p, r, d);
    else if (d->proto == (d->version == 4 ? PROTO_ICMP : PROTO_ICMPV6))
        icmp_columns(p, r, d);
}

static void network_columns(const ws_packet *p, row *r, const place *here)
{
    datagram d;
    if (!ipv4_columns(p, r, here, &d) && !ipv6_columns(p, r, here, &d))
        return;
    for (size_t i = 0; i < MAX_IP_EXTENSIONS && !d.rest; i++)
        if (!extension_columns(p, r, &d))
            break;
    PUT(r, ip_proto, (uint8_t)d.proto);
    if (!d.rest)
        transport_columns(p, r, &d);
}

void ws_header_columns(const ws_packet *packet, pkt_batch *batch, size_t index)
{
    row r = {batch, index, 0};
    place next;
    if (link_columns(packet, &r, &next))
        network_columns(packet, &r, &next);
    batch->present[index] = r.present;
}
