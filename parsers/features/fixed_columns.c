/* Columns of ciciot-fixed, in output order. */
#include "parsers/features/fixed.h"

#define COLUMN(n, u, member, m)                                                                    \
    {                                                                                              \
        .name = (n), .unit = (u), .aggregate = PKT_OTHER, .at = offsetof(fixed_row, member),       \
        .meaning = (m)                                                                             \
    }
#define FLAG(n, bit, m) COLUMN(n, "packets", flags[bit], m)
#define SHARE(n, kind, m) COLUMN(n, "0 to 1", shares[kind], m)
#define SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const pkt_feature_column columns[] = {
    COLUMN("packets", "packets", packets, "packets of the window"),
    COLUMN("bytes", "bytes", bytes, "sum of the lengths on the wire"),
    COLUMN("duration", "s", duration, "time between the earliest and the latest packet"),
    COLUMN("packet_rate", "packets/s", packet_rate, "packets / duration; empty if duration is 0"),
    COLUMN("byte_rate", "bytes/s", byte_rate, "bytes / duration; empty if duration is 0"),
    COLUMN("fwd_packets", "packets", direction_packets[0], "packets in forward direction"),
    COLUMN("bwd_packets", "packets", direction_packets[1], "packets in backward direction"),
    COLUMN("fwd_bytes", "bytes", direction_bytes[0], "bytes in forward direction"),
    COLUMN("bwd_bytes", "bytes", direction_bytes[1], "bytes in backward direction"),
    COLUMN("len_min", "bytes", lengths.min, "minimum length on the wire"),
    COLUMN("len_max", "bytes", lengths.max, "maximum length on the wire"),
    COLUMN("len_mean", "bytes", lengths.mean, "mean length on the wire"),
    COLUMN("len_std", "bytes", lengths.std, "population standard deviation of the length"),
    COLUMN("fwd_len_min", "bytes", direction_lengths[0].min, "forward: minimum length"),
    COLUMN("fwd_len_max", "bytes", direction_lengths[0].max, "forward: maximum length"),
    COLUMN("fwd_len_mean", "bytes", direction_lengths[0].mean, "forward: mean length"),
    COLUMN("fwd_len_std", "bytes", direction_lengths[0].std,
           "forward: standard deviation of the length"),
    COLUMN("bwd_len_min", "bytes", direction_lengths[1].min, "backward: minimum length"),
    COLUMN("bwd_len_max", "bytes", direction_lengths[1].max, "backward: maximum length"),
    COLUMN("bwd_len_mean", "bytes", direction_lengths[1].mean, "backward: mean length"),
    COLUMN("bwd_len_std", "bytes", direction_lengths[1].std,
           "backward: standard deviation of the length"),
    COLUMN("iat_min", "s", gaps.min,
           "minimum inter-arrival time: time since the previous packet, which may be of the "
           "previous window; empty for the first packet; 0 if the clock went back"),
    COLUMN("iat_max", "s", gaps.max, "maximum inter-arrival time"),
    COLUMN("iat_mean", "s", gaps.mean, "mean inter-arrival time"),
    COLUMN("iat_std", "s", gaps.std, "population standard deviation of the inter-arrival time"),
    COLUMN("fwd_iat_mean", "s", direction_gap_mean[0],
           "forward: mean time since the previous forward packet"),
    COLUMN("fwd_iat_std", "s", direction_gap_std[0], "forward: standard deviation of that time"),
    COLUMN("bwd_iat_mean", "s", direction_gap_mean[1],
           "backward: mean time since the previous backward packet"),
    COLUMN("bwd_iat_std", "s", direction_gap_std[1], "backward: standard deviation of that time"),
    COLUMN("magnitude", "bytes^0.5", magnitude,
           "square root of fwd_len_mean + bwd_len_mean; a direction without packets counts as 0"),
    COLUMN("radius", "bytes", radius,
           "square root of the sum of both directions' length variances; a direction without "
           "packets counts as 0"),
    COLUMN("variance_ratio", "", variance_ratio,
           "forward / backward length variance; empty if the backward one is 0 or there are no "
           "backward packets"),
    COLUMN("weight", "packets^2", weight, "fwd_packets * bwd_packets"),
    COLUMN("ttl_mean", "hops", ttl_mean, "mean time to live or hop limit of IP packets"),
    COLUMN("ttl_std", "hops", ttl_std, "standard deviation of the time to live or hop limit"),
    COLUMN("header_len_mean", "bytes", header_mean,
           "mean length of the L4 header: TCP with options, UDP, ICMP"),
    COLUMN("payload_bytes", "bytes", payload,
           "sum of the payload lengths after L4 headers, from the IP length"),
    FLAG("fin_count", 0, "packets with FIN"),
    FLAG("syn_count", 1, "packets with SYN"),
    FLAG("rst_count", 2, "packets with RST"),
    FLAG("psh_count", 3, "packets with PSH"),
    FLAG("ack_count", 4, "packets with ACK"),
    FLAG("urg_count", 5, "packets with URG"),
    FLAG("ece_count", 6, "packets with ECE"),
    FLAG("cwr_count", 7, "packets with CWR"),
    SHARE("ipv4", FIXED_IPV4, "IPv4"),
    SHARE("ipv6", FIXED_IPV6, "IPv6"),
    SHARE("arp", FIXED_ARP, "ARP, by EtherType"),
    SHARE("tcp", FIXED_TCP, "TCP, including fragments"),
    SHARE("udp", FIXED_UDP, "UDP, including fragments"),
    SHARE("icmp", FIXED_ICMP, "ICMP or ICMPv6"),
    SHARE("igmp", FIXED_IGMP, "IGMP"),
    SHARE("fragment", FIXED_FRAGMENT, "fragments, including first ones"),
    SHARE("faulty", FIXED_FAULTY, "truncated, cut by snaplen or malformed"),
    SHARE("http", FIXED_HTTP, "TCP port 80, 8000 or 8080"),
    SHARE("https", FIXED_HTTPS, "TCP or UDP port 443, or TCP port 8443"),
    SHARE("dns", FIXED_DNS, "TCP or UDP port 53, or UDP port 5353"),
    SHARE("telnet", FIXED_TELNET, "TCP port 23 or 2323"),
    SHARE("smtp", FIXED_SMTP, "TCP port 25, 465 or 587"),
    SHARE("ssh", FIXED_SSH, "TCP port 22"),
    SHARE("irc", FIXED_IRC, "TCP port 194, 6667 or 6697"),
    SHARE("dhcp", FIXED_DHCP, "UDP port 67, 68, 546 or 547"),
    SHARE("mqtt", FIXED_MQTT, "TCP port 1883 or 8883"),
    SHARE("coap", FIXED_COAP, "UDP port 5683 or 5684"),
};

static const char *const notes[] = {
    "all packets are counted, IPv4 and IPv6; by pair or flow, packets without IP addresses (ARP) "
    "are not counted, and their number is reported",
    "a pair is two addresses, a flow two addresses and ports and a protocol, both directions; "
    "later fragments have no ports and form a separate flow",
    "forward is the direction of the first packet of the flow or pair, until it is evicted; a "
    "packet without IP addresses counts as forward",
    "ts_ns is the time of the first packet of the window",
    "windows with a duration follow each other without gaps from the first packet of the capture, "
    "at the same times for all flows; a window without packets gives no row; a packet older than "
    "the window is counted in it, and the number of such packets is reported",
    "rows are in the order of their last packets; rows of windows with a duration are written at "
    "the end of the window",
    "services are detected by source or destination port only",
    NULL};

const pkt_feature_set pkt_feature_ciciot_fixed = {
    .name = "ciciot-fixed",
    .summary = "these features with correct flags, times and directions, and with IPv6 and flows",
    .notes = notes,
    .columns = columns,
    .count = SIZE(columns),
};
