/* Columns of the published sets, in output order. */
#include "parsers/features/ciciot.h"

#define AT(member) .at = offsetof(ciciot_packet, member)
#define COLUMN(n, u, a, member, m)                                                                 \
    .name = (n), .unit = (u), .aggregate = (a), AT(member), .meaning = (m)
#define MEAN(n, u, member, m) COLUMN(n, u, PKT_MEAN, member, m)
#define SHARE(n, member, m) MEAN(n, "0 to 1", member, m)
#define PORT(n, member, m) SHARE(n, member, m), .inferred = true, .defect = port_defect
#define SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const char port_defect[] =
    "the port is inferred from the column's name; source or destination port; other ports of the "
    "protocol do not count";
static const char epoch_defect[] =
    "for the first packet of a piece and every 20th packet, the time since 1970: the mean depends "
    "on the date of the capture";
static const char block_defect[] =
    "computed over blocks of 20 packets that are independent of the window";
static const char twice_defect[] =
    "both lists contain every frame, so this depends only on the block's lengths; for every 20th "
    "packet, on the 19 before it";
static const char llc_defect[] =
    "1 for every IP packet; the scripts' test is inferred; the LLC header is not read";

/* Columns of both sets. */
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
          "time from the first packet of its flow to the latest, up to this packet"),
     .defect = "0 if neither TCP nor UDP; reset with every piece"},
    {MEAN("Header_Length", "bytes", flow_bytes,
          "sum of the frame lengths of its flow, up to this packet"),
     .defect = "misnamed: not a header length; reset with every piece"},
    {MEAN("Protocol Type", "protocol number", protocol, "protocol of the IP header; 0: ARP"),
     .defect = "a mean of protocol numbers has no meaning; after an authentication header, its "
               "next header is used"},
    {MEAN("Duration", "hops", ttl, "time to live"),
     .defect = "misnamed: not a duration; 0 for ARP"},
    {MEAN("Rate", "packets/s", rate, "packets of its flow, up to this packet / flow_duration"),
     .defect = "if flow_duration is 0, as for ARP and ICMP, the rate of the previous packet"},
    {MEAN("Srate", "packets/s", rate, "packets of its flow, up to this packet / flow_duration"),
     .defect = "always equal to Rate: both directions are counted"},
    {MEAN("Drate", "packets/s", reverse_rate, "the same in the reverse direction"),
     .defect = "always 0, except for flows with equal source and destination"},
    FLAG_COLUMNS,
    {MEAN("ack_count", "packets", flow_fin, "packets of its TCP flow with FIN, up to this packet"),
     .defect = "misnamed: counts FIN"},
    {MEAN("syn_count", "packets", flow_syn, "packets of its TCP flow with SYN, up to this packet")},
    {MEAN("fin_count", "packets", flow_rst, "packets of its TCP flow with RST, up to this packet"),
     .defect = "misnamed: counts RST"},
    {MEAN("urg_count", "packets", flow_psh, "packets of its TCP flow with PSH, up to this packet"),
     .defect = "misnamed: counts PSH"},
    {MEAN("rst_count", "packets", flow_ack, "packets of its TCP flow with ACK, up to this packet"),
     .defect = "misnamed: counts ACK"},
    PROTOCOL_COLUMNS,
    {SHARE("IPv", ip, "IPv4")},
    {SHARE("LLC", llc, "an IP packet"), .defect = llc_defect, .inferred = true},
    {MEAN("Tot sum", "bytes", block_sum, "sum of the block's frame lengths"),
     .defect = block_defect},
    {MEAN("Min", "bytes", block_min, "minimum frame length in the block"), .defect = block_defect},
    {MEAN("Max", "bytes", block_max, "maximum frame length in the block"), .defect = block_defect},
    {MEAN("AVG", "bytes", block_mean, "mean frame length in the block"), .defect = block_defect},
    {MEAN("Std", "bytes", block_std, "population standard deviation of the block's frame lengths"),
     .defect = block_defect},
    {MEAN("Tot size", "bytes", frame, "frame length, computed from the headers"),
     .defect = "without bytes after the IP packet, because the scripts' library serializes the "
               "packet again; only one VLAN tag is counted"},
    {MEAN("IAT", "s", gap_or_time, "time since the previous packet"), .defect = epoch_defect},
    {MEAN("Number", "frames", block_count, "frames in the block, 0 to 19"),
     .defect = "with windows of 10, alternates between 5.5 and 13.5 for any traffic"},
    {MEAN("Magnitue", "bytes^0.5", magnitude, "square root of the sum of the lists' mean lengths"),
     .defect = twice_defect},
    {MEAN("Radius", "bytes", radius, "square root of the sum of the lists' variances"),
     .defect = twice_defect},
    {MEAN("Covariance", "bytes^2", covariance, "covariance of the lengths in the two lists"),
     .defect = twice_defect},
    {MEAN("Variance", "", variance, "ratio of the variances of the two lists"),
     .defect = "1, or 0 if all lengths are equal: both lists are the same"},
    {MEAN("Weight", "frames^2", weight, "product of the numbers of frames in the two lists"),
     .defect = "with windows of 10, alternates between 38.5 and 244.6 for any traffic"},
};

static const pkt_feature_column ciciot39[] = {
    {MEAN("Header_Length", "bytes", header, "TCP: header with options; UDP: 8; others: 0")},
    {COLUMN("Protocol Type", "protocol number", PKT_MODE, protocol,
            "protocol of the IP header; 0: ARP"),
     .defect = "the smallest if several are equally frequent; after an authentication header, its "
               "next header is used"},
    {MEAN("Time_To_Live", "hops", ttl, "time to live"), .defect = "0 for ARP"},
    {COLUMN("Rate", "packets/s", PKT_RATE, time,
            "packets / time between the earliest and the latest"),
     .defect = "infinite if all packets have the same time"},
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
    {COLUMN("Std", "bytes", PKT_STD, captured, "captured length"),
     .defect = "empty for a single packet"},
    {MEAN("Tot size", "bytes", captured, "captured length"), .defect = "always equal to AVG"},
    {MEAN("IAT", "s", gap, "time since the previous packet; 0 for the first of a piece"),
     .defect = "also 0 after a packet with time 0"},
    {COLUMN("Number", "packets", PKT_COUNT, time, "packets of the window")},
    {COLUMN("Variance", "bytes^2", PKT_VARIANCE, captured, "captured length"),
     .defect = "empty for a single packet"},
};

/* Notes on all columns of both sets. */
#define PUBLISHED_NOTES                                                                            \
    "a reconstruction from public copies of the dataset's scripts, not from the dataset's own "    \
    "archive; checked against an independent implementation of the same description, not against " \
    "a released CSV file",                                                                         \
        "IPv4 and ARP packets are counted; IPv6 and other packets are not, as in the scripts; "    \
        "IPv4 on links other than Ethernet is counted, which the scripts cannot read",             \
        "a packet with an incomplete IP header is not counted; the scripts lose the complete "     \
        "piece with such a packet, also with a header length below 20 bytes, which is counted "    \
        "here",                                                                                    \
        "times are rounded down to microseconds, in double precision, as in files of tcpdump -C",  \
        "a row is a window of consecutive packets of all flows; the last window of a piece can "   \
        "be shorter; rows are in capture order"

#define PIECE_NOTE                                                                                 \
    "a piece is what tcpdump -C 10 writes to one file: it ends with the packet that makes it "     \
    "larger than 10,000,000 bytes, counting 24 bytes for the file header and 16 per packet"

static const char *const notes46[] = {
    PUBLISHED_NOTES,
    "a flow is a pair of addresses and ports, both directions, TCP and UDP separate; all state is "
    "reset with every piece",
    PIECE_NOTE, NULL};
static const char *const notes39[] = {
    PUBLISHED_NOTES, "windows and times between packets are reset with every piece", PIECE_NOTE,
    NULL};

const pkt_feature_set pkt_feature_ciciot46 = {
    .name = "ciciot46",
    .summary = "the 46 features of CIC-IoT-2023 as computed by the dataset's scripts, with defects",
    .notes = notes46,
    .columns = ciciot46,
    .count = SIZE(ciciot46),
    .kind = PKT_SET_PUBLISHED,
};
_Static_assert(SIZE(ciciot46) == 46, "as published");

const pkt_feature_set pkt_feature_ciciot39 = {
    .name = "ciciot39",
    .summary = "the 39 features of the dataset's second release as computed by its scripts, with "
               "defects",
    .notes = notes39,
    .columns = ciciot39,
    .count = SIZE(ciciot39),
    .kind = PKT_SET_PUBLISHED,
};
_Static_assert(SIZE(ciciot39) == 39, "as published");
