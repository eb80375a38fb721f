/* Scenarios of many concurrent connections, mixed with other frames and background traffic. */
#ifndef PKT_SESSIONS_H
#define PKT_SESSIONS_H

#include "datasets/traffic/background_traffic.h"
#include "datasets/traffic/conversation.h"

/* Largest number of concurrent connections. */
enum { SESSIONS_MAX = 400 };

struct sessions;

typedef struct sessions_kind {
    size_t conversations; /* concurrent */
    void (*start)(struct sessions *sessions, conversation *c);
    /* Build a frame of no connection, up to frame_end(); NULL if other_share is 0. */
    void (*other)(struct sessions *sessions, frame *f);
    unsigned background_share, other_share; /* of the frames, in 1/10000 */
    uint64_t mean_gap_ns;                   /* mean time between two frames */
} sessions_kind;

typedef struct sessions {
    background_traffic base;
    const sessions_kind *kind;
    uint64_t opened, others; /* number of conversations opened, of other frames */
    conversation conversations[SESSIONS_MAX];
} sessions;

/* Open a generator; `kind` must outlive it. 0, or -1 and *err if memory is exhausted. */
int sessions_open(frame_generator *generator, const sessions_kind *kind, uint64_t seed,
                  pkt_err *err);

#endif
