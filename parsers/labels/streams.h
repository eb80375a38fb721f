/* Labels of streams: that of most of their packets. */
#ifndef PKT_LABEL_STREAMS_H
#define PKT_LABEL_STREAMS_H

#include <stdbool.h>

#include "pktbench.h"

typedef struct pkt_stream_labels pkt_stream_labels;

/* The stream of a packet. */
typedef struct pkt_stream_key {
    bool has; /* the packet has one */
    uint8_t protocol;
    uint32_t number; /* counted per protocol, from 0 */
} pkt_stream_key;

/* NULL without memory. */
pkt_stream_labels *pkt_stream_labels_open(void);
/* A packet of the stream has this label. 0, or -1 and *err. */
int pkt_stream_labels_add(pkt_stream_labels *labels, pkt_stream_key key, uint32_t label,
                          pkt_err *err);
/* The label of most packets of the stream; of equally many, the one that came first. false: it has
 * none. */
bool pkt_stream_labels_get(const pkt_stream_labels *labels, pkt_stream_key key, uint32_t *label);
/* Streams with a label; those with several. */
void pkt_stream_labels_count(const pkt_stream_labels *labels, uint64_t *streams, uint64_t *several);
void pkt_stream_labels_close(pkt_stream_labels *labels);

#endif
