#include "parsers/tunnel/tunnel.h"

#include "parsers/tunnel/steps.h"

/* Decode what a tunnel carries, up to its transport header. */
static pkt_verdict inside_decode(cursor c, row *r, const tunnel_inside *inside)
{
    switch (inside->kind) {
    case INSIDE_TYPE:
        return decode_ethertype(c, r, inside->type);
    case INSIDE_IP:
        return decode_ip_by_version(c, r, PKT_OK);
    case INSIDE_ETHERNET:
        return decode_ethernet(c, r);
    case INSIDE_MPLS:
        return decode_mpls(c, r);
    case INSIDE_PPP:
        return decode_ppp_hdlc(c, r);
    default:
        return PKT_OK;
    }
}

static void ip_copy(pkt_batch *to, size_t row, const pkt_batch *from, uint64_t present)
{
    to->in_ip_version[row] = from->ip_version[0];
    to->in_ip_proto[row] = from->ip_proto[0];
    to->in_ip_ttl[row] = from->ip_ttl[0];
    to->in_ip_len[row] = from->ip_len[0];
    to->in_src_lo[row] = from->src_lo[0];
    to->in_dst_lo[row] = from->dst_lo[0];
    const bool wide = from->ip_version[0] == 6; /* decoders of IPv4 leave the upper halves */
    to->in_src_hi[row] = wide ? from->src_hi[0] : 0;
    to->in_dst_hi[row] = wide ? from->dst_hi[0] : 0;
    const bool l4 = present & PKT_HAS_L4, ports = present & PKT_HAS_PORTS;
    to->in_l4_hlen[row] = l4 ? from->l4_hlen[0] : 0;
    to->in_payload_len[row] = l4 ? from->payload_len[0] : 0;
    to->in_src_port[row] = ports ? from->src_port[0] : 0;
    to->in_dst_port[row] = ports ? from->dst_port[0] : 0;
    to->in_tcp_flags[row] = present & PKT_HAS_TCP ? from->tcp_flags[0] : 0;
}

/* The bits of the columns in_ for those of a row. */
static uint64_t inner_bits(uint64_t present)
{
    return PKT_HAS_IN_IP | (present & PKT_HAS_L4 ? PKT_HAS_IN_L4 : 0) |
           (present & PKT_HAS_PORTS ? PKT_HAS_IN_PORTS : 0) |
           (present & PKT_HAS_TCP ? PKT_HAS_IN_TCP : 0);
}

/* `place`: where the transport header of the outermost IP header begins. */
static void row_enter(pkt_transport_place place, pkt_batch *batch, size_t row, pkt_batch *scratch)
{
    const uint64_t inner = PKT_HAS_IN_IP | PKT_HAS_IN_L4 | PKT_HAS_IN_PORTS | PKT_HAS_IN_TCP;
    unsigned proto = batch->ip_proto[row];
    for (size_t depth = 0; depth < PKT_TUNNELS_MOST && place.at; depth++) {
        pkt_stream_hint hint = {0};
        struct row r = {.batch = scratch, .hint = &hint};
        cursor c = {place.at, place.captured, place.wire};
        const tunnel_inside inside = tunnel_step(&c, proto);
        if (inside.kind == INSIDE_NOTHING)
            return;
        (void)inside_decode(c, &r, &inside);
        if (!(r.present & PKT_HAS_IP))
            return;
        ip_copy(batch, row, scratch, r.present);
        batch->present[row] = (batch->present[row] & ~inner) | inner_bits(r.present);
        if (inside.has_key) {
            batch->present[row] |= PKT_HAS_IN_KEY;
            batch->in_key[row] = inside.key;
        }
        proto = scratch->ip_proto[0];
        place = hint.transport;
    }
}

void pkt_decode_inner(const pkt_stream_hint *hints, size_t count, pkt_batch *batch, size_t first,
                      pkt_batch *scratch)
{
    for (size_t i = 0; i < count; i++)
        if (hints[i].transport.at)
            row_enter(hints[i].transport, batch, first + i, scratch);
}
