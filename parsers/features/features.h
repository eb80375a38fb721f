/* Rows of features for machine learning: statistics of a window of packets. */
#ifndef PKT_FEATURES_H
#define PKT_FEATURES_H

#include "parsers/features/set.h"
#include "parsers/rows/rows.h"

/* Limit of flows, or pairs of hosts, in memory: the default, which is more than a piece of 10 MB
 * can contain, and the maximum. */
#define PKT_FEATURES_DEFAULT_FLOWS 262144u
#define PKT_FEATURES_MAX_FLOWS (1u << 26)
/* Packets in a window: default and maximum. */
#define PKT_FEATURES_DEFAULT_WINDOW 10u
#define PKT_FEATURES_MAX_PACKETS UINT64_C(1000000000)
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
    uint64_t packets;     /* length of a window in packets; 0: by duration */
    uint64_t duration;    /* length of a window, ns; 0: by packets */
    uint64_t reset_every; /* size of a piece, after which all state is reset, bytes; 0: no pieces */
    uint64_t max_flows;   /* limit of flows or pairs in memory; 1 to PKT_FEATURES_MAX_FLOWS */
} pkt_features_request;

typedef struct pkt_features_report {
    uint64_t evicted;         /* flows or pairs evicted, least recently used first */
    uint64_t without_address; /* packets not counted by pair or flow: they have no IP addresses */
    uint64_t late;            /* packets older than the window in which they are counted */
} pkt_features_report;

/* Receives rows of features: a batch with the key columns, and for each column of the set
 * PKT_BATCH_ROWS values. 0, or -1 and *err. */
typedef int (*pkt_features_push)(void *self, const pkt_batch *rows, const double *values,
                                 pkt_err *err);

typedef struct pkt_features pkt_features;

/* Fields of the set's rows: key columns, then values. Without `label` and `file`. */
void pkt_features_fields(pkt_fields *fields, const pkt_feature_set *set, pkt_features_by by);
/* NULL and *err if memory is exhausted. Rows are dropped until pkt_features_set_output(). */
pkt_features *pkt_features_open(const pkt_features_request *request, pkt_err *err);
void pkt_features_set_output(pkt_features *features, pkt_features_push push, void *self);
/* Set the source of packet numbers; next() is called once per packet. NULL: count packets. */
void pkt_features_set_numbers(pkt_features *features, uint64_t (*next)(void *self), void *self);
/* During a push: the number of the first packet of the next row. Call it once per row. */
uint64_t pkt_features_row_number(void *features);
/* A sink for batches of level headers or above. Its finish() writes the windows that are not full
 * and resets all state, for another capture. */
pkt_sink pkt_features_sink(pkt_features *features);
/* State that no packet before `time` (ns since 1970) will follow: windows that end by then are
 * written. 0, or -1 and *err. */
int pkt_features_advance(pkt_features *features, int64_t time, pkt_err *err);
pkt_features_report pkt_features_get_report(const pkt_features *features);
void pkt_features_close(pkt_features *features);

#endif
