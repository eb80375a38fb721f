/* Slowloris: 400 connections stay open, because their HTTP requests never end. */
#include <limits.h>

#include "datasets/network.h"
#include "datasets/traffic/sessions.h"
#include "parsers/core/numbers.h"

enum { SHARE_BACKGROUND = 3000, MEAN_GAP_NS = 2000000, VALUE = 114 };

static bool from_client(unsigned segment)
{
    (void)segment;
    return true;
}

/* Another HTTP header line. */
static void payload_put(frame *f, random_state *random, unsigned segment)
{
    char name[16];
    (void)segment;
    (void)snprintf(name, sizeof name, "X-%05x: ", (unsigned)random_below(random, 1 << 20));
    frame_app_begin(f, PKT_APP_HTTP);
    put_text(f, name);
    for (size_t i = VALUE + random_below(random, 20); i > 0; i--)
        put_u8(f, 'a' + (unsigned)random_below(random, 26));
    put_text(f, "\r\n");
    frame_app_end(f, PKT_PART_CONTINUES);
}

static void start(sessions *s, conversation *c)
{
    static const script slow_request = {PORT_HTTP, UINT_MAX, 2, from_client, payload_put};
    conversation_open(c, &slow_request, network_attacker((unsigned)(s->opened % NETWORK_ATTACKERS)),
                      network_device(2), (uint16_t)(40000 + s->opened), &s->base.random);
}

static int open_generator(frame_generator *generator, uint64_t seed, pkt_err *err)
{
    static const sessions_kind kind = {.conversations = SESSIONS_MAX,
                                       .start = start,
                                       .background_share = SHARE_BACKGROUND,
                                       .mean_gap_ns = MEAN_GAP_NS};
    return sessions_open(generator, &kind, seed, err);
}

const dataset_scenario scenario_slowloris = {
    .name = "slowloris",
    .summary = "400 long connections that send HTTP header lines slowly, with background traffic",
    .seed = 11,
    .open = open_generator,
};
