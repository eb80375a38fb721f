/* How a capture is generated, and its container. */
#ifndef PKT_DATASET_OPTIONS_H
#define PKT_DATASET_OPTIONS_H

#include <stdbool.h>

#include "pktbench.h"

/* Largest number of interfaces in a generated pcapng file. */
#define GENERATE_INTERFACES_MAX 64u

typedef struct dataset_options {
    pkt_format format;
    bool nanoseconds;    /* time stamps in nanoseconds, not microseconds */
    bool big_endian;     /* byte order of file and record headers */
    unsigned interfaces; /* pcapng: used in turn; 1 to GENERATE_INTERFACES_MAX */
    uint32_t snaplen;    /* bytes; 0: no limit */
    uint64_t size;       /* limit, bytes: size as a classic pcap file without snaplen */
    uint64_t seed;
    const char *labels; /* file for the label of every packet; NULL: none */
} dataset_options;

#endif
