/* Machine in the middle: packets of a home network are captured twice, before and after the
 * attacker relays them; ARP and DNS replies are forged. */
#include "datasets/clock.h"
#include "datasets/network.h"
#include "datasets/traffic/applications.h"
#include "datasets/traffic/background_traffic.h"
#include "parsers/core/numbers.h"

enum {
    SMALL = 300, /* bytes; shorter frames are often left out */
    /* Shares, in 1/10000. */
    SHARE_SMALL_USED = 3600, /* of the small frames */
    SHARE_ARP = 100,         /* of the packets */
    SHARE_DNS = 40,          /* of the packets */
    MEAN_GAP_NS = 3000000
};

typedef struct spoofing {
    background_traffic base;
    frame relayed; /* the next frame, if `relay` */
    bool relay;
    unsigned query, answers; /* last DNS query; answers not yet sent */
} spoofing;

static uint64_t attacker_mac(void)
{
    return network_attacker(0).mac;
}

/* True for unicast IP frames. */
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

/* As a router does, RFC 1812 section 5.3.1. */
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

/* A frame of the background traffic, sent to the attacker; its relayed copy is the next frame. */
static void home_frame(spoofing *s, frame *f)
{
    do
        s->base.home.next(s->base.home.state, f);
    while (f->size < SMALL && random_below(&s->base.random, 10000) >= SHARE_SMALL_USED);
    if (!can_be_relayed(f)) {
        f->label = scenario_benign_iot.name;
        return;
    }
    s->relayed = *f;
    s->relay = true;
    mac_set(f, false, attacker_mac());
    mac_set(&s->relayed, true, attacker_mac());
    ttl_decrement(&s->relayed);
}

/* A forged ARP reply: the gateway's IP address has the attacker's MAC address (RFC 826). */
static void arp_frame(spoofing *s, frame *f)
{
    host target = network_device((unsigned)random_below(&s->base.random, NETWORK_DEVICES));
    frame_begin(f);
    frame_ethernet(f, attacker_mac(), target.mac, ETHERTYPE_ARP);
    frame_arp(f, ARP_REPLY, (arp_end){attacker_mac(), network_gateway().ip},
              (arp_end){target.mac, target.ip});
    frame_end(f);
}

/* A DNS query, then the forged answer with the attacker's address, then the real answer. */
static void dns_frame(spoofing *s, frame *f)
{
    host target = network_device(s->query % NETWORK_DEVICES), resolver = network_gateway();
    const bool ask = s->answers == 0, forged = s->answers == 2;
    if (ask) {
        s->query = (unsigned)random_below(&s->base.random, 1 << 20);
        target = network_device(s->query % NETWORK_DEVICES);
    }
    const unsigned port = 20000 + s->query % 10000;
    host answerer = {forged ? attacker_mac() : resolver.mac, resolver.ip};
    frame_begin(f);
    frame_between(f, ask ? target : answerer, ask ? resolver : target, PROTO_UDP, 64,
                  s->query & 0xffff);
    frame_udp(f, ask ? port : PORT_DNS, ask ? PORT_DNS : port);
    if (ask)
        dns_query(f, s->query & 0xffff, s->query);
    else
        dns_answer(f, s->query & 0xffff, s->query);
    if (forged) {
        f->size -= 4; /* replace the address, which ends the answer */
        put_address(f, network_attacker(0).ip);
        frame_app_number(f, PKT_COL_dns_a, network_attacker(0).ip.lo);
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

static int open_generator(frame_generator *generator, uint64_t seed, pkt_err *err)
{
    return background_open(generator, sizeof(spoofing), next, seed, err) ? 0 : -1;
}

const dataset_scenario scenario_spoofing = {
    .name = "spoofing",
    .summary = "machine in the middle: home packets captured twice, forged ARP and DNS replies",
    .seed = 13,
    .open = open_generator,
};
