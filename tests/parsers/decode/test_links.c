/* Point-to-point links and the headers of capture systems, with literal bytes: complete, cut at
 * every byte, and with wrong lengths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/parsers/decode/cases.h"

enum {
    PPP = 9,
    PPP_HDLC = 50,
    CISCO_HDLC = 104,
    FRAME_RELAY = 107,
    PFLOG = 117,
    PKTAP_OLD = 149,
    ERF = 197,
    NFLOG = 239,
    PKTAP = 258
};

#define ZEROS8 "0000000000000000 "
#define ZEROS32 ZEROS8 ZEROS8 ZEROS8 ZEROS8
#define ETH_IPV4_ROW ETH_ROW " eth_type=2048"
#define NO_MAC_ROW " eth_src=00:00:00:00:00:00 eth_dst=00:00:00:00:00:00"
/* IEEE 802.11 from DS, up to the type. */
#define WLAN "08 02 0000 02000000000a 02000000000b 02000000000c 0000 aaaa03 000000 0800 "
#define WLAN_ROW " eth_src=02:00:00:00:00:0c eth_dst=02:00:00:00:00:0a eth_type=0"

static const decode_case ppp_cases[] = {
    {"PPP, IPv4", PPP, 0, "ff 03 0021" PING4, "ok" PING4_ROW},
    {"PPP, IPv6", PPP_HDLC, 0, "ff 03 0057" PING6, "ok" PING6_ROW},
    {"address and control compressed", PPP, 0, "0021" PING4, "ok" PING4_ROW},
    {"all compressed", PPP, 0, "21" PING4, "ok" PING4_ROW},
    {"MPLS", PPP, 0, "ff 03 0281 00064140" PING4, "ok" PING4_ROW},
    {"an EtherType as the protocol, IPv4", PPP, 0, "ff 03 0800" PING4, "ok" PING4_ROW},
    {"an EtherType as the protocol, IPv6", PPP_HDLC, 0, "86dd" PING6, "ok" PING6_ROW},
    {"another EtherType", PPP, 0, "ff 03 0806" PING4, "ok"},
    {"LCP", PPP, 0, "ff 03 c021 01010004", "ok"},
    {"Cisco HDLC by its address", PPP_HDLC, 0, "0f 00 0800" PING4, "ok" PING4_ROW},
    {"Cisco HDLC, multicast", PPP, 0, "8f 00 86dd" PING6, "ok" PING6_ROW},
    {"nothing", PPP, 0, "", "truncated"},
};

static const decode_case hdlc_cases[] = {
    {"IPv4", CISCO_HDLC, 0, "0f 00 0800" PING4, "ok" PING4_ROW},
    {"IPv6", CISCO_HDLC, 0, "8f 00 86dd" PING6, "ok" PING6_ROW},
    {"MPLS", CISCO_HDLC, 0, "0f 00 8847 00064140" PING4, "ok" PING4_ROW},
    {"ARP", CISCO_HDLC, 0, "0f 00 0806 000f 0800 02 04 0008 0001 0a000001 0002 0a000002",
     "ok arp_op=8 arp_src_ip=10.0.0.1 arp_dst_ip=10.0.0.2"},
    {"SLARP", CISCO_HDLC, 0, "8f 00 8035 00000002", "ok"},
    {"total length above the frame's", CISCO_HDLC, 0, "0f 00 0800" V4("001d", "0000", "01") ECHO,
     "bad-length" V4_ROW("1", "29", "0", "0")},
};

static const decode_case frame_relay_cases[] = {
    {"IPv4", FRAME_RELAY, 0, "18 41 03 cc" PING4, "ok" PING4_ROW},
    {"IPv6", FRAME_RELAY, 0, "18 41 03 8e" PING6, "ok" PING6_ROW},
    {"padding", FRAME_RELAY, 0, "18 41 03 00 cc" PING4, "ok" PING4_ROW},
    {"SNAP", FRAME_RELAY, 0, "18 41 03 00 80 000000 0800" PING4, "ok" PING4_ROW},
    {"SNAP, MPLS", FRAME_RELAY, 0, "18 41 03 00 80 000000 8847 00064140" PING4, "ok" PING4_ROW},
    {"SNAP of a vendor", FRAME_RELAY, 0, "18 41 03 00 80 00000c 0800" PING4, "ok"},
    {"bridged Ethernet", FRAME_RELAY, 0, "18 41 03 00 80 0080c2 0007" ETH "0800" PING4,
     "ok" ETH_IPV4_ROW PING4_ROW},
    {"bridged Ethernet with a frame check sequence", FRAME_RELAY, 0,
     "18 41 03 00 80 0080c2 0001" ETH "0800" V4("0000", "0000", "01") ECHO "deadbeef",
     "ok" ETH_IPV4_ROW V4_ROW("1", "0", "0",
                              "0") " l4_hlen=8 payload_len=0 icmp_type=8 icmp_code=0"},
    {"bridged token ring", FRAME_RELAY, 0, "18 41 03 00 80 0080c2 0009" ETH "0800" PING4, "ok"},
    {"address of 4 bytes", FRAME_RELAY, 0, "18 40 02 05 03 cc" PING4, "ok" PING4_ROW},
    {"address of 5 bytes", FRAME_RELAY, 0, "18 40 02 04 05 03 cc" PING4, "bad-value"},
    {"Cisco's encapsulation", FRAME_RELAY, 0, "18 41 0800" PING4, "ok" PING4_ROW},
    {"Cisco's encapsulation on circuit 0: signaling", FRAME_RELAY, 0, "00 01 0800" PING4, "ok"},
    {"PPP, RFC 1973", FRAME_RELAY, 0, "18 41 03 cf 0021" PING4, "ok" PING4_ROW},
    {"PPP, its protocol compressed, IPv6", FRAME_RELAY, 0, "18 41 03 cf 57" PING6, "ok" PING6_ROW},
    {"PPP, LCP", FRAME_RELAY, 0, "18 41 03 cf c021 01010004", "ok"},
    {"XID", FRAME_RELAY, 0, "18 41 af 82", "ok"},
    {"local management", FRAME_RELAY, 0, "00 01 03 08 00 75", "ok"},
};

static const decode_case log_cases[] = {
    {"filter log of BSD, IPv4", PFLOG, 0, "40 02" ZEROS32 ZEROS8 ZEROS8 ZEROS8 "000000000000" PING4,
     "ok" PING4_ROW},
    {"filter log of BSD, IPv6, padded", PFLOG, 0,
     "3d 18" ZEROS32 ZEROS8 ZEROS8 ZEROS8 "000000000000" PING6, "ok" PING6_ROW},
    {"filter log of BSD: another family", PFLOG, 0,
     "40 07" ZEROS32 ZEROS8 ZEROS8 ZEROS8 "000000000000" PING6, "ok"},
    {"filter log of BSD: length 44", PFLOG, 0, "2c 02" ZEROS32 ZEROS8 "0000" PING4, "bad-length"},
    {"filter log of BSD: length above the packet's", PFLOG, 0, "fc 02" ZEROS32 PING4, "bad-length"},
    {"filter log of Linux, little-endian", NFLOG, 0,
     "02 00 0000 0800 0100 08000100 0500 0a00 00000000 2000 0900" PING4, "ok" PING4_ROW},
    {"filter log of Linux, big-endian, IPv6", NFLOG, 0,
     "0a 00 0000 0008 0001 86dd0100 0034 0009" PING6, "ok" PING6_ROW},
    {"filter log of Linux: the attribute limits the packet", NFLOG, 0,
     "02 00 0000 0800 0100 08000100 2000 0900" V4("0000", "0000", "01") ECHO "0500 0a00 00000000",
     "ok" V4_ROW("1", "0", "0", "0") " l4_hlen=8 payload_len=0 icmp_type=8 icmp_code=0"},
    {"filter log of Linux: no packet", NFLOG, 0, "02 00 0000 0800 0100 08000100", "ok"},
    {"filter log of Linux: the last attribute is not padded", NFLOG, 0, "02 00 0000 0500 0a00 00",
     "ok"},
    {"filter log of Linux: a bridge", NFLOG, 0, "07 00 0000 2000 0900" PING4, "ok"},
    {"filter log of Linux: a bridge, by its EtherType", NFLOG, 0,
     "07 00 0000 0800 0100 0800 0100 2000 0900" PING4, "ok" PING4_ROW},
    {"filter log of Linux: a bridge, big-endian, a VLAN tag", NFLOG, 0,
     "07 00 0000 0008 0001 8100 0000 0024 0009 0064 0800" PING4, "ok vlan_id=100" PING4_ROW},
    {"filter log of Linux: ARP", NFLOG, 0,
     "03 00 0000 0800 0100 0806 0000 2000 0900 0001 0800 06 04 0001 020000000001 0a000001 "
     "000000000000 0a000002",
     "ok arp_op=1 arp_src_ip=10.0.0.1 arp_dst_ip=10.0.0.2"},
    {"filter log of Linux: the EtherType is not that of the family", NFLOG, 0,
     "02 00 0000 0800 0100 86dd 0100 3400 0900" PING6, "ok" PING6_ROW},
    {"filter log of Linux: another EtherType", NFLOG, 0,
     "02 00 0000 0800 0100 1234 0100 2000 0900" PING4, "ok"},
    {"filter log of Linux: a number below EtherTypes", NFLOG, 0,
     "07 00 0000 0800 0100 0004 0100 2000 0900" PING4, "ok"},
    {"filter log of Linux: an EtherType of 0", NFLOG, 0,
     "02 00 0000 0800 0100 0000 0100 2000 0900" PING4, "ok" PING4_ROW},
    {"filter log of Linux: a longer first attribute", NFLOG, 0,
     "02 00 0000 0c00 0100 0806 0100 00000000 2000 0900" PING4, "ok" PING4_ROW},
    {"filter log of Linux: an attribute's header is cut", NFLOG, 0, "02 00 0000 2000", "truncated"},
    {"filter log of Linux: snaplen ends in an attribute", NFLOG, 60, "02 00 0000 2000",
     "cut-by-snaplen"},
    {"filter log of Linux: attribute of 3 bytes", NFLOG, 0, "02 00 0000 0300 0900" PING4,
     "bad-length"},
    {"filter log of Linux: attribute above the packet's", NFLOG, 0, "02 00 0000 2100 0900" PING4,
     "bad-length"},
};

#define PKTAP_HEADER(type, link) "6c000000 " type " " link " " ZEROS32 ZEROS32 ZEROS32

static const decode_case record_cases[] = {
    {"Darwin, Ethernet", PKTAP, 0, PKTAP_HEADER("01000000", "01000000") ETH "0800" PING4,
     "ok" ETH_IPV4_ROW PING4_ROW},
    {"Darwin, raw IP", PKTAP, 0, PKTAP_HEADER("01000000", "0c000000") PING6, "ok" PING6_ROW},
    {"Darwin, loopback, its first number", PKTAP_OLD, 0,
     PKTAP_HEADER("01000000", "00000000") "02000000" PING4, "ok" PING4_ROW},
    {"Darwin, a Linux cooked capture", PKTAP, 0,
     PKTAP_HEADER("01000000", "71000000") "0000 0001 0006 0200000000010000 0800" PING4,
     "ok" NO_MAC_ROW " eth_type=2048" PING4_ROW},
    {"Darwin, a Linux cooked capture, version 2", PKTAP, 0,
     PKTAP_HEADER("01000000", "14010000") "86dd 0000 00000002 0001 00 06 0200000000010000" PING6,
     "ok" NO_MAC_ROW " eth_type=34525" PING6_ROW},
    {"Darwin, radiotap", PKTAP, 0,
     PKTAP_HEADER("01000000", "7f000000") "0000080000000000" WLAN PING4, "ok" WLAN_ROW PING4_ROW},
    {"Darwin, Prism without its header", PKTAP, 0, PKTAP_HEADER("01000000", "77000000") WLAN PING4,
     "ok" WLAN_ROW PING4_ROW},
    {"Darwin, AVS", PKTAP, 0,
     PKTAP_HEADER("01000000", "a3000000") "80211001 00000010 0000000000000000" WLAN PING4,
     "ok" WLAN_ROW PING4_ROW},
    {"Darwin, filter log of BSD", PKTAP, 0,
     PKTAP_HEADER("01000000", "75000000") "40 02" ZEROS32 ZEROS8 ZEROS8 ZEROS8 "000000000000" PING4,
     "ok" PING4_ROW},
    {"Darwin, filter log of Linux", PKTAP, 0,
     PKTAP_HEADER("01000000", "ef000000") "02 00 0000 2000 0900" PING4, "ok" PING4_ROW},
    {"Darwin, Endace", PKTAP, 0,
     PKTAP_HEADER("01000000", "c5000000") ZEROS8 "02 04 0000 0000 0000 0000" ETH "0800" PING4,
     "ok" ETH_IPV4_ROW PING4_ROW},
    {"Darwin, PPI", PKTAP, 0, PKTAP_HEADER("01000000", "c0000000") "00 00 0800 01000000" ETH,
     "unsupported"},
    {"Darwin, no packet", PKTAP, 0, PKTAP_HEADER("00000000", "01000000") ETH "0800" PING4, "ok"},
    {"Darwin, another link", PKTAP, 0, PKTAP_HEADER("01000000", "ff000000") PING4, "unsupported"},
    {"Darwin, a header in a header", PKTAP, 0, PKTAP_HEADER("01000000", "02010000") PING4,
     "unsupported"},
    {"Darwin, length 107", PKTAP, 0, "6b000000 01000000 01000000" ZEROS32 ZEROS32 ZEROS32,
     "bad-length"},
    {"Darwin, length above the packet's", PKTAP, 0,
     "ff000000 01000000 01000000" ZEROS32 ZEROS32 ZEROS32, "bad-length"},
    {"Endace, Ethernet", ERF, 0, ZEROS8 "02 04 0000 0000 0000 0000" ETH "0800" PING4,
     "ok" ETH_IPV4_ROW PING4_ROW},
    {"Endace, two extensions", ERF, 0,
     ZEROS8 "82 04 0000 0000 0000 84 00000000000000" ZEROS8 "0000" ETH "0800" PING4,
     "ok" ETH_IPV4_ROW PING4_ROW},
    {"Endace, ATM", ERF, 0, ZEROS8 "03 04 0000 0000 0000 0000" ETH "0800" PING4, "unsupported"},
};

static const cut_case cuts[] = {
    {"PPP", PPP, "ff 03 0021", 99, 0},
    {"PPP, an EtherType", PPP, "ff 03 0800", 99, 0},
    {"Cisco HDLC", CISCO_HDLC, "0f 00 0800", 99, 0},
    {"Frame Relay", FRAME_RELAY, "18 40 02 05 03 00 80 000000 0800", 99, 0},
    {"Frame Relay, Cisco", FRAME_RELAY, "18 41 0800", 99, 0},
    {"Frame Relay, PPP", FRAME_RELAY, "18 41 03 cf 0021", 99, 0},
    {"Darwin", PKTAP, PKTAP_HEADER("01000000", "01000000") ETH "0800", 12, 108},
    {"Darwin, radiotap", PKTAP, PKTAP_HEADER("01000000", "7f000000") "0000080000000000" WLAN, 12,
     108},
    {"filter log of BSD", PFLOG, "40 02" ZEROS32 ZEROS8 ZEROS8 ZEROS8 "000000000000", 2, 64},
    {"Endace", ERF, ZEROS8 "82 04 0000 0000 0000" ZEROS8 "0000" ETH "0800", 99, 0},
};

static void test_ppp(void **state)
{
    (void)state;
    CHECK(ppp_cases);
    CHECK(hdlc_cases);
}

static void test_frame_relay(void **state)
{
    (void)state;
    CHECK(frame_relay_cases);
}

static void test_logs(void **state)
{
    (void)state;
    CHECK(log_cases);
}

static void test_records(void **state)
{
    (void)state;
    CHECK(record_cases);
}

static void test_cuts(void **state)
{
    (void)state;
    CHECK_CUTS(cuts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ppp),  cmocka_unit_test(test_frame_relay),
        cmocka_unit_test(test_logs), cmocka_unit_test(test_records),
        cmocka_unit_test(test_cuts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
