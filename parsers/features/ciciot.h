/* What the published scripts compute of a packet, in the names of what it is. */
#ifndef PKT_FEATURES_CICIOT_H
#define PKT_FEATURES_CICIOT_H

#include "parsers/features/set.h"

/* Doubles alone: columns say which one is theirs. */
typedef struct ciciot_packet {
    double time; /* s */
    /* of the packet */
    double protocol, ttl, frame, captured, header;
    double fin, syn, rst, psh, ack, ece, cwr;
    double http, https, dns, telnet, smtp, ssh, irc, dhcp;
    double tcp, udp, arp, icmp, igmp, ip, llc;
    double gap;         /* since the packet before; 39 features */
    double gap_or_time; /* the same as the 46 features have it: at times since 1970 */
    /* of its flow so far */
    double flow_duration, flow_bytes, rate, back_rate;
    double fin_seen, syn_seen, rst_seen, psh_seen, ack_seen;
    /* of the block of 20 frames so far */
    double block_sum, block_min, block_max, block_mean, block_std, block_count;
    double magnitude, radius, covariance, variance, weight;
} ciciot_packet;

#endif
