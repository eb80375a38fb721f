/* Building blocks of the cases: bytes of headers, and the cells expected for them. */
#ifndef PKT_MALFORMED_BYTES_H
#define PKT_MALFORMED_BYTES_H

#include "datasets/malformed/case.h"

extern const malformed_case malformed_packets[], malformed_links[], malformed_containers[],
    malformed_dns[], malformed_tls[], malformed_http[], malformed_mqtt[], malformed_datagrams[],
    malformed_long_values[];
extern const size_t malformed_packet_count, malformed_link_count, malformed_container_count,
    malformed_dns_count, malformed_tls_count, malformed_http_count, malformed_mqtt_count,
    malformed_datagram_count, malformed_long_value_count;

#define MACS "020000000002 020000000001 "
#define ETH_IPV4 MACS "0800 "
#define ETH_IPV6 MACS "86dd "
#define IPV4_REST(fragment, proto) "0001 " fragment " 40" proto " 0000 0a000001 0a000002 "
#define IPV4(total, fragment, proto) "4500 " total " " IPV4_REST(fragment, proto)
#define IPV6_REST(payload, next)                                                                   \
    payload " " next "40 20010db8000000000000000000000001 20010db8000000000000000000000002 "
#define IPV6(payload, next) "60000000 " IPV6_REST(payload, next)
#define UDP(length) "1000 0035 " length " 0000 "
#define TCP(offset) "1000 0050 00000001 00000002 " offset "10 2000 0000 0000 "
#define FOUR "61626364 "

#define IS_ETH "eth_src=02:00:00:00:00:01 eth_dst=02:00:00:00:00:02 "
#define IS_ETH_IPV4 IS_ETH "eth_type=2048 "
#define IS_COOKED_IPV4 "eth_src=00:00:00:00:00:00 eth_dst=00:00:00:00:00:00 eth_type=2048 "
#define IS_ETH_IPV6 IS_ETH "eth_type=34525 "
#define IS_IPV4(proto, length)                                                                     \
    "ip_version=4 ip_ttl=64 ip_tos=0 ip_id=1 ip_flags=0 frag_off=0 src=10.0.0.1 dst=10.0.0.2 "     \
    "ip_proto=" proto " ip_len=" length " "
#define IS_IPV6(proto, length)                                                                     \
    "ip_version=6 ip_ttl=64 ip_tos=0 src=2001:db8::1 dst=2001:db8::2 ip_proto=" proto              \
    " ip_len=" length " "
#define IS_UDP(payload) "src_port=4096 dst_port=53 l4_hlen=8 payload_len=" payload " "
#define IS_TCP(payload)                                                                            \
    "src_port=4096 dst_port=80 l4_hlen=20 tcp_seq=1 tcp_ack=2 tcp_flags=16 tcp_window=8192 "       \
    "payload_len=" payload " "

#define IS_APP(proto, part, verdict)                                                               \
    "app_proto=" proto " app_part=" part " app_verdict=" verdict " "

/* Cells that no specification determines. */
#define ANY_IP                                                                                     \
    "ip_version=* ip_ttl=* ip_tos=* ip_id=* ip_flags=* frag_off=* src=* dst=* ip_proto=* "         \
    "ip_len=* "
#define ANY_PORTS "src_port=* dst_port=* "
#define ANY_TCP ANY_PORTS "l4_hlen=* payload_len=* tcp_seq=* tcp_ack=* tcp_flags=* tcp_window=* "

/* A well-formed packet of 46 bytes. After a malformed one, it shows that the parser continues. */
#define WELL_FORMED ETH_IPV4 IPV4("0020", "0000", "11") UDP("000c") FOUR
#define IS_WELL_FORMED IS_ETH_IPV4 IS_IPV4("17", "32") IS_UDP("4")

#endif
