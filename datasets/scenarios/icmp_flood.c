/* DDoS by ICMP echo requests, most of them padded to the minimum frame length. */
#include "datasets/network.h"
#include "datasets/traffic/flood.h"
#include "parsers/core/numbers.h"

enum {
    ECHO_REPLY = 0,
    ECHO_REQUEST = 8,
    CAPTURED = 52, /* captured bytes of a packet that is cut */
    BLOCK_PACKETS = 20000,
    /* Shares of the packets, in 1/10000. */
    SHARE_UNPADDED = 600,
    SHARE_CUT = 200,
    SHARE_REPLY = 100,
    SHARE_WRONG_CHECKSUM = 50,
    SHARE_BACKGROUND = 56,
    MEAN_GAP_NS = 8000
};

static void flood_frame(flood *s, frame *f)
{
    const uint64_t r = random_next(&s->base.random);
    const unsigned draw = (unsigned)(r % 10000);
    host target = network_device((unsigned)(s->packets / BLOCK_PACKETS * 11) % NETWORK_DEVICES);
    host from = network_attacker((unsigned)(r >> 16) % NETWORK_ATTACKERS);
    const bool reply = (r >> 24) % 10000 < SHARE_REPLY;
    frame_begin(f);
    f->unpadded = draw < SHARE_UNPADDED;
    f->captured = draw >= SHARE_UNPADDED && draw < SHARE_UNPADDED + SHARE_CUT ? CAPTURED : 0;
    f->wrong_checksum = (r >> 40) % 10000 < SHARE_WRONG_CHECKSUM;
    frame_between(f, reply ? target : from, reply ? from : target, PROTO_ICMP, 64,
                  (unsigned)(r >> 32) & 0xffff);
    frame_icmp(f, reply ? ECHO_REPLY : ECHO_REQUEST, 0,
               (uint32_t)(r >> 8 & 0xffff) << 16 | (uint32_t)(s->packets & 0xffff));
    frame_end(f);
}

static int open_generator(frame_generator *generator, uint64_t seed, pkt_err *err)
{
    static const flood_kind kind = {flood_frame, SHARE_BACKGROUND, MEAN_GAP_NS};
    return flood_open(generator, &kind, seed, err);
}

const dataset_scenario scenario_icmp_flood = {
    .name = "icmp-flood",
    .summary = "ICMP echo flood: 60-byte frames, some unpadded, some cut by a snaplen",
    .seed = 6,
    .open = open_generator,
};
