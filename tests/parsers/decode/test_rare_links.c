/* Links of which captures are rare, with literal bytes: complete, cut at every byte, and with wrong
 * lengths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/parsers/decode/cases.h"

enum {
    TOKEN_RING = 6,
    ARCNET_BSD = 7,
    SLIP = 8,
    FDDI = 10,
    OLD_ATM = 11,
    ATM = 100,
    SUNATM = 123,
    ARCNET = 129,
    JUNIPER_ETHERNET = 178,
    JUNIPER_PPP = 179,
    JUNIPER_FRAME_RELAY = 180,
    JUNIPER_HDLC = 181,
    MULTILINK = 182,
    IPOIB = 242,
    BRCM = 281,
    BRCM_PREPEND = 282,
    DSA = 284,
    EDSA = 285
};

#define SNAP(type) "aaaa03 000000 " type " "
#define ETH_IPV4_ROW ETH_ROW " eth_type=2048"
#define ZEROS14 "0000000000000000000000000000 "
#define SIX6 "000000000001 000000000002 "
#define ZEROS40                                                                                    \
    "00000000000000000000000000000000 00000000000000000000000000000000 0000000000000000 "
/* ARP with hardware addresses of one byte, and of 20. */
#define ARP1 "0007 0800 01 04 0001 01 0a000001 00 0a000002"
#define ZEROS20 "0000000000000000000000000000000000000000 "
#define ARP20 "0020 0800 14 04 0001 " ZEROS20 "0a000001 " ZEROS20 "0a000002"
#define ARP_ROW " arp_op=1 arp_src_ip=10.0.0.1 arp_dst_ip=10.0.0.2"
/* Total length 0: the payload ends with what holds the packet. */
#define PING4_OPEN V4("0000", "0000", "01") ECHO
#define OPEN_ROW V4_ROW("1", "0", "0", "0") " l4_hlen=8 payload_len=0 icmp_type=8 icmp_code=0"

static const decode_case lan_cases[] = {
    {"FDDI", FDDI, 0, "51" SIX6 SNAP("0800") PING4, "ok" PING4_ROW},
    {"FDDI, IPv6", FDDI, 0, "51" SIX6 SNAP("86dd") PING6, "ok" PING6_ROW},
    {"FDDI, station management", FDDI, 0, "41" SIX6 SNAP("0800") PING4, "ok"},
    {"token ring", TOKEN_RING, 0, "10 40" SIX6 SNAP("0800") PING4, "ok" PING4_ROW},
    {"token ring, source-routed", TOKEN_RING, 0,
     "10 40 000000000001 800000000002 0630 0011 0020" SNAP("0800") PING4, "ok" PING4_ROW},
    {"token ring, a route of 3 bytes", TOKEN_RING, 0,
     "10 40 000000000001 800000000002 0330 0011 0020" SNAP("0800") PING4, "bad-length"},
    {"token ring, a route without bytes", TOKEN_RING, 0,
     "10 40 000000000001 800000000002 0030" SNAP("0800") PING4, "bad-length"},
    {"token ring, a route above the frame's", TOKEN_RING, 0,
     "10 40 000000000001 800000000002 1e30 0011", "bad-length"},
    {"token ring, MAC frame", TOKEN_RING, 0, "10 00" SIX6 SNAP("0800") PING4, "ok"},
    {"ARCNET, RFC 1051", ARCNET, 0, "01 02 0000 f0" PING4, "ok" PING4_ROW},
    {"ARCNET, RFC 1201", ARCNET, 0, "01 02 0000 d4 00 0001" PING4, "ok" PING4_ROW},
    {"ARCNET, RFC 1201, IPv6", ARCNET, 0, "01 02 0000 c4 00 0001" PING6, "ok" PING6_ROW},
    {"ARCNET, exception", ARCNET, 0, "01 02 0000 d4 ff ffff d4 00 0001" PING4, "ok" PING4_ROW},
    {"ARCNET, first part of two", ARCNET, 0, "01 02 0000 d4 01 0001" PING4, "unsupported"},
    {"ARCNET, second part", ARCNET, 0, "01 02 0000 d4 02 0001" PING4, "unsupported"},
    {"ARCNET, RFC 1201, ARP", ARCNET, 0, "01 02 0000 d5 00 0001" ARP1, "ok" ARP_ROW},
    {"ARCNET, RFC 1051, ARP", ARCNET, 0, "01 02 0000 f1" ARP1, "ok" ARP_ROW},
    {"ARCNET, ARP without its addresses", ARCNET, 0, "01 02 0000 d5 00 0001 0007 0800 01 04 0001",
     "truncated arp_op=1"},
    {"ARCNET of BSD", ARCNET_BSD, 0, "01 02 d4 00 0001" PING4, "ok" PING4_ROW},
    {"InfiniBand", IPOIB, 0, ZEROS40 "0800 0000" PING4, "ok" PING4_ROW},
    {"InfiniBand, IPv6", IPOIB, 0, ZEROS40 "86dd 0000" PING6, "ok" PING6_ROW},
    {"InfiniBand, ARP", IPOIB, 0, ZEROS40 "0806 0000" ARP20, "ok" ARP_ROW},
    {"InfiniBand, another type", IPOIB, 0, ZEROS40 "88b5 0000", "ok"},
};

static const decode_case line_cases[] = {
    {"SLIP, received", SLIP, 0, "00 45" ZEROS14 PING4, "ok" PING4_ROW},
    {"SLIP, sent, IPv6", SLIP, 0, "01 60" ZEROS14 PING6, "ok" PING6_ROW},
    {"SLIP, compressed", SLIP, 0, "01 c0" ZEROS14 "0102", "unsupported"},
    {"SLIP, another direction", SLIP, 0, "02 45" ZEROS14 PING4, "bad-value"},
    {"SLIP, another version", SLIP, 0, "00 45" ZEROS14 "50", "bad-value"},
    {"ATM, routed", ATM, 0, SNAP("0800") PING4, "ok" PING4_ROW},
    {"ATM, by its old number", OLD_ATM, 0, SNAP("0800") PING4, "ok" PING4_ROW},
    {"ATM, bridged", ATM, 0, "aaaa03 0080c2 0007 0000" ETH "0800" PING4,
     "ok" ETH_IPV4_ROW PING4_ROW},
    {"ATM, bridged, with a frame check sequence", ATM, 0,
     "aaaa03 0080c2 0001 0000" ETH "0800" PING4_OPEN "deadbeef", "ok" ETH_IPV4_ROW OPEN_ROW},
    {"ATM, bridged, shorter than a frame check sequence", ATM, 0, "aaaa03 0080c2 0001 0000 deadbe",
     "truncated"},
    {"ATM, bridged token ring", ATM, 0, "aaaa03 0080c2 0009 0000" ETH "0800" PING4, "ok"},
    {"ATM, not LLC", ATM, 0, "0103 0021", "ok"},
    {"SunATM, LLC", SUNATM, 0, "82 00 0020" SNAP("0800") PING4, "ok" PING4_ROW},
    {"SunATM, LAN emulation", SUNATM, 0, "01 00 0020 0003" ETH "0800" PING4,
     "ok" ETH_IPV4_ROW PING4_ROW},
    {"SunATM, signaling", SUNATM, 0, "06 00 0005 0800", "ok"},
    {"FRF.16", MULTILINK, 0, "c0 01 18 41 03 cc" PING4, "ok" PING4_ROW},
    {"FRF.16, a fragment", MULTILINK, 0, "80 01 18 41 03 cc" PING4, "unsupported"},
    {"FRF.16, control", MULTILINK, 0, "e0 00 01 02", "ok"},
};

static const decode_case router_cases[] = {
    {"Juniper, Ethernet", JUNIPER_ETHERNET, 0, "4d4743 00" ETH "0800" PING4,
     "ok" ETH_IPV4_ROW PING4_ROW},
    {"Juniper, extensions", JUNIPER_ETHERNET, 0, "4d4743 80 0003 010101" ETH "0800" PING4,
     "ok" ETH_IPV4_ROW PING4_ROW},
    {"Juniper, no link", JUNIPER_ETHERNET, 0, "4d4743 02 00000002" PING4, "ok" PING4_ROW},
    {"Juniper, PPP", JUNIPER_PPP, 0, "4d4743 00 ff03 0021" PING4, "ok" PING4_ROW},
    {"Juniper, Frame Relay", JUNIPER_FRAME_RELAY, 0, "4d4743 00 18 41 03 cc" PING4, "ok" PING4_ROW},
    {"Juniper, HDLC", JUNIPER_HDLC, 0, "4d4743 00 0f 00 0800" PING4, "ok" PING4_ROW},
    {"Juniper, another magic number", JUNIPER_ETHERNET, 0, "4d4744 00" ETH "0800" PING4,
     "bad-value"},
    {"Juniper, extensions above the frame's", JUNIPER_ETHERNET, 0, "4d4743 80 00ff 010101",
     "bad-length"},
    {"Broadcom's tag", BRCM, 0, ETH "00002000 0800" PING4, "ok" ETH_IPV4_ROW PING4_ROW},
    {"Broadcom's tag, then a VLAN tag", BRCM, 0, ETH "00002000 8100 0064 0800" PING4,
     "ok" ETH_IPV4_ROW " vlan_id=100" PING4_ROW},
    {"Broadcom's tag, then a length", BRCM, 0, ETH "00002000 0024" SNAP("0800") PING4,
     "ok" ETH_ROW " eth_type=0" PING4_ROW},
    {"Broadcom's tag before the frame", BRCM_PREPEND, 0, "00002000" ETH "0800" PING4,
     "ok" ETH_IPV4_ROW PING4_ROW},
    {"Marvell's tag", DSA, 0, ETH "c00a0000 0800" PING4, "ok" ETH_IPV4_ROW PING4_ROW},
    {"Marvell's tag, in place of a VLAN tag", DSA, 0, ETH "e00a0064 0800" PING4,
     "ok" ETH_IPV4_ROW " vlan_id=100" PING4_ROW},
    {"Marvell's tag with an EtherType", EDSA, 0, ETH "dada 0000 400a0000 86dd" PING6,
     "ok" ETH_ROW " eth_type=34525" PING6_ROW},
};

static const cut_case cuts[] = {
    {"FDDI", FDDI, "51" SIX6 SNAP("0800"), 999, 0},
    {"token ring", TOKEN_RING, "10 40 000000000001 800000000002 0630 0011 0020" SNAP("0800"), 15,
     20},
    {"ARCNET", ARCNET, "01 02 0000 d4 ff ffff d4 00 0001", 999, 0},
    {"InfiniBand", IPOIB, ZEROS40 "0800 0000", 999, 0},
    {"SLIP", SLIP, "00 45" ZEROS14, 999, 0},
    {"ATM", ATM, "aaaa03 0080c2 0007 0000" ETH "0800", 999, 0},
    {"SunATM", SUNATM, "01 00 0020 0003" ETH "0800", 999, 0},
    {"FRF.16", MULTILINK, "c0 01 18 41 03 cc", 999, 0},
    {"Juniper", JUNIPER_ETHERNET, "4d4743 80 0003 010101" ETH "0800", 6, 9},
    {"Juniper, no link", JUNIPER_ETHERNET, "4d4743 02 00000002", 999, 0},
    {"Broadcom", BRCM, ETH "00002000 0800", 999, 0},
    {"Broadcom, before the frame", BRCM_PREPEND, "00002000" ETH "0800", 999, 0},
    {"Marvell", EDSA, ETH "dada 0000 400a0000 0800", 999, 0},
};

static void test_lans(void **state)
{
    (void)state;
    CHECK(lan_cases);
}

static void test_lines(void **state)
{
    (void)state;
    CHECK(line_cases);
}

static void test_routers(void **state)
{
    (void)state;
    CHECK(router_cases);
}

static void test_cuts(void **state)
{
    (void)state;
    CHECK_CUTS(cuts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lans), cmocka_unit_test(test_lines),
                                       cmocka_unit_test(test_routers), cmocka_unit_test(test_cuts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
