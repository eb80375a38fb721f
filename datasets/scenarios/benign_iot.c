/* Normal traffic of a home network. TLS carries most of the bytes; MQTT, HTTP, DNS, ARP and others
 * add many kinds of packets. */
#include <stdlib.h>

#include "datasets/clock.h"
#include "datasets/network.h"
#include "datasets/scenario.h"
#include "datasets/traffic/applications.h"
#include "parsers/core/numbers.h"

enum {
    SESSIONS = 24, /* concurrent */
    MEAN_GAP_NS = 4000000,
    DATA_SHARE = 87, /* of the segments of TLS from a server are full, in % */
    LONG_HELLO_ONE_IN = 8,
    PIPELINE_ONE_IN = 4,
    MSS = 1460
};

typedef enum application { TLS, MQTT, HTTP } application;

/* A TCP connection between a device and a server. */
typedef struct session {
    application application;
    host device, server;
    unsigned device_index, step, segments_left; /* segments_left: data segments not yet sent */
    uint16_t source, destination;
    uint32_t device_seq, server_seq;
    bool modern;      /* TLS 1.3 */
    bool long_hello;  /* its hello takes two segments */
    bool acknowledge; /* the last data segment has no acknowledgement yet */
    bool last_from_device;
} session;

typedef struct benign_iot {
    random_state random;
    session sessions[SESSIONS];
    int64_t now;
    uint64_t sessions_opened;
    unsigned id;             /* IPv4 identification */
    unsigned query, replies; /* last DNS query; replies not yet sent */
    unsigned query_device;
} benign_iot;

/* Number of data segments of a connection: few connections are long, many are short. */
static unsigned segments(benign_iot *s, application application)
{
    uint64_t draw = random_below(&s->random, 100);
    switch (application) {
    case TLS:
        return (unsigned)(draw < 6    ? 150 + random_below(&s->random, 400)
                          : draw < 30 ? 10 + random_below(&s->random, 30)
                                      : 2 + random_below(&s->random, 6));
    case MQTT:
        return (unsigned)(2 + random_below(&s->random, 10));
    default:
        return (unsigned)(2 + 2 * random_below(&s->random, 3));
    }
}

static void session_open(benign_iot *s, session *c)
{
    uint64_t draw = random_below(&s->random, 100);
    unsigned device = (unsigned)random_below(&s->random, NETWORK_DEVICES);
    unsigned server = (unsigned)random_below(&s->random, 60);
    bool six = random_below(&s->random, 10) == 0;
    *c = (session){
        .application = draw < 60   ? TLS
                       : draw < 85 ? MQTT
                                   : HTTP,
        .device = six ? network_device6(device) : network_device(device),
        .server = six ? network_server6(server) : network_server(server),
        .device_index = device,
        .source = (uint16_t)(32768 + s->sessions_opened++ % 28000),
        .device_seq = (uint32_t)random_next(&s->random),
        .server_seq = (uint32_t)random_next(&s->random),
    };
    c->modern = random_below(&s->random, 2) != 0;
    c->long_hello = c->modern && random_below(&s->random, LONG_HELLO_ONE_IN) == 0;
    static const uint16_t ports[] = {PORT_HTTPS, PORT_MQTT, PORT_HTTP};
    c->destination = ports[c->application];
    c->segments_left = segments(s, c->application);
}

static tcp_header segment_header(const session *c, bool from_device, unsigned flags)
{
    return (tcp_header){
        .source = from_device ? c->source : c->destination,
        .destination = from_device ? c->destination : c->source,
        .flags = (uint16_t)flags,
        .window = from_device ? 64240 : 501,
        .seq = from_device ? c->device_seq : c->server_seq,
        .ack = flags & TCP_ACK ? from_device ? c->server_seq : c->device_seq : 0,
    };
}

/* Put the headers of a segment; the caller adds the payload and calls segment_end(). */
static void segment_begin(benign_iot *s, session *c, frame *f, bool from_device, unsigned flags)
{
    static const uint8_t syn_options[20] = {2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 1,
                                            2, 3, 0, 0,    0, 0, 1, 3,  3, 7};
    tcp_header header = segment_header(c, from_device, flags);
    if (flags & TCP_SYN) {
        header.options = syn_options;
        header.option_size = sizeof syn_options;
    }
    frame_begin(f);
    frame_between(f, from_device ? c->device : c->server, from_device ? c->server : c->device,
                  PROTO_TCP, from_device ? 64 : 52, ++s->id & 0xffff);
    frame_tcp(f, &header);
}

/* Finish the frame and advance the sender's sequence number. */
static void segment_end(session *c, frame *f, bool from_device, unsigned flags)
{
    frame_end(f);
    uint32_t advanced = f->truth.payload_len + (flags & (TCP_SYN | TCP_FIN) ? 1 : 0);
    if (from_device)
        c->device_seq += advanced;
    else
        c->server_seq += advanced;
    c->last_from_device = from_device;
    c->acknowledge = f->truth.payload_len > 0;
}

static void empty_segment(benign_iot *s, session *c, frame *f, bool from_device, unsigned flags)
{
    segment_begin(s, c, f, from_device, flags);
    segment_end(c, f, from_device, flags);
    c->acknowledge = false;
}

static void tls_segment(benign_iot *s, session *c, frame *f)
{
    const unsigned server_step = c->long_hello ? 5 : 4;
    const size_t room = MSS - (c->device.ip.version == 6 ? 20 : 0);
    bool from_device =
        c->step < server_step || (c->step > server_step && random_below(&s->random, 9) == 0);
    size_t size = random_below(&s->random, 100) < DATA_SHARE && !from_device
                      ? room
                      : 60 + random_below(&s->random, 600);
    segment_begin(s, c, f, from_device, TCP_PSH | TCP_ACK);
    if (c->step == 3 && c->long_hello)
        tls_long_hello(f, &s->random, room);
    else if (c->step == 3)
        tls_client_hello(f, &s->random, c->modern);
    else if (c->step < server_step)
        tls_long_hello_rest(f, &s->random, room);
    else if (c->step == server_step)
        tls_server_hello(f, &s->random, c->modern);
    else
        tls_data(f, &s->random, size);
    segment_end(c, f, from_device, TCP_PSH | TCP_ACK);
}

static void mqtt_segment(benign_iot *s, session *c, frame *f)
{
    bool ping = c->step > 4 && c->step % 6 >= 4;
    bool from_device = c->step != 4 && !(ping && c->step % 6 == 5);
    segment_begin(s, c, f, from_device, TCP_PSH | TCP_ACK);
    if (c->step == 3)
        mqtt_connect(f, c->device_index);
    else if (c->step == 4)
        mqtt_connack(f);
    else if (ping)
        mqtt_ping(f, !from_device);
    else if (c->step == 6)
        mqtt_subscribe(f, c->device_index, 1 + c->device_index % 3);
    else
        mqtt_publish(f, &s->random, c->device_index);
    segment_end(c, f, from_device, TCP_PSH | TCP_ACK);
}

static void http_segment(benign_iot *s, session *c, frame *f)
{
    bool from_device = c->step % 2 == 1;
    segment_begin(s, c, f, from_device, TCP_PSH | TCP_ACK);
    if (from_device && random_below(&s->random, PIPELINE_ONE_IN) == 0)
        http_pipeline(f, c->device_index);
    else if (from_device)
        http_request(f, c->device_index);
    else
        http_response(f, &s->random, 100 + random_below(&s->random, 1000));
    segment_end(c, f, from_device, TCP_PSH | TCP_ACK);
}

/* Next segment: handshake, data with acknowledgements, FIN from both sides, then a new connection.
 */
static void session_next(benign_iot *s, session *c, frame *f)
{
    static void (*const data[])(benign_iot *, session *, frame *) = {tls_segment, mqtt_segment,
                                                                     http_segment};
    if (c->step < 3) {
        static const unsigned handshake[] = {TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK};
        empty_segment(s, c, f, c->step != 1, handshake[c->step]);
        c->step++;
    } else if (c->acknowledge && random_below(&s->random, 4) == 0) {
        empty_segment(s, c, f, !c->last_from_device, TCP_ACK);
    } else if (c->segments_left > 0) {
        data[c->application](s, c, f);
        c->step++;
        c->segments_left--;
    } else {
        static const unsigned finish[] = {TCP_FIN | TCP_ACK, TCP_FIN | TCP_ACK, TCP_ACK};
        if (c->step < 1000000)
            c->step = 1000000;
        unsigned i = c->step++ - 1000000;
        empty_segment(s, c, f, i != 1, finish[i]);
        if (i == 2)
            session_open(s, c);
    }
}

static void udp_begin(benign_iot *s, frame *f, host from, host to, unsigned source,
                      unsigned destination, unsigned ttl)
{
    frame_begin(f);
    frame_between(f, from, to, PROTO_UDP, ttl, ++s->id & 0xffff);
    frame_udp(f, source, destination);
}

/* An IPv4 multicast group and its MAC address, RFC 1112 section 6.4. */
static host group4(uint32_t ip)
{
    return (host){UINT64_C(0x01005e000000) | (ip & 0x7fffff), address4(ip)};
}

/* An IPv6 multicast group and its MAC address, RFC 2464 section 7. */
static host group6(uint64_t hi, uint64_t lo)
{
    return (host){UINT64_C(0x333300000000) | (lo & 0xffffffff), address6(hi, lo)};
}

static void dns_frame(benign_iot *s, frame *f, unsigned device)
{
    host client = network_device(device), resolver = network_gateway();
    unsigned port = 20000 + s->query % 10000;
    if (s->replies) {
        udp_begin(s, f, resolver, client, PORT_DNS, port, 64);
        dns_answer(f, s->query & 0xffff, s->query);
        s->replies = 0;
    } else {
        s->query = (unsigned)random_below(&s->random, 1 << 20);
        port = 20000 + s->query % 10000;
        udp_begin(s, f, client, resolver, port, PORT_DNS, 64);
        dns_query(f, s->query & 0xffff, s->query);
        s->replies = 1;
        s->query_device = device;
    }
}

static void mdns_frame(benign_iot *s, frame *f, unsigned device)
{
    bool six = random_below(&s->random, 3) == 0;
    host from = network_device(device), to = group4(UINT32_C(0xe00000fb));
    if (six) {
        from.ip = network_link_local(device);
        to = group6(UINT64_C(0xff02000000000000), 0xfb);
    }
    udp_begin(s, f, from, to, PORT_MDNS, PORT_MDNS, 255);
    if (random_below(&s->random, 2))
        mdns_query(f);
    else
        mdns_answer(f, device);
}

static void ssdp_frame(benign_iot *s, frame *f, unsigned device)
{
    bool search = random_below(&s->random, 3) == 0;
    udp_begin(s, f, network_device(device), group4(UINT32_C(0xeffffffa)),
              search ? 50000 : PORT_SSDP, PORT_SSDP, 4);
    if (search)
        ssdp_search(f);
    else
        ssdp_notify(f, device);
}

static void ntp_frame(benign_iot *s, frame *f, unsigned device)
{
    bool server = random_below(&s->random, 2) != 0;
    host client = network_device(device), peer = network_server(3);
    udp_begin(s, f, server ? peer : client, server ? client : peer, PORT_NTP, PORT_NTP,
              server ? 52 : 64);
    ntp(f, &s->random, server);
}

static void dhcp_frame(benign_iot *s, frame *f, unsigned device)
{
    static const unsigned types[] = {1, 2, 3, 5};
    unsigned type = types[random_below(&s->random, 4)];
    host client = network_device(device), server = network_gateway();
    uint32_t offered = (uint32_t)client.ip.lo, transaction = (uint32_t)random_next(&s->random);
    bool reply = type == 2 || type == 5;
    host any = {client.mac, address4(0)};
    host all = {MAC_BROADCAST, address4(UINT32_C(0xffffffff))};
    udp_begin(s, f, reply ? server : any, reply ? client : all,
              reply ? PORT_DHCP_SERVER : PORT_DHCP_CLIENT,
              reply ? PORT_DHCP_CLIENT : PORT_DHCP_SERVER, 64);
    char name[16];
    (void)snprintf(name, sizeof name, "dev%03u", device);
    dhcp(f, type, transaction, client.mac, offered, reply || device % 4 == 0 ? NULL : name);
}

static void llmnr_frame(benign_iot *s, frame *f, unsigned device)
{
    udp_begin(s, f, network_device(device), group4(UINT32_C(0xe00000fc)), 50000, PORT_LLMNR, 1);
    llmnr_query(f, device);
}

static void coap_frame(benign_iot *s, frame *f, unsigned device)
{
    const unsigned id = (unsigned)random_below(&s->random, 65536);
    const bool answer = random_below(&s->random, 2) != 0;
    host client = network_device(device), server = network_device((device + 7) % NETWORK_DEVICES);
    udp_begin(s, f, answer ? server : client, answer ? client : server, answer ? PORT_COAP : 49000,
              answer ? 49000 : PORT_COAP, 64);
    if (answer)
        coap_content(f, id, id ^ 0x5a5a);
    else
        coap_get(f, id, id ^ 0x5a5a);
}

static void arp_frame(benign_iot *s, frame *f, unsigned device)
{
    bool reply = random_below(&s->random, 2) != 0;
    host from = network_device(device), to = network_gateway();
    frame_begin(f);
    frame_ethernet(f, from.mac, reply ? to.mac : MAC_BROADCAST, 0x0806);
    frame_arp(f, reply ? ARP_REPLY : ARP_REQUEST, (arp_end){from.mac, from.ip},
              (arp_end){reply ? to.mac : 0, to.ip});
}

/* Neighbour discovery, RFC 4861; multicast listener reports, RFC 3810. */
static void icmpv6_frame(benign_iot *s, frame *f, unsigned device)
{
    host from = {network_device(device).mac, network_link_local(device)};
    address target = network_link_local((device + 1) % NETWORK_DEVICES);
    uint64_t draw = random_below(&s->random, 3);
    frame_begin(f);
    if (draw == 0) {
        frame_between(f, from, group6(UINT64_C(0xff02000000000000), 0x16), 0, 1, 0);
        frame_hop_by_hop(f, PROTO_ICMPV6);
        frame_icmp(f, 143, 0, 1);
        put_u32(f, 0x04000000); /* change to exclude */
        put_address(f, address6(UINT64_C(0xff02000000000000), 0xfb));
        return;
    }
    host to = group6(UINT64_C(0xff02000000000000), UINT64_C(0x1ff000000) | (target.lo & 0xffffff));
    if (draw == 1)
        to = (host){network_device((device + 1) % NETWORK_DEVICES).mac, target};
    frame_between(f, from, to, PROTO_ICMPV6, 255, 0);
    frame_icmp(f, draw == 1 ? 136 : 135, 0, draw == 1 ? UINT32_C(0x60000000) : 0);
    put_address(f, draw == 1 ? from.ip : target);
    put_u16(f, draw == 1 ? 0x0201 : 0x0101); /* link-layer address */
    put_mac(f, from.mac);
}

/* An EAPOL-Key frame of a 4-way handshake, IEEE 802.1X-2004 section 7.5 and 802.11 12.7.2. */
static void eapol_frame(benign_iot *s, frame *f, unsigned device)
{
    frame_begin(f);
    frame_ethernet(f, MAC_GATEWAY, network_device(device).mac, 0x888e);
    put_u16(f, 0x0203);
    put_u16(f, 95);
    put_u8(f, 2);       /* RSN key */
    put_u16(f, 0x008a); /* pairwise, acknowledge */
    put_u16(f, 16);
    put_u32(f, 0);
    put_u32(f, (uint32_t)random_below(&s->random, 1000));
    put_random(f, &s->random, 32); /* nonce */
    for (int i = 0; i < 12; i++)   /* IV, sequence counter, reserved, no integrity code */
        put_u32(f, 0);
    put_u16(f, 0); /* key data length */
}

/* A spanning tree configuration message, IEEE 802.1D-2004 section 9.3.1. */
static void stp_frame(frame *f)
{
    frame_begin(f);
    frame_8023(f, MAC_GATEWAY, UINT64_C(0x0180c2000000));
    frame_llc(f, 0x42, 0x42, 0x03);
    put_u32(f, 0); /* protocol, version, type */
    put_u8(f, 0);
    put_u16(f, 0x8000);
    put_mac(f, MAC_GATEWAY);
    put_u32(f, 0);
    put_u16(f, 0x8000);
    put_mac(f, MAC_GATEWAY);
    put_u16(f, 0x8001);
    put_u16(f, 0);
    put_u16(f, 0x1400);
    put_u16(f, 0x0200);
    put_u16(f, 0x0f00);
}

/* A frame that belongs to no TCP connection. */
static void other_frame(benign_iot *s, frame *f)
{
    unsigned device = (unsigned)random_below(&s->random, NETWORK_DEVICES);
    uint64_t draw = random_below(&s->random, 100);
    if (s->replies)
        dns_frame(s, f, s->query_device);
    else if (draw < 30)
        dns_frame(s, f, device);
    else if (draw < 48)
        mdns_frame(s, f, device);
    else if (draw < 58)
        ssdp_frame(s, f, device);
    else if (draw < 61)
        ntp_frame(s, f, device);
    else if (draw < 63)
        llmnr_frame(s, f, device);
    else if (draw < 66)
        coap_frame(s, f, device);
    else if (draw < 70)
        dhcp_frame(s, f, device);
    else if (draw < 84)
        arp_frame(s, f, device);
    else if (draw < 94)
        icmpv6_frame(s, f, device);
    else if (draw < 97)
        eapol_frame(s, f, device);
    else
        stp_frame(f);
    frame_end(f);
}

static void next(void *state, frame *f)
{
    benign_iot *s = state;
    if (random_below(&s->random, 1000) < 85)
        other_frame(s, f);
    else
        session_next(s, &s->sessions[random_below(&s->random, SESSIONS)], f);
    f->truth.ts_ns = clock_advance(&s->now, &s->random, MEAN_GAP_NS);
}

static int open_generator(frame_generator *generator, uint64_t seed, pkt_err *err)
{
    benign_iot *s = calloc(1, sizeof *s);
    if (!s)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a scenario");
    s->random = random_seeded(seed);
    s->now = DATASET_EPOCH_NS;
    for (size_t i = 0; i < SESSIONS; i++)
        session_open(s, &s->sessions[i]);
    *generator = (frame_generator){s, next, free};
    return 0;
}

const dataset_scenario scenario_benign_iot = {
    .name = "benign-iot",
    .summary = "home network: TLS, MQTT, HTTP, DNS, mDNS, LLMNR, SSDP, CoAP, NTP, DHCP, ARP, IPv6, "
               "EAPOL, STP",
    .seed = 3,
    .headline = true,
    .open = open_generator,
};
