/* The columns of the published sets, in their order: schema and output are made from these. */
#include "parsers/features/ciciot.h"

#define AT(member) .at = offsetof(ciciot_packet, member)
#define COLUMN(n, u, a, member, m)                                                                 \
    .name = (n), .unit = (u), .aggregate = (a), AT(member), .meaning = (m)
#define MEAN(n, u, member, m) COLUMN(n, u, PKT_MEAN, member, m)
#define SHARE(n, member, m) MEAN(n, "0 to 1", member, m)
#define PORT(n, member, m) SHARE(n, member, m), .inferred = true, .defect = port_defect
#define SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const char port_defect[] =
    "the port is inferred from the name; either end's port counts; other ports of the protocol do "
    "not";
static const char epoch_defect[] =
    "of the first packet of a piece, and of every 20th, it is the time since 1970: the mean says "
    "when the traffic was captured";
static const char block_defect[] =
    "of a block that is emptied at every 20th packet, not of the window";
static const char twice_defect[] =
    "both streams are every frame, so it says nothing that the block's lengths do not; at every "
    "20th packet of the 19 before";
static const char llc_defect[] =
    "1 for every IP packet, as the scripts' test is inferred to be; nothing of LLC is looked at";

/* What both sets have, in this order. */
#define FLAG_COLUMNS                                                                               \
    {SHARE("fin_flag_number", fin, "FIN is set")}, {SHARE("syn_flag_number", syn, "SYN is set")},  \
        {SHARE("rst_flag_number", rst, "RST is set")},                                             \
        {SHARE("psh_flag_number", psh, "PSH is set")},                                             \
        {SHARE("ack_flag_number", ack, "ACK is set")},                                             \
        {SHARE("ece_flag_number", ece, "ECE is set")},                                             \
    {                                                                                              \
        SHARE("cwr_flag_number", cwr, "CWR is set")                                                \
    }
#define PROTOCOL_COLUMNS                                                                           \
    {PORT("HTTP", http, "TCP port 80")}, {PORT("HTTPS", https, "TCP port 443")},                   \
        {PORT("DNS", dns, "UDP port 53")}, {PORT("Telnet", telnet, "TCP port 23")},                \
        {PORT("SMTP", smtp, "TCP port 25")}, {PORT("SSH", ssh, "TCP port 22")},                    \
        {PORT("IRC", irc, "TCP port 194 or 6667")}, {SHARE("TCP", tcp, "TCP")},                    \
        {SHARE("UDP", udp, "UDP")}, {PORT("DHCP", dhcp, "UDP port 67 or 68")},                     \
        {SHARE("ARP", arp, "ARP")},                                                                \
    {                                                                                              \
        SHARE("ICMP", icmp, "ICMP")                                                                \
    }

static const pkt_feature_column ciciot46[] = {
    {MEAN("flow_duration", "s", flow_duration,
          "time from the first to the last packet of its flow so far"),
     .defect = "0 for what is neither TCP nor UDP; of one piece"},
    {MEAN("Header_Length", "bytes", flow_bytes, "frame lengths of its flow so far, summed"),
     .defect = "misnamed: no header's length; of one piece"},
    {MEAN("Protocol Type", "protocol number", protocol, "the IP header's protocol; 0: ARP"),
     .defect = "a mean of numbers that are names; behind an authentication header, the protocol is "
               "the one after it"},
    {MEAN("Duration", "hops", ttl, "time to live"), .defect = "misnamed: no duration; 0 for ARP"},
    {MEAN("Rate", "packets/s", rate, "packets of its flow so far over flow_duration"),
     .defect = "where flow_duration is 0, as for ARP and ICMP, the rate of the packet before"},
    {MEAN("Srate", "packets/s", rate, "the same"),
     .defect = "always Rate: both directions are counted"},
    {MEAN("Drate", "packets/s", back_rate, "the same, of packets that come back"),
     .defect = "0: what is looked up is never there, but for flows whose two ends are the same"},
    FLAG_COLUMNS,
    {MEAN("ack_count", "packets", fin_seen, "packets with FIN in its TCP flow so far"),
     .defect = "misnamed: counts FIN"},
    {MEAN("syn_count", "packets", syn_seen, "packets with SYN in its TCP flow so far")},
    {MEAN("fin_count", "packets", rst_seen, "packets with RST in its TCP flow so far"),
     .defect = "misnamed: counts RST"},
    {MEAN("urg_count", "packets", psh_seen, "packets with PSH in its TCP flow so far"),
     .defect = "misnamed: counts PSH"},
    {MEAN("rst_count", "packets", ack_seen, "packets with ACK in its TCP flow so far"),
     .defect = "misnamed: counts ACK"},
    PROTOCOL_COLUMNS,
    {SHARE("IPv", ip, "IPv4")},
    {SHARE("LLC", llc, "an IP packet"), .defect = llc_defect, .inferred = true},
    {MEAN("Tot sum", "bytes", block_sum, "sum of the block's frame lengths"),
     .defect = block_defect},
    {MEAN("Min", "bytes", block_min, "the least of them"), .defect = block_defect},
    {MEAN("Max", "bytes", block_max, "the greatest"), .defect = block_defect},
    {MEAN("AVG", "bytes", block_mean, "their mean"), .defect = block_defect},
    {MEAN("Std", "bytes", block_std, "their standard deviation, of a population"),
     .defect = block_defect},
    {MEAN("Tot size", "bytes", frame, "the frame's length, as its headers say it"),
     .defect = "without what stands behind the IP packet, as the scripts' library packs it again; "
               "of the VLAN tags one is counted"},
    {MEAN("IAT", "s", gap_or_time, "time since the packet before"), .defect = epoch_defect},
    {MEAN("Number", "frames", block_count, "frames in the block, 0 to 19"),
     .defect = "of windows of 10 it is 5.5 and 13.5 by turns, whatever the traffic"},
    {MEAN("Magnitue", "bytes^0.5", magnitude,
          "square root of the sum of the streams' mean lengths"),
     .defect = twice_defect},
    {MEAN("Radius", "bytes", radius, "square root of the sum of the streams' variances"),
     .defect = twice_defect},
    {MEAN("Covariance", "bytes^2", covariance, "covariance of the two streams' lengths"),
     .defect = twice_defect},
    {MEAN("Variance", "", variance, "ratio of the two streams' variances"),
     .defect = "1, or 0 where all lengths are the same: the streams are one"},
    {MEAN("Weight", "frames^2", weight, "product of the two streams' numbers of frames"),
     .defect = "of windows of 10 it is 38.5 and 244.6 by turns, whatever the traffic"},
};

static const pkt_feature_column ciciot39[] = {
    {MEAN("Header_Length", "bytes", header, "TCP: its header with options; UDP: 8; others: 0")},
    {COLUMN("Protocol Type", "protocol number", PKT_MODE, protocol,
            "the IP header's protocol; 0: ARP"),
     .defect = "the smallest of those that are equally frequent; behind an authentication header, "
               "the protocol is the one after it"},
    {MEAN("Time_To_Live", "hops", ttl, "time to live"), .defect = "0 for ARP"},
    {COLUMN("Rate", "packets/s", PKT_RATE, time,
            "packets over the time between the first and the last"),
     .defect = "infinite if all packets have one time"},
    FLAG_COLUMNS,
    {COLUMN("ack_count", "packets", PKT_SUM, fin, "packets with FIN"),
     .defect = "misnamed: counts FIN"},
    {COLUMN("syn_count", "packets", PKT_SUM, syn, "packets with SYN")},
    {COLUMN("fin_count", "packets", PKT_SUM, rst, "packets with RST"),
     .defect = "misnamed: counts RST"},
    {COLUMN("rst_count", "packets", PKT_SUM, ack, "packets with ACK"),
     .defect = "misnamed: counts ACK"},
    PROTOCOL_COLUMNS,
    {SHARE("IGMP", igmp, "IGMP")},
    {SHARE("IPv", ip, "IPv4")},
    {SHARE("LLC", llc, "an IP packet"), .defect = llc_defect, .inferred = true},
    {COLUMN("Tot sum", "bytes", PKT_SUM, captured, "captured length")},
    {COLUMN("Min", "bytes", PKT_MIN, captured, "captured length")},
    {COLUMN("Max", "bytes", PKT_MAX, captured, "captured length")},
    {MEAN("AVG", "bytes", captured, "captured length")},
    {COLUMN("Std", "bytes", PKT_STD, captured, "captured length"), .defect = "none of one packet"},
    {MEAN("Tot size", "bytes", captured, "captured length"), .defect = "always AVG"},
    {MEAN("IAT", "s", gap, "time since the packet before; 0 for the first of a piece"),
     .defect = "0 too behind a packet of the time 0"},
    {COLUMN("Number", "packets", PKT_COUNT, time, "packets of the window")},
    {COLUMN("Variance", "bytes^2", PKT_VARIANCE, captured, "captured length"),
     .defect = "none of one packet"},
};

/* What the sets' scripts do to all columns. */
#define PUBLISHED_NOTES                                                                            \
    "a reconstruction: made from public copies of the dataset's scripts, not from the dataset's "  \
    "own archive; checked against an independent computation of the same description, never "      \
    "against a released CSV",                                                                      \
        "a packet of IPv4 or ARP is counted; IPv6 and all else is not, as in the scripts; IPv4 "   \
        "on links other than Ethernet is, which the scripts cannot read",                          \
        "a packet whose IP header was not captured whole is not counted; the scripts lose the "    \
        "piece that holds it, or one whose header claims less than 20 bytes, which counts here",   \
        "times are whole microseconds in double precision, as in the pieces that tcpdump writes",  \
        "a row is a window of consecutive packets, all flows mixed; the last one of a piece is "   \
        "shorter; rows are in the order of the capture"

static const char *const notes46[] = {
    PUBLISHED_NOTES,
    "flows are the two ends, address and port, in either direction, TCP and UDP apart; all state "
    "starts anew with every piece of a capture, where tcpdump -C 10 starts a file: at the first "
    "packet behind the one that made it larger than 10,000,000 bytes, 24 for the file's header and "
    "16 a packet counted in",
    NULL};
static const char *const notes39[] = {
    PUBLISHED_NOTES,
    "windows and times between packets start anew with every piece of a capture, where tcpdump -C "
    "10 starts a file: at the first packet behind the one that made it larger than 10,000,000 "
    "bytes, 24 for the file's header and 16 a packet counted in",
    NULL};

const pkt_feature_set pkt_feature_ciciot46 = {
    .name = "ciciot46",
    .summary = "the 46 features of CIC-IoT-2023, as their scripts compute them, defects and all",
    .notes = notes46,
    .columns = ciciot46,
    .count = SIZE(ciciot46),
    .published = true,
};
_Static_assert(SIZE(ciciot46) == 46, "as published");

const pkt_feature_set pkt_feature_ciciot39 = {
    .name = "ciciot39",
    .summary = "the 39 features of its re-release, as their scripts compute them, defects and all",
    .notes = notes39,
    .columns = ciciot39,
    .count = SIZE(ciciot39),
    .published = true,
};
_Static_assert(SIZE(ciciot39) == 39, "as published");
