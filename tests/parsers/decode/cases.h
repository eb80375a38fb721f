/* Decoder cases: literal bytes and the expected row, and their building blocks. Include cmocka.h
 * first. */
#ifndef PKT_TEST_CASES_H
#define PKT_TEST_CASES_H

#include <stdbool.h>

#include "tests/parsers/decode/rows.h"

/* LINKTYPE_ numbers. */
enum {
    BSD_NULL = 0,
    ETHERNET = 1,
    RAW_IP = 101,
    IEEE80211 = 105,
    USER = 147, /* for private use */
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

/* An ICMP echo request (IPv4, 28 bytes) and an ICMPv6 one (IPv6, 48 bytes). */
#define PING4 V4("001c", "0000", "01") ECHO
#define PING4_ROW V4_ROW("1", "28", "0", "0") " l4_hlen=8 payload_len=0 icmp_type=8 icmp_code=0"
#define PING6 V6("0008", "3a") "80 00 0000 0001 0002 "
#define PING6_ROW V6_ROW("58", "48") V6_ADDR " l4_hlen=8 payload_len=0 icmp_type=128 icmp_code=0"

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

/* A header that is cut at every byte. length_known: number of bytes after which a length field is
 * known; a packet that ends after it, but inside the header, contradicts the field. */
typedef struct cut_case {
    const char *name;
    uint16_t link_type;
    const char *hex;
    size_t length_known;
    size_t length_end; /* bytes that the length field includes; 0: all */
} cut_case;

static inline void check_cut(const cut_case *c, const uint8_t *bytes, size_t captured, size_t wire,
                             pkt_verdict expected)
{
    static pkt_batch batch;
    decode_row(c->link_type, bytes, captured, wire, &batch);
    if (batch.verdict[0] != expected || batch.present[0] & PKT_HAS_IP)
        fail_msg("%s: %zu of %zu bytes: %s", c->name, captured, wire,
                 pkt_verdict_name((pkt_verdict)batch.verdict[0]));
}

static inline void check_cuts(const cut_case *cases, size_t count)
{
    static pkt_batch batch;
    for (size_t i = 0; i < count; i++) {
        const cut_case *c = &cases[i];
        uint8_t bytes[512];
        const size_t header = hex_bytes(c->hex, bytes, sizeof bytes);
        const size_t whole = header + hex_bytes(PING4, bytes + header, sizeof bytes - header);
        for (size_t n = 0; n < header; n++) {
            check_cut(c, bytes, n, whole + 64, PKT_CUT_BY_SNAPLEN);
            const bool short_of_length =
                n >= c->length_known && (!c->length_end || n < c->length_end);
            check_cut(c, bytes, n, n, short_of_length ? PKT_BAD_LENGTH : PKT_TRUNCATED);
        }
        decode_row(c->link_type, bytes, whole, whole + 64, &batch);
        assert_int_equal(batch.verdict[0], PKT_OK);
        assert_true(batch.present[0] & PKT_HAS_ICMP);
    }
}

#define CHECK_CUTS(cases) check_cuts(cases, sizeof(cases) / sizeof(cases)[0])
#define CHECK(cases) check(cases, sizeof(cases) / sizeof(cases)[0])

#endif
