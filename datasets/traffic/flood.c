#include "datasets/traffic/flood.h"

#include "datasets/clock.h"

void flood_next(void *state, frame *f)
{
    flood *s = state;
    if (random_below(&s->base.random, 10000) < s->kind->background_share) {
        s->base.home.next(s->base.home.state, f);
        f->label = scenario_benign_iot.name;
    } else {
        s->kind->build(s, f);
    }
    s->packets++;
    f->truth.ts_ns = clock_advance(&s->base.now, &s->base.random, s->kind->mean_gap_ns);
}

int flood_open(frame_generator *generator, const flood_kind *kind, uint64_t seed, pkt_err *err)
{
    flood *s = background_open(generator, sizeof *s, flood_next, seed, err);
    if (!s)
        return -1;
    s->kind = kind;
    return 0;
}
