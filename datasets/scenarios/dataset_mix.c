/* The whole dataset by packets: bursts of the other scenarios. */
#include <stdlib.h>

#include "datasets/clock.h"
#include "datasets/scenario.h"

enum { BURST_MIN = 7, BURST_MAX = 500, MEAN_GAP_NS = 20000 };

/* Share of the packets, of 1000: chosen so that the mean frame is the dataset's, 114.8 bytes, from
 * the scenarios that there are. */
static const struct {
    const dataset_scenario *scenario;
    unsigned share;
} parts[] = {{&scenario_tcp_flood, 906}, {&scenario_mirai, 55}, {&scenario_benign_iot, 39}};
enum { PARTS = sizeof parts / sizeof parts[0] };

typedef struct dataset_mix {
    random_state random;
    scenario_stream streams[PARTS];
    size_t part;
    uint64_t left; /* packets of the burst */
    int64_t now;
} dataset_mix;

static void burst_begin(dataset_mix *s)
{
    uint64_t draw = random_below(&s->random, 1000);
    for (s->part = 0; draw >= parts[s->part].share; s->part++)
        draw -= parts[s->part].share;
    s->left = BURST_MIN + random_below(&s->random, BURST_MAX - BURST_MIN + 1);
}

static void next(void *state, frame *f)
{
    dataset_mix *s = state;
    if (s->left == 0)
        burst_begin(s);
    s->left--;
    s->streams[s->part].next(s->streams[s->part].state, f);
    f->truth.ts_ns = clock_advance(&s->now, &s->random, MEAN_GAP_NS);
}

static void close_stream(void *state)
{
    dataset_mix *s = state;
    for (size_t i = 0; i < PARTS; i++)
        if (s->streams[i].close)
            s->streams[i].close(s->streams[i].state);
    free(s);
}

static int open_stream(scenario_stream *stream, uint64_t seed, pkt_err *err)
{
    dataset_mix *s = calloc(1, sizeof *s);
    if (!s)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a scenario");
    s->random = random_seeded(seed);
    s->now = DATASET_EPOCH_NS;
    for (size_t i = 0; i < PARTS; i++)
        if (parts[i].scenario->open(&s->streams[i], seed + 10 * (i + 1), err) != 0) {
            close_stream(s);
            return -1;
        }
    *stream = (scenario_stream){s, next, close_stream};
    return 0;
}

const dataset_scenario scenario_dataset_mix = {
    .name = "dataset-mix",
    .summary = "bursts of tcp-flood, mirai and benign-iot in the dataset's mean frame size",
    .seed = 5,
    .headline = true,
    .open = open_stream,
};
