/* What all floods share: their own frames, a home's traffic in between, and a clock. */
#ifndef PKT_FLOOD_H
#define PKT_FLOOD_H

#include "datasets/traffic/background_traffic.h"

struct flood;

typedef struct flood_kind {
    /* Build a whole frame of the flood. */
    void (*build)(struct flood *flood, frame *f);
    unsigned noise_share; /* of 10000 frames, those of benign-iot */
    uint64_t mean_gap_ns;
} flood_kind;

typedef struct flood {
    background_traffic base;
    const flood_kind *kind;
    uint64_t packets;    /* so far, noise included */
    uint64_t unfinished; /* seed of the datagram whose rest comes next; 0: none */
} flood;

/* The next frame: scenario_stream.next of a flood. */
void flood_next(void *state, frame *f);

/* A stream of frames of the kind, which must outlive it. 0, or -1 and *err without memory. */
int flood_open(scenario_stream *stream, const flood_kind *kind, uint64_t seed, pkt_err *err);

#endif
