/* DDoS by UDP to random ports, and the DoS variant with larger datagrams. */
#include "datasets/network.h"
#include "datasets/traffic/flood.h"
#include "parsers/core/numbers.h"

enum {
    UNPADDED_PAYLOAD = 8, /* bytes: a frame of 50 */
    PAYLOAD_MAX = 18,     /* bytes: a frame of 60 */
    DOS_PAYLOAD_MAX = 84,
    BLOCK_PACKETS = 20000,
    /* Shares of the packets, in 1/10000. */
    SHARE_UNPADDED = 200,
    SHARE_WRONG_CHECKSUM = 50,
    SHARE_BACKGROUND = 28,
    MEAN_GAP_NS = 8000
};

static void datagram(flood *s, frame *f, unsigned payload_max)
{
    const uint64_t r = random_next(&s->base.random);
    host target = network_device((unsigned)(s->packets / BLOCK_PACKETS * 13) % NETWORK_DEVICES);
    host from = network_attacker((unsigned)(r >> 16) % NETWORK_ATTACKERS);
    frame_begin(f);
    f->unpadded = r % 10000 < SHARE_UNPADDED;
    f->wrong_checksum = (r >> 40) % 10000 < SHARE_WRONG_CHECKSUM;
    frame_between(f, from, target, PROTO_UDP, 64, (unsigned)(r >> 32) & 0xffff);
    frame_udp(f, frame_port(1024 + (unsigned)(r >> 8) % 64511),
              frame_port(1 + (unsigned)(r >> 24) % 65535));
    put_random(f, &s->base.random,
               f->unpadded ? UNPADDED_PAYLOAD : random_below(&s->base.random, payload_max + 1));
    frame_end(f);
}

static void flood_frame(flood *s, frame *f)
{
    datagram(s, f, PAYLOAD_MAX);
}

static void dos_frame(flood *s, frame *f)
{
    datagram(s, f, DOS_PAYLOAD_MAX);
}

static int open_generator(frame_generator *generator, uint64_t seed, pkt_err *err)
{
    static const flood_kind kind = {flood_frame, SHARE_BACKGROUND, MEAN_GAP_NS};
    return flood_open(generator, &kind, seed, err);
}

static int open_dos(frame_generator *generator, uint64_t seed, pkt_err *err)
{
    static const flood_kind kind = {dos_frame, SHARE_BACKGROUND, MEAN_GAP_NS};
    return flood_open(generator, &kind, seed, err);
}

const dataset_scenario scenario_udp_flood = {
    .name = "udp-flood",
    .summary = "UDP flood to random ports: 60-byte frames, some unpadded",
    .seed = 7,
    .open = open_generator,
};

const dataset_scenario scenario_udp_dos = {
    .name = "udp-dos",
    .summary = "UDP flood against one machine, mean frame 87 bytes",
    .seed = 8,
    .open = open_dos,
};
