/* Tags before the EtherType, with literal bytes: complete, cut at every byte, nested. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/parsers/decode/cases.h"

#define CMD ETH "8909 01 01 0001 0064 "
#define VN_TAG ETH "8926 80010002 "
#define TIME_TAG ETH "8988 000000000001 "
#define ARISTA_64(version) ETH "d28b 0001 " version " 00000001 00000002 "
#define ARISTA_48(version) ETH "d28b 0001 " version " 0001 00000002 "
#define GIGAMON ETH "22e5 05 02 02 003c "
#define BRIDGED ETH "6558 020000000012 020000000011 "
#define E_TAG ETH "893f 0001 0002 0000 "
#define R_TAG ETH "f1c1 0000 0001 "
#define HSR ETH "892f 0022 0001 "
#define I_TAG ETH "88e7 00000064 020000000012 020000000011 "
#define MACSEC(flags, size) ETH "88e5 " flags " " size " 00000001 "
#define CHANNEL "0200000000010001 "
#define FCS "deadbeef "
#define CHECK_VALUE "00112233445566778899aabbccddeeff "
#define IPV4_ROW ETH_ROW " eth_type=2048"
#define IPV6_ROW ETH_ROW " eth_type=34525"

static const decode_case tag_cases[] = {
    {"Cisco metadata", ETHERNET, 0, CMD "0800" PING4, "ok" IPV4_ROW PING4_ROW},
    {"Cisco metadata, IPv6", ETHERNET, 0, CMD "86dd" PING6, "ok" IPV6_ROW PING6_ROW},
    {"VN-Tag", ETHERNET, 0, VN_TAG "0800" PING4, "ok" IPV4_ROW PING4_ROW},
    {"time tag", ETHERNET, 0, TIME_TAG "0800" PING4, "ok" IPV4_ROW PING4_ROW},
    {"time tag of Arista, 64 bits", ETHERNET, 0, ARISTA_64("0010") "0800" PING4,
     "ok" IPV4_ROW PING4_ROW},
    {"time tag of Arista, 64 bits, UTC", ETHERNET, 0, ARISTA_64("0110") "86dd" PING6,
     "ok" IPV6_ROW PING6_ROW},
    {"time tag of Arista, 48 bits", ETHERNET, 0, ARISTA_48("0020") "0800" PING4,
     "ok" IPV4_ROW PING4_ROW},
    {"time tag of Arista, 48 bits, UTC", ETHERNET, 0, ARISTA_48("0120") "8100 0007 0800" PING4,
     "ok" IPV4_ROW " vlan_id=7" PING4_ROW},
    {"time tag of Arista, another version", ETHERNET, 0, ARISTA_64("0030") "0800" PING4,
     "ok" ETH_ROW " eth_type=53899"},
    {"Arista, another subtype", ETHERNET, 0, ETH "d28b 0002 0010 00000001 00000002 0800" PING4,
     "ok" ETH_ROW " eth_type=53899"},
    {"Gigamon", ETHERNET, 0, GIGAMON "0800" PING4, "ok" IPV4_ROW PING4_ROW},
    {"Gigamon, no fields", ETHERNET, 0, ETH "22e5 01 86dd" PING6, "ok" IPV6_ROW PING6_ROW},
    {"Gigamon, a length and LLC", ETHERNET, 0, GIGAMON "0024 aaaa03 000000 0800" PING4,
     "ok" ETH_ROW " eth_type=0" PING4_ROW},
    {"Gigamon, length 0", ETHERNET, 0, ETH "22e5 00 0800" PING4,
     "bad-length" ETH_ROW " eth_type=8933"},
    {"Gigamon, length above the frame's", ETHERNET, 0, ETH "22e5 ff 0800" PING4,
     "bad-length" ETH_ROW " eth_type=8933"},
    {"bridged: the outer addresses", ETHERNET, 0, BRIDGED "0800" PING4, "ok" IPV4_ROW PING4_ROW},
    {"bridged, after a VLAN tag, with another", ETHERNET, 0,
     ETH "8100 0005 6558 020000000012 020000000011 8100 0007 0800" PING4,
     "ok" IPV4_ROW " vlan_id=5" PING4_ROW},
    {"bridged, a length and LLC", ETHERNET, 0, BRIDGED "0024 aaaa03 000000 0800" PING4,
     "ok" ETH_ROW " eth_type=0" PING4_ROW},
    {"E-Tag", ETHERNET, 0, E_TAG "86dd" PING6, "ok" IPV6_ROW PING6_ROW},
    {"R-Tag", ETHERNET, 0, R_TAG "0800" PING4, "ok" IPV4_ROW PING4_ROW},
    {"HSR", ETHERNET, 0, HSR "0800" PING4, "ok" IPV4_ROW PING4_ROW},
    {"I-TAG: the outer addresses", ETHERNET, 0, I_TAG "0800" PING4, "ok" IPV4_ROW PING4_ROW},
    {"I-TAG after a backbone VLAN", ETHERNET, 0,
     ETH "88a8 0064 88e7 00000064 020000000012 020000000011 0800" PING4,
     "ok" IPV4_ROW " vlan_id=100" PING4_ROW},
    {"the first VLAN is the outermost, around other tags", ETHERNET, 0,
     ETH "8100 0005 f1c1 0000 0001 8100 0006 0800" PING4, "ok" IPV4_ROW " vlan_id=5" PING4_ROW},
    {"a VLAN in a VN-Tag", ETHERNET, 0, VN_TAG "8100 0007 0800" PING4,
     "ok" IPV4_ROW " vlan_id=7" PING4_ROW},
    {"MPLS", ETHERNET, 0, E_TAG "8847 00064140" PING4, "ok" ETH_ROW " eth_type=34887" PING4_ROW},
    {"PPPoE", ETHERNET, 0, E_TAG "8864 11 00 0001 001e 0021" PING4,
     "ok" ETH_ROW " eth_type=34916" PING4_ROW},
    {"ARP", ETHERNET, 0, R_TAG "0806 0001 88b5 00 00 0002", "ok" ETH_ROW " eth_type=2054 arp_op=2"},
    {"a length and LLC", ETHERNET, 0, VN_TAG "0024 aaaa03 000000 0800" PING4,
     "ok" ETH_ROW " eth_type=0" PING4_ROW},
    {"jumbo LLC", ETHERNET, 0, ETH "8870 aaaa03 000000 0800" PING4,
     "ok" ETH_ROW " eth_type=34928" PING4_ROW},
    {"jumbo LLC, no IP", ETHERNET, 0, ETH "8870 fefe03 83", "ok" ETH_ROW " eth_type=34928"},
    {"jumbo LLC, nothing follows", ETHERNET, 0, ETH "8870 aaaa",
     "truncated" ETH_ROW " eth_type=34928"},
    {"total length above the frame's", ETHERNET, 0, HSR "0800" V4("001d", "0000", "01") ECHO,
     "bad-length" IPV4_ROW V4_ROW("1", "29", "0", "0")},
    {"cooked capture", SLL, 0, "0000 0001 0006 0200000000010000 f1c1 0000 0001 0800" PING4,
     "ok eth_src=00:00:00:00:00:00 eth_dst=00:00:00:00:00:00 eth_type=2048" PING4_ROW},
};

/* Total length 0: the payload ends where the check value begins. */
static const decode_case macsec_cases[] = {
    {"integrity only", ETHERNET, 0, MACSEC("00", "00") "0800" PING4 CHECK_VALUE,
     "ok" IPV4_ROW PING4_ROW},
    {"secure channel", ETHERNET, 0, MACSEC("20", "00") CHANNEL "0800" PING4 CHECK_VALUE,
     "ok" IPV4_ROW PING4_ROW},
    {"a VLAN inside", ETHERNET, 0, MACSEC("00", "00") "8100 0007 0800" PING4 CHECK_VALUE,
     "ok" IPV4_ROW " vlan_id=7" PING4_ROW},
    {"the check value is no payload", ETHERNET, 0,
     MACSEC("00", "00") "0800" V4("0000", "0000", "01") ECHO "6869" CHECK_VALUE,
     "ok" IPV4_ROW V4_ROW("1", "0", "0", "0") " l4_hlen=8 payload_len=2 icmp_type=8 icmp_code=0"},
    {"short length, then padding", ETHERNET, 0,
     MACSEC("00", "20") "0800" V4("0000", "0000", "01") ECHO "6869" CHECK_VALUE "000000",
     "ok" IPV4_ROW V4_ROW("1", "0", "0", "0") " l4_hlen=8 payload_len=2 icmp_type=8 icmp_code=0"},
    {"one in another", ETHERNET, 0,
     MACSEC("00", "00") "88e5 00 00 00000001 0800" PING4 CHECK_VALUE CHECK_VALUE,
     "ok" IPV4_ROW PING4_ROW},
    {"encrypted", ETHERNET, 0, MACSEC("0c", "00") "0800" PING4 CHECK_VALUE,
     "ok" ETH_ROW " eth_type=35045"},
    {"changed by the cipher", ETHERNET, 0, MACSEC("04", "00") "0800" PING4 CHECK_VALUE,
     "ok" ETH_ROW " eth_type=35045"},
    {"another version", ETHERNET, 0, MACSEC("80", "00") "0800" PING4 CHECK_VALUE,
     "bad-value" ETH_ROW " eth_type=35045"},
    {"short length above the frame's", ETHERNET, 0, MACSEC("00", "2f") "0800" PING4 CHECK_VALUE,
     "bad-length" ETH_ROW " eth_type=35045"},
    {"short length of 1", ETHERNET, 0, MACSEC("00", "01") "0800" PING4 CHECK_VALUE,
     "bad-length" ETH_ROW " eth_type=35045"},
    {"no room for the check value", ETHERNET, 0, MACSEC("00", "00") "0800 00112233",
     "truncated" ETH_ROW " eth_type=35045"},
};

/* Cisco ISL: destination, source, length; then the rest of its header. */
#define ISL(first, kind, length) first "000c0000" kind "02000000000a" length
#define ISL_REST "aaaa03 020000 000a 0000 0000 "
#define ISL_PING ISL_REST ETH "0800" PING4 FCS

static const decode_case isl_cases[] = {
    {"ISL", ETHERNET, 0, ISL("01", "00", "003a") ISL_PING, "ok" ETH_ROW " eth_type=2048" PING4_ROW},
    {"ISL, the other destination, priority 3", ETHERNET, 0, ISL("0c", "03", "003a") ISL_PING,
     "ok" ETH_ROW " eth_type=2048" PING4_ROW},
    {"ISL: length of 0", ETHERNET, 0, ISL("01", "00", "0000") ISL_PING,
     "ok" ETH_ROW " eth_type=2048" PING4_ROW},
    {"ISL: the frame check sequence is not in the capture", ETHERNET, 0,
     ISL("01", "00", "003a") ISL_REST ETH "0800" PING4, "ok" ETH_ROW " eth_type=2048" PING4_ROW},
    {"ISL: the length ends before the trailer", ETHERNET, 0,
     ISL("01", "00", "003a") ISL_REST ETH "0800" V4("0000", "0000", "01") ECHO FCS "000000",
     "ok" ETH_ROW " eth_type=2048" V4_ROW("1", "0", "0",
                                          "0") " l4_hlen=8 payload_len=0 icmp_type=8 icmp_code=0"},
    {"ISL: a VLAN tag inside", ETHERNET, 0,
     ISL("01", "00", "003e") ISL_REST ETH "8100 0064 0800" PING4 FCS,
     "ok" ETH_ROW " eth_type=2048 vlan_id=100" PING4_ROW},
    {"ISL: IEEE 802.3 inside", ETHERNET, 0,
     ISL("01", "00", "0042") ISL_REST ETH "0024 aaaa03 000000 0800" PING4 FCS,
     "ok" ETH_ROW " eth_type=0" PING4_ROW},
    {"ISL in ISL", ETHERNET, 0,
     ISL("01", "00", "0058") ISL_REST ISL("01", "00", "003a") ISL_PING FCS,
     "ok" ETH_ROW " eth_type=2048" PING4_ROW},
    {"ISL: Token Ring", ETHERNET, 0, ISL("01", "10", "003a") ISL_PING, "unsupported"},
    {"ISL: length of 11", ETHERNET, 0, ISL("01", "00", "000b") ISL_PING, "bad-length"},
    {"ISL: length above the frame's", ETHERNET, 0, ISL("01", "00", "003f") ISL_PING, "bad-length"},
    {"ISL: ends in its header", ETHERNET, 0, ISL("01", "00", "0000") "aaaa03", "truncated"},
    {"ISL: no room for Ethernet", ETHERNET, 0, ISL("01", "00", "0014") ISL_PING, "truncated"},
    {"an EtherType behind such a destination", ETHERNET, 0, ISL("01", "00", "0800") PING4,
     "ok eth_src=02:00:00:00:00:0a eth_dst=01:00:0c:00:00:00 eth_type=2048" PING4_ROW},
    {"a VLAN tag behind such a destination", ETHERNET, 0,
     ISL("01", "00", "8100") "0064 0024 aaaa03 000000 0800" PING4,
     "ok eth_src=02:00:00:00:00:0a eth_dst=01:00:0c:00:00:00 eth_type=0 vlan_id=100" PING4_ROW},
    {"another destination of Cisco", ETHERNET, 0,
     "01000c000100 02000000000a 0024 aaaa03 000000 0800" PING4,
     "ok eth_src=02:00:00:00:00:0a eth_dst=01:00:0c:00:01:00 eth_type=0" PING4_ROW},
};

static const cut_case cuts[] = {
    {"Cisco metadata", ETHERNET, CMD "0800", 99, 0},
    {"VN-Tag", ETHERNET, VN_TAG "0800", 99, 0},
    {"time tag", ETHERNET, TIME_TAG "0800", 99, 0},
    {"time tag of Arista, 64 bits", ETHERNET, ARISTA_64("0010") "0800", 99, 0},
    {"time tag of Arista, 48 bits", ETHERNET, ARISTA_48("0120") "0800", 99, 0},
    {"Gigamon", ETHERNET, GIGAMON "0800", 15, 19},
    {"bridged", ETHERNET, BRIDGED "0800", 99, 0},
    {"E-Tag", ETHERNET, E_TAG "0800", 99, 0},
    {"R-Tag", ETHERNET, R_TAG "0800", 99, 0},
    {"HSR", ETHERNET, HSR "0800", 99, 0},
    {"I-TAG", ETHERNET, I_TAG "0800", 99, 0},
    {"MACsec", ETHERNET, MACSEC("20", "00") CHANNEL "0800", 99, 0},
    {"jumbo LLC", ETHERNET, ETH "8870 aaaa03 000000 0800", 99, 0},
    {"three tags", ETHERNET, R_TAG "893f 0001 0002 0000 8100 0007 0800", 99, 0},
};

static void test_tags(void **state)
{
    (void)state;
    CHECK(tag_cases);
}

static void test_macsec(void **state)
{
    (void)state;
    CHECK(macsec_cases);
}

static void test_isl(void **state)
{
    (void)state;
    CHECK(isl_cases);
}

/* Nested without end. */
static void test_isl_depth(void **state)
{
    enum { HEADER = 26, DEEP = 400 };
    static const uint8_t header[HEADER] = {1, 0, 12, 0, 0, 0,    2,    0, 0,
                                           0, 0, 10, 0, 0, 0xaa, 0xaa, 3};
    static uint8_t bytes[HEADER * DEEP];
    static pkt_batch batch;
    (void)state;
    for (size_t i = 0; i < DEEP; i++)
        memcpy(bytes + i * HEADER, header, HEADER);
    decode_row(ETHERNET, bytes, sizeof bytes, sizeof bytes, &batch);
    assert_int_equal(batch.verdict[0], PKT_UNSUPPORTED);
    assert_int_equal(batch.present[0], 0);
}

static void test_cuts(void **state)
{
    (void)state;
    CHECK_CUTS(cuts);
}

static void test_limit(void **state)
{
    (void)state;
    /* Eight tags are decoded; nine are unsupported. */
    for (size_t count = 8; count <= 9; count++) {
        uint8_t bytes[256];
        static pkt_batch batch;
        size_t n = hex_bytes(ETH, bytes, sizeof bytes);
        for (size_t i = 0; i < count; i++)
            n += hex_bytes("f1c1 0000 0001", bytes + n, sizeof bytes - n);
        n += hex_bytes("0800" PING4, bytes + n, sizeof bytes - n);
        decode_row(ETHERNET, bytes, n, n, &batch);
        assert_int_equal(batch.verdict[0], count == 8 ? PKT_OK : PKT_UNSUPPORTED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tags), cmocka_unit_test(test_macsec),
        cmocka_unit_test(test_isl),  cmocka_unit_test(test_isl_depth),
        cmocka_unit_test(test_cuts), cmocka_unit_test(test_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
