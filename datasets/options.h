/* How a capture is generated, and its container. */
#ifndef PKT_DATASET_OPTIONS_H
#define PKT_DATASET_OPTIONS_H

#include <stdbool.h>

#include "pktbench.h"

/* Interfaces of a generated pcapng file, at most. */
#define GENERATE_INTERFACES_MAX 64u

typedef struct dataset_options {
    pkt_format format;
    bool nanoseconds;    /* time stamps in them; otherwise microseconds */
    bool big_endian;     /* numbers of the container */
    unsigned interfaces; /* pcapng: packets take turns; 1 to GENERATE_INTERFACES_MAX */
    uint32_t snaplen;    /* captured bytes of a packet, at most; 0: all */
    uint64_t size;       /* bytes that the packets take as a classic pcap file without snaplen */
    uint64_t seed;
} dataset_options;

#endif
