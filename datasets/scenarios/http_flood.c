/* DDoS by HTTP: complete connections, each with a request and its response. */
#include "datasets/network.h"
#include "datasets/traffic/applications.h"
#include "datasets/traffic/sessions.h"
#include "parsers/core/numbers.h"

enum { CONNECTIONS = 300, SHARE_BACKGROUND = 60, MEAN_GAP_NS = 40000 };

static bool from_client(unsigned segment)
{
    return segment == 0;
}

static void payload_put(frame *f, random_state *random, unsigned segment)
{
    char target[64], rest[320];
    const uint64_t r = random_next(random), search = random_next(random);
    if (segment == 1) {
        http_response(f, random, 680 + random_below(random, 600));
        return;
    }
    (void)snprintf(target, sizeof target, "/index.html?%016llx", (unsigned long long)r);
    (void)snprintf(rest, sizeof rest,
                   "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:%u.0) Gecko/20100101\r\n"
                   "Accept: text/html,application/xhtml+xml\r\nAccept-Encoding: gzip\r\n"
                   "Referer: http://search.example.net/?q=%08x\r\nCache-Control: no-cache\r\n"
                   "Connection: close\r\n\r\n",
                   60 + (unsigned)(r % 50), (unsigned)search);
    http_begin(f, "GET", target, "192.168.137.12");
    put_text(f, rest);
}

static void start(sessions *s, conversation *c)
{
    static const script get = {PORT_HTTP, 2, 1, from_client, payload_put};
    conversation_open(c, &get, network_attacker((unsigned)(s->opened % NETWORK_ATTACKERS)),
                      network_device(2), (uint16_t)(1024 + s->opened % 64000), &s->base.random);
}

static int open_generator(frame_generator *generator, uint64_t seed, pkt_err *err)
{
    static const sessions_kind kind = {.conversations = CONNECTIONS,
                                       .start = start,
                                       .background_share = SHARE_BACKGROUND,
                                       .mean_gap_ns = MEAN_GAP_NS};
    return sessions_open(generator, &kind, seed, err);
}

const dataset_scenario scenario_http_flood = {
    .name = "http-flood",
    .summary = "HTTP flood: complete connections, each with a GET request and its response",
    .seed = 10,
    .open = open_generator,
};
