/* The whole dataset by packets: bursts of the other scenarios. */
#include <stdlib.h>

#include "datasets/clock.h"
#include "datasets/scenario.h"

enum { BURST_MIN = 7, BURST_MAX = 500, MEAN_GAP_NS = 20000, WHOLE = 10000 };

/* Shares of the dataset's packets, of WHOLE. Those below 0.2 % each share what is left. */
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
    scenario_stream streams[PARTS];
    uint64_t given[PARTS], packets; /* so far */
    size_t part;
    uint64_t left; /* packets of the burst */
    int64_t now;
} dataset_mix;

/* How many packets the part is behind its share, times WHOLE, at the end of an average burst. */
static uint64_t owed(const dataset_mix *s, size_t part)
{
    const uint64_t due = (s->packets + BURST_MAX / 2) * parts[part].share;
    const uint64_t given = s->given[part] * WHOLE;
    return due > given ? due - given : 0;
}

/* By lot, as many tickets for each part as it is behind: so that a slice holds every part by its
 * share, though it has a few hundred bursts only. */
static void burst_begin(dataset_mix *s)
{
    uint64_t tickets = 0;
    for (size_t i = 0; i < PARTS; i++)
        tickets += owed(s, i);
    uint64_t draw = random_below(&s->random, tickets);
    for (s->part = 0; draw >= owed(s, s->part); s->part++)
        draw -= owed(s, s->part);
    s->left = BURST_MIN + random_below(&s->random, BURST_MAX - BURST_MIN + 1);
}

static void next(void *state, frame *f)
{
    dataset_mix *s = state;
    if (s->left == 0)
        burst_begin(s);
    s->left--;
    s->given[s->part]++;
    s->packets++;
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
    .summary = "bursts of all of the above by their share of the dataset's packets",
    .seed = 5,
    .headline = true,
    .open = open_stream,
};
