#include "datasets/traffic/background_traffic.h"

#include <stdlib.h>

#include "datasets/clock.h"

static void background_close(void *state)
{
    background_traffic *s = state;
    s->home.close(s->home.state);
    free(s);
}

void *background_open(frame_generator *generator, size_t size, void (*next)(void *state, frame *f),
                      uint64_t seed, pkt_err *err)
{
    background_traffic *s = calloc(1, size);
    if (!s || scenario_benign_iot.open(&s->home, seed + 1, err) != 0) {
        free(s);
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a scenario");
        return NULL;
    }
    s->random = random_seeded(seed);
    s->now = DATASET_EPOCH_NS;
    *generator = (frame_generator){s, next, background_close};
    return s;
}
