/* Decoder cases: literal bytes and the expected row, and their building blocks. Include cmocka.h
 * first. */
#ifndef PKT_TEST_CASES_H
#define PKT_TEST_CASES_H

#include "tests/parsers/decode/rows.h"

/* LINKTYPE_ numbers. */
enum {
    BSD_NULL = 0,
    ETHERNET = 1,
    RAW_IP = 101,
    IEEE80211 = 105,
    BSD_LOOP = 108,
    SLL = 113,
    IPV4 = 228,
    IPV6 = 229,
    SLL2 = 276
};

typedef struct decode_case {
    const char *name;
    uint16_t link_type;
    size_t wire; /* bytes on the wire; 0: the captured length */
    const char *hex;
    const char *row;
} decode_case;

/* Building blocks. Ethernet header from 02:00:00:00:00:01 to 02:00:00:00:00:02. */
#define ETH "020000000002 020000000001 "
#define ETH_ROW " eth_src=02:00:00:00:00:01 eth_dst=02:00:00:00:00:02"
/* IPv4 header without options from 10.0.0.1 to 10.0.0.2, with total length, flags and fragment
 * offset, protocol. */
#define V4(length, fragment, proto)                                                                \
    "45 00 " length " abcd " fragment " 40 " proto " 0000 0a000001 0a000002 "
#define V4_ROW(proto, length, flags, offset)                                                       \
    " ip_version=4 ip_proto=" proto " ip_ttl=64 ip_tos=0 ip_len=" length                           \
    " ip_id=43981 ip_flags=" flags " frag_off=" offset " src=10.0.0.1 dst=10.0.0.2"
/* IPv6 from fe80::1 to fe80::2, traffic class 0xab, hop limit 255. */
#define V6(length, next)                                                                           \
    "6ab00000 " length " " next " ff fe800000000000000000000000000001 "                            \
    "fe800000000000000000000000000002 "
#define V6_ROW(proto, length)                                                                      \
    " ip_version=6 ip_proto=" proto " ip_ttl=255 ip_tos=171 ip_len=" length
#define V6_ADDR " src=fe80::1 dst=fe80::2"
#define TCP20 "1f90 0050 01020304 05060708 5012 7210 0000 0000 "
#define TCP_ROW(header, payload, flags)                                                            \
    " src_port=8080 dst_port=80 l4_hlen=" header " payload_len=" payload " tcp_flags=" flags       \
    " tcp_seq=16909060 tcp_ack=84281096 tcp_window=29200"
#define UDP8(length) "0035 d431 " length " 0000 "
#define UDP_ROW(payload) " src_port=53 dst_port=54321 l4_hlen=8 payload_len=" payload
#define ECHO "08 00 0000 0001 0002 "

static inline void check(const decode_case *cases, size_t count)
{
    uint8_t bytes[2048];
    static pkt_batch batch;
    char text[ROW_TEXT];
    for (size_t i = 0; i < count; i++) {
        size_t captured = hex_bytes(cases[i].hex, bytes, sizeof bytes);
        decode_row(cases[i].link_type, bytes, captured, cases[i].wire ? cases[i].wire : captured,
                   &batch);
        row_text(&batch, text);
        if (strcmp(text, cases[i].row) != 0)
            fail_msg("%s:\n   got %s\nwanted %s", cases[i].name, text, cases[i].row);
    }
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof(cases)[0])

#endif
