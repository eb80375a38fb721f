/* Headers between the link header and IP, with literal bytes: complete, cut at every byte, and with
 * wrong lengths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/parsers/decode/cases.h"

#define NO_MAC "eth_src=00:00:00:00:00:00 eth_dst=00:00:00:00:00:00 eth_type="
#define MPLS_ROW ETH_ROW " eth_type=34887"
#define PPPOE_ROW ETH_ROW " eth_type=34916"
#define LENGTH_ROW ETH_ROW " eth_type=0"
#define SLL_HEAD "0000 0001 0006 0200000000010000 "
/* A device, by its ARPHRD_ number, and a protocol. */
#define SLL_OF(device, protocol) "0000 " device " 0006 0200000000010000 " protocol " "
/* IEEE 802.11 from DS, up to the type. */
#define WLAN "08 02 0000 02000000000a 02000000000b 02000000000c 0000 aaaa03 000000 0800 "
#define WLAN_ROW " eth_src=02:00:00:00:00:0c eth_dst=02:00:00:00:00:0a eth_type=0"
#define SLL2_HEAD(protocol, device) protocol " 0000 00000002 " device " 00 06 0200000000010000 "

static const decode_case mpls_cases[] = {
    {"one label, IPv4", ETHERNET, 0, ETH "8847 00064140" PING4, "ok" MPLS_ROW PING4_ROW},
    {"three labels, IPv6", ETHERNET, 0, ETH "8847 00064040 00065040 00066140" PING6,
     "ok" MPLS_ROW PING6_ROW},
    {"upstream-assigned label", ETHERNET, 0, ETH "8848 00064140" PING4,
     "ok" ETH_ROW " eth_type=34888" PING4_ROW},
    {"after a VLAN tag", ETHERNET, 0, ETH "8100 0007 8847 00064140" PING4,
     "ok" MPLS_ROW " vlan_id=7" PING4_ROW},
    {"a pseudowire's control word", ETHERNET, 0, ETH "8847 00064140 00000001 020000000004",
     "ok" MPLS_ROW},
    {"an associated channel", ETHERNET, 0, ETH "8847 0000d140 10000021", "ok" MPLS_ROW},
    {"a stack without bottom-of-stack bit", ETHERNET, 0, ETH "8847 00064040 00065040",
     "truncated" MPLS_ROW},
    {"nothing after the label stack", ETHERNET, 0, ETH "8847 00064140", "truncated" MPLS_ROW},
    {"IPv4 total length above the frame's", ETHERNET, 0,
     ETH "8847 00064140" V4("001d", "0000", "01") ECHO,
     "bad-length" MPLS_ROW V4_ROW("1", "29", "0", "0")},
};

static const decode_case pppoe_cases[] = {
    {"IPv4", ETHERNET, 0, ETH "8864 11 00 0001 001e 0021" PING4, "ok" PPPOE_ROW PING4_ROW},
    {"IPv6, padded", ETHERNET, 0, ETH "8864 11 00 0001 0032 0057" PING6 "000000",
     "ok" PPPOE_ROW PING6_ROW},
    {"protocol field compressed", ETHERNET, 0, ETH "8864 11 00 0001 001d 21" PING4,
     "ok" PPPOE_ROW PING4_ROW},
    {"after two VLAN tags", ETHERNET, 0, ETH "88a8 0064 8100 0007 8864 11 00 0001 001e 0021" PING4,
     "ok" PPPOE_ROW " vlan_id=100" PING4_ROW},
    {"MPLS", ETHERNET, 0, ETH "8864 11 00 0001 0022 0281 00064140" PING4, "ok" PPPOE_ROW PING4_ROW},
    {"MPLS multicast", ETHERNET, 0, ETH "8864 11 00 0001 0022 0283 00064140" PING4,
     "ok" PPPOE_ROW PING4_ROW},
    {"LCP: no columns", ETHERNET, 0, ETH "8864 11 00 0001 000a c021 09010008 00000000",
     "ok" PPPOE_ROW},
    {"PPPoE discovery: EtherType only", ETHERNET, 0, ETH "8863 11 09 0000 0004 01010000",
     "ok" ETH_ROW " eth_type=34915"},
    {"version 2", ETHERNET, 0, ETH "8864 21 00 0001 001e 0021" PING4, "bad-value" PPPOE_ROW},
    {"code of PPPoE discovery", ETHERNET, 0, ETH "8864 11 09 0001 001e 0021" PING4,
     "bad-value" PPPOE_ROW},
    {"length above the frame's", ETHERNET, 0, ETH "8864 11 00 0001 001f 0021" PING4,
     "bad-length" PPPOE_ROW},
    {"length ends within the datagram", ETHERNET, 0, ETH "8864 11 00 0001 001d 0021" PING4,
     "bad-length" PPPOE_ROW V4_ROW("1", "28", "0", "0")},
    {"length 0", ETHERNET, 0, ETH "8864 11 00 0001 0000 0021" PING4, "truncated" PPPOE_ROW},
    {"length 1, protocol of two bytes", ETHERNET, 0, ETH "8864 11 00 0001 0001 0021" PING4,
     "truncated" PPPOE_ROW},
    {"total length 0: length of PPPoE", ETHERNET, 0,
     ETH "8864 11 00 0001 0020 0021" V4("0000", "0000", "01") ECHO "6869 00000000",
     "ok" PPPOE_ROW V4_ROW("1", "0", "0", "0") " l4_hlen=8 payload_len=2 icmp_type=8 icmp_code=0"},
};

static const decode_case llc_cases[] = {
    {"SNAP, IPv4, padded", ETHERNET, 0, ETH "0024 aaaa03 000000 0800" PING4 "0000",
     "ok" LENGTH_ROW PING4_ROW},
    {"SNAP, IPv6", ETHERNET, 0, ETH "0038 aaaa03 000000 86dd" PING6, "ok" LENGTH_ROW PING6_ROW},
    {"SNAP of a bridge", ETHERNET, 0, ETH "0024 aaaa03 0000f8 0800" PING4,
     "ok" LENGTH_ROW PING4_ROW},
    {"SNAP after a VLAN tag", ETHERNET, 0, ETH "8100 0007 0024 aaaa03 000000 0800" PING4,
     "ok" LENGTH_ROW " vlan_id=7" PING4_ROW},
    {"SNAP, ARP", ETHERNET, 0, ETH "000c aaaa03 000000 0806 00010800", "truncated" LENGTH_ROW},
    {"SNAP of a vendor: its type is not an EtherType", ETHERNET, 0,
     ETH "0024 aaaa03 00000c 0800" PING4, "ok" LENGTH_ROW},
    {"access points of SNAP, another control field", ETHERNET, 0,
     ETH "0024 aaaaf3 000000 0800" PING4, "ok" LENGTH_ROW},
    {"NetBIOS", ETHERNET, 0, ETH "0006 f0f003 0e00ff", "ok" LENGTH_ROW},
    {"length above the frame's", ETHERNET, 0, ETH "0025 aaaa03 000000 0800" PING4,
     "bad-length" LENGTH_ROW},
    {"length ends within LLC", ETHERNET, 0, ETH "0002 aaaa03 000000 0800" PING4,
     "truncated" LENGTH_ROW},
    {"length 0", ETHERNET, 0, ETH "0000 aaaa03 000000 0800" PING4, "truncated" LENGTH_ROW},
    {"length ends within SNAP", ETHERNET, 0, ETH "0007 aaaa03 000000 0800" PING4,
     "truncated" LENGTH_ROW},
    {"length ends within the datagram", ETHERNET, 0, ETH "0023 aaaa03 000000 0800" PING4,
     "bad-length" LENGTH_ROW V4_ROW("1", "28", "0", "0")},
};

static const decode_case cooked_cases[] = {
    {"SLL2, IPv4", SLL2, 0, SLL2_HEAD("0800", "0001") PING4, "ok " NO_MAC "2048" PING4_ROW},
    {"SLL2, IPv6", SLL2, 0, SLL2_HEAD("86dd", "0001") PING6, "ok " NO_MAC "34525" PING6_ROW},
    {"SLL2, VLAN", SLL2, 0, SLL2_HEAD("8100", "0001") "0007 0800" PING4,
     "ok " NO_MAC "2048 vlan_id=7" PING4_ROW},
    {"SLL2, MPLS", SLL2, 0, SLL2_HEAD("8847", "0001") "00064140" PING4,
     "ok " NO_MAC "34887" PING4_ROW},
    {"SLL2, ARP", SLL2, 0, SLL2_HEAD("0806", "0001") "0001", "truncated " NO_MAC "2054"},
    {"SLL2, SNAP", SLL2, 0, SLL2_HEAD("0004", "0001") "aaaa03 000000 0800" PING4,
     "ok " NO_MAC "0" PING4_ROW},
    {"SLL2, CAN", SLL2, 0, SLL2_HEAD("000c", "0118") "0000", "ok " NO_MAC "0"},
    {"SLL2, GRE device, IPv4", SLL2, 0, SLL2_HEAD("0800", "030a") PING4,
     "ok " NO_MAC "2048" PING4_ROW},
    {"SLL2, GRE device: protocol type 4 is not LLC", SLL2, 0,
     SLL2_HEAD("0004", "030a") "aaaa03 000000 0800" PING4, "ok " NO_MAC "0"},
    {"SLL2, netlink: no EtherType", SLL2, 0, SLL2_HEAD("0800", "0338") PING4, "ok " NO_MAC "0"},
    {"SLL, Ethernet", SLL, 0, SLL_OF("0001", "0003") ETH "0800" PING4,
     "ok" ETH_ROW " eth_type=2048" PING4_ROW},
    {"SLL, Ethernet, truncated", SLL, 0, SLL_OF("0001", "0003") ETH, "truncated " NO_MAC "0"},
    {"SLL, PPP", SLL, 0, SLL_OF("0200", "0007") "ff 03 0021" PING4, "ok " NO_MAC "0" PING4_ROW},
    {"SLL2, PPP", SLL2, 0, SLL2_HEAD("0007", "0200") "0057" PING6, "ok " NO_MAC "0" PING6_ROW},
    {"SLL2, GRE device: protocol type 7 is not PPP", SLL2, 0,
     SLL2_HEAD("0007", "030a") "0021" PING4, "ok " NO_MAC "0"},
    {"SLL, Frame Relay", SLL, 0, SLL_OF("0302", "0019") "18 41 03 cc" PING4,
     "ok " NO_MAC "0" PING4_ROW},
    {"SLL2, Frame Relay: the protocol is not used", SLL2, 0,
     SLL2_HEAD("0800", "0302") "18 41 03 8e" PING6, "ok " NO_MAC "0" PING6_ROW},
    {"SLL, radiotap", SLL, 0, SLL_OF("0323", "0019") "0000080000000000" WLAN PING4,
     "ok" WLAN_ROW PING4_ROW},
    {"SLL2, radiotap: the protocol is not used", SLL2, 0,
     SLL2_HEAD("0004", "0323") "0000080000000000" WLAN PING4, "ok" WLAN_ROW PING4_ROW},
    {"SLL, radiotap of version 1", SLL, 0, SLL_OF("0323", "0019") "0100080000000000",
     "bad-value " NO_MAC "0"},
    {"SLL, radiotap, an acknowledgement", SLL, 0,
     SLL_OF("0323", "0019") "0000080000000000 d4 00 0000 02000000000a", "ok " NO_MAC "0"},
    {"SLL, IEEE 802.11", SLL, 0, SLL_OF("0321", "0019") WLAN PING4, "ok" WLAN_ROW PING4_ROW},
    {"SLL, AVS as Prism", SLL, 0,
     SLL_OF("0322", "0004") "80211001 00000010 0000000000000000" WLAN PING4,
     "ok" WLAN_ROW PING4_ROW},
    {"SLL, SNAP", SLL, 0, SLL_HEAD "0004 aaaa03 000000 0800" PING4, "ok " NO_MAC "0" PING4_ROW},
    {"SLL, LLC truncated", SLL, 0, SLL_HEAD "0004 4242", "truncated " NO_MAC "0"},
    {"SLL, PPPoE", SLL, 0, SLL_HEAD "8864 11 00 0001 001e 0021" PING4,
     "ok " NO_MAC "34916" PING4_ROW},
};

static const decode_case loopback_cases[] = {
    {"NULL, little-endian", BSD_NULL, 0, "02000000" PING4, "ok" PING4_ROW},
    {"NULL, big-endian", BSD_NULL, 0, "00000002" PING4, "ok" PING4_ROW},
    {"NULL, IPv6 of BSD", BSD_NULL, 0, "18000000" PING6, "ok" PING6_ROW},
    {"NULL, IPv6 of FreeBSD", BSD_NULL, 0, "0000001c" PING6, "ok" PING6_ROW},
    {"NULL, IPv6 of Darwin", BSD_NULL, 0, "1e000000" PING6, "ok" PING6_ROW},
    {"NULL, another family", BSD_NULL, 0, "07000000" PING4, "ok"},
    {"NULL, a family of 16 bits", BSD_NULL, 0, "00020000" PING4, "ok" PING4_ROW},
    {"NULL, a family of 16 bits, little-endian, at the end", BSD_NULL, 0, "00000200" PING4,
     "ok" PING4_ROW},
    {"NULL, a family of 16 bits, too large", BSD_NULL, 0, "00180000" PING6, "ok"},
    {"NULL, EtherType of IPv4", BSD_NULL, 0, "00000800" PING4, "ok" PING4_ROW},
    {"NULL, EtherType of IPv6", BSD_NULL, 0, "000086dd" PING6, "ok" PING6_ROW},
    {"NULL, EtherType of IPv4 behind two other bytes", BSD_NULL, 0, "0f000800" PING4,
     "ok" PING4_ROW},
    {"NULL, EtherType of VLAN", BSD_NULL, 0, "00008100 0064 0800" PING4,
     "ok vlan_id=100" PING4_ROW},
    {"NULL, EtherType of ARP", BSD_NULL, 0, "00000806 0001 88b5 00 00 0002", "ok arp_op=2"},
    {"NULL, another EtherType", BSD_NULL, 0, "00001234" PING4, "ok"},
    {"NULL, neither family nor EtherType", BSD_NULL, 0, "000005ff" PING4, "bad-value"},
    {"NULL, PPP", BSD_NULL, 0, "ff030021" PING4, "ok" PING4_ROW},
    {"NULL, PPP, its protocol compressed", BSD_NULL, 0, "ff0357" PING6, "ok" PING6_ROW},
    {"NULL, no known family in either byte order", BSD_NULL, 0, "02000002" PING4, "bad-value"},
    {"NULL, family of IPv4, version field 6", BSD_NULL, 0, "02000000" PING6, "bad-value"},
    {"LOOP, IPv4", BSD_LOOP, 0, "00000002" PING4, "ok" PING4_ROW},
    {"LOOP, IPv6", BSD_LOOP, 0, "00000018" PING6, "ok" PING6_ROW},
    {"LOOP has no EtherType", BSD_LOOP, 0, "00000800" PING4, "bad-value"},
    {"LOOP has no family of 16 bits", BSD_LOOP, 0, "00020000" PING4, "bad-value"},
    {"LOOP has no PPP", BSD_LOOP, 0, "ff030021" PING4, "bad-value"},
    {"LOOP is big-endian", BSD_LOOP, 0, "02000000" PING4, "bad-value"},
};

/* Protocols without columns besides the protocol number, and UDP-Lite. */
static const decode_case number_cases[] = {
    {"SCTP", IPV4, 0, V4("0020", "0000", "84") "0b59 0b59 00000000 00000000",
     "ok" V4_ROW("132", "32", "0", "0")},
    {"ESP", IPV4, 0, V4("001c", "0000", "32") "00000001 00000001",
     "ok" V4_ROW("50", "28", "0", "0")},
    {"GRE with IPv4 inside", IPV4, 0, V4("0034", "0000", "2f") "0000 0800" PING4,
     "ok" V4_ROW("47", "52", "0", "0")},
    {"IPv4 in IPv4", IPV4, 0, V4("0030", "0000", "04") PING4, "ok" V4_ROW("4", "48", "0", "0")},
    {"SCTP in IPv6", IPV6, 0, V6("000c", "84") "0b59 0b59 00000000 00000000",
     "ok" V6_ROW("132", "52") V6_ADDR},
    {"ESP in IPv6", IPV6, 0, V6("0008", "32") "00000001 00000001", "ok" V6_ROW("50", "48") V6_ADDR},
    {"UDP-Lite in IPv6, coverage 8", IPV6, 0, V6("000a", "88") UDP8("0008") "6869",
     "ok" V6_ROW("136", "50") V6_ADDR UDP_ROW("2")},
    {"UDP-Lite, coverage past the packet", IPV4, 0, V4("001e", "0000", "88") UDP8("000b") "6869",
     "bad-length" V4_ROW("136", "30", "0", "0") UDP_ROW("2")},
    {"7 bytes of UDP-Lite", IPV4, 0, V4("001b", "0000", "88") "0035 d431 0000 00",
     "truncated" V4_ROW("136", "27", "0", "0")},
};

static const cut_case cut_cases[] = {
    {"MPLS, two labels", ETHERNET, ETH "8847 00064040 00064140", 99, 0},
    {"PPPoE, IPv4", ETHERNET, ETH "8864 11 00 0001 0022 0021", 20, 0},
    {"SNAP", ETHERNET, ETH "0024 aaaa03 000000 0800", 14, 0},
    {"SLL", SLL, SLL_HEAD "0800", 99, 0},
    {"SLL, Ethernet", SLL, SLL_OF("0001", "0003") ETH "0800", 99, 0},
    {"SLL, PPP", SLL, SLL_OF("0200", "0007") "ff 03 0021", 99, 0},
    {"SLL, Frame Relay", SLL, SLL_OF("0302", "0019") "18 41 03 cc", 99, 0},
    {"SLL, radiotap", SLL, SLL_OF("0323", "0019") "0000080000000000" WLAN, 99, 0},
    {"SLL2", SLL2, SLL2_HEAD("0800", "0001"), 99, 0},
    {"SLL2, SNAP", SLL2, SLL2_HEAD("0004", "0001") "aaaa03 000000 0800", 99, 0},
    {"NULL", BSD_NULL, "02000000", 99, 0},
    {"NULL, EtherType", BSD_NULL, "00000800", 99, 0},
    {"NULL, PPP", BSD_NULL, "ff030021", 99, 0},
    {"LOOP", BSD_LOOP, "00000002", 99, 0},
};

static void test_cuts(void **state)
{
    (void)state;
    CHECK_CUTS(cut_cases);
}

static void test_mpls_limit(void **state)
{
    (void)state;
    /* Sixteen labels are decoded; seventeen are unsupported. */
    for (size_t labels = 16; labels <= 17; labels++) {
        uint8_t bytes[256];
        static pkt_batch batch;
        size_t n = hex_bytes(ETH "8847", bytes, sizeof bytes);
        for (size_t i = 1; i < labels; i++)
            n += hex_bytes("00064040", bytes + n, sizeof bytes - n);
        n += hex_bytes("00064140" PING4, bytes + n, sizeof bytes - n);
        decode_row(ETHERNET, bytes, n, n, &batch);
        assert_int_equal(batch.verdict[0], labels == 16 ? PKT_OK : PKT_UNSUPPORTED);
        assert_int_equal(batch.ip_version[0], labels == 16 ? 4 : 0);
    }
}

static void test_mpls(void **state)
{
    (void)state;
    CHECK(mpls_cases);
}

static void test_pppoe(void **state)
{
    (void)state;
    CHECK(pppoe_cases);
}

static void test_llc(void **state)
{
    (void)state;
    CHECK(llc_cases);
}

static void test_cooked(void **state)
{
    (void)state;
    CHECK(cooked_cases);
}

static void test_loopback(void **state)
{
    (void)state;
    CHECK(loopback_cases);
}

static void test_numbers(void **state)
{
    (void)state;
    CHECK(number_cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mpls),     cmocka_unit_test(test_pppoe),
        cmocka_unit_test(test_llc),      cmocka_unit_test(test_cooked),
        cmocka_unit_test(test_loopback), cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_cuts),     cmocka_unit_test(test_mpls_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
