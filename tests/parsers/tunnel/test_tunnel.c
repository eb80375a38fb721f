/* Columns of the innermost IP header, with literal bytes of every tunnel: complete, and cut at
 * every byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parsers/decode/decode.h"
#include "parsers/rows/text.h"
#include "parsers/tunnel/tunnel.h"
#include "tests/parsers/decode/rows.h"

enum { RAW_IP = 101, IPV4_BYTES = 20, UDP_BYTES = 8, BYTES_MOST = 512 };
enum { IPIP = 4, TCP = 6, UDP = 17, IPV6 = 41, GRE = 47, ICMP = 1, ETHERIP = 97 };
enum { MPLS = 137, ETHERNET = 143 };

/* UDP in IPv4 and in IPv6; TCP. */
#define IN4 "4500 0020 0001 0000 40 11 0000 c0a80001 c0a80002 1000 0035 000c 0000 61626364 "
#define IN6                                                                                        \
    "60000000 000c 11 3f 20010db8000000000000000000000001 20010db8000000000000000000000002 "       \
    "1000 0035 000c 0000 61626364 "
#define IN_TCP                                                                                     \
    "4500 0028 0001 0000 40 06 0000 c0a80001 c0a80002 "                                            \
    "1000 0050 00000001 00000002 5018 2000 0000 0000 "
#define IN_PORTS "in_src_port=4096 in_dst_port=53 in_l4_hlen=8 in_payload_len=4 "
#define IN4_IP                                                                                     \
    "in_ip_version=4 in_ip_proto=17 in_ip_ttl=64 in_ip_len=32 in_src=192.168.0.1 "                 \
    "in_dst=192.168.0.2 "
#define IN4_ROW IN4_IP IN_PORTS
#define IN6_ROW                                                                                    \
    "in_ip_version=6 in_ip_proto=17 in_ip_ttl=63 in_ip_len=52 in_src=2001:db8::1 "                 \
    "in_dst=2001:db8::2 " IN_PORTS
#define IN_TCP_ROW                                                                                 \
    "in_ip_version=4 in_ip_proto=6 in_ip_ttl=64 in_ip_len=40 in_src=192.168.0.1 "                  \
    "in_dst=192.168.0.2 in_src_port=4096 in_dst_port=80 in_l4_hlen=20 in_payload_len=0 "           \
    "in_tcp_flags=24 "
#define ETH "020000000002 020000000001 "

/* What is in an IPv4 header, and in UDP to `port` if that is not 0. */
static const struct tunnel_case {
    const char *name;
    uint8_t proto;
    uint16_t port;
    const char *hex;
    const char *row;
} cases[] = {
    {"no tunnel", TCP, 0, "1000 0050 00000001 00000002 5018 2000 0000 0000", ""},
    {"IPv4 in IPv4", IPIP, 0, IN4, IN4_ROW},
    {"IPv6 in IPv4", IPV6, 0, IN6, IN6_ROW},
    {"TCP", IPIP, 0, IN_TCP, IN_TCP_ROW},
    {"another version", IPIP, 0, IN6, ""},
    {"nested: three deep", IPIP, 0,
     "4500 0048 0001 0000 40 04 0000 0a000003 0a000004 "
     "4500 0034 0001 0000 40 04 0000 0a000005 0a000006 " IN4,
     IN4_ROW},
    {"GRE", GRE, 0, "0000 0800" IN4, IN4_ROW},
    {"GRE, IPv6", GRE, 0, "0000 86dd" IN6, IN6_ROW},
    {"GRE, a key", GRE, 0, "2000 0800 0000002a" IN4, IN4_ROW "in_key=42 "},
    {"GRE, checksum, key and sequence number", GRE, 0, "b000 0800 00000000 ffffffff 00000001" IN4,
     IN4_ROW "in_key=4294967295 "},
    {"GRE, Ethernet with a VLAN tag", GRE, 0, "2000 6558 00000007" ETH "8100 0064 0800" IN4,
     IN4_ROW "in_key=7 "},
    {"GRE, MPLS", GRE, 0, "0000 8847 00064140" IN4, IN4_ROW},
    {"GRE, PPP", GRE, 0, "0000 880b ff03 0021" IN4, IN4_ROW},
    {"GRE, PPP whose protocol is an EtherType", GRE, 0, "0000 880b ff03 86dd" IN6, IN6_ROW},
    {"GRE, metadata of Cisco", GRE, 0, "0000 8909 0800 01 01 0001 0064" IN4, IN4_ROW},
    {"GRE, metadata of Cisco, Ethernet", GRE, 0,
     "2000 8909 00000007 6558 01 01 0001 0064" ETH "0800" IN4, IN4_ROW "in_key=7 "},
    {"GRE, metadata of Cisco twice", GRE, 0, "0000 8909 8909 01 01 0001 0064 0800 0000" IN4, ""},
    {"GRE, EoIP of MikroTik", GRE, 0, "2001 6400 002e 0700" ETH "0800" IN4,
     IN4_ROW "in_key=3016448 "},
    {"GRE, EoIP, no frame", GRE, 0, "2001 6400 0000 0700", ""},
    {"GRE, version 1, not PPTP", GRE, 0, "3001 0800 0000002a 00000001" IN4, IN4_ROW "in_key=42 "},
    {"GRE, routing", GRE, 0, "4000 0800 00000000" IN4, ""},
    {"GRE, version 2", GRE, 0, "0002 0800" IN4, ""},
    {"GRE, no EtherType", GRE, 0, "0000 00fe" IN4, ""},
    {"GRE, ARP", GRE, 0, "0000 0806 0001 0800 06 04 0001", ""},
    {"GRE, redirected by WCCP 2", GRE, 0, "0000 883e 01020304" IN4, IN4_ROW},
    {"GRE, redirected by WCCP 1", GRE, 0, "0000 883e" IN4, IN4_ROW},
    {"PPTP", GRE, 0, "3081 880b 0024 0009 00000001 00000002 ff03 0021" IN4, IN4_ROW "in_key=9 "},
    {"ERSPAN I", GRE, 0, "0000 88be" ETH "0800" IN4, IN4_ROW},
    {"ERSPAN II", GRE, 0, "1000 88be 00000001 10010064 00000000" ETH "0800" IN4, IN4_ROW},
    {"ERSPAN III", GRE, 0, "1000 22eb 00000001 20010064 00000000 00000000" ETH "0800" IN4, IN4_ROW},
    {"ERSPAN III, platform header", GRE, 0,
     "1000 22eb 00000001 20010064 00000000 00000001 0000000000000000" ETH "0800" IN4, IN4_ROW},
    {"ERSPAN III, IP", GRE, 0, "1000 22eb 00000001 20010064 00000000 00000800" IN4, IN4_ROW},
    {"EtherIP", ETHERIP, 0, "3000" ETH "0800" IN4, IN4_ROW},
    {"MPLS in IP", MPLS, 0, "00064140" IN4, IN4_ROW},
    {"Ethernet in IP", ETHERNET, 0, ETH "0800" IN4, IN4_ROW},
    {"VXLAN", UDP, 4789, "08000000 00002a00" ETH "0800" IN4, IN4_ROW "in_key=42 "},
    {"VXLAN without the flag I, RFC 7348 section 5", UDP, 4789, "00000000 00002a00" ETH "0800" IN4,
     IN4_ROW "in_key=42 "},
    {"VXLAN GPE, IPv4", UDP, 4790, "0c000001 00002a00" IN4, IN4_ROW "in_key=42 "},
    {"VXLAN GPE, Ethernet", UDP, 4790, "0c000003 00002a00" ETH "86dd" IN6, IN6_ROW "in_key=42 "},
    {"VXLAN GPE, NSH", UDP, 4790, "0c000004 00002a00" IN4, ""},
    {"Geneve", UDP, 6081, "00006558 00002a00" ETH "0800" IN4, IN4_ROW "in_key=42 "},
    {"Geneve, options", UDP, 6081, "01000800 00002a00 00000000" IN4, IN4_ROW "in_key=42 "},
    {"Geneve, version 1", UDP, 6081, "40006558 00002a00" ETH "0800" IN4, ""},
    {"GTP-U", UDP, 2152, "30ff 0020 0000002a" IN4, IN4_ROW "in_key=42 "},
    {"GTP-U, Ethernet: 3GPP TS 23.501 section 5.6.10.2", UDP, 2152,
     "30ff 002e 0000002a" ETH "0800" IN4, IN4_ROW "in_key=42 "},
    {"GTP-U, Ethernet with IPv6", UDP, 2152, "30ff 0042 0000002a" ETH "86dd" IN6,
     IN6_ROW "in_key=42 "},
    {"GTP-U, Ethernet with a tag: not recognized", UDP, 2152,
     "30ff 0032 0000002a" ETH "8100 0064 0800" IN4, ""},
    {"GTP-U, PPP: not recognized", UDP, 2152, "30ff 0024 0000002a ff03 0021" IN4, ""},
    {"GTP-U, extension header", UDP, 2152, "34ff 0028 0000002a 0000 00 85 01 000000" IN4,
     IN4_ROW "in_key=42 "},
    {"GTP-U, extension header of no bytes", UDP, 2152,
     "34ff 0028 0000002a 0000 00 85 00 000000" IN4, ""},
    {"GTP-U, echo", UDP, 2152, "3001 0020 00000000" IN4, ""},
    {"GTP'", UDP, 2152, "20ff 0020 00000000" IN4, ""},
    {"MPLS in UDP", UDP, 6635, "00064140" IN4, IN4_ROW},
    {"GRE in UDP", UDP, 4754, "2000 0800 0000002a" IN4, IN4_ROW "in_key=42 "},
    {"L2TP", UDP, 1701, "0002 0001 0002 ff03 0021" IN4, IN4_ROW},
    {"L2TP, length, sequence, offset", UDP, 1701,
     "4a02 0034 0001 0002 0000 0000 0002 0000 ff03 0021" IN4, IN4_ROW},
    {"L2TP, control", UDP, 1701, "c802 0014 0001 0000 0000 0000 ff03 0021" IN4, ""},
    {"Teredo", UDP, 3544, IN6, IN6_ROW},
    {"Teredo, origin", UDP, 3544, "0000 ffff 0a000001" IN6, IN6_ROW},
    {"Teredo, authentication and origin", UDP, 3544,
     "0001 02 01 aabb cc 0102030405060708 00 0000 ffff 0a000001" IN6, IN6_ROW},
    {"Teredo, authentication above the packet's", UDP, 3544, "0001 ff ff" IN6, ""},
    {"DNS", UDP, 53, IN4, ""},
    {"quoted by ICMP", ICMP, 0, "0303 0000 00000000" IN4, ""},
    {"nested: VXLAN in GRE, the key of the innermost", GRE, 0,
     "2000 0800 00000007 4500 0052 0001 0000 40 11 0000 0a000003 0a000004 "
     "1000 12b5 003e 0000 08000000 00002a00" ETH "0800" IN4,
     IN4_ROW "in_key=42 "},
};

static pkt_batch batch, scratch;

static void decode(const uint8_t *bytes, size_t captured, size_t wire)
{
    pkt_stream_hint hint;
    uint8_t *copy = malloc(captured ? captured : 1); /* a sanitizer detects a read past it */
    assert_non_null(copy);
    memcpy(copy, bytes, captured);
    const pkt_record record = {.data = copy,
                               .cap_len = (uint32_t)captured,
                               .wire_len = (uint32_t)wire,
                               .link_type = RAW_IP};
    memset(&batch, 0, sizeof batch);
    memset(&scratch, 0x5a, sizeof scratch);
    pkt_decode_flows(&record, 1, &batch, 0, &hint);
    pkt_decode_inner(&hint, 1, &batch, 0, &scratch);
    free(copy);
}

static void text_of(char text[ROW_TEXT])
{
    char cell[PKT_CELL_TEXT];
    size_t n = 0;
    text[0] = '\0';
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const pkt_column_info *info = pkt_column_at(c);
        if (info->level != PKT_LEVEL_INNER || info->format_as == PKT_AS_HIDDEN ||
            !(batch.present[0] & info->present))
            continue;
        const int name = (int)strlen(info->name) - (info->format_as == PKT_AS_ADDRESS ? 3 : 0);
        pkt_cell_text(&batch, 0, c, cell);
        n += (size_t)snprintf(text + n, ROW_TEXT - n, "%.*s=%s ", name, info->name, cell);
    }
}

/* The bytes of the case in an IPv4 packet; returns how many. */
static size_t packet_make(const struct tunnel_case *c, uint8_t bytes[BYTES_MOST])
{
    const size_t udp = c->port ? UDP_BYTES : 0, start = IPV4_BYTES + udp;
    const size_t size = start + hex_bytes(c->hex, bytes + start, BYTES_MOST - start);
    (void)hex_bytes("4500 0000 abcd 0000 40 00 0000 0a000001 0a000002", bytes, IPV4_BYTES);
    bytes[2] = (uint8_t)(size >> 8);
    bytes[3] = (uint8_t)size;
    bytes[9] = c->proto;
    if (c->port) {
        const size_t length = size - IPV4_BYTES;
        (void)hex_bytes("d431 0000 0000 0000", bytes + IPV4_BYTES, UDP_BYTES);
        bytes[IPV4_BYTES + 2] = (uint8_t)(c->port >> 8);
        bytes[IPV4_BYTES + 3] = (uint8_t)c->port;
        bytes[IPV4_BYTES + 4] = (uint8_t)(length >> 8);
        bytes[IPV4_BYTES + 5] = (uint8_t)length;
    }
    return size;
}

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[BYTES_MOST];
        char text[ROW_TEXT];
        const size_t size = packet_make(&cases[i], bytes);
        decode(bytes, size, size);
        text_of(text);
        if (strcmp(text, cases[i].row) != 0)
            fail_msg("%s:\n   got %s\nwanted %s", cases[i].name, text, cases[i].row);
    }
}

/* The columns of the cut packet: missing, all of them 0, or those of the whole one. A cut of nested
 * tunnels may leave the columns of the outer one. */
static void check_columns(const struct tunnel_case *c, const pkt_batch *whole, size_t captured)
{
    const bool nested = strncmp(c->name, "nested", strlen("nested")) == 0;
    for (size_t column = 0; column < PKT_COLUMN_COUNT; column++) {
        const pkt_column_info *info = pkt_column_at(column);
        const uint8_t *cells = (const uint8_t *)&batch + info->offset;
        const uint8_t *expected = (const uint8_t *)whole + info->offset;
        if (info->level != PKT_LEVEL_INNER)
            continue;
        if (!(batch.present[0] & info->present)) {
            for (size_t k = 0; k < info->size; k++)
                assert_int_equal(cells[k], 0);
        } else if (!nested && (!(whole->present[0] & info->present) ||
                               memcmp(cells, expected, info->size) != 0)) {
            fail_msg("%s: %s of %zu bytes", c->name, info->name, captured);
        }
    }
}

/* Of a packet that is cut at any byte, every column is missing or that of the whole one; and only
 * cuts before the last byte of the inner transport header lose any. */
static void check_cuts(const struct tunnel_case *c)
{
    static pkt_batch whole;
    uint8_t bytes[BYTES_MOST];
    const size_t size = packet_make(c, bytes);
    decode(bytes, size, size);
    whole = batch;
    for (size_t n = 0; n <= size; n++) {
        decode(bytes, n, size);
        const size_t missing = size - n;
        const bool has_headers =
            whole.present[0] & PKT_HAS_IN_L4 ? missing <= whole.in_payload_len[0] : missing == 0;
        if (has_headers && batch.present[0] != whole.present[0])
            fail_msg("%s: columns differ of %zu bytes", c->name, n);
        check_columns(c, &whole, n);
        decode(bytes, n, n); /* the packet ends there: the length of its IPv4 header is wrong */
        assert_true(n == size || !(batch.present[0] & PKT_HAS_IN_IP));
    }
}

static void test_cuts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_cuts(&cases[i]);
}

/* More tunnels than are entered: the columns are those of the last that is. */
static void test_deep(void **state)
{
    (void)state;
    enum { DEEP = 12, HEADER = 20 };
    uint8_t bytes[DEEP * HEADER];
    for (size_t i = 0; i < DEEP; i++) {
        const size_t left = (DEEP - i) * HEADER;
        (void)hex_bytes("4500 0000 0001 0000 40 04 0000 0a000000 0b000000", bytes + i * HEADER,
                        HEADER);
        bytes[i * HEADER + 3] = (uint8_t)left;
        bytes[i * HEADER + 15] = (uint8_t)i;
    }
    decode(bytes, sizeof bytes, sizeof bytes);
    assert_true(batch.present[0] & PKT_HAS_IN_IP);
    assert_int_equal(batch.in_src_lo[0], 0x0a000000 + PKT_TUNNELS_MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases), cmocka_unit_test(test_cuts),
                                       cmocka_unit_test(test_deep)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
