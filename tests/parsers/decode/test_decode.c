/* Every layer with literal bytes: complete headers, incomplete headers, wrong lengths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/parsers/decode/cases.h"

static const decode_case link_cases[] = {
    {"nothing captured of a frame", ETHERNET, 60, "", "cut-by-snaplen"},
    {"an empty frame", ETHERNET, 0, "", "truncated"},
    {"13 bytes of 60", ETHERNET, 60, "020000000002 020000000001 08", "cut-by-snaplen"},
    {"13 bytes on the wire", ETHERNET, 0, "020000000002 020000000001 08", "truncated"},
    {"ARP request", ETHERNET, 0,
     ETH "0806 0001 0800 06 04 0001 020000000001 c0000201 000000000000 c0000202",
     "ok" ETH_ROW " eth_type=2054 arp_op=1 arp_src_ip=192.0.2.1 arp_dst_ip=192.0.2.2"},
    {"RARP reply", ETHERNET, 0,
     ETH "8035 0001 0800 06 04 0004 020000000001 c0000201 000000000000 c0000202",
     "ok" ETH_ROW " eth_type=32821 arp_op=4 arp_src_ip=192.0.2.1 arp_dst_ip=192.0.2.2"},
    {"ARP, not for IPv4", ETHERNET, 0, ETH "0806 0001 86dd 01 02 0002 aa bbbb cc dddd",
     "ok" ETH_ROW " eth_type=2054 arp_op=2"},
    {"ARP of 7 bytes", ETHERNET, 0, ETH "0806 00010800060400",
     "truncated" ETH_ROW " eth_type=2054"},
    {"ARP, addresses cut", ETHERNET, 64,
     ETH "0806 0001 0800 06 04 0001 020000000001 c0000201 000000000000 c00002",
     "cut-by-snaplen" ETH_ROW " eth_type=2054 arp_op=1"},
    {"802.3 length: STP", ETHERNET, 60, ETH "0026 424203", "ok" ETH_ROW " eth_type=0"},
    {"802.3 length above the frame's", ETHERNET, 0, ETH "0004 424203",
     "bad-length" ETH_ROW " eth_type=0"},
    {"neither length nor EtherType", ETHERNET, 0, ETH "05ff 424203",
     "bad-value" ETH_ROW " eth_type=0"},
    {"unknown EtherType", ETHERNET, 0, ETH "88b5 00", "ok" ETH_ROW " eth_type=34997"},
    {"one VLAN tag, priority bits not in the column", ETHERNET, 0, ETH "8100 e123 88b5 00",
     "ok" ETH_ROW " eth_type=34997 vlan_id=291"},
    {"QinQ: vlan_id is the outermost", ETHERNET, 0, ETH "88a8 0064 8100 00c8 88b5 00",
     "ok" ETH_ROW " eth_type=34997 vlan_id=100"},
    {"old QinQ", ETHERNET, 0, ETH "9100 0064 8100 00c8 88b5 00",
     "ok" ETH_ROW " eth_type=34997 vlan_id=100"},
    {"VLAN tag, then a length", ETHERNET, 0, ETH "8100 0001 0003 424203",
     "ok" ETH_ROW " eth_type=0 vlan_id=1"},
    {"VLAN tag cut by snaplen", ETHERNET, 64, ETH "8100 00",
     "cut-by-snaplen" ETH_ROW " eth_type=33024"},
    {"VLAN tag truncated", ETHERNET, 0, ETH "8100 00", "truncated" ETH_ROW " eth_type=33024"},
    {"SLL, IPv4, ICMP echo", SLL, 0,
     "0000 0001 0006 0200000000010000 0800" V4("001c", "4000", "01") ECHO,
     "ok eth_src=00:00:00:00:00:00 eth_dst=00:00:00:00:00:00 eth_type=2048" V4_ROW(
         "1", "28", "2", "0") " l4_hlen=8 payload_len=0 icmp_type=8 icmp_code=0"},
    {"SLL, 802.2 instead of an EtherType", SLL, 0, "0000 0001 0006 0200000000010000 0004 424203",
     "ok eth_src=00:00:00:00:00:00 eth_dst=00:00:00:00:00:00 eth_type=0"},
    {"SLL header truncated", SLL, 0, "0000 0001 0006 02000000000100", "truncated"},
    {"raw IP, version 4", RAW_IP, 0, V4("0014", "0000", "fd"), "ok" V4_ROW("253", "20", "0", "0")},
    {"raw IP, version 6", RAW_IP, 0, V6("0000", "3b"), "ok" V6_ROW("59", "40") V6_ADDR},
    {"raw IP, version 5", RAW_IP, 0, "55000014", "bad-value"},
    {"raw IP, empty", RAW_IP, 0, "", "truncated"},
    {"LINKTYPE_IPV4 with version 6", IPV4, 0, V6("0000", "3b"), "bad-value"},
    {"LINKTYPE_IPV6 with version 4", IPV6, 0, V4("0028", "0000", "06") TCP20, "bad-value"},
    {"a link type without a decoder", USER, 0, "080000000000", "unsupported"},
};

static const decode_case ipv4_cases[] = {
    {"TCP SYN+ACK, padded frame", ETHERNET, 0,
     ETH "0800" V4("0028", "4000", "06") TCP20 "000000000000",
     "ok" ETH_ROW " eth_type=2048" V4_ROW("6", "40", "2", "0") TCP_ROW("20", "0", "18")},
    {"TOS and TTL", IPV4, 0, "45 b8 0014 0001 0000 01 fd 0000 c0a80001 ffffffff",
     "ok ip_version=4 ip_proto=253 ip_ttl=1 ip_tos=184 ip_len=20 ip_id=1 ip_flags=0 frag_off=0 "
     "src=192.168.0.1 dst=255.255.255.255"},
    {"reserved flag is not in the column", IPV4, 0, V4("0014", "e000", "fd"),
     "ok" V4_ROW("253", "20", "3", "0")},
    {"19 bytes captured of 20", IPV4, 20, "45 00 0014 abcd 0000 40 06 0000 0a000001 0a0000",
     "cut-by-snaplen"},
    {"19 bytes on the wire", IPV4, 0, "45 00 0013 abcd 0000 40 06 0000 0a000001 0a0000",
     "truncated"},
    {"header length 16", IPV4, 0, "44 00 0014 abcd 0000 40 06 0000 0a000001 0a000002",
     "bad-length" V4_ROW("6", "20", "0", "0")},
    {"total length below the header", IPV4, 0, V4("0013", "0000", "06"),
     "bad-length" V4_ROW("6", "19", "0", "0")},
    {"total length above the frame's", IPV4, 0, V4("0029", "0000", "06") TCP20,
     "bad-length" V4_ROW("6", "41", "0", "0")},
    {"total length above the captured length only", IPV4, 1500, V4("05dc", "0000", "06") TCP20,
     "ok" V4_ROW("6", "1500", "0", "0") TCP_ROW("20", "1460", "18")},
    {"total length 0: length of the frame", IPV4, 0, V4("0000", "0000", "06") TCP20 "aabb",
     "ok" V4_ROW("6", "0", "0", "0") TCP_ROW("20", "2", "18")},
    {"options", IPV4, 0, "46 00 0020 abcd 0000 40 11 0000 0a000001 0a000002 94040000" UDP8("0008"),
     "ok" V4_ROW("17", "32", "0", "0") UDP_ROW("0")},
    {"options cut by snaplen", IPV4, 40, "46 00 0020 abcd 0000 40 11 0000 0a000001 0a000002 9404",
     "cut-by-snaplen" V4_ROW("17", "32", "0", "0")},
    {"header longer than the total length", IPV4, 0,
     "4f 00 0020 abcd 0000 40 11 0000 0a000001 0a000002 94040000" UDP8("0008"),
     "bad-length" V4_ROW("17", "32", "0", "0")},
    {"first fragment has ports", IPV4, 0, V4("001c", "2000", "11") UDP8("0400"),
     "ok" V4_ROW("17", "28", "1", "0") UDP_ROW("0")},
    {"first fragment, UDP length 0", IPV4, 0, V4("001c", "2000", "11") UDP8("0000"),
     "bad-length" V4_ROW("17", "28", "1", "0") UDP_ROW("0")},
    {"first fragment, TCP options continue in the next", IPV4, 0,
     V4("002c", "2000", "06") "1f90 0050 01020304 05060708 a010 7210 0000 0000 01010101",
     "ok" V4_ROW("6", "44", "1", "0") TCP_ROW("40", "0", "16")},
    {"first fragment, TCP options cut by snaplen", IPV4, 44,
     V4("002c", "2000", "06") "1f90 0050 01020304 05060708 a010 7210 0000 0000 01",
     "cut-by-snaplen" V4_ROW("6", "44", "1", "0") TCP_ROW("40", "0", "16")},
    {"not fragmented, TCP options past the datagram's end", IPV4, 0,
     V4("002c", "0000", "06") "1f90 0050 01020304 05060708 a010 7210 0000 0000 01010101",
     "bad-length" V4_ROW("6", "44", "0", "0") TCP_ROW("40", "0", "16")},
    {"later fragment has no ports", IPV4, 0, V4("001c", "00b9", "11") UDP8("0400"),
     "fragment" V4_ROW("17", "28", "0", "1480")},
    {"AH, then TCP", IPV4, 0,
     V4("0040", "0000", "33") "06 04 0000 00000001 00000001 0102030405060708090a0b0c" TCP20,
     "ok" V4_ROW("6", "64", "0", "0") TCP_ROW("20", "0", "18")},
    {"AH length past the packet", IPV4, 0, V4("0020", "0000", "33") "06 04 0000 00000001 00000001",
     "bad-length" V4_ROW("6", "32", "0", "0")},
    {"AH truncated", IPV4, 0, V4("0018", "0000", "33") "06 04 0000",
     "truncated" V4_ROW("51", "24", "0", "0")},
    {"GRE: protocol number only", IPV4, 0, V4("0018", "0000", "2f") "00000800",
     "ok" V4_ROW("47", "24", "0", "0")},
    {"ICMPv6 in IPv4: protocol number only", IPV4, 0, V4("001c", "0000", "3a") ECHO,
     "ok" V4_ROW("58", "28", "0", "0")},
    {"7 bytes of ICMP", IPV4, 0, V4("001b", "0000", "01") "08 00 0000 0001 00",
     "truncated" V4_ROW("1", "27", "0", "0")},
    {"ICMP unreachable: columns of the outer header, not of the quoted one", IPV4, 0,
     V4("0038", "0000", "01") "03 01 0000 00000000" V4("001c", "0000", "11") UDP8("0008"),
     "ok" V4_ROW("1", "56", "0", "0") " l4_hlen=8 payload_len=28 icmp_type=3 icmp_code=1"},
};

static const decode_case ipv6_cases[] = {
    {"UDP", IPV6, 0, V6("000a", "11") UDP8("000a") "aabb",
     "ok" V6_ROW("17", "50") V6_ADDR UDP_ROW("2")},
    {"39 bytes", IPV6, 0,
     "60000000 0000 3b ff fe800000000000000000000000000001 fe8000000000000000000000000000",
     "truncated"},
    {"payload length above the frame's", IPV6, 0, V6("000b", "11") UDP8("000a") "aabb",
     "bad-length" V6_ROW("17", "51") V6_ADDR},
    {"payload length 0: length of the frame", IPV6, 0, V6("0000", "11") UDP8("0000") "aabbcc",
     "ok" V6_ROW("17", "40") V6_ADDR UDP_ROW("3")},
    {"hop-by-hop, destination, routing, TCP", IPV6, 0,
     V6("0034", "00") "3c 00 050200000100"
                      "2b 01 0104000000000102040000000000"
                      "06 00 040000000000" TCP20,
     "ok" V6_ROW("6", "92") V6_ADDR TCP_ROW("20", "0", "18")},
    {"first fragment", IPV6, 0, V6("0010", "2c") "11 00 0001 00abcdef" UDP8("0400"),
     "ok" V6_ROW("17", "56") " ip_id=11259375 ip_flags=1 frag_off=0" V6_ADDR UDP_ROW("0")},
    {"later fragment", IPV6, 0, V6("0010", "2c") "11 00 05a8 00abcdef" UDP8("0400"),
     "fragment" V6_ROW("17", "56") " ip_id=11259375 ip_flags=0 frag_off=1448" V6_ADDR},
    {"fragment header cut by snaplen", IPV6, 80, V6("0028", "2c") "11 00 0001 00ab",
     "cut-by-snaplen" V6_ROW("44", "80") V6_ADDR},
    {"extension header's length past the packet", IPV6, 0,
     V6("0010", "00") "11 02 050200000100" UDP8("0008"), "bad-length" V6_ROW("17", "56") V6_ADDR},
    {"ICMPv6 neighbour solicitation", IPV6, 0,
     V6("0018", "3a") "87 00 0000 00000000 fe800000000000000000000000000002",
     "ok" V6_ROW("58", "64") V6_ADDR " l4_hlen=8 payload_len=16 icmp_type=135 icmp_code=0"},
    {"ICMPv6 of 4 bytes", IPV6, 0, V6("0004", "3a") "98 00 0000",
     "ok" V6_ROW("58", "44") V6_ADDR " l4_hlen=4 payload_len=0 icmp_type=152 icmp_code=0"},
    {"ICMPv6 of 4 bytes, payload length 0, cut by snaplen to 3", IPV6, 44,
     V6("0000", "3a") "98 00 00", "cut-by-snaplen" V6_ROW("58", "40") V6_ADDR},
    {"ICMPv6 of 7 bytes", IPV6, 0, V6("0007", "3a") "98 00 0000 010203",
     "ok" V6_ROW("58", "47") V6_ADDR " l4_hlen=4 payload_len=3 icmp_type=152 icmp_code=0"},
    {"ICMPv6 of 8 bytes, cut by snaplen to 7", IPV6, 48, V6("0008", "3a") "97 00 0000 010203",
     "cut-by-snaplen" V6_ROW("58", "48") V6_ADDR},
    {"ICMPv6 of 3 bytes", IPV6, 0, V6("0003", "3a") "98 00 00",
     "truncated" V6_ROW("58", "43") V6_ADDR},
    {"ICMP in IPv6: protocol number only", IPV6, 0, V6("0008", "01") ECHO,
     "ok" V6_ROW("1", "48") V6_ADDR},
    {"no next header", IPV6, 0, V6("0004", "3b") "00000000", "ok" V6_ROW("59", "44") V6_ADDR},
    {"AH in IPv6", IPV6, 0, V6("0014", "33") "11 01 0000 00000001 00000001" UDP8("0008"),
     "ok" V6_ROW("17", "60") V6_ADDR UDP_ROW("0")},
    {"sixteen extension headers", IPV6, 0,
     V6("0088",
        "3c") "3c00010400000000 3c00010400000000 3c00010400000000 3c00010400000000"
              "3c00010400000000 3c00010400000000 3c00010400000000 3c00010400000000"
              "3c00010400000000 3c00010400000000 3c00010400000000 3c00010400000000"
              "3c00010400000000 3c00010400000000 3c00010400000000 1100010400000000" UDP8("0008"),
     "ok" V6_ROW("17", "176") V6_ADDR UDP_ROW("0")},
    {"seventeen extension headers", IPV6, 0,
     V6("0090", "3c") "3c00010400000000 3c00010400000000 3c00010400000000 3c00010400000000"
                      "3c00010400000000 3c00010400000000 3c00010400000000 3c00010400000000"
                      "3c00010400000000 3c00010400000000 3c00010400000000 3c00010400000000"
                      "3c00010400000000 3c00010400000000 3c00010400000000 3c00010400000000"
                      "1100010400000000" UDP8("0008"),
     "unsupported" V6_ROW("60", "184") V6_ADDR},
    {"a fragment header past the limit fills no columns", IPV6, 0,
     V6("0090", "3c") "3c00010400000000 3c00010400000000 3c00010400000000 3c00010400000000"
                      "3c00010400000000 3c00010400000000 3c00010400000000 3c00010400000000"
                      "3c00010400000000 3c00010400000000 3c00010400000000 3c00010400000000"
                      "3c00010400000000 3c00010400000000 3c00010400000000 2c00010400000000"
                      "1100000100abcdef" UDP8("0008"),
     "unsupported" V6_ROW("44", "184") V6_ADDR},
};

static const decode_case transport_cases[] = {
    {"TCP options and payload", IPV4, 0,
     V4("002e", "4000", "06") "1f90 0050 01020304 05060708 6018 7210 0000 0000 020405b4 6869",
     "ok" V4_ROW("6", "46", "2", "0") TCP_ROW("24", "2", "24")},
    {"TCP options cut by snaplen", IPV4, 46,
     V4("002e", "4000", "06") "1f90 0050 01020304 05060708 6018 7210 0000 0000 0204",
     "cut-by-snaplen" V4_ROW("6", "46", "2", "0") TCP_ROW("24", "2", "24")},
    {"TCP cut at 19 bytes by snaplen", IPV4, 46,
     V4("002e", "4000", "06") "1f90 0050 01020304 05060708 6018 7210 0000 00",
     "cut-by-snaplen" V4_ROW("6", "46", "2", "0")},
    {"19 bytes of TCP, by total length", IPV4, 0, V4("0027", "4000", "06") TCP20,
     "truncated" V4_ROW("6", "39", "2", "0")},
    {"TCP data offset 4", IPV4, 0,
     V4("0028", "4000", "06") "1f90 0050 01020304 05060708 4012 7210 0000 0000",
     "bad-length" V4_ROW("6", "40", "2", "0") TCP_ROW("16", "4", "18")},
    {"TCP data offset past the segment", IPV4, 0,
     V4("0028", "4000", "06") "1f90 0050 01020304 05060708 6012 7210 0000 0000",
     "bad-length" V4_ROW("6", "40", "2", "0") TCP_ROW("24", "0", "18")},
    {"TCP, all twelve flag bits", IPV4, 0,
     V4("0028", "4000", "06") "1f90 0050 01020304 05060708 5fff 7210 0000 0000",
     "ok" V4_ROW("6", "40", "2", "0") TCP_ROW("20", "0", "4095")},
    {"UDP", IPV4, 0, V4("001e", "0000", "11") UDP8("000a") "6869",
     "ok" V4_ROW("17", "30", "0", "0") UDP_ROW("2")},
    {"UDP length below its header", IPV4, 0, V4("001c", "0000", "11") UDP8("0007"),
     "bad-length" V4_ROW("17", "28", "0", "0") UDP_ROW("0")},
    {"UDP length past the datagram", IPV4, 0, V4("001c", "0000", "11") UDP8("0009"),
     "bad-length" V4_ROW("17", "28", "0", "0") UDP_ROW("0")},
    {"UDP shorter than the IP payload", IPV4, 0, V4("001e", "0000", "11") UDP8("0008") "6869",
     "ok" V4_ROW("17", "30", "0", "0") UDP_ROW("2")},
    {"7 bytes of UDP", IPV4, 0, V4("001b", "0000", "11") "0035 d431 0008 00",
     "truncated" V4_ROW("17", "27", "0", "0")},
    {"UDP-Lite, coverage 0", IPV4, 0, V4("001e", "0000", "88") UDP8("0000") "6869",
     "ok" V4_ROW("136", "30", "0", "0") UDP_ROW("2")},
    {"UDP-Lite, coverage 7", IPV4, 0, V4("001e", "0000", "88") UDP8("0007") "6869",
     "bad-length" V4_ROW("136", "30", "0", "0") UDP_ROW("2")},
};

static void test_link(void **state)
{
    (void)state;
    CHECK(link_cases);
}

static void test_ipv4(void **state)
{
    (void)state;
    CHECK(ipv4_cases);
}

static void test_ipv6(void **state)
{
    (void)state;
    CHECK(ipv6_cases);
}

static void test_transport(void **state)
{
    (void)state;
    CHECK(transport_cases);
}

static void test_vlan_limit(void **state)
{
    (void)state;
    /* Eight tags are decoded; nine are unsupported. */
    for (size_t tags = 8; tags <= 9; tags++) {
        uint8_t bytes[128];
        static pkt_batch batch;
        size_t n = hex_bytes(ETH, bytes, sizeof bytes);
        for (size_t i = 0; i < tags; i++)
            n += hex_bytes("8100 0007", bytes + n, sizeof bytes - n);
        n += hex_bytes("88b5 0001", bytes + n, sizeof bytes - n);
        decode_row(ETHERNET, bytes, n, n, &batch);
        assert_int_equal(batch.verdict[0], tags == 8 ? PKT_OK : PKT_UNSUPPORTED);
        assert_int_equal(batch.vlan_id[0], 7);
    }
}

static void test_captured_beyond_wire(void **state)
{
    (void)state;
    uint8_t bytes[64];
    static pkt_batch batch;
    char text[ROW_TEXT];
    size_t n = hex_bytes(ETH "0806 0001", bytes, sizeof bytes);
    decode_row(ETHERNET, bytes, n, n - 1, &batch);
    row_text(&batch, text);
    assert_string_equal(text, "bad-length");
    assert_int_equal(batch.cap_len[0], n);
    assert_int_equal(batch.wire_len[0], n - 1);
}

/* The text that a RST may have is of no application protocol, RFC 1122 section 4.2.2.12. */
static void test_reset(void **state)
{
    (void)state;
#define SEGMENT(flags)                                                                             \
    ETH "0800" V4("0031", "4000", "06") "c350 0050 01020304 05060708 50" flags                     \
                                        " 7210 0000 0000 486f73743a20610d0a"
    static const char *segments[] = {SEGMENT("18"), SEGMENT("14"), SEGMENT("04")};
    pkt_batch *batch = pkt_batch_new(NULL);
    assert_non_null(batch);
    for (size_t i = 0; i < sizeof segments / sizeof segments[0]; i++) {
        uint8_t bytes[128];
        const size_t size = hex_bytes(segments[i], bytes, sizeof bytes);
        decode_app_row(bytes, size, size, batch);
        assert_int_equal(!!(batch->present[0] & PKT_HAS_APP), i == 0);
        assert_int_equal(batch->payload_len[0], 9);
    }
    pkt_batch_free(batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_link),       cmocka_unit_test(test_ipv4),
        cmocka_unit_test(test_ipv6),       cmocka_unit_test(test_transport),
        cmocka_unit_test(test_vlan_limit), cmocka_unit_test(test_captured_beyond_wire),
        cmocka_unit_test(test_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
