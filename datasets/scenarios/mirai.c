/* Mirai's greeth, greip and udpplain floods, and its telnet scan. */
#include "datasets/network.h"
#include "datasets/traffic/flood.h"
#include "parsers/core/numbers.h"

enum {
    PAYLOAD = 512,
    BLOCK_PACKETS = 700, /* consecutive packets of one kind of flood */
    /* Shares of the packets, in 1/10000. */
    SHARE_SCAN = 70,
    SHARE_BACKGROUND = 60,
    MEAN_GAP_NS = 60000
};

/* Put the payload of a tunnel: an IPv4 header and a UDP datagram with PAYLOAD bytes. */
static void inner_datagram(frame *f, random_state *random)
{
    size_t ip = f->size;
    uint64_t r = random_next(random);
    put_u16(f, 0x4500);
    put_u16(f, 20 + 8 + PAYLOAD);
    put_u16(f, (unsigned)r & 0xffff);
    put_u16(f, 0x4000);
    put_u16(f, 64 << 8 | PROTO_UDP);
    put_u16(f, 0);
    put_u32(f, (uint32_t)(r >> 16));
    put_u32(f, network_ip(10 + (unsigned)(r >> 48) % NETWORK_DEVICES));
    store_u16(f->bytes + ip + 10, checksum(f->bytes + ip, 20, 0));
    put_u16(f, 1024 + (unsigned)(r >> 20) % 60000);
    put_u16(f, 1024 + (unsigned)(r >> 36) % 60000);
    put_u16(f, 8 + PAYLOAD);
    put_u16(f, 0); /* no checksum (RFC 768), as in Mirai's inner datagrams */
    put_random(f, random, PAYLOAD);
}

/* GRE, RFC 2784. */
static void gre_frame(flood *s, frame *f, host from, host to, bool ethernet)
{
    frame_between(f, from, to, PROTO_GRE, 64, (unsigned)random_next(&s->base.random) & 0xffff);
    put_u16(f, 0);
    put_u16(f, ethernet ? 0x6558 : ETHERTYPE_IPV4);
    if (ethernet) {
        put_mac(f, UINT64_C(0x020000000000) | (random_next(&s->base.random) & 0xffffff));
        put_mac(f, UINT64_C(0x020000000000) | (random_next(&s->base.random) & 0xffffff));
        put_u16(f, ETHERTYPE_IPV4);
    }
    inner_datagram(f, &s->base.random);
}

static void plain_frame(flood *s, frame *f, host from, host to)
{
    uint64_t r = random_next(&s->base.random);
    frame_between(f, from, to, PROTO_UDP, 64, (unsigned)r & 0xffff);
    frame_udp(f, frame_port(1024 + (unsigned)(r >> 16) % 60000),
              frame_port(1024 + (unsigned)(r >> 32) % 60000));
    put_random(f, &s->base.random, PAYLOAD);
}

/* The sequence number is the target address, as in Mirai. */
static void scan_frame(flood *s, frame *f, host from)
{
    uint64_t r = random_next(&s->base.random);
    host to = {MAC_GATEWAY, address4((uint32_t)(r >> 32))};
    frame_between(f, from, to, PROTO_TCP, 64, (unsigned)r & 0xffff);
    frame_tcp(f, &(tcp_header){
                     .source = (uint16_t)(1024 + (r >> 16) % 60000),
                     .destination = r % 10 ? 23 : 2323,
                     .flags = 2,
                     .window = (uint16_t)(r >> 8 | 1),
                     .seq = (uint32_t)(r >> 32),
                 });
}

static void flood_frame(flood *s, frame *f)
{
    host from = network_device((unsigned)random_below(&s->base.random, 40));
    host to = network_server((unsigned)(s->packets / (UINT64_C(3) * BLOCK_PACKETS)));
    frame_begin(f);
    if (random_below(&s->base.random, 10000) < SHARE_SCAN) {
        scan_frame(s, f, from);
    } else {
        switch (s->packets / BLOCK_PACKETS % 3) {
        case 0:
            gre_frame(s, f, from, to, true);
            break;
        case 1:
            gre_frame(s, f, from, to, false);
            break;
        default:
            plain_frame(s, f, from, to);
        }
    }
    frame_end(f);
}

static int open_generator(frame_generator *generator, uint64_t seed, pkt_err *err)
{
    static const flood_kind kind = {flood_frame, SHARE_BACKGROUND, MEAN_GAP_NS};
    return flood_open(generator, &kind, seed, err);
}

const dataset_scenario scenario_mirai = {
    .name = "mirai",
    .summary = "Mirai's GRE and UDP floods with 512-byte payloads, and its telnet scan",
    .seed = 2,
    .headline = true,
    .open = open_generator,
};
