#include "flood.h"

#include <stdlib.h>

#include "datasets/clock.h"

void flood_next(void *state, frame *f)
{
    flood *s = state;
    if (random_below(&s->random, 10000) < s->kind->noise_share)
        s->noise.next(s->noise.state, f);
    else
        s->kind->build(s, f);
    s->packets++;
    f->truth.ts_ns = clock_advance(&s->now, &s->random, s->kind->mean_gap_ns);
}

static void flood_close(void *state)
{
    flood *s = state;
    s->noise.close(s->noise.state);
    free(s);
}

int flood_open(scenario_stream *stream, const flood_kind *kind, uint64_t seed, pkt_err *err)
{
    flood *s = calloc(1, sizeof *s);
    if (!s || scenario_benign_iot.open(&s->noise, seed + 1, err) != 0) {
        free(s);
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a scenario");
    }
    s->kind = kind;
    s->random = random_seeded(seed);
    s->now = DATASET_EPOCH_NS;
    *stream = (scenario_stream){s, flood_next, flood_close};
    return 0;
}
