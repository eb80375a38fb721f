#include "datasets/traffic/background_traffic.h"

#include <stdlib.h>

#include "datasets/clock.h"

static void overlay_close(void *state)
{
    overlay *s = state;
    s->home.close(s->home.state);
    free(s);
}

void *overlay_open(scenario_stream *stream, size_t size, void (*next)(void *state, frame *f),
                   uint64_t seed, pkt_err *err)
{
    overlay *s = calloc(1, size);
    if (!s || scenario_benign_iot.open(&s->home, seed + 1, err) != 0) {
        free(s);
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a scenario");
        return NULL;
    }
    s->random = random_seeded(seed);
    s->now = DATASET_EPOCH_NS;
    *stream = (scenario_stream){s, next, overlay_close};
    return s;
}
