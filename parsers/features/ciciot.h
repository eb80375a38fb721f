/* The values that the published scripts compute for each packet, with correct names. */
#ifndef PKT_FEATURES_CICIOT_H
#define PKT_FEATURES_CICIOT_H

#include "parsers/features/set.h"

/* Only doubles: a column refers to its value by offset. */
typedef struct ciciot_packet {
    double time; /* s */
    /* of the packet */
    double protocol, ttl, frame, captured, header;
    double fin, syn, rst, psh, ack, ece, cwr;
    double http, https, dns, telnet, smtp, ssh, irc, dhcp;
    double tcp, udp, arp, icmp, igmp, ip, llc;
    double gap;         /* time since the previous packet, s; ciciot39 */
    double gap_or_time; /* the same in ciciot46, where it can be the time since 1970 */
    /* of its flow, up to this packet */
    double flow_duration, flow_bytes, rate, reverse_rate;
    double flow_fin, flow_syn, flow_rst, flow_psh, flow_ack;
    /* of its block of 20 frames, up to this packet */
    double block_sum, block_min, block_max, block_mean, block_std, block_count;
    double magnitude, radius, covariance, variance, weight;
} ciciot_packet;

#endif
