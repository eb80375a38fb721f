/* The columns of ciciot-fixed, in their order: schema and output are made from these. */
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
    COLUMN("bytes", "bytes", bytes, "their lengths on the wire, summed"),
    COLUMN("duration", "s", duration, "time between the earliest and the latest"),
    COLUMN("packet_rate", "packets/s", packet_rate, "packets over duration; none if that is 0"),
    COLUMN("byte_rate", "bytes/s", byte_rate, "bytes over duration; none if that is 0"),
    COLUMN("fwd_packets", "packets", way_packets[0], "packets that go as the first one went"),
    COLUMN("bwd_packets", "packets", way_packets[1], "packets that go back"),
    COLUMN("fwd_bytes", "bytes", way_bytes[0], "bytes of those that go as the first one went"),
    COLUMN("bwd_bytes", "bytes", way_bytes[1], "bytes of those that go back"),
    COLUMN("len_min", "bytes", lengths.min, "the least length on the wire"),
    COLUMN("len_max", "bytes", lengths.max, "the greatest"),
    COLUMN("len_mean", "bytes", lengths.mean, "their mean"),
    COLUMN("len_std", "bytes", lengths.std, "their standard deviation, of a population"),
    COLUMN("fwd_len_min", "bytes", way_lengths[0].min, "forth: the least length"),
    COLUMN("fwd_len_max", "bytes", way_lengths[0].max, "forth: the greatest length"),
    COLUMN("fwd_len_mean", "bytes", way_lengths[0].mean, "forth: the mean length"),
    COLUMN("fwd_len_std", "bytes", way_lengths[0].std, "forth: the lengths' standard deviation"),
    COLUMN("bwd_len_min", "bytes", way_lengths[1].min, "back: the least length"),
    COLUMN("bwd_len_max", "bytes", way_lengths[1].max, "back: the greatest length"),
    COLUMN("bwd_len_mean", "bytes", way_lengths[1].mean, "back: the mean length"),
    COLUMN("bwd_len_std", "bytes", way_lengths[1].std, "back: the lengths' standard deviation"),
    COLUMN(
        "iat_min", "s", gaps.min,
        "the least time since the packet before, which may be of the window before; none for the "
        "very first; 0 where the clock went back"),
    COLUMN("iat_max", "s", gaps.max, "the greatest"),
    COLUMN("iat_mean", "s", gaps.mean, "their mean"),
    COLUMN("iat_std", "s", gaps.std, "their standard deviation, of a population"),
    COLUMN("fwd_iat_mean", "s", way_gap_mean[0],
           "forth: the mean time since the packet forth before"),
    COLUMN("fwd_iat_std", "s", way_gap_std[0], "forth: the standard deviation of these times"),
    COLUMN("bwd_iat_mean", "s", way_gap_mean[1],
           "back: the mean time since the packet back before"),
    COLUMN("bwd_iat_std", "s", way_gap_std[1], "back: the standard deviation of these times"),
    COLUMN("magnitude", "bytes^0.5", magnitude,
           "square root of fwd_len_mean + bwd_len_mean; a way without packets counts 0"),
    COLUMN("radius", "bytes", radius,
           "square root of the two ways' variances of the length, summed; a way without packets "
           "counts 0"),
    COLUMN("variance_ratio", "", variance_ratio,
           "variance of the length forth over that back; none if that is 0 or nothing goes back"),
    COLUMN("weight", "packets^2", weight, "fwd_packets times bwd_packets"),
    COLUMN("ttl_mean", "hops", ttl_mean, "mean time to live, or hop limit, of IP packets"),
    COLUMN("ttl_std", "hops", ttl_std, "its standard deviation"),
    COLUMN("header_len_mean", "bytes", header_mean,
           "mean length of the L4 header: TCP with options, UDP, ICMP"),
    COLUMN("payload_bytes", "bytes", payload, "bytes behind L4 headers, by the IP length, summed"),
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
    SHARE("arp", FIXED_ARP, "ARP, by the EtherType"),
    SHARE("tcp", FIXED_TCP, "TCP, also a fragment of it"),
    SHARE("udp", FIXED_UDP, "UDP, also a fragment of it"),
    SHARE("icmp", FIXED_ICMP, "ICMP or ICMPv6"),
    SHARE("igmp", FIXED_IGMP, "IGMP"),
    SHARE("fragment", FIXED_FRAGMENT, "a fragment, the first one too"),
    SHARE("faulty", FIXED_FAULTY, "cut, or with a header that contradicts itself"),
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
    "every packet counts, IPv4 and IPv6, of pcap and pcapng alike; by pair or flow, packets "
    "without "
    "IP addresses (ARP) have no row, and how many is said",
    "by pair, rows are of two addresses; by flow, of two addresses and ports and of a protocol, "
    "both "
    "ways; fragments behind the first have no ports and are a flow of their own",
    "forth is the way of the first packet of the flow (of the pair, by pair), as long as it is "
    "remembered; a packet without IP addresses goes forth",
    "ts_ns is the time of the window's first packet",
    "windows of a duration stand side by side from the capture's first packet on, the same for all "
    "flows; one without packets gives no row; a packet older than the window is counted in it, and "
    "how many is said",
    "rows come in the order of their last packets, those of a duration when it is over",
    "services go by the port of either end alone",
    NULL};

const pkt_feature_set pkt_feature_ciciot_fixed = {
    .name = "ciciot-fixed",
    .summary = "what those features were meant to be: right flags, times, directions; IPv6, flows",
    .notes = notes,
    .columns = columns,
    .count = SIZE(columns),
};
