/* Captures merged by time into one pcapng, and the origin of each of its packets. */
#ifndef PKT_MIX_H
#define PKT_MIX_H

#include "parsers/mix/origin.h"
#include "parsers/rows/rows.h"

/* What became of a capture. */
typedef struct pkt_mix_outcome {
    uint64_t packets;
    uint64_t backwards; /* packets that are earlier than the packet before them in the capture */
    pkt_err cut;        /* why it ended inside a packet; code PKT_ERR_NONE: it did not */
} pkt_mix_outcome;

typedef struct pkt_mix_result {
    uint64_t packets, backwards; /* of the mixture */
    pkt_mix_outcome *outcomes;   /* owned by the caller, one for each capture */
} pkt_mix_result;

/* Where a mixture goes. */
typedef struct pkt_mix_output {
    const char *path;
    const char *truth;                /* where each packet is from */
    const pkt_encoder *truth_encoder; /* its columnar format; NULL: CSV */
    bool comments;                    /* each packet has a comment that says it too */
} pkt_mix_output;

/* Merge the captures by their new times; equal times in the order of the captures. Each keeps its
 * own order of packets, unless origins->by_time. Memory does not depend on the size of the
 * captures. Both files appear whole or not at all. 0, or -1 and *err, which names the file. */
int pkt_mix_write(pkt_mix_origins *origins, const pkt_mix_output *to, pkt_mix_result *result,
                  pkt_err *err);

#endif
