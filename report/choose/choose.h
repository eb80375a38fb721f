/* Which backend to ship: results and requests in, a recommendation with reasons out. */
#ifndef PKT_CHOOSE_H
#define PKT_CHOOSE_H

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
    bool traffic_assumed;     /* the user did not say */
    double mean_frame;        /* bytes on the wire; 0: of the shares */
    double packets_per_s;     /* 0: no rate is asked for */
    double bits_per_s;        /* instead of packets_per_s */
    double volume_bytes;      /* of capture files; 0: none */
    double deadline_s;        /* 0: none */
    double cores;             /* that may be used; 0: the measured machine's */
    double max_rss_bytes;     /* 0: any */
    const char *sink;         /* name of an encoder; NULL: not asked */
    double row_bytes; /* that the sink writes for a packet, where that was not measured; 0: not
                         known */
    bool live, permissive;
} choose_request;

/* An object: what `choose --format json` prints. "winner" is null where none fits. NULL without
 * memory. `can_extract`: does `pktbench extract` run this backend? */
json_t *choose(const json_t *results, const choose_request *w,
               bool (*can_extract)(const char *backend));
/* The same in words. */
void choose_print(const json_t *choice, FILE *out);
/* Is everything in the SPDX expression a permissive licence? */
bool license_is_permissive(const char *expression);
/* Shares of the slices: "NAME=SHARE,..." */
bool traffic_mix_read(const json_t *results, const char *text, choose_request *w, char *why,
                      size_t size);
/* The same share for every slice. */
void traffic_mix_even(const json_t *results, choose_request *w);
/* The slices whose mean frames are nearest to this one. */
void traffic_mix_by_frame(const json_t *results, double mean_frame, choose_request *w);

#endif
