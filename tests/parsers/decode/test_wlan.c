/* IEEE 802.11 and the headers before its frames, with literal bytes: every kind of frame, complete
 * and cut at every byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/parsers/decode/cases.h"

enum { PRISM = 119, RADIOTAP = 127, AVS = 163, PPI = 192 };

#define A1 "02000000000a "
#define A2 "02000000000b "
#define A3 "02000000000c "
#define A4 "02000000000d "
/* Frame control, then duration, three addresses and sequence control. */
#define FRAME(control) control " 0000 " A1 A2 A3 "0000 "
#define SNAP(type) "aaaa03 000000 " type " "
#define MACS(src, dst) " eth_src=02:00:00:00:00:" src " eth_dst=02:00:00:00:00:" dst
#define MACS_ROW(src, dst) MACS(src, dst) " eth_type=0"
#define FROM_DS MACS("0c", "0a")
#define FROM_DS_ROW MACS_ROW("0c", "0a")
#define BARE "00 00 0800 00000000 "
#define QOS_FROM_DS FRAME("88 02")
#define FCS "deadbeef "
/* Total length 0: the payload ends where the check sequence begins. */
#define PING4_OPEN V4("0000", "0000", "01") ECHO
#define OPEN_ROW V4_ROW("1", "0", "0", "0") " l4_hlen=8 payload_len=0 icmp_type=8 icmp_code=0"
#define ZEROS16 "00000000000000000000000000000000 "

static const decode_case frame_cases[] = {
    {"no DS", IEEE80211, 0, FRAME("08 00") SNAP("0800") PING4, "ok" MACS_ROW("0b", "0a") PING4_ROW},
    {"from DS", IEEE80211, 0, FRAME("08 02") SNAP("0800") PING4, "ok" FROM_DS_ROW PING4_ROW},
    {"to DS", IEEE80211, 0, FRAME("08 01") SNAP("86dd") PING6, "ok" MACS_ROW("0b", "0c") PING6_ROW},
    {"both DS: four addresses", IEEE80211, 0, FRAME("08 03") A4 SNAP("0800") PING4,
     "ok" MACS_ROW("0d", "0c") PING4_ROW},
    {"QoS", IEEE80211, 0, QOS_FROM_DS "0000" SNAP("0800") PING4, "ok" FROM_DS_ROW PING4_ROW},
    {"QoS, HT control", IEEE80211, 0, FRAME("88 82") "0000 00000000" SNAP("0800") PING4,
     "ok" FROM_DS_ROW PING4_ROW},
    {"data and CF-Ack", IEEE80211, 0, FRAME("18 02") SNAP("0800") PING4,
     "ok" FROM_DS_ROW PING4_ROW},
    {"retry and power management do not matter", IEEE80211, 0, FRAME("08 1a") SNAP("0800") PING4,
     "ok" FROM_DS_ROW PING4_ROW},
    {"no data", IEEE80211, 0, FRAME("48 01"), "ok" MACS_ROW("0b", "0c")},
    {"QoS, no data", IEEE80211, 0, FRAME("c8 01") "0000", "ok" MACS_ROW("0b", "0c")},
    {"protected", IEEE80211, 0, FRAME("08 42") SNAP("0800") PING4, "ok" FROM_DS_ROW},
    {"first fragment", IEEE80211, 0, FRAME("08 06") SNAP("0800") PING4, "unsupported" FROM_DS_ROW},
    {"later fragment", IEEE80211, 0, "08 02 0000" A1 A2 A3 "0100" SNAP("0800") PING4,
     "unsupported" FROM_DS_ROW},
    {"sequence number, no fragment", IEEE80211, 0, "08 02 0000" A1 A2 A3 "f0ff" SNAP("0800") PING4,
     "ok" FROM_DS_ROW PING4_ROW},
    {"ARP", IEEE80211, 0, FRAME("08 02") SNAP("0806") "0001", "truncated" FROM_DS_ROW},
    {"beacon", IEEE80211, 0, FRAME("80 00") "0000000000000000", "ok" MACS_ROW("0b", "0a")},
    {"acknowledgement", IEEE80211, 0, "d4 00 0000" A1, "ok"},
    {"protocol version 1", IEEE80211, 0, FRAME("09 02") SNAP("0800") PING4, "unsupported"},
    {"A-MSDU: the first subframe", IEEE80211, 0,
     QOS_FROM_DS "8000 020000000012 020000000011 0024" SNAP("0800") PING4 "0000",
     "ok" MACS_ROW("11", "12") PING4_ROW},
    {"A-MSDU: the length limits the subframe", IEEE80211, 0,
     QOS_FROM_DS "8000 020000000012 020000000011 0024" SNAP("0800") PING4_OPEN "0000",
     "ok" MACS_ROW("11", "12") OPEN_ROW},
    {"A-MSDU: length above the frame's", IEEE80211, 0,
     QOS_FROM_DS "8000 020000000012 020000000011 0025" SNAP("0800") PING4,
     "bad-length" MACS_ROW("11", "12")},
    {"mesh control", IEEE80211, 0, FRAME("88 03") A4 "0001 00 1f 01000000" SNAP("0800") PING4,
     "ok" MACS_ROW("0d", "0c") PING4_ROW},
    {"mesh control with two addresses", IEEE80211, 0,
     FRAME("88 03") A4 "0001 02 1f 01000000" A1 A2 SNAP("0800") PING4,
     "ok" MACS_ROW("0d", "0c") PING4_ROW},
    {"queue size outside of a mesh", IEEE80211, 0, FRAME("88 01") "0001" SNAP("0800") PING4,
     "ok" MACS_ROW("0b", "0c") PING4_ROW},
    {"a queue size, whose body looks like a mesh control", IEEE80211, 0,
     QOS_FROM_DS "0001" A1 A3 "0800" PING4, "ok" FROM_DS " eth_type=2048" PING4_ROW},
    {"a mesh control, but no SNAP behind it", IEEE80211, 0,
     FRAME("88 03") A4 "0001 00 1f 01000000 0000" SNAP("0800") PING4, "ok" MACS_ROW("0d", "0c")},
    {"mesh control without QoS", IEEE80211, 0,
     FRAME("08 03") A4 "00 1f 01000000" SNAP("0800") PING4, "ok" MACS_ROW("0d", "0c") PING4_ROW},
    {"mesh control with an address, without QoS, from DS", IEEE80211, 0,
     FRAME("08 02") "01 1f 01000000" A4 SNAP("86dd") PING6, "ok" FROM_DS_ROW PING6_ROW},
    {"mesh control that QoS denies", IEEE80211, 0,
     FRAME("88 03") A4 "0000 00 1f 01000000" SNAP("0800") PING4,
     "ok" MACS_ROW("0d", "0c") PING4_ROW},
    {"no mesh control: a reserved flag", IEEE80211, 0,
     FRAME("08 03") A4 "04 1f 01000000" SNAP("0800") PING4, "ok" MACS_ROW("0d", "0c")},
    {"no mesh control: reserved addresses", IEEE80211, 0,
     FRAME("08 03") A4 "03 1f 01000000" A1 A2 A3 SNAP("0800") PING4, "ok" MACS_ROW("0d", "0c")},
    {"no mesh control to DS", IEEE80211, 0, FRAME("08 01") "00 1f 01000000" SNAP("0800") PING4,
     "ok" MACS_ROW("0b", "0c")},
    {"a mesh control that QoS says, truncated", IEEE80211, 0, FRAME("88 03") A4 "0001 00 1f 010000",
     "truncated" MACS_ROW("0d", "0c")},
    {"bytes like a mesh control that QoS denies, truncated", IEEE80211, 0,
     FRAME("88 03") A4 "0000 00 1f 010000", "ok" MACS_ROW("0d", "0c")},
    {"the sequence control once more", IEEE80211, 0,
     "08 02 0000" A1 A2 A3 "1020 1020" SNAP("0800") PING4, "ok" FROM_DS_ROW PING4_ROW},
    {"a number that is not the sequence control", IEEE80211, 0,
     "08 02 0000" A1 A2 A3 "1020 2010" SNAP("0800") PING4, "ok" FROM_DS_ROW},
    {"six bytes, then Ethernet", IEEE80211, 0, FRAME("08 02") "0000 aabbccdd" A1 A3 "0800" PING4,
     "ok" FROM_DS " eth_type=2048" PING4_ROW},
    {"six bytes, then Ethernet from another source", IEEE80211, 0,
     FRAME("08 02") "0000 aabbccdd" A1 A4 "0800" PING4, "ok" FROM_DS_ROW},
    {"six bytes that do not begin with zeros, then Ethernet", IEEE80211, 0,
     FRAME("08 02") "ff00 aabbccdd" A1 A3 "0800" PING4, "ok" FROM_DS_ROW},
    {"an EtherType in place of LLC", IEEE80211, 0, FRAME("08 02") "0800" PING4,
     "ok" FROM_DS_ROW PING4_ROW},
    {"an EtherType in place of LLC, IPv6", IEEE80211, 0, FRAME("88 01") "0000 86dd" PING6,
     "ok" MACS_ROW("0b", "0c") PING6_ROW},
    {"an EtherType in place of LLC, ARP", IEEE80211, 0, FRAME("08 02") "0806 0001 88b5 00 00 0002",
     "ok" FROM_DS_ROW " arp_op=2"},
    {"an EtherType in place of LLC, MPLS", IEEE80211, 0, FRAME("08 02") "8847 00064140" PING4,
     "ok" FROM_DS_ROW PING4_ROW},
    {"another EtherType, or LLC", IEEE80211, 0, FRAME("08 02") "8947" PING4, "ok" FROM_DS_ROW},
    {"the EtherType is the sequence control: two more bytes", IEEE80211, 0,
     "08 02 0000" A1 A2 A3 "8035 8035" SNAP("0800") PING4, "ok" FROM_DS_ROW PING4_ROW},
    {"two zeros before LLC", IEEE80211, 0, FRAME("88 01") "0000 0000" SNAP("0800") PING4,
     "ok" MACS_ROW("0b", "0c") PING4_ROW},
    {"four zeros", IEEE80211, 0, FRAME("08 02") "0000 0000" SNAP("0800") PING4, "ok" FROM_DS_ROW},
    {"two zeros, and LLC truncated", IEEE80211, 0, FRAME("08 02") "0000 aaaa",
     "truncated" FROM_DS_ROW},
    {"Ethernet", IEEE80211, 0, FRAME("08 02") A1 A3 "0800" PING4,
     "ok" FROM_DS " eth_type=2048" PING4_ROW},
    {"Ethernet with the destination only, its own source", IEEE80211, 0,
     FRAME("08 01") A3 A4 "86dd" PING6, "ok" MACS("0d", "0c") " eth_type=34525" PING6_ROW},
    {"Ethernet with the source only, a tag", IEEE80211, 0,
     FRAME("08 03") A4 A1 A4 "8100 0064 0800" PING4,
     "ok" MACS("0d", "0a") " eth_type=2048 vlan_id=100" PING4_ROW},
    {"Ethernet, its header truncated", IEEE80211, 0, FRAME("08 02") A1 "0200",
     "truncated" FROM_DS_ROW},
    {"two addresses that are not the frame's", IEEE80211, 0, FRAME("08 02") A4 A4 "0800" PING4,
     "ok" FROM_DS_ROW},
    {"A-MSDU: no other body than LLC", IEEE80211, 0,
     QOS_FROM_DS "8000 020000000012 020000000011 0026 0000" SNAP("0800") PING4,
     "ok" MACS_ROW("11", "12")},
    {"LLC truncated", IEEE80211, 0, FRAME("08 02") "aaaa", "truncated" FROM_DS_ROW},
    {"total length above the frame's", IEEE80211, 0,
     FRAME("08 02") SNAP("0800") V4("001d", "0000", "01") ECHO,
     "bad-length" FROM_DS_ROW V4_ROW("1", "29", "0", "0")},
};

static const decode_case header_cases[] = {
    {"radiotap", RADIOTAP, 0, BARE FRAME("08 02") SNAP("0800") PING4, "ok" FROM_DS_ROW PING4_ROW},
    {"radiotap: a frame check sequence", RADIOTAP, 0,
     "00 00 0900 02000000 10" FRAME("08 02") SNAP("0800") PING4_OPEN FCS,
     "ok" FROM_DS_ROW OPEN_ROW},
    {"radiotap: flags after two presence words and the time, aligned", RADIOTAP, 0,
     "00 00 1900 03000080 00000000 00000000 0000000000000000 10" FRAME("08 02") SNAP("0800")
         PING4_OPEN FCS,
     "ok" FROM_DS_ROW OPEN_ROW},
    {"radiotap: no flags", RADIOTAP, 0,
     "00 00 0a00 08000000 1010" FRAME("08 02") SNAP("0800") PING4, "ok" FROM_DS_ROW PING4_ROW},
    {"radiotap: header padded to 4 bytes", RADIOTAP, 0,
     "00 00 0900 02000000 20" QOS_FROM_DS "0000 0000" SNAP("0800") PING4,
     "ok" FROM_DS_ROW PING4_ROW},
    {"radiotap: presence words without an end", RADIOTAP, 0,
     "00 00 0c00 02000080 00000080" FRAME("08 02") SNAP("0800") PING4, "ok" FROM_DS_ROW PING4_ROW},
    {"radiotap: version 1", RADIOTAP, 0, "01 00 0800 00000000" FRAME("08 02"), "bad-value"},
    {"radiotap: length 7", RADIOTAP, 0, "00 00 0700 00000000" FRAME("08 02"), "bad-length"},
    {"radiotap: length above the frame's", RADIOTAP, 0, "00 00 ff00 00000000" FRAME("08 02"),
     "bad-length"},
    {"radiotap: shorter than a frame check sequence", RADIOTAP, 0, "00 00 0900 02000000 10 d400",
     "truncated"},
    {"AVS", AVS, 0, "80211001 00000010 0000000000000000" FRAME("08 02") SNAP("0800") PING4,
     "ok" FROM_DS_ROW PING4_ROW},
    {"AVS: another version", AVS, 0, "80212001 00000010 0000000000000000" FRAME("08 02"),
     "bad-value"},
    {"AVS: length 4", AVS, 0, "80211001 00000004 0000000000000000" FRAME("08 02"), "bad-length"},
    {"AVS: length above the frame's", AVS, 0, "80211001 ffffffff 0000000000000000" FRAME("08 02"),
     "bad-length"},
    {"Prism", PRISM, 0,
     "44000000" ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16
     "000000000000000000000000" FRAME("08 02") SNAP("0800") PING4,
     "ok" FROM_DS_ROW PING4_ROW},
    {"Prism: big-endian, another code", PRISM, 0,
     "00000041" ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16
     "000000000000000000000000" FRAME("08 02") SNAP("0800") PING4,
     "ok" FROM_DS_ROW PING4_ROW},
    {"Prism: no header, but enough bytes for one", PRISM, 0,
     FRAME("08 02") SNAP("0800") PING4 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16,
     "ok" FROM_DS_ROW PING4_ROW},
    {"Prism: no header, an acknowledgement", PRISM, 0, "d4 00 0000" A1, "ok"},
    {"Prism: an AVS header", PRISM, 0,
     "80211002 00000010 0000000000000000" FRAME("08 02") SNAP("0800") PING4,
     "ok" FROM_DS_ROW PING4_ROW},
    {"PPI", PPI, 0, "00 00 0800 69000000" FRAME("08 02") SNAP("0800") PING4,
     "ok" FROM_DS_ROW PING4_ROW},
    {"PPI: a frame check sequence", PPI, 0,
     "00 00 2000 69000000 0200 1400 0000000000000000 0100 0000 0000000000000000" FRAME("08 02")
         SNAP("0800") PING4_OPEN FCS,
     "ok" FROM_DS_ROW OPEN_ROW},
    {"PPI: another field before, aligned", PPI, 0,
     "00 01 2800 69000000 3075 0100 aa000000 0200 1400 0000000000000000 0100 0000 "
     "0000000000000000" FRAME("08 02") SNAP("0800") PING4_OPEN FCS,
     "ok" FROM_DS_ROW OPEN_ROW},
    {"PPI: Ethernet", PPI, 0, "00 00 0800 01000000" ETH "0800" PING4,
     "ok" ETH_ROW " eth_type=2048" PING4_ROW},
    {"PPI: radiotap", PPI, 0, "00 00 0800 7f000000" BARE FRAME("08 02") SNAP("0800") PING4,
     "ok" FROM_DS_ROW PING4_ROW},
    {"PPI: Linux cooked capture", PPI, 0,
     "00 00 0800 71000000 0000 0001 0006 0200000000010000 0800" PING4,
     "ok eth_src=00:00:00:00:00:00 eth_dst=00:00:00:00:00:00 eth_type=2048" PING4_ROW},
    {"PPI: PPI", PPI, 0, "00 00 0800 c0000000 00 00 0800 69000000" FRAME("08 02"), "unsupported"},
    {"PPI: another link", PPI, 0, "00 00 0800 ff000000" FRAME("08 02"), "unsupported"},
    {"PPI: version 1", PPI, 0, "01 00 0800 69000000" FRAME("08 02"), "bad-value"},
    {"PPI: length 7", PPI, 0, "00 00 0700 69000000" FRAME("08 02"), "bad-length"},
};

static const cut_case cuts[] = {
    {"802.11", IEEE80211, FRAME("08 02") SNAP("0800"), 999, 0},
    {"QoS and HT control", IEEE80211, FRAME("88 83") A4 "0000 00000000" SNAP("0800"), 999, 0},
    {"the sequence control once more", IEEE80211, "08 02 0000" A1 A2 A3 "1020 1020" SNAP("0800"),
     999, 0},
    {"an EtherType in place of LLC", IEEE80211, FRAME("08 02") "0800", 999, 0},
    {"Prism: no header", PRISM, FRAME("08 02") SNAP("0800"), 999, 0},
    {"PPI: radiotap", PPI, "00 00 0800 7f000000" BARE FRAME("08 02") SNAP("0800"), 999, 0},
    {"mesh control", IEEE80211, FRAME("88 03") A4 "0001 01 1f 01000000" A1 SNAP("0800"), 999, 0},
    {"radiotap, padded", RADIOTAP, "00 00 0900 02000000 20" QOS_FROM_DS "0000 0000" SNAP("0800"), 8,
     9},
    {"AVS", AVS, "80211001 00000010 0000000000000000" FRAME("08 02") SNAP("0800"), 8, 16},
    {"Prism", PRISM,
     "44000000" ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16
     "000000000000000000000000" FRAME("08 02") SNAP("0800"),
     999, 0},
    {"PPI", PPI, "00 00 1000 69000000 0000000000000000" FRAME("08 02") SNAP("0800"), 8, 16},
};

/* Bodies that later bytes tell apart from others: a packet that ends before them is of another
 * kind, one that the capture length cuts is of none. */
static const cut_case guesses[] = {
    {"mesh control without QoS", IEEE80211, FRAME("08 02") "001f 01000000" SNAP("0800"), 0, 0},
    {"Ethernet behind 6 bytes", IEEE80211, FRAME("08 02") "0000 aabbccdd" A1 A3 "0800", 0, 0},
    {"Ethernet, by the source", IEEE80211, FRAME("08 02") A2 A3 "0800", 0, 0},
};

static void test_guesses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof guesses / sizeof guesses[0]; i++) {
        uint8_t bytes[512];
        const size_t header = hex_bytes(guesses[i].hex, bytes, sizeof bytes);
        const size_t whole = header + hex_bytes(PING4, bytes + header, sizeof bytes - header);
        static pkt_batch batch;
        for (size_t n = 0; n < header; n++)
            check_cut(&guesses[i], bytes, n, whole, PKT_CUT_BY_SNAPLEN);
        decode_row(IEEE80211, bytes, whole, whole, &batch);
        assert_int_equal(batch.verdict[0], PKT_OK);
        assert_true(batch.present[0] & PKT_HAS_ICMP);
    }
}

static void test_frames(void **state)
{
    (void)state;
    CHECK(frame_cases);
}

static void test_headers(void **state)
{
    (void)state;
    CHECK(header_cases);
}

static void test_cuts(void **state)
{
    (void)state;
    CHECK_CUTS(cuts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_guesses),
        cmocka_unit_test(test_cuts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
