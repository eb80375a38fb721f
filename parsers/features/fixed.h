/* The values of a window of ciciot-fixed. */
#ifndef PKT_FEATURES_FIXED_H
#define PKT_FEATURES_FIXED_H

#include "parsers/features/set.h"

/* Kinds of packets that a window counts. */
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

/* TCP flags, in bit order. */
enum { FIXED_FLAGS = 8 };

/* Only doubles: a column refers to its value by offset. */
typedef struct fixed_row {
    double packets, bytes, duration, packet_rate, byte_rate;
    double direction_packets[2], direction_bytes[2]; /* forward, backward */
    struct fixed_statistics {
        double min, max, mean, std;
    } lengths, direction_lengths[2], gaps;
    double direction_gap_mean[2], direction_gap_std[2];
    double magnitude, radius, variance_ratio, weight;
    double ttl_mean, ttl_std, header_mean, payload;
    double flags[FIXED_FLAGS];
    double shares[FIXED_KINDS];
} fixed_row;

#endif
