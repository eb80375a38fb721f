/* What is asked of a set of features, and what it reports. */
#ifndef PKT_FEATURES_REQUEST_H
#define PKT_FEATURES_REQUEST_H

#include "parsers/features/set.h"
#include "pktbench.h"

/* Limit of flows, or pairs of hosts, in memory: the default, which is more than a piece of 10 MB
 * can contain, and the maximum. */
#define PKT_FEATURES_DEFAULT_FLOWS 262144u
#define PKT_FEATURES_MAX_FLOWS (1u << 26)
/* Packets in a window: default and maximum. */
#define PKT_FEATURES_DEFAULT_WINDOW 10u
#define PKT_FEATURES_MAX_PACKETS UINT64_C(1000000000)
/* Timeouts of flow records, s: those that NFStream has, and, of the active one, also the routers
 * that defined NetFlow. */
#define PKT_RECORDS_DEFAULT_IDLE 120
#define PKT_RECORDS_DEFAULT_ACTIVE 1800
/* Size of a piece in the published scripts, bytes: files written by tcpdump -C 10. */
#define PKT_FEATURES_RESET_BYTES UINT64_C(10000000)

/* Which packets are counted in one window. */
typedef enum pkt_features_by {
    PKT_BY_ALL,  /* all packets */
    PKT_BY_PAIR, /* packets between two addresses, both directions */
    PKT_BY_FLOW  /* packets between two addresses and ports of one protocol, both directions */
} pkt_features_by;

typedef struct pkt_features_request {
    const pkt_feature_set *set;
    pkt_features_by by;
    uint64_t packets;      /* length of a window in packets; 0: by duration */
    uint64_t duration;     /* length of a window, ns; 0: by packets */
    uint64_t idle, active; /* timeouts of flow records, ns; 0: none */
    uint64_t reset_every; /* size of a piece, after which all state is reset, bytes; 0: no pieces */
    uint64_t max_flows;   /* limit of flows or pairs in memory; 1 to PKT_FEATURES_MAX_FLOWS */
} pkt_features_request;

typedef struct pkt_features_report {
    uint64_t evicted;         /* flows or pairs evicted, least recently used first */
    uint64_t without_address; /* packets not counted by pair or flow: they have no IP addresses */
    uint64_t late;            /* packets older than the window in which they are counted */
} pkt_features_report;

/* Receives rows of features: a batch with the key columns, and for each column of the set
 * PKT_BATCH_ROWS values; after them, PKT_BATCH_ROWS shares of the labels. 0, or -1 and *err. */
typedef int (*pkt_features_push)(void *self, const pkt_batch *rows, const double *values,
                                 pkt_err *err);

/* The label of the row's packet, which has this number: any number. 0, or -1 and *err. */
typedef int pkt_features_label(void *self, const pkt_batch *batch, size_t row, uint64_t number,
                               uint32_t *label, pkt_err *err);

typedef struct pkt_features pkt_features;

#endif
