/* Somebody in the middle: a home's traffic is seen twice, ARP and DNS are forged. */
#include "datasets/clock.h"
#include "datasets/network.h"
#include "datasets/traffic/applications.h"
#include "datasets/traffic/background_traffic.h"

enum {
    ETHERTYPE_ARP = 0x0806,
    PROTO_UDP = 17,
    SMALL = 300, /* bytes: shorter frames are seldom relayed, others always */
    /* Shares, of 10000. */
    SHARE_SMALL_KEPT = 3700,
    SHARE_ARP = 100, /* of the packets */
    SHARE_DNS = 40,
    MEAN_GAP_NS = 3000000
};

typedef struct spoofing {
    background_traffic base;
    frame relayed; /* the frame that is seen again next, if any */
    bool relay;
    unsigned answers, question; /* a question with so many answers to come */
} spoofing;

static uint64_t attacker_mac(void)
{
    return network_attacker(0).mac;
}

/* A unicast frame with an IP header, of 60 bytes and more. */
static bool can_be_relayed(const frame *f)
{
    return f->ip && !(f->truth.eth_dst >> 40 & 1);
}

static void mac_set(frame *f, bool source, uint64_t mac)
{
    for (size_t i = 0; i < 6; i++)
        f->bytes[(source ? 6 : 0) + i] = (uint8_t)(mac >> (40 - 8 * i));
    *(source ? &f->truth.eth_src : &f->truth.eth_dst) = mac;
}

/* As a router does: RFC 1812 section 5.3.1. */
static void ttl_decrement(frame *f)
{
    uint8_t *ip = f->bytes + f->ip;
    f->truth.ip_ttl--;
    if (f->truth.ip_version == 6) {
        ip[7] = f->truth.ip_ttl;
        return;
    }
    ip[8] = f->truth.ip_ttl;
    store_u16(ip + 10, 0);
    store_u16(ip + 10, checksum(ip, (size_t)(ip[0] & 15) * 4, 0));
}

/* A packet of the home goes to the attacker first, and then on to whom it was meant for. */
static void home_frame(spoofing *s, frame *f)
{
    do
        s->base.home.next(s->base.home.state, f);
    while (f->size < SMALL && random_below(&s->base.random, 10000) >= SHARE_SMALL_KEPT);
    if (!can_be_relayed(f))
        return;
    s->relayed = *f;
    s->relay = true;
    mac_set(f, false, attacker_mac());
    mac_set(&s->relayed, true, attacker_mac());
    ttl_decrement(&s->relayed);
}

/* A gratuitous answer: the gateway's address is at the attacker's (RFC 826, RFC 5227). */
static void arp_frame(spoofing *s, frame *f)
{
    host victim = network_device((unsigned)random_below(&s->base.random, NETWORK_DEVICES));
    frame_begin(f);
    frame_ethernet(f, attacker_mac(), victim.mac, ETHERTYPE_ARP);
    put_u32(f, 0x00010800); /* Ethernet, IPv4 */
    put_u16(f, 0x0604);
    put_u16(f, 2); /* reply */
    put_mac(f, attacker_mac());
    put_address(f, network_gateway().ip);
    put_mac(f, victim.mac);
    put_address(f, victim.ip);
    frame_end(f);
}

/* A question, the forged answer with the attacker's address, and the true one, too late. */
static void dns_frame(spoofing *s, frame *f)
{
    host victim = network_device(s->question % NETWORK_DEVICES), resolver = network_gateway();
    const bool ask = s->answers == 0, forged = s->answers == 2;
    if (ask) {
        s->question = (unsigned)random_below(&s->base.random, 1 << 20);
        victim = network_device(s->question % NETWORK_DEVICES);
    }
    const unsigned port = 20000 + s->question % 10000;
    host answerer = {forged ? attacker_mac() : resolver.mac, resolver.ip};
    frame_begin(f);
    frame_between(f, ask ? victim : answerer, ask ? resolver : victim, PROTO_UDP, 64,
                  s->question & 0xffff);
    frame_udp(f, ask ? port : 53, ask ? 53 : port);
    if (ask)
        dns_query(f, s->question & 0xffff, s->question);
    else
        dns_answer(f, s->question & 0xffff, s->question);
    if (forged) {
        f->size -= 4; /* the address is the last of it */
        put_address(f, network_attacker(0).ip);
    }
    frame_end(f);
    s->answers = ask ? 2 : s->answers - 1;
}

static void next(void *state, frame *f)
{
    spoofing *s = state;
    const uint64_t draw = random_below(&s->base.random, 10000);
    if (s->relay) {
        *f = s->relayed;
        s->relay = false;
    } else if (s->answers || draw < SHARE_DNS) {
        dns_frame(s, f);
    } else if (draw < SHARE_DNS + SHARE_ARP) {
        arp_frame(s, f);
    } else {
        home_frame(s, f);
    }
    f->truth.ts_ns = clock_advance(&s->base.now, &s->base.random, MEAN_GAP_NS);
}

static int open_stream(scenario_stream *stream, uint64_t seed, pkt_err *err)
{
    return background_open(stream, sizeof(spoofing), next, seed, err) ? 0 : -1;
}

const dataset_scenario scenario_spoofing = {
    .name = "spoofing",
    .summary = "a home's packets seen twice by a machine in the middle, forged ARP and DNS",
    .seed = 13,
    .open = open_stream,
};
