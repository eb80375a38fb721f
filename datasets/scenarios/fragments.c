/* ACK, UDP and ICMP fragmentation floods: datagrams in two fragments. */
#include "datasets/clock.h"
#include "datasets/network.h"
#include "datasets/traffic/flood.h"
#include "parsers/core/numbers.h"

enum {
    ECHO_REQUEST = 8,
    FIRST = 1480, /* bytes of the datagram in the first fragment: a frame of 1514 */
    LAST = 214,   /* bytes of the datagram in the last fragment: a frame of 248 */
    OVERLAP = 8,
    BLOCK_PACKETS = 2000, /* consecutive packets of one protocol */
    CLOCK_NOT_SET = 1970, /* number of the packet whose time stamp is in 1970 */
    /* Shares, in 1/10000. */
    SHARE_LOST = 50,       /* of the datagrams: without first fragment */
    SHARE_OVERLAP = 50,    /* of the datagrams: the last fragment overlaps the first */
    SHARE_BACKGROUND = 30, /* of the packets */
    MEAN_GAP_NS = 90000
};

static void transport(flood *s, frame *f, unsigned proto, uint64_t r)
{
    if (proto == PROTO_UDP) {
        frame_udp(f, frame_port(1024 + (unsigned)(r >> 8) % 64511),
                  frame_port(1 + (unsigned)(r >> 24) % 65535));
    } else if (proto == PROTO_ICMP) {
        frame_icmp(f, ECHO_REQUEST, 0, (uint32_t)(r >> 8));
    } else {
        frame_tcp(
            f, &(tcp_header){.source = (uint16_t)frame_port(1024 + (unsigned)(s->packets % 64511)),
                             .destination = 8000,
                             .flags = TCP_ACK,
                             .window = 512,
                             .seq = (uint32_t)(r >> 8),
                             .ack = (uint32_t)(r >> 24)});
    }
}

/* Both fragments are generated from the datagram's seed, because the checksum in the first one
 * covers the complete datagram. */
static void fragment(flood *s, frame *f, uint64_t seed, bool last)
{
    static const unsigned protos[] = {PROTO_TCP, PROTO_UDP, PROTO_ICMP};
    random_state random = random_seeded(seed);
    const uint64_t r = random_next(&random), draw = seed % 10000;
    const unsigned proto = protos[seed / 10000 % 3];
    const size_t overlap = draw >= SHARE_LOST && draw < SHARE_LOST + SHARE_OVERLAP ? OVERLAP : 0;
    uint8_t tail[LAST];
    for (size_t i = 0; i < LAST; i++)
        tail[i] = (uint8_t)random_next(&random);
    frame_begin(f);
    frame_between(f, network_attacker((unsigned)(r % NETWORK_ATTACKERS)),
                  network_device((unsigned)(r >> 40) % 20), proto, 64, (unsigned)(r >> 48));
    frame_fragment(f, !last, last ? FIRST - (unsigned)overlap : 0);
    if (last) {
        put_random(f, &random, overlap);
        put_bytes(f, tail, LAST);
    } else {
        transport(s, f, proto, r);
        put_random(f, &random, FIRST - (f->size - f->l4));
        f->tail = tail;
        f->tail_size = LAST;
    }
    frame_end(f);
    f->tail = NULL;
}

static void flood_frame(flood *s, frame *f)
{
    const bool last = s->second_fragment_seed != 0;
    if (!last) {
        const uint64_t block = s->packets / BLOCK_PACKETS % 3;
        const uint64_t r = random_next(&s->base.random);
        s->second_fragment_seed = (1 + (r >> 34)) * 30000 + block * 10000 + r % 10000;
    }
    const uint64_t seed = s->second_fragment_seed;
    const bool lost = seed % 10000 < SHARE_LOST;
    fragment(s, f, seed, last || lost);
    if (last || lost)
        s->second_fragment_seed = 0;
}

static void next(void *state, frame *f)
{
    const flood *s = state;
    flood_next(state, f);
    if (s->packets == CLOCK_NOT_SET)
        f->truth.ts_ns -= DATASET_EPOCH_NS;
}

static int open_generator(frame_generator *generator, uint64_t seed, pkt_err *err)
{
    static const flood_kind kind = {flood_frame, SHARE_BACKGROUND, MEAN_GAP_NS};
    if (flood_open(generator, &kind, seed, err) != 0)
        return -1;
    generator->next = next;
    return 0;
}

const dataset_scenario scenario_fragments = {
    .name = "fragments",
    .summary = "ACK, UDP and ICMP floods in two fragments; some overlap, some lack the first",
    .seed = 9,
    .open = open_generator,
};
