/* The request to choose(). */
#ifndef PKT_CHOOSE_REQUEST_H
#define PKT_CHOOSE_REQUEST_H

#include <stdbool.h>

#include "report/choose/requirement.h"

enum { SHARES_MAX = 64 };

/* A slice of the results and the share of the packets that are like it. */
typedef struct traffic_share {
    const json_t *slice;
    double part; /* of all packets; the parts add up to 1 */
} traffic_share;

typedef struct choose_request {
    requirements needs;
    traffic_share shares[SHARES_MAX];
    size_t share_count;
    const char *traffic_text; /* how the shares came about, one sentence */
    bool traffic_assumed;     /* the user gave none */
    bool traffic_by_frame;    /* the shares were selected by a capture's mean frame */
    /* Of a packet of the user's capture, in bytes: wire length, with what Ethernet adds, and in the
     * capture file. 0: those of the shares. */
    double mean_frame, ethernet_bytes, file_bytes;
    double packets_per_s; /* 0: no rate is asked for */
    double bits_per_s;    /* instead of packets_per_s */
    double volume_bytes;  /* of capture files; 0: none */
    double deadline_s;    /* 0: none */
    double cores;         /* that may be used; 0: the measured machine's */
    double max_rss_bytes; /* 0: any */
    const char *sink;     /* name of an encoder; NULL: not asked */
    const char *run_sink; /* set by choose(): sink of the runs that give the cost; NULL: of those
                             whose rows are only counted */
    double row_bytes;     /* that the sink writes for a packet, where that was not measured; 0: not
                             known */
    bool live, permissive;
} choose_request;

#endif
