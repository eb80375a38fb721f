/* Labels of streams: that of most of their packets. */
#ifndef PKT_STREAM_LABELS_H
#define PKT_STREAM_LABELS_H

#include <stdbool.h>

#include "pktbench.h"

typedef struct stream_labels stream_labels;

/* The stream of a packet. */
typedef struct stream_key {
    bool has; /* the packet has one */
    uint8_t protocol;
    uint32_t number; /* counted per protocol, from 0 */
} stream_key;

/* NULL without memory. */
stream_labels *stream_labels_open(void);
/* A packet of the stream has this label. 0, or -1 and *err. */
int stream_labels_add(stream_labels *labels, stream_key key, uint32_t label, pkt_err *err);
/* The label of most packets of the stream; of equally many, the one that came first. false: it has
 * none. */
bool stream_labels_get(const stream_labels *labels, stream_key key, uint32_t *label);
/* Streams with a label; those with several. */
void stream_labels_count(const stream_labels *labels, uint64_t *streams, uint64_t *several);
void stream_labels_close(stream_labels *labels);

#endif
