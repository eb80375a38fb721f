/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * All columns of a dissected packet: of its outermost headers, and of the innermost ones: each IP
 * header that libwireshark found behind the one before it, whatever tunnel is between.
 */
#include "parsers/modules/wireshark/walk.h"

enum { PROTO_ICMP = 1, PROTO_ICMPV6 = 58, TUNNELS_MOST = 8 };

/* Bytes of IPv6 before its length. */
enum { VERSION_TO_LENGTH = 4 };

/* Where the first IP header at or behind `from` stands. */
static bool next_network(const ws_packet *p, size_t from, size_t *at)
{
    size_t v4, v6;
    const bool has_v4 = ws_first_from(p, WS_IP_HDR_LEN, from, &v4);
    const bool has_v6 = ws_first_from(p, WS_IPV6_PLEN, from + VERSION_TO_LENGTH, &v6);
    if (has_v4 && (!has_v6 || v4 < v6 - VERSION_TO_LENGTH))
        *at = v4;
    else if (has_v6)
        *at = v6 - VERSION_TO_LENGTH;
    return has_v4 || has_v6;
}

/* The number of the last tunnel that has one, between two headers. */
static void key_column(const ws_packet *p, row *r, size_t from, size_t to)
{
    static const struct {
        ws_field field;
        size_t size;
    } keys[] = {
        {WS_GRE_KEY, 4}, {WS_GRE_CALL, 2}, {WS_VXLAN_VNI, 3}, {WS_GENEVE_VNI, 3}, {WS_GTP_TEID, 4}};
    size_t best = 0, at;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (!ws_first_from(p, keys[i].field, from, &at) || at < best || at + keys[i].size > to ||
            to > p->captured)
            continue;
        best = at;
        r->present |= PKT_HAS_IN_KEY;
        PUT(r, in_key, big_endian(p->data + at, keys[i].size));
    }
}

static void inner_copy(row *r, const row *from)
{
    const pkt_batch *b = from->batch;
    const uint64_t inner = PKT_HAS_IN_IP | PKT_HAS_IN_L4 | PKT_HAS_IN_PORTS | PKT_HAS_IN_TCP;
    r->present &= ~inner;
    r->present |= PKT_HAS_IN_IP;
    r->present |= from->present & PKT_HAS_L4 ? PKT_HAS_IN_L4 : 0;
    r->present |= from->present & PKT_HAS_PORTS ? PKT_HAS_IN_PORTS : 0;
    r->present |= from->present & PKT_HAS_TCP ? PKT_HAS_IN_TCP : 0;
    PUT(r, in_ip_version, b->ip_version[0]);
    PUT(r, in_ip_proto, b->ip_proto[0]);
    PUT(r, in_ip_ttl, b->ip_ttl[0]);
    PUT(r, in_ip_len, b->ip_len[0]);
    PUT(r, in_src_hi, b->src_hi[0]);
    PUT(r, in_src_lo, b->src_lo[0]);
    PUT(r, in_dst_hi, b->dst_hi[0]);
    PUT(r, in_dst_lo, b->dst_lo[0]);
    PUT(r, in_src_port, b->src_port[0]);
    PUT(r, in_dst_port, b->dst_port[0]);
    PUT(r, in_l4_hlen, b->l4_hlen[0]);
    PUT(r, in_payload_len, b->payload_len[0]);
    PUT(r, in_tcp_flags, b->tcp_flags[0]);
}

static void scratch_clear(pkt_batch *b)
{
    b->src_hi[0] = b->src_lo[0] = b->dst_hi[0] = b->dst_lo[0] = 0;
    b->src_port[0] = b->dst_port[0] = b->tcp_flags[0] = 0;
    b->l4_hlen[0] = 0;
    b->payload_len[0] = 0;
}

static void inner_columns(const ws_packet *packet, row *r, const datagram *outer)
{
    static pkt_batch scratch; /* one row of it; libwireshark is used by one thread */
    ws_packet p = *packet;
    datagram around = *outer;
    p.streams = NULL;
    for (size_t i = 0; i < TUNNELS_MOST && !around.rest; i++) {
        size_t at;
        if (around.proto == PROTO_ICMP || around.proto == PROTO_ICMPV6 ||
            !next_network(&p, around.at, &at) || at >= around.end)
            return; /* what ICMP quotes is no packet of a tunnel */
        row inner = {&scratch, 0, 0};
        const place here = {at, around.end};
        const size_t from = around.at;
        scratch_clear(&scratch);
        if (!ws_network_columns(&p, &inner, &here, &around))
            return;
        inner_copy(r, &inner);
        key_column(&p, r, from, at);
    }
}

void ws_header_columns(const ws_packet *packet, pkt_batch *batch, size_t index)
{
    row r = {batch, index, 0};
    place next;
    datagram outer;
    if (ws_link_columns(packet, &r, &next) && ws_network_columns(packet, &r, &next, &outer) &&
        packet->inner)
        inner_columns(packet, &r, &outer);
    batch->present[index] = r.present;
}
