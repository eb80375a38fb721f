/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The outermost headers of a dissected packet: from the frame's start on, each header's place
 * follows from the lengths in those before it.
 */
#include "parsers/modules/wireshark/walk.h"

/* Sizes, bytes. */
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

/* Limit on nesting. */
enum { MAX_IP_EXTENSIONS = 16 };

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

bool ws_network_columns(const ws_packet *p, row *r, const place *here, datagram *d)
{
    if (!ipv4_columns(p, r, here, d) && !ipv6_columns(p, r, here, d))
        return false;
    for (size_t i = 0; i < MAX_IP_EXTENSIONS && !d->rest; i++)
        if (!extension_columns(p, r, d))
            break;
    PUT(r, ip_proto, (uint8_t)d->proto);
    if (!d->rest)
        transport_columns(p, r, d);
    return true;
}
