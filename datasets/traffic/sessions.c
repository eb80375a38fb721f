#include "datasets/traffic/sessions.h"

#include "datasets/clock.h"

static void sessions_next(void *state, frame *f)
{
    sessions *s = state;
    const uint64_t draw = random_below(&s->base.random, 10000);
    if (draw < s->kind->background_share) {
        s->base.home.next(s->base.home.state, f);
        f->label = scenario_benign_iot.name;
    } else if (draw < s->kind->background_share + s->kind->other_share) {
        s->kind->other(s, f);
        s->others++;
    } else {
        conversation *c = &s->conversations[random_below(&s->base.random, s->kind->conversations)];
        if (!c->script) {
            s->kind->start(s, c);
            s->opened++;
        }
        if (!conversation_next(c, f, &s->base.random))
            c->script = NULL;
    }
    f->truth.ts_ns = clock_advance(&s->base.now, &s->base.random, s->kind->mean_gap_ns);
}

int sessions_open(frame_generator *generator, const sessions_kind *kind, uint64_t seed,
                  pkt_err *err)
{
    sessions *s = background_open(generator, sizeof *s, sessions_next, seed, err);
    if (!s)
        return -1;
    s->kind = kind;
    return 0;
}
