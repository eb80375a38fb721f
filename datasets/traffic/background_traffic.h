/* Frames laid over a home's traffic: what the states of such scenarios begin with. */
#ifndef PKT_OVERLAY_H
#define PKT_OVERLAY_H

#include "datasets/random.h"
#include "datasets/scenario.h"

typedef struct background_traffic {
    random_state random;
    int64_t now;
    scenario_stream home; /* frames of benign-iot */
} background_traffic;

/* Open a stream whose state has `size` bytes: an background_traffic, then what is the scenario's
 * own, 0. It gives the state, which the stream owns; NULL and *err without memory. */
void *background_open(scenario_stream *stream, size_t size, void (*next)(void *state, frame *f),
                      uint64_t seed, pkt_err *err);

#endif
