#include "crowd.h"

#include <stdlib.h>

#include "datasets/clock.h"

static void crowd_next(void *state, frame *f)
{
    crowd *s = state;
    const uint64_t draw = random_below(&s->random, 10000);
    if (draw < s->kind->noise_share) {
        s->noise.next(s->noise.state, f);
    } else if (draw < s->kind->noise_share + s->kind->other_share) {
        s->kind->other(s, f);
        s->others++;
    } else {
        conversation *c = &s->conversations[random_below(&s->random, s->kind->conversations)];
        if (!c->script) {
            s->kind->start(s, c);
            s->opened++;
        }
        if (!conversation_next(c, f, &s->random))
            c->script = NULL;
    }
    f->truth.ts_ns = clock_advance(&s->now, &s->random, s->kind->mean_gap_ns);
}

static void crowd_close(void *state)
{
    crowd *s = state;
    s->noise.close(s->noise.state);
    free(s);
}

int crowd_open(scenario_stream *stream, const crowd_kind *kind, uint64_t seed, pkt_err *err)
{
    crowd *s = calloc(1, sizeof *s);
    if (!s || scenario_benign_iot.open(&s->noise, seed + 1, err) != 0) {
        free(s);
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a scenario");
    }
    s->kind = kind;
    s->random = random_seeded(seed);
    s->now = DATASET_EPOCH_NS;
    *stream = (scenario_stream){s, crowd_next, crowd_close};
    return 0;
}
