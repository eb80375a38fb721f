/* All attacks of the CIC-IoT-2023 dataset by their share of its packets: bursts of the other
 * scenarios. */
#include <stdlib.h>

#include "datasets/clock.h"
#include "datasets/scenario.h"

enum { BURST_MIN = 7, BURST_MAX = 500, MEAN_GAP_NS = 20000, SHARE_UNIT = 10000 };

/* Shares of the dataset's packets, in 1/SHARE_UNIT. Classes below 0.2 % each share the rest. */
static const struct {
    const dataset_scenario *scenario;
    unsigned share;
} parts[] = {
    {&scenario_tcp_flood, 5550}, /* TCP, PSH+ACK, SYN, RST+FIN, same address; DDoS and DoS */
    {&scenario_icmp_flood, 1600}, {&scenario_udp_flood, 1210}, {&scenario_udp_dos, 740},
    {&scenario_mirai, 590},       {&scenario_fragments, 230},  {&scenario_benign_iot, 25},
    {&scenario_http_flood, 15},   {&scenario_recon, 15},       {&scenario_spoofing, 15},
    {&scenario_slowloris, 10},
};
enum { PARTS = sizeof parts / sizeof parts[0] };

typedef struct dataset_mix {
    random_state random;
    frame_generator generators[PARTS];
    uint64_t generated[PARTS], packets; /* packets of each part; of all */
    size_t part;                        /* of the current burst */
    uint64_t left;                      /* packets left in the current burst */
    int64_t now;
} dataset_mix;

/* Packets that the part lacks to its share at the end of an average burst, times SHARE_UNIT. */
static uint64_t deficit(const dataset_mix *s, size_t part)
{
    const uint64_t due = (s->packets + BURST_MAX / 2) * parts[part].share;
    const uint64_t generated = s->generated[part] * SHARE_UNIT;
    return due > generated ? due - generated : 0;
}

/* Choose a part at random, weighted by its deficit. A slice has only a few hundred bursts; weights
 * keep every part close to its share. */
static void burst_begin(dataset_mix *s)
{
    uint64_t total = 0;
    for (size_t i = 0; i < PARTS; i++)
        total += deficit(s, i);
    uint64_t draw = random_below(&s->random, total);
    for (s->part = 0; draw >= deficit(s, s->part); s->part++)
        draw -= deficit(s, s->part);
    s->left = BURST_MIN + random_below(&s->random, BURST_MAX - BURST_MIN + 1);
}

static void next(void *state, frame *f)
{
    dataset_mix *s = state;
    if (s->left == 0)
        burst_begin(s);
    s->left--;
    s->generated[s->part]++;
    s->packets++;
    s->generators[s->part].next(s->generators[s->part].state, f);
    if (!f->label)
        f->label = parts[s->part].scenario->name;
    f->truth.ts_ns = clock_advance(&s->now, &s->random, MEAN_GAP_NS);
}

static void close_generators(void *state)
{
    dataset_mix *s = state;
    for (size_t i = 0; i < PARTS; i++)
        if (s->generators[i].close)
            s->generators[i].close(s->generators[i].state);
    free(s);
}

static int open_generator(frame_generator *generator, uint64_t seed, pkt_err *err)
{
    dataset_mix *s = calloc(1, sizeof *s);
    if (!s)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a scenario");
    s->random = random_seeded(seed);
    s->now = DATASET_EPOCH_NS;
    for (size_t i = 0; i < PARTS; i++)
        if (parts[i].scenario->open(&s->generators[i], seed + 10 * (i + 1), err) != 0) {
            close_generators(s);
            return -1;
        }
    *generator = (frame_generator){s, next, close_generators};
    return 0;
}

const dataset_scenario scenario_dataset_mix = {
    .name = "dataset-mix",
    .summary = "bursts of all scenarios above, by their share of the dataset's packets",
    .seed = 5,
    .headline = true,
    .open = open_generator,
};
