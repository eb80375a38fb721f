/* Flood scenarios: frames of the flood mixed with background traffic. */
#ifndef PKT_FLOOD_H
#define PKT_FLOOD_H

#include "datasets/traffic/background_traffic.h"

struct flood;

typedef struct flood_kind {
    /* Build a frame of the flood, up to frame_end(). */
    void (*build)(struct flood *flood, frame *f);
    unsigned background_share; /* of the frames, in 1/10000 */
    uint64_t mean_gap_ns;      /* mean time between two frames */
} flood_kind;

typedef struct flood {
    background_traffic base;
    const flood_kind *kind;
    uint64_t packets; /* generated, background included */
    /* Seed of the datagram whose second fragment is the next frame; 0: none. */
    uint64_t second_fragment_seed;
} flood;

/* frame_generator.next of a flood. */
void flood_next(void *state, frame *f);

/* Open a generator of a flood; `kind` must outlive it. 0, or -1 and *err if memory is exhausted. */
int flood_open(frame_generator *generator, const flood_kind *kind, uint64_t seed, pkt_err *err);

#endif
