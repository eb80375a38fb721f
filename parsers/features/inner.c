#include "parsers/features/inner.h"

#include "parsers/core/numbers.h"

static void row_take(pkt_batch *b, size_t row)
{
    const uint64_t outer =
        PKT_HAS_IP | PKT_HAS_FRAG | PKT_HAS_L4 | PKT_HAS_PORTS | PKT_HAS_TCP | PKT_HAS_ICMP;
    const uint64_t has = b->present[row];
    b->present[row] = (has & ~outer) | PKT_HAS_IP | (has & PKT_HAS_IN_L4 ? PKT_HAS_L4 : 0) |
                      (has & PKT_HAS_IN_PORTS ? PKT_HAS_PORTS : 0) |
                      (has & PKT_HAS_IN_TCP ? PKT_HAS_TCP : 0);
    if (has & PKT_HAS_LINK)
        b->eth_type[row] = b->in_ip_version[row] == 6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4;
    b->ip_version[row] = b->in_ip_version[row];
    b->ip_proto[row] = b->in_ip_proto[row];
    b->ip_ttl[row] = b->in_ip_ttl[row];
    b->ip_len[row] = b->in_ip_len[row];
    b->src_hi[row] = b->in_src_hi[row];
    b->src_lo[row] = b->in_src_lo[row];
    b->dst_hi[row] = b->in_dst_hi[row];
    b->dst_lo[row] = b->in_dst_lo[row];
    b->src_port[row] = b->in_src_port[row];
    b->dst_port[row] = b->in_dst_port[row];
    b->l4_hlen[row] = b->in_l4_hlen[row];
    b->payload_len[row] = b->in_payload_len[row];
    b->tcp_flags[row] = b->in_tcp_flags[row];
    b->frag_off[row] = 0;
    b->ip_flags[row] = 0;
}

void pkt_features_take_inner(pkt_batch *batch)
{
    for (size_t row = 0; row < batch->rows; row++)
        if (batch->present[row] & PKT_HAS_IN_IP)
            row_take(batch, row);
}
