/* Many scripted connections at once, with other frames and a home's traffic in between. */
#ifndef PKT_CROWD_H
#define PKT_CROWD_H

#include "datasets/traffic/background_traffic.h"
#include "datasets/traffic/conversation.h"

/* Connections at the same time, at most. */
enum { SESSIONS_MAX = 400 };

struct sessions;

typedef struct sessions_kind {
    size_t conversations; /* at the same time */
    void (*start)(struct sessions *sessions, conversation *c);
    void (*other)(struct sessions *sessions,
                  frame *f); /* build another frame, whole; may be NULL */
    /* Shares, of 10000 frames. */
    unsigned noise_share, other_share;
    uint64_t mean_gap_ns;
} sessions_kind;

typedef struct sessions {
    background_traffic base;
    const sessions_kind *kind;
    uint64_t opened, others; /* conversations and other frames so far */
    conversation conversations[SESSIONS_MAX];
} sessions;

/* A stream of the kind, which must outlive it. 0, or -1 and *err without memory. */
int sessions_open(scenario_stream *stream, const sessions_kind *kind, uint64_t seed, pkt_err *err);

#endif
