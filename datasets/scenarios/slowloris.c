/* Slowloris: requests that never end hold 400 connections open. */
#include <limits.h>

#include "datasets/network.h"
#include "datasets/traffic/sessions.h"

enum { SHARE_NOISE = 3000, MEAN_GAP_NS = 2000000, VALUE = 128 };

static bool from_client(unsigned turn)
{
    (void)turn;
    return true;
}

/* One more header line. */
static void say(frame *f, random_state *random, unsigned turn)
{
    char name[16];
    (void)turn;
    (void)snprintf(name, sizeof name, "X-%05x: ", (unsigned)random_below(random, 1 << 20));
    put_text(f, name);
    for (size_t i = VALUE + random_below(random, 20); i > 0; i--)
        put_u8(f, 'a' + (unsigned)random_below(random, 26));
    put_text(f, "\r\n");
}

static void start(sessions *s, conversation *c)
{
    static const script drip = {80, UINT_MAX, 2, from_client, say};
    conversation_open(c, &drip, network_attacker((unsigned)(s->opened % NETWORK_ATTACKERS)),
                      network_device(2), (uint16_t)(40000 + s->opened), &s->base.random);
}

static int open_stream(scenario_stream *stream, uint64_t seed, pkt_err *err)
{
    static const sessions_kind kind = {.conversations = SESSIONS_MAX,
                                       .start = start,
                                       .noise_share = SHARE_NOISE,
                                       .mean_gap_ns = MEAN_GAP_NS};
    return sessions_open(stream, &kind, seed, err);
}

const dataset_scenario scenario_slowloris = {
    .name = "slowloris",
    .summary = "400 long connections that drip header lines, among a home's traffic",
    .seed = 11,
    .open = open_stream,
};
