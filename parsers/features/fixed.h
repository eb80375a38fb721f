/* What a window of packets is, in numbers. */
#ifndef PKT_FEATURES_FIXED_H
#define PKT_FEATURES_FIXED_H

#include "parsers/features/set.h"

/* What a packet may be; the window counts them. */
typedef enum fixed_kind {
    FIXED_IPV4,
    FIXED_IPV6,
    FIXED_ARP,
    FIXED_TCP,
    FIXED_UDP,
    FIXED_ICMP,
    FIXED_IGMP,
    FIXED_FRAGMENT,
    FIXED_FAULTY,
    FIXED_HTTP,
    FIXED_HTTPS,
    FIXED_DNS,
    FIXED_TELNET,
    FIXED_SMTP,
    FIXED_SSH,
    FIXED_IRC,
    FIXED_DHCP,
    FIXED_MQTT,
    FIXED_COAP,
    FIXED_KINDS
} fixed_kind;

/* Flags of TCP, in the order of their bits. */
enum { FIXED_FLAGS = 8 };

/* Doubles alone: columns say which one is theirs. */
typedef struct fixed_row {
    double packets, bytes, duration, packet_rate, byte_rate;
    double way_packets[2], way_bytes[2]; /* forth, back */
    struct fixed_lengths {
        double min, max, mean, std;
    } lengths, way_lengths[2], gaps;
    double way_gap_mean[2], way_gap_std[2];
    double magnitude, radius, variance_ratio, weight;
    double ttl_mean, ttl_std, header_mean, payload;
    double flags[FIXED_FLAGS];
    double shares[FIXED_KINDS];
} fixed_row;

#endif
