/* Cases with malformed or rare links: tags before IP, and IEEE 802.11. A well-formed packet
 * follows. */
#include "datasets/malformed/bytes.h"

#define DATAGRAM IPV4("0020", "0000", "11") UDP("000c") FOUR
#define IS_DATAGRAM IS_IPV4("17", "32") IS_UDP("4")
#define THEN_WELL_FORMED                                                                           \
    {                                                                                              \
        WELL_FORMED, 0                                                                             \
    }

/* A data frame of IEEE 802.11 from a distribution system, before its body. */
#define WLAN(control) control " 0000 020000000002 02000000000c 020000000001 0000 "
#define SNAP "aaaa03 000000 0800 "
#define RADIOTAP "00 00 0800 00000000 "
#define WELL_FORMED_WLAN WLAN("08 02") SNAP DATAGRAM
#define IS_WLAN IS_ETH "eth_type=* "
#define IS_WELL_FORMED_WLAN IS_WLAN IS_DATAGRAM
#define NO_LINK "eth_src=* eth_dst=* eth_type=* "

const malformed_case malformed_links[] = {
    {"tag-cut", "the packet ends inside its Cisco metadata tag", "Cisco TrustSec: 8 bytes",
     .link_type = 1, .packets = {{MACS "8909 0101 0001", 0}, THEN_WELL_FORMED},
     .rows = {IS_ETH "eth_type=* ", IS_WELL_FORMED}},
    {"tag-without-type", "a redundancy tag without the type that ends it", "IEEE 802.1CB 7.8",
     .link_type = 1, .packets = {{MACS "f1c1 0000 0001", 0}, THEN_WELL_FORMED},
     .rows = {IS_ETH "eth_type=* ", IS_WELL_FORMED}},
    {"tags-of-three-kinds", "a VLAN tag, a metadata tag and a VLAN tag",
     "IEEE 802.1Q 9.6: vlan_id is that of the outermost", .link_type = 1,
     .packets = {{MACS "8100 0064 8909 0101 0001 0007 8100 00c8 0800 " DATAGRAM, 0},
                 THEN_WELL_FORMED},
     .rows = {IS_ETH_IPV4 "vlan_id=100 " IS_DATAGRAM, IS_WELL_FORMED}},
    {"macsec-encrypted", "an encrypted frame, whose bytes look like IPv4", "IEEE 802.1AE 9.5",
     .link_type = 1,
     .packets = {{MACS "88e5 0c00 00000001 0800 " DATAGRAM "00000000000000000000000000000000", 0},
                 THEN_WELL_FORMED},
     .rows = {IS_ETH "eth_type=* ", IS_WELL_FORMED}},
    {"macsec-short-length-beyond", "a short length of 63, but 50 bytes follow", "IEEE 802.1AE 9.7",
     .link_type = 1,
     .packets = {{MACS "88e5 003f 00000001 0800 " DATAGRAM "00000000000000000000000000000000", 0},
                 THEN_WELL_FORMED},
     .rows = {IS_ETH "eth_type=* " ANY_IP ANY_PORTS "l4_hlen=* payload_len=* ", IS_WELL_FORMED}},
    {"backbone-cut", "cut by snaplen inside the inner addresses of a backbone frame",
     "IEEE 802.1Q 9.7", .link_type = 1,
     .packets = {{MACS "88e7 00000064 020000000012 0200", 80}, THEN_WELL_FORMED},
     .rows = {IS_ETH "eth_type=* ", IS_WELL_FORMED}},
    {"jumbo-llc-cut", "the packet ends inside its SNAP header", "IEEE 802.1AC; RFC 1042",
     .link_type = 1, .packets = {{MACS "8870 aaaa03 0000", 0}, THEN_WELL_FORMED},
     .rows = {IS_ETH "eth_type=* ", IS_WELL_FORMED}},
    {"radiotap-length-beyond", "a radiotap header of 255 bytes in a shorter packet",
     "radiotap.org: it_len", .link_type = 127,
     .packets = {{"00 00 ff00 00000000 " WELL_FORMED_WLAN, 0}, {RADIOTAP WELL_FORMED_WLAN, 0}},
     .rows = {NO_LINK, IS_WELL_FORMED_WLAN}},
    {"radiotap-length-of-4", "a radiotap header of 4 bytes", "radiotap.org: at least 8",
     .link_type = 127,
     .packets = {{"00 00 0400 00000000 " WELL_FORMED_WLAN, 0}, {RADIOTAP WELL_FORMED_WLAN, 0}},
     .rows = {NO_LINK ANY_IP ANY_PORTS "l4_hlen=* payload_len=* ", IS_WELL_FORMED_WLAN}},
    {"radiotap-presence-without-end", "presence words that all announce another one",
     "radiotap.org: it_present", .link_type = 127,
     .packets = {{"00 00 0c00 00000080 00000080 " WELL_FORMED_WLAN, 0},
                 {RADIOTAP WELL_FORMED_WLAN, 0}},
     .rows = {NO_LINK ANY_IP ANY_PORTS "l4_hlen=* payload_len=* ", IS_WELL_FORMED_WLAN}},
    {"wlan-cut", "cut by snaplen inside the addresses", "IEEE 802.11 9.3.2", .link_type = 105,
     .packets = {{"08 02 0000 020000000002 0200", 90}, {WELL_FORMED_WLAN, 0}},
     .rows = {NO_LINK, IS_WELL_FORMED_WLAN}},
    {"wlan-protected", "a protected frame, whose bytes look like IPv4", "IEEE 802.11 9.2.4.1",
     .link_type = 105, .packets = {{WLAN("08 42") SNAP DATAGRAM, 0}, {WELL_FORMED_WLAN, 0}},
     .rows = {IS_WLAN, IS_WELL_FORMED_WLAN}},
    {"wlan-fragment-later", "a later fragment, whose first bytes look like LLC",
     "IEEE 802.11 10.5: it begins inside the payload", .link_type = 105,
     .packets = {{"08 02 0000 020000000002 02000000000c 020000000001 0100 " SNAP DATAGRAM, 0},
                 {WELL_FORMED_WLAN, 0}},
     .rows = {IS_WLAN, IS_WELL_FORMED_WLAN}},
    {"wlan-no-data", "a frame without data, and bytes behind it that look like LLC",
     "IEEE 802.11 9.2.4.1.3", .link_type = 105,
     .packets = {{WLAN("48 02") SNAP DATAGRAM, 0}, {WELL_FORMED_WLAN, 0}},
     .rows = {IS_WLAN, IS_WELL_FORMED_WLAN}},
    {"wlan-subframe-beyond", "an aggregate's subframe of 256 bytes in a shorter frame",
     "IEEE 802.11 9.3.2.2", .link_type = 105,
     .packets = {{WLAN("88 02") "8000 020000000012 020000000011 0100 " SNAP DATAGRAM, 0},
                 {WELL_FORMED_WLAN, 0}},
     .rows = {NO_LINK ANY_IP ANY_PORTS "l4_hlen=* payload_len=* ", IS_WELL_FORMED_WLAN}},
    {"wlan-llc-cut", "a data frame that ends inside its LLC header", "RFC 1042", .link_type = 105,
     .packets = {{WLAN("08 02") "aaaa", 0}, {WELL_FORMED_WLAN, 0}},
     .rows = {IS_WLAN, IS_WELL_FORMED_WLAN}},
};

const size_t malformed_link_count = sizeof malformed_links / sizeof malformed_links[0];
