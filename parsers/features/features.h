/* Rows of features for models: packets of a window, counted and measured. */
#ifndef PKT_FEATURES_H
#define PKT_FEATURES_H

#include "parsers/features/set.h"
#include "parsers/rows/rows.h"

/* Flows, or pairs of hosts, that are remembered if nothing else is said: more than a piece of
 * 10 MB can hold. Most of all that may be asked for. */
#define PKT_FEATURES_FLOWS 262144u
#define PKT_FEATURES_MOST_FLOWS (1u << 26)
/* Packets of a window if nothing else is said, and at most. */
#define PKT_FEATURES_WINDOW 10u
#define PKT_FEATURES_MOST_PACKETS UINT64_C(1000000000)
/* Bytes of a piece of the scripts: what tcpdump -C 10 writes. */
#define PKT_FEATURES_RESET_BYTES UINT64_C(10000000)

/* What shares a window. */
typedef enum pkt_features_by {
    PKT_BY_ALL,  /* every packet */
    PKT_BY_PAIR, /* packets between two addresses, both ways */
    PKT_BY_FLOW  /* the same, of one protocol and one pair of ports */
} pkt_features_by;

typedef struct pkt_features_request {
    const pkt_feature_set *set;
    pkt_features_by by;
    uint64_t packets;     /* of a window; 0: a window has a duration */
    uint64_t duration;    /* of a window, ns; 0: it has packets */
    uint64_t reset_every; /* bytes of a capture file after which all state starts anew; 0: never */
    uint64_t max_flows;   /* that are remembered; 1 to PKT_FEATURES_MOST_FLOWS */
} pkt_features_request;

/* What happened to packets, for the user to know. */
typedef struct pkt_features_report {
    uint64_t evicted; /* flows that were forgotten for a new one, least recently used first */
    uint64_t unkeyed; /* packets without the addresses that --by asks for: they are in no row */
    uint64_t late;    /* packets older than the window that they were counted in */
} pkt_features_report;

/* Where rows of features go: a batch with the row's own columns, and PKT_BATCH_ROWS of each value.
 */
typedef int (*pkt_features_push)(void *self, const pkt_batch *rows, const double *values,
                                 pkt_err *err);

typedef struct pkt_features pkt_features;

/* What the set's rows show when they are formed by `by`: the columns of the row itself, then the
 * values; `label` and `file` are not among them. */
void pkt_features_fields(pkt_fields *fields, const pkt_feature_set *set, pkt_features_by by);
/* NULL and *err without memory. Rows are thrown away until pkt_features_into() is called. */
pkt_features *pkt_features_open(const pkt_features_request *request, pkt_err *err);
void pkt_features_into(pkt_features *features, pkt_features_push push, void *self);
/* Numbers of the packets that are pushed next, in place of counting: called once a packet. NULL:
 * count. */
void pkt_features_number(pkt_features *features, uint64_t (*next)(void *self), void *self);
/* The number of the first packet of the rows that are being pushed, called once a row. */
uint64_t pkt_features_row_number(void *features);
/* Takes batches of packets of the level `headers`, or above. Its finish() writes the windows that
 * are not full, and forgets everything: the next packet is of another capture. */
pkt_sink pkt_features_sink(pkt_features *features);
/* No packet of before this time (ns since 1970) will be pushed: windows of a duration that are over
 * by then are written, as the first packet after them would have it. */
int pkt_features_passed(pkt_features *features, int64_t time, pkt_err *err);
pkt_features_report pkt_features_reported(const pkt_features *features);
void pkt_features_close(pkt_features *features);

#endif
