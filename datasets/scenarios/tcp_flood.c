/* DDoS by SYN, TCP, PSH+ACK, RST+FIN and SynonymousIP floods: about one packet per flow. */
#include "datasets/network.h"
#include "datasets/traffic/flood.h"
#include "parsers/core/numbers.h"

enum {
    BLOCK_PACKETS = 20000, /* consecutive packets of one kind of flood */
    /* Shares of the packets, in 1/10000. */
    SHARE_UNPADDED = 200,
    SHARE_OPTIONS = 100,
    SHARE_WRONG_CHECKSUM = 50,
    SHARE_BACKGROUND = 44,
    MEAN_GAP_NS = 8000
};

static const unsigned block_flags[] = {TCP_SYN, 0, TCP_PSH | TCP_ACK, TCP_RST | TCP_FIN, TCP_SYN};
enum { BLOCKS = sizeof block_flags / sizeof block_flags[0], BLOCK_SYNONYMOUS = 4 };

static void flood_frame(flood *s, frame *f)
{
    /* MSS, SACK permitted, timestamp, window scale: as in a real SYN of 74 bytes. */
    static const uint8_t options[20] = {2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 1,
                                        2, 3, 0, 0,    0, 0, 1, 3,  3, 7};
    uint64_t r = random_next(&s->base.random);
    size_t block = s->packets / BLOCK_PACKETS % BLOCKS;
    unsigned draw = (unsigned)(r % 10000), flags = block_flags[block];
    host target = network_device((unsigned)(block * 7)), from;
    from = network_attacker((unsigned)(r >> 16) % NETWORK_ATTACKERS);
    if (block == BLOCK_SYNONYMOUS)
        from.ip = target.ip;
    bool unpadded = draw < SHARE_UNPADDED;
    bool with_options =
        !unpadded && flags == TCP_SYN && draw < SHARE_UNPADDED + SHARE_OPTIONS * 5 / 2;
    frame_begin(f);
    f->unpadded = unpadded;
    f->wrong_checksum = (r >> 24) % 10000 < SHARE_WRONG_CHECKSUM;
    frame_between(f, from, target, 6, 64, (unsigned)(r >> 32) & 0xffff);
    frame_tcp(f, &(tcp_header){
                     .source = (uint16_t)(1024 + s->packets % 64511),
                     .destination = (uint16_t)(block % 2 ? 443 : 80),
                     .flags = (uint16_t)flags,
                     .window = (uint16_t)(flags & TCP_SYN ? 64240 : 512),
                     .seq = (uint32_t)(r >> 20),
                     .ack = flags & TCP_ACK ? (uint32_t)(r >> 8) : 0,
                     .options = options,
                     .option_size = with_options ? sizeof options : 0,
                 });
    frame_end(f);
}

static int open_generator(frame_generator *generator, uint64_t seed, pkt_err *err)
{
    static const flood_kind kind = {flood_frame, SHARE_BACKGROUND, MEAN_GAP_NS};
    return flood_open(generator, &kind, seed, err);
}

const dataset_scenario scenario_tcp_flood = {
    .name = "tcp-flood",
    .summary = "SYN, null, PSH+ACK, RST+FIN and same-address floods: small packets, one per flow",
    .seed = 1,
    .headline = true,
    .open = open_generator,
};
