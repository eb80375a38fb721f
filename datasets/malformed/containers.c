/* Cases with a malformed or rare container.
 * pcap: draft-ietf-opsawg-pcap; pcapng: draft-ietf-opsawg-pcapng. */
#include "datasets/malformed/bytes.h"

#define PCAP_HEAD(snaplen, link) "d4c3b2a1 0200 0400 00000000 00000000 " snaplen " " link " "
#define PCAP PCAP_HEAD("00000400", "01000000")
#define RECORD "00ca9a3b 00000000 2e000000 2e000000 " WELL_FORMED
#define FRAME(time) "ts_ns=" time " cap_len=46 wire_len=46 link_type=1 "
#define TIME "1000000000000000000"
#define FCS "f00dcafe "
#define IS_RECORD FRAME(TIME) IS_WELL_FORMED

#define SHB "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000 "
#define SHB_BE "0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c "
#define IDB "01000000 14000000 0100 0000 00000400 14000000 "
#define IDB_BE "00000001 00000014 0001 0000 00040000 00000014 "
#define IDB_OPTION(option) "01000000 20000000 0100 0000 00000400 " option " 00000000 20000000 "
/* Enhanced packet blocks: time stamp 10^15 microseconds, 46 bytes and 2 bytes of padding. */
#define EPB_HEAD(interface, captured)                                                              \
    "06000000 50000000 " interface " 7e8d0300 0080c6a4 " captured " 2e000000 "
#define EPB_OF(interface) EPB_HEAD(interface, "2e000000") WELL_FORMED "0000 50000000 "
#define EPB_AT(time)                                                                               \
    "06000000 50000000 00000000 " time " 2e000000 2e000000 " WELL_FORMED "0000 50000000 "
#define EPB EPB_OF("00000000")
#define EPB_BE                                                                                     \
    "00000006 00000050 00000000 00038d7e a4c68000 0000002e 0000002e " WELL_FORMED "0000 00000050 "

const malformed_case malformed_containers[] = {
    {"empty-file", "an empty file", "pcap 4: the file header comes first", .file = ""},
    {"pcap-header-cut", "the file ends inside its header, after 23 bytes", "pcap 4",
     .file = "d4c3b2a1 0200 0400 00000000 00000000 00000400 010000"},
    {"pcap-no-packets", "a file header and no packets", "pcap 4", .file = PCAP},
    {"pcap-cut-in-record-header", "the file ends inside the second record's header",
     "pcap 5: the rows before it are valid", .file = PCAP RECORD "00ca9a3b 00000000 2e00",
     .rows = {IS_RECORD}},
    {"pcap-cut-in-packet", "the file ends inside the second packet",
     "pcap 5: the rows before it are valid",
     .file = PCAP RECORD "00ca9a3b 00000000 2e000000 2e000000 " MACS, .rows = {IS_RECORD}},
    {"pcap-captured-2-gib", "a record claims 2147483647 captured bytes",
     "pcap 5: the rows before it are valid",
     .file = PCAP RECORD "00ca9a3b 00000000 ffffff7f ffffff7f " WELL_FORMED, .rows = {IS_RECORD}},
    {"pcap-captured-above-original", "captured length 46, original length 20",
     "pcap 5: the captured length must not exceed the original length",
     .file = PCAP "00ca9a3b 00000000 2e000000 14000000 " WELL_FORMED RECORD,
     .rows = {"ts_ns=" TIME " cap_len=46 wire_len=* link_type=1 eth_src=* eth_dst=* "
              "eth_type=* " ANY_IP ANY_TCP,
              IS_RECORD}},
    {"pcap-captured-nothing", "a captured length of 0", "pcap 5",
     .file = PCAP "00ca9a3b 00000000 00000000 2e000000 " RECORD,
     .rows = {"ts_ns=" TIME " cap_len=0 wire_len=46 link_type=1 ", IS_RECORD}},
    {"pcap-microseconds-above-a-second", "2000000 microseconds in a time stamp",
     "pcap 5: not defined", .file = PCAP "00ca9a3b 80841e00 2e000000 2e000000 " WELL_FORMED RECORD,
     .rows = {FRAME("*") IS_WELL_FORMED, IS_RECORD}},
    {"pcap-nanoseconds-big-endian", "nanosecond magic, big-endian", "pcap 4",
     .file = "a1b23c4d 0002 0004 00000000 00000000 00040000 00000001 "
             "3b9aca00 00000001 0000002e 0000002e " WELL_FORMED,
     .rows = {FRAME("1000000000000000001") IS_WELL_FORMED}},
    {"pcap-snaplen-zero", "a snapshot length of 0",
     "pcap 4: not allowed; each record has its own length",
     .file = PCAP_HEAD("00000000", "01000000") RECORD, .rows = {IS_RECORD}},
    {"pcap-snaplen-below-packet", "a packet longer than the snapshot length",
     "pcap 5: each record has its own length",
     .file = PCAP_HEAD("10000000", "01000000") RECORD RECORD, .rows = {IS_RECORD, IS_RECORD}},
    {"pcap-fcs-bits", "the header's FCS bits: a frame check sequence of 4 bytes",
     "pcap 4: the FCS follows the frame",
     .file =
         PCAP_HEAD("00000400", "01000024") "00ca9a3b 00000000 32000000 32000000 " WELL_FORMED FCS,
     .rows = {"ts_ns=" TIME " cap_len=50 wire_len=50 link_type=1 " IS_WELL_FORMED}},
    {"pcap-time-1970", "a time stamp of 0", "pcap 5",
     .file = PCAP "00000000 00000000 2e000000 2e000000 " WELL_FORMED,
     .rows = {FRAME("0") IS_WELL_FORMED}},
    {"pcap-time-backwards", "the second packet is earlier than the first",
     "pcap 5: packets need not be in order",
     .file = PCAP RECORD "ffc99a3b 00000000 2e000000 2e000000 " WELL_FORMED,
     .rows = {IS_RECORD, FRAME("999999999000000000") IS_WELL_FORMED}},
    {"pcap-time-2106", "seconds above 2^31, in the year 2106", "pcap 5: seconds are unsigned",
     .file = PCAP "ffffffff 00000000 2e000000 2e000000 " WELL_FORMED,
     .rows = {FRAME("4294967295000000000") IS_WELL_FORMED}},
    {"pcapng-bad-byte-order-magic", "an invalid byte-order magic", "pcapng 4.1",
     .file = "0a0d0d0a 1c000000 4d3c2b1b 0100 0000 ffffffffffffffff 1c000000 " IDB EPB},
    {"pcapng-no-packets", "a section and an interface, no packets", "pcapng 3", .file = SHB IDB},
    {"pcapng-packet-before-interface", "a packet block without an interface description block",
     "pcapng 4.3", .file = SHB EPB},
    {"pcapng-unknown-interface", "the second packet has interface 7, but there is only interface 0",
     "pcapng 4.3: the rows before it are valid", .file = SHB IDB EPB EPB_OF("07000000"),
     .rows = {IS_RECORD}},
    {"pcapng-trailer-mismatch", "the second packet block has two different block total lengths",
     "pcapng 3.1: the rows before it are valid",
     .file = SHB IDB EPB EPB_HEAD("00000000", "2e000000") WELL_FORMED "0000 54000000 ",
     .rows = {IS_RECORD}},
    {"pcapng-block-length-zero", "a block total length of 0, which can cause an endless loop",
     "pcapng 3.1: the rows before it are valid",
     .file = SHB IDB EPB "06000000 00000000 00000000 00000000", .rows = {IS_RECORD}},
    {"pcapng-block-length-4-gib", "a block of 4294967292 bytes",
     "pcapng 3.1: the rows before it are valid",
     .file = SHB IDB EPB "06000000 fcffffff 00000000 00000000", .rows = {IS_RECORD}},
    {"pcapng-captured-beyond-block", "a captured length above the block's",
     "pcapng 4.3: the rows before it are valid",
     .file = SHB IDB EPB EPB_HEAD("00000000", "2e010000") WELL_FORMED "0000 50000000 ",
     .rows = {IS_RECORD}},
    {"pcapng-cut-in-block", "the file ends inside the second packet's block",
     "pcapng 3.1: the rows before it are valid",
     .file = SHB IDB EPB EPB_HEAD("00000000", "2e000000") MACS, .rows = {IS_RECORD}},
    {"pcapng-unknown-blocks", "a custom, a reserved and an unknown block between packets",
     "pcapng 3.1: unknown blocks are skipped",
     .file = SHB IDB EPB "ad0b0000 10000000 01020304 10000000 05000080 0c000000 0c000000 "
                         "ff7f0000 10000000 aabbccdd 10000000 " EPB,
     .rows = {IS_RECORD, IS_RECORD}},
    {"pcapng-sections-of-both-orders", "a little-endian and a big-endian section",
     "pcapng 4.1: each section has its own byte order", .file = SHB IDB EPB SHB_BE IDB_BE EPB_BE,
     .rows = {IS_RECORD, IS_RECORD}},
    {"pcapng-simple-packet", "a simple packet block, which has no time stamp", "pcapng 4.4",
     .file = SHB IDB "03000000 40000000 2e000000 " WELL_FORMED "0000 40000000 " EPB,
     .rows = {FRAME("*") IS_WELL_FORMED, IS_RECORD}},
    {"pcapng-obsolete-packet", "an obsolete packet block", "pcapng appendix A",
     .file = SHB IDB "02000000 50000000 0000 0000 7e8d0300 0080c6a4 2e000000 2e000000 " WELL_FORMED
                     "0000 50000000 ",
     .rows = {IS_RECORD}},
    {"pcapng-time-in-powers-of-2", "time stamps in units of 2^-10 s", "pcapng 4.2, if_tsresol",
     .file = SHB IDB_OPTION("0900 0100 8a000000") EPB_AT("ee000000 0000286b"), .rows = {IS_RECORD}},
    {"pcapng-time-in-picoseconds", "time stamps in units of 10^-12 s", "pcapng 4.2, if_tsresol",
     .file = SHB IDB_OPTION("0900 0100 0c000000") EPB_AT("1f010000 cb04fb71"), /* 1234567890123 */
     .rows = {FRAME("1234567890") IS_WELL_FORMED}},
    {"pcapng-time-below-nanoseconds", "time stamps in units of 2^-40 s", "pcapng 4.2, if_tsresol",
     .file = SHB IDB_OPTION("0900 0100 a8000000") EPB_AT("80010000 00000000"), /* 1.5 * 2^40 */
     .rows = {FRAME("1500000000") IS_WELL_FORMED}},
    {"pcapng-two-link-types", "an Ethernet interface and a raw IP interface", "pcapng 4.2",
     .file = SHB IDB "01000000 14000000 6500 0000 00000400 14000000 " EPB
                     "06000000 40000000 01000000 7e8d0300 0080c6a4 20000000 20000000 " IPV4(
                         "0020", "0000", "11") UDP("000c") FOUR "40000000 ",
     .rows = {IS_RECORD, "ts_ns=" TIME " cap_len=32 wire_len=32 link_type=101 " IS_IPV4("17", "32")
                             IS_UDP("4")}},
};

const size_t malformed_container_count =
    sizeof malformed_containers / sizeof malformed_containers[0];
