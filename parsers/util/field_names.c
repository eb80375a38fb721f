#include "parsers/util/field_names.h"

static const pkt_field_name names[] = {
    {"frame.time_epoch", PKT_COL_ts_ns},
    {"frame.len", PKT_COL_wire_len},
    {"frame.cap_len", PKT_COL_cap_len},
    {"eth.src", PKT_COL_eth_src},
    {"eth.dst", PKT_COL_eth_dst},
    {"eth.type", PKT_COL_eth_type},
    {"vlan.id", PKT_COL_vlan_id},
    {"ip.version", PKT_COL_ip_version},
    {"ip.proto", PKT_COL_ip_proto},
    {"ip.ttl", PKT_COL_ip_ttl},
    {"ipv6.hlim", PKT_COL_ip_ttl},
    {"ip.dsfield", PKT_COL_ip_tos},
    {"ip.len", PKT_COL_ip_len},
    {"ip.id", PKT_COL_ip_id},
    {"ip.flags", PKT_COL_ip_flags},
    {"ip.frag_offset", PKT_COL_frag_off},
    {"ip.src", PKT_COL_src_hi},
    {"ip.dst", PKT_COL_dst_hi},
    {"ipv6.src", PKT_COL_src_hi},
    {"ipv6.dst", PKT_COL_dst_hi},
    {"tcp.srcport", PKT_COL_src_port},
    {"tcp.dstport", PKT_COL_dst_port},
    {"udp.srcport", PKT_COL_src_port},
    {"udp.dstport", PKT_COL_dst_port},
    {"tcp.hdr_len", PKT_COL_l4_hlen},
    {"tcp.len", PKT_COL_payload_len},
    {"tcp.flags", PKT_COL_tcp_flags},
    {"tcp.seq_raw", PKT_COL_tcp_seq},
    {"tcp.ack_raw", PKT_COL_tcp_ack},
    {"tcp.window_size_value", PKT_COL_tcp_window},
    {"icmp.type", PKT_COL_icmp_type},
    {"icmp.code", PKT_COL_icmp_code},
    {"icmpv6.type", PKT_COL_icmp_type},
    {"icmpv6.code", PKT_COL_icmp_code},
    {"tcp.stream", PKT_COL_stream},
    {"udp.stream", PKT_COL_stream},
    {"arp.opcode", PKT_COL_arp_op},
    {"arp.src.proto_ipv4", PKT_COL_arp_src_ip},
    {"arp.dst.proto_ipv4", PKT_COL_arp_dst_ip},
    {"dns.flags.response", PKT_COL_dns_response},
    {"dns.flags.rcode", PKT_COL_dns_rcode},
    {"dns.qry.name", PKT_COL_dns_qry_name},
    {"dns.qry.type", PKT_COL_dns_qry_type},
    {"dns.a", PKT_COL_dns_a},
    {"tls.handshake.type", PKT_COL_tls_hs_type},
    {"tls.handshake.extensions_server_name", PKT_COL_tls_sni},
    {"tls.handshake.version", PKT_COL_tls_version},
    {"tls.handshake.extensions_alpn_str", PKT_COL_tls_alpn},
    {"http.request.method", PKT_COL_http_method},
    {"http.response.code", PKT_COL_http_status},
    {"http.host", PKT_COL_http_host},
    {"mqtt.msgtype", PKT_COL_mqtt_type},
    {"mqtt.topic", PKT_COL_mqtt_topic},
    {"dhcp.option.hostname", PKT_COL_dhcp_hostname},
    {"coap.code", PKT_COL_coap_code},
    {"coap.opt.uri_path", PKT_COL_coap_uri_path},
};

static const pkt_field_name ours[] = {{"src", PKT_COL_src_hi},
                                      {"dst", PKT_COL_dst_hi},
                                      {"in_src", PKT_COL_in_src_hi},
                                      {"in_dst", PKT_COL_in_dst_hi}};

const pkt_field_name *pkt_field_name_at(size_t index)
{
    return index < sizeof names / sizeof names[0] ? &names[index] : NULL;
}

size_t pkt_column_of_field(const char *field)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i].field, field) == 0)
            return names[i].column;
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (strcmp(ours[i].field, field) == 0)
            return ours[i].column;
    return PKT_COLUMN_COUNT;
}
