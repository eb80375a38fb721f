/* Scenarios that mix their own frames with background traffic, the frames of benign-iot. */
#ifndef PKT_BACKGROUND_TRAFFIC_H
#define PKT_BACKGROUND_TRAFFIC_H

#include "datasets/random.h"
#include "datasets/scenario.h"

/* First member of the scenario's state. */
typedef struct background_traffic {
    random_state random;
    int64_t now;
    frame_generator home; /* frames of benign-iot */
} background_traffic;

/* Open a generator with a state of `size` bytes: a background_traffic, then the scenario's own
 * members, set to 0. Returns the state, which the generator owns; NULL and *err if memory is
 * exhausted. */
void *background_open(frame_generator *generator, size_t size, void (*next)(void *state, frame *f),
                      uint64_t seed, pkt_err *err);

#endif
