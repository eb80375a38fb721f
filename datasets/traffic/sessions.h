/* Many scripted connections at once, with other frames and a home's traffic in between. */
#ifndef PKT_CROWD_H
#define PKT_CROWD_H

#include "datasets/traffic/background_traffic.h"
#include "datasets/traffic/conversation.h"

/* Connections at the same time, at most. */
enum { CROWD_MAX = 400 };

struct crowd;

typedef struct crowd_kind {
    size_t conversations; /* at the same time */
    void (*start)(struct crowd *crowd, conversation *c);
    void (*other)(struct crowd *crowd, frame *f); /* build another frame, whole; may be NULL */
    /* Shares, of 10000 frames. */
    unsigned noise_share, other_share;
    uint64_t mean_gap_ns;
} crowd_kind;

typedef struct crowd {
    overlay base;
    const crowd_kind *kind;
    uint64_t opened, others; /* conversations and other frames so far */
    conversation conversations[CROWD_MAX];
} crowd;

/* A stream of the kind, which must outlive it. 0, or -1 and *err without memory. */
int crowd_open(scenario_stream *stream, const crowd_kind *kind, uint64_t seed, pkt_err *err);

#endif
