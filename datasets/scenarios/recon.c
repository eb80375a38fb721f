/* Reconnaissance and the attack after it: port scans, ARP and ping sweeps, dictionary logins. */
#include "datasets/network.h"
#include "datasets/traffic/applications.h"
#include "datasets/traffic/sessions.h"
#include "parsers/core/numbers.h"

enum {
    LOGINS = 40,
    /* Shares of the packets, in 1/10000. */
    SHARE_BACKGROUND = 3047,
    SHARE_OTHER = 4100,
    MEAN_GAP_NS = 500000
};

static host attacker(void)
{
    return network_attacker(3);
}

static bool server_sends_first(unsigned segment)
{
    return segment % 2 == 1;
}

static bool client_sends_first(unsigned segment)
{
    return segment % 2 == 0;
}

/* Identification strings (RFC 4253 section 4.2), then random bytes for encrypted packets. */
static void ssh_payload(frame *f, random_state *random, unsigned segment)
{
    if (segment == 0)
        put_text(f, "SSH-2.0-dropbear_2019.78\r\n");
    else if (segment == 1)
        put_text(f, "SSH-2.0-libssh2_1.8.0\r\n");
    else
        put_random(f, random, 48 + 16 * random_below(random, 20));
}

static void telnet_payload(frame *f, random_state *random, unsigned segment)
{
    static const char *const words[] = {"login: ", "root\r\n", "Password: ", "",
                                        "\r\nLogin incorrect\r\n"};
    char password[32];
    const uint64_t r = random_next(random);
    (void)snprintf(password, sizeof password, "%s%u\r\n", r & 1 ? "admin" : "xc3511",
                   (unsigned)(r >> 8) % 10000);
    put_text(f, segment == 3 ? password : words[segment]);
}

static void http_payload(frame *f, random_state *random, unsigned segment)
{
    char rest[256];
    (void)snprintf(rest, sizeof rest,
                   "Content-Length: 24\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
                   "user=admin&password=%04u",
                   (unsigned)random_below(random, 10000));
    if (segment == 0) {
        http_begin(f, "POST", "/login.cgi", "192.168.137.1");
        put_text(f, rest);
    } else {
        http_status(f, 401,
                    " Unauthorized\r\nContent-Length: 0\r\nWWW-Authenticate: Basic\r\n\r\n");
    }
}

static void start(sessions *s, conversation *c)
{
    static const script scripts[] = {{PORT_SSH, 8, 3, server_sends_first, ssh_payload},
                                     {PORT_TELNET, 5, 2, server_sends_first, telnet_payload},
                                     {PORT_HTTP, 2, 2, client_sends_first, http_payload}};
    conversation_open(c, &scripts[s->opened % 3], attacker(),
                      network_device((unsigned)random_below(&s->base.random, NETWORK_DEVICES)),
                      (uint16_t)(33000 + s->opened % 20000), &s->base.random);
}

/* A TCP SYN to a closed port, or the RST that answers it. */
static void probe(frame *f, uint64_t number, bool is_reply)
{
    host from = attacker();
    host to = network_device((unsigned)(number / 1000 % NETWORK_DEVICES));
    const uint16_t port = (uint16_t)(1 + number * 7 % 10000), source = 54321;
    frame_between(f, is_reply ? to : from, is_reply ? from : to, PROTO_TCP, is_reply ? 64 : 47,
                  (unsigned)number & 0xffff);
    frame_tcp(f, &(tcp_header){.source = is_reply ? port : source,
                               .destination = is_reply ? source : port,
                               .flags = is_reply ? TCP_RST | TCP_ACK : TCP_SYN,
                               .window = is_reply ? 0 : 1024,
                               .seq = is_reply ? 0 : (uint32_t)number * 65537,
                               .ack = is_reply ? (uint32_t)number * 65537 + 1 : 0});
}

static void arp_request(frame *f, unsigned target)
{
    host from = attacker();
    frame_ethernet(f, from.mac, MAC_BROADCAST, 0x0806);
    frame_arp(f, ARP_REQUEST, (arp_end){from.mac, from.ip},
              (arp_end){0, address4(network_ip(target))});
}

/* Groups of eight frames: three TCP probes with their replies, an ARP request, an ICMP request. */
static void other(sessions *s, frame *f)
{
    const uint64_t number = s->others / 8;
    const unsigned step = (unsigned)(s->others % 8);
    frame_begin(f);
    if (step < 6) {
        probe(f, number * 3 + step / 2, step % 2 != 0);
    } else if (step == 6) {
        arp_request(f, (unsigned)(1 + number % 254));
    } else {
        frame_between(f, attacker(), network_device((unsigned)(number % NETWORK_DEVICES)),
                      PROTO_ICMP, 47, (unsigned)number & 0xffff);
        frame_icmp(f, number % 5 ? 8 : 13, 0, (uint32_t)number);
        if (number % 5 == 0) /* RFC 792: a timestamp request has three of them */
            for (int i = 0; i < 3; i++)
                put_u32(f, 0);
    }
    frame_end(f);
}

static int open_generator(frame_generator *generator, uint64_t seed, pkt_err *err)
{
    static const sessions_kind kind = {.conversations = LOGINS,
                                       .start = start,
                                       .other = other,
                                       .background_share = SHARE_BACKGROUND,
                                       .other_share = SHARE_OTHER,
                                       .mean_gap_ns = MEAN_GAP_NS};
    return sessions_open(generator, &kind, seed, err);
}

const dataset_scenario scenario_recon = {
    .name = "recon",
    .summary = "port scans, ARP and ping sweeps, dictionary logins by SSH, telnet and HTTP",
    .seed = 12,
    .open = open_generator,
};
