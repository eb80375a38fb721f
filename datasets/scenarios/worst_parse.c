/* The most expensive packets for a parser: many headers, maximum options, wrong lengths. */
#include <stdlib.h>

#include "datasets/clock.h"
#include "datasets/network.h"
#include "datasets/scenario.h"
#include "parsers/core/numbers.h"

enum { OPTIONS_MAX = 40, MEAN_GAP_NS = 20000 };

typedef struct worst_parse {
    random_state random;
    int64_t now;
} worst_parse;

static unsigned below(worst_parse *s, unsigned bound)
{
    return (unsigned)random_below(&s->random, bound);
}

static host device(worst_parse *s, bool six)
{
    const unsigned index = below(s, NETWORK_DEVICES);
    return six ? network_device6(index) : network_device(index);
}

static host server(worst_parse *s, bool six)
{
    const unsigned index = below(s, 1000);
    return six ? network_server6(index) : network_server(index);
}

static void ethernet(worst_parse *s, frame *f, unsigned type)
{
    frame_ethernet(f, device(s, false).mac, MAC_GATEWAY, type);
}

/* One random number per statement: C does not define the order of a call's arguments. */
static void ip(worst_parse *s, frame *f, bool six, unsigned proto)
{
    const address from = device(s, six).ip, to = server(s, six).ip;
    frame_ip(f, from, to, proto, 64, below(s, 65536));
}

static void tcp(worst_parse *s, frame *f, size_t option_size)
{
    const uint64_t r = random_next(&s->random);
    uint8_t options[OPTIONS_MAX];
    memset(options, 1, sizeof options); /* no operation */
    frame_tcp(f, &(tcp_header){.source = (uint16_t)frame_port(1024 + below(s, 60000)),
                               .destination = 40001,
                               .flags = 16,
                               .window = 512,
                               .seq = (uint32_t)r,
                               .ack = (uint32_t)(r >> 32),
                               .options = options,
                               .option_size = option_size});
}

static void udp(worst_parse *s, frame *f, unsigned port)
{
    frame_udp(f, frame_port(1024 + below(s, 60000)), port);
}

static void payload(worst_parse *s, frame *f)
{
    put_random(f, &s->random, below(s, 140));
}

/* Put the payload of a tunnel: an IPv4 datagram with UDP. */
static void inner_datagram(worst_parse *s, frame *f)
{
    const size_t at = f->size;
    put_u16(f, 0x4500);
    put_u16(f, 20 + 8 + 16);
    put_u16(f, below(s, 65536));
    put_u16(f, 0);
    put_u16(f, 64 << 8 | PROTO_UDP);
    put_u16(f, 0);
    put_address(f, device(s, false).ip);
    put_address(f, server(s, false).ip);
    store_u16(f->bytes + at + 10, checksum(f->bytes + at, 20, 0));
    put_u16(f, 40002);
    put_u16(f, 40003);
    put_u16(f, 8 + 16);
    put_u16(f, 0); /* no checksum */
    put_random(f, &s->random, 16);
}

static void inner_frame(worst_parse *s, frame *f)
{
    put_mac(f, device(s, false).mac);
    put_mac(f, device(s, false).mac);
    put_u16(f, ETHERTYPE_IPV4);
    inner_datagram(s, f);
}

/* Two VLAN tags and PPPoE; in half of the frames also an MPLS label. */
static void qinq_pppoe(worst_parse *s, frame *f)
{
    const bool six = below(s, 2), labels = below(s, 2);
    ethernet(s, f, ETHERTYPE_QINQ);
    frame_vlan(f, 1 + below(s, 4000), ETHERTYPE_VLAN);
    frame_vlan(f, 1 + below(s, 4000), ETHERTYPE_PPPOE_SESSION);
    frame_pppoe(f, 1 + below(s, 60000), labels ? PPP_MPLS : six ? PPP_IPV6 : PPP_IPV4);
    if (labels)
        frame_mpls(f, 1000 + below(s, 1000), true);
    ip(s, f, six, PROTO_TCP);
    tcp(s, f, 12);
    payload(s, f);
}

static void mpls(worst_parse *s, frame *f)
{
    const bool six = below(s, 2);
    ethernet(s, f, ETHERTYPE_VLAN);
    frame_vlan(f, 1 + below(s, 4000), ETHERTYPE_MPLS);
    for (unsigned left = below(s, 8); left > 0; left--)
        frame_mpls(f, 1000 + below(s, 1000), false);
    frame_mpls(f, 1000 + below(s, 1000), true);
    ip(s, f, six, PROTO_UDP);
    udp(s, f, 40001);
    payload(s, f);
}

static void snap(worst_parse *s, frame *f)
{
    frame_8023(f, device(s, false).mac, MAC_GATEWAY);
    frame_snap(f, ETHERTYPE_IPV4);
    ip(s, f, false, PROTO_TCP);
    tcp(s, f, 0);
    payload(s, f);
}

/* One to eight extension headers. */
static void ipv6_extensions(worst_parse *s, frame *f)
{
    const unsigned count = 1 + below(s, 8);
    ethernet(s, f, ETHERTYPE_IPV6);
    ip(s, f, true, count > 1 ? PROTO_HOP_BY_HOP : PROTO_DESTINATION);
    if (count > 1)
        frame_hop_by_hop(f, PROTO_DESTINATION);
    for (unsigned i = 2; i < count; i++)
        frame_extension(f, PROTO_DESTINATION, 1 + below(s, 3));
    const unsigned last = below(s, 3) ? PROTO_TCP : below(s, 2) ? PROTO_AH : PROTO_FRAGMENT;
    frame_extension(f, last, 1 + below(s, 3));
    if (last == PROTO_AH)
        frame_ah(f, PROTO_TCP, &s->random);
    else if (last == PROTO_FRAGMENT)
        frame_fragment6(f, PROTO_TCP, (uint32_t)random_next(&s->random));
    tcp(s, f, 0);
    payload(s, f);
}

/* IP in IP, VXLAN (RFC 7348), GENEVE (RFC 8926). The columns describe the outer headers. */
static void tunnel(worst_parse *s, frame *f)
{
    const unsigned kind = below(s, 3);
    ethernet(s, f, ETHERTYPE_IPV4);
    ip(s, f, false, kind == 0 ? PROTO_IPV4 : PROTO_UDP);
    if (kind == 0) {
        inner_datagram(s, f);
        return;
    }
    udp(s, f, kind == 1 ? PORT_VXLAN : PORT_GENEVE);
    put_u32(f, kind == 1 ? 0x08000000 : 0x00006558);
    put_u32(f, (uint32_t)below(s, 1 << 24) << 8);
    inner_frame(s, f);
}

/* Options of TCP and of IPv4 to the limit. */
static void options_full(worst_parse *s, frame *f)
{
    ethernet(s, f, ETHERTYPE_IPV4);
    ip(s, f, false, PROTO_TCP);
    if (below(s, 2))
        frame_ip_options(f, OPTIONS_MAX);
    tcp(s, f, OPTIONS_MAX);
    payload(s, f);
}

/* SCTP, of which the columns have only the protocol number, and UDP-Lite. */
static void other_transport(worst_parse *s, frame *f)
{
    const bool six = below(s, 2), lite = below(s, 2);
    ethernet(s, f, six ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4);
    ip(s, f, six, lite ? PROTO_UDPLITE : PROTO_SCTP);
    if (lite) {
        udp(s, f, 40001);
    } else { /* RFC 9260: ports, tag, checksum, HEARTBEAT chunk */
        put_u32(f, 0x9c419c42);
        put_u32(f, (uint32_t)random_next(&s->random));
        put_u32(f, 0);
        put_u32(f, 0x0400000c);
        put_u32(f, 0x00010008);
        put_u32(f, (uint32_t)random_next(&s->random));
    }
    if (lite)
        payload(s, f);
}

/* Build a well-formed frame; after frame_end(), length_corrupt() makes it malformed. */
static void wrong_length(worst_parse *s, frame *f)
{
    ethernet(s, f, ETHERTYPE_IPV4);
    ip(s, f, false, PROTO_UDP);
    f->unpadded = true;
    udp(s, f, 40001);
    put_random(f, &s->random, 18 + below(s, 80));
}

/* Decoding ends after the IP header, or after the transport header, with PKT_BAD_LENGTH. */
static void bad_length_after(frame *f, bool transport)
{
    f->header_count = transport ? 3 : 2;
    frame_verdict(f, PKT_BAD_LENGTH);
}

static void length_corrupt(worst_parse *s, frame *f)
{
    uint8_t *header = f->bytes + f->ip;
    switch (below(s, 5)) {
    case 0: /* IP header length below 20 bytes */
        header[0] = (uint8_t)(0x40 + below(s, 5));
        bad_length_after(f, false);
        break;
    case 1: /* IP total length above the frame's */
        f->oversized = true;
        f->truth.ip_len += 1 + below(s, 1000);
        store_u16(header + 2, f->truth.ip_len);
        bad_length_after(f, false);
        break;
    case 2: /* IP total length below the header length */
        f->truth.ip_len = 1 + below(s, 19);
        store_u16(header + 2, f->truth.ip_len);
        bad_length_after(f, false);
        break;
    case 3: /* UDP length above the datagram's */
        store_u16(f->bytes + f->l4 + 4, 8 + f->truth.payload_len + 1 + below(s, 1000));
        bad_length_after(f, true);
        break;
    default: /* the frame ends inside its headers */
        f->size = below(s, 2) ? 1 + below(s, 13) : 15 + below(s, 19);
        break;
    }
}

static void next(void *state, frame *f)
{
    static void (*const kinds[])(worst_parse *, frame *) = {
        qinq_pppoe,   mpls, ipv6_extensions, ipv6_extensions, tunnel, options_full,
        options_full, snap, other_transport, wrong_length};
    worst_parse *s = state;
    const size_t kind = below(s, sizeof kinds / sizeof kinds[0]);
    frame_begin(f);
    kinds[kind](s, f);
    frame_end(f);
    if (kinds[kind] == wrong_length)
        length_corrupt(s, f);
    f->truth.ts_ns = clock_advance(&s->now, &s->random, MEAN_GAP_NS);
}

static int open_generator(frame_generator *generator, uint64_t seed, pkt_err *err)
{
    worst_parse *s = calloc(1, sizeof *s);
    if (!s)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a scenario");
    s->random = random_seeded(seed);
    s->now = DATASET_EPOCH_NS;
    *generator = (frame_generator){s, next, free};
    return 0;
}

const dataset_scenario scenario_worst_parse = {
    .name = "worst-parse",
    .summary = "stress: VLAN, MPLS, IPv6 extensions, tunnels, maximum options, wrong lengths",
    .seed = 14,
    .open = open_generator,
};
