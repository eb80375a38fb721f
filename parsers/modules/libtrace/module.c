/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * libtrace: its readers and its accessors of headers behind pktbench's interface.
 *
 * The accessors give pointers to the library's own structures and how many bytes were captured
 * there. They check what they skip; whether what they point at is whole is checked here.
 */
#include "pktbench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libtrace.h>
#include <limits.h>
#include <stdlib.h>

#define ETHERTYPE_MIN 0x0600   /* below: a length, IEEE 802.3 clause 3.2.6 */
#define FRAME_CHECK_SEQUENCE 4 /* bytes; libtrace counts it to the wire length of Ethernet */

enum { PROTO_UDPLITE = 136, UDP_HEADER = 8, ICMP_HEADER = 8, ICMPV6_LEAST = 4 };

typedef struct run {
    libtrace_t *trace;
    libtrace_packet_t *packet;
    pkt_level level;
    int short_seconds; /* classic pcap: the seconds are 32 bits without a sign */
    pkt_err fault;     /* returned after the rows before it */
} run;

/* The row being written. */
typedef struct row {
    pkt_batch *batch;
    size_t at;
} row;

#define PUT(r, column, value) ((r)->batch->column[(r)->at] = (value))

static void row_has(const row *r, unsigned bits)
{
    PUT(r, present, r->batch->present[r->at] | bits);
}

static uint64_t number(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

static uint16_t ethertype_shown(uint16_t type)
{
    return type < ETHERTYPE_MIN ? 0 : type;
}

/* The tags behind the link header, whose type is `type`. libtrace's bit fields of a tag are those
 * of a big-endian machine: its first two bytes are read instead. */
static void tags_read(const row *r, void *at, uint16_t type, uint32_t left)
{
    for (int outermost = 1; at && type == TRACE_ETHERTYPE_8021Q; outermost = 0) {
        if (left < sizeof(libtrace_8021q_t))
            return;
        if (outermost)
            PUT(r, vlan_id, (uint16_t)(number(at, 2) & 0x0fff));
        row_has(r, PKT_HAS_VLAN);
        at = trace_get_payload_from_vlan(at, &type, &left);
        PUT(r, eth_type, ethertype_shown(type));
    }
}

static void link_read(const row *r, const libtrace_packet_t *packet)
{
    libtrace_linktype_t kind;
    uint32_t left;
    uint16_t type = 0;
    void *at = trace_get_packet_buffer(packet, &kind, &left);
    if (!at || kind != TRACE_TYPE_ETH || left < sizeof(libtrace_ether_t))
        return;
    const libtrace_ether_t *ether = at;
    row_has(r, PKT_HAS_LINK);
    PUT(r, eth_src, number(ether->ether_shost, sizeof ether->ether_shost));
    PUT(r, eth_dst, number(ether->ether_dhost, sizeof ether->ether_dhost));
    at = trace_get_payload_from_layer2(at, kind, &type, &left);
    PUT(r, eth_type, ethertype_shown(ntohs(ether->ether_type)));
    tags_read(r, at, type, left);
}

static void ports_read(const row *r, uint16_t source, uint16_t destination)
{
    row_has(r, PKT_HAS_PORTS);
    PUT(r, src_port, ntohs(source));
    PUT(r, dst_port, ntohs(destination));
}

static uint32_t tcp_read(const row *r, const libtrace_tcp_t *tcp)
{
    const unsigned flags = (unsigned)tcp->fin | (unsigned)tcp->syn << 1 | (unsigned)tcp->rst << 2 |
                           (unsigned)tcp->psh << 3 | (unsigned)tcp->ack << 4 |
                           (unsigned)tcp->urg << 5 | (unsigned)tcp->ece << 6 |
                           (unsigned)tcp->cwr << 7 | (unsigned)tcp->ecn_ns << 8 |
                           (unsigned)tcp->res1 << 9;
    ports_read(r, tcp->source, tcp->dest);
    row_has(r, PKT_HAS_TCP);
    PUT(r, tcp_seq, ntohl(tcp->seq));
    PUT(r, tcp_ack, ntohl(tcp->ack_seq));
    PUT(r, tcp_flags, (uint16_t)flags);
    PUT(r, tcp_window, ntohs(tcp->window));
    return tcp->doff * 4u;
}

static void icmp_read(const row *r, uint8_t type, uint8_t code)
{
    row_has(r, PKT_HAS_ICMP);
    PUT(r, icmp_type, type);
    PUT(r, icmp_code, code);
}

/* `length`: bytes of the datagram from the L4 header on. */
static void transport_read(const row *r, const void *at, uint8_t proto, uint32_t captured,
                           uint32_t length)
{
    uint32_t header;
    const int version = r->batch->ip_version[r->at];
    if (proto == TRACE_IPPROTO_TCP && captured >= sizeof(libtrace_tcp_t)) {
        header = tcp_read(r, at);
    } else if ((proto == TRACE_IPPROTO_UDP || proto == PROTO_UDPLITE) &&
               captured >= sizeof(libtrace_udp_t)) {
        const libtrace_udp_t *udp = at;
        ports_read(r, udp->source, udp->dest);
        header = UDP_HEADER;
    } else if (proto == TRACE_IPPROTO_ICMP && version == 4 && captured >= ICMP_HEADER) {
        const libtrace_icmp_t *icmp = at;
        icmp_read(r, icmp->type, icmp->code);
        header = ICMP_HEADER;
    } else if (proto == TRACE_IPPROTO_ICMPV6 && version == 6 &&
               captured >= (length < ICMP_HEADER ? ICMPV6_LEAST : ICMP_HEADER)) {
        const libtrace_icmp6_t *icmp = at;
        icmp_read(r, icmp->type, icmp->code);
        header = length < ICMP_HEADER ? ICMPV6_LEAST : ICMP_HEADER;
    } else {
        return;
    }
    row_has(r, PKT_HAS_L4);
    PUT(r, l4_hlen, (uint8_t)header);
    PUT(r, payload_len, length > header ? length - header : 0);
}

/* Both give the datagram's length, 0 if its header has none. */
static uint32_t ipv4_read(const row *r, const libtrace_ip_t *ip)
{
    const uint16_t offset = ntohs(ip->ip_off);
    row_has(r, PKT_HAS_IP | PKT_HAS_FRAG);
    PUT(r, ip_version, 4);
    PUT(r, ip_tos, ip->ip_tos);
    PUT(r, ip_len, ntohs(ip->ip_len));
    PUT(r, ip_id, ntohs((uint16_t)ip->ip_id));
    PUT(r, ip_flags, (uint8_t)(offset >> 13 & 3));
    PUT(r, frag_off, (uint16_t)((offset & 0x1fff) * 8));
    PUT(r, ip_ttl, ip->ip_ttl);
    PUT(r, ip_proto, ip->ip_p);
    PUT(r, src_lo, ntohl(ip->ip_src.s_addr));
    PUT(r, dst_lo, ntohl(ip->ip_dst.s_addr));
    return ntohs(ip->ip_len);
}

static uint32_t ipv6_read(const row *r, const libtrace_ip6_t *ip)
{
    const uint32_t payload = ntohs(ip->plen);
    row_has(r, PKT_HAS_IP);
    PUT(r, ip_version, 6);
    PUT(r, ip_tos, (uint8_t)(ntohl(ip->flow) >> 20));
    PUT(r, ip_len, (uint32_t)sizeof *ip + payload);
    PUT(r, ip_ttl, ip->hlim);
    PUT(r, ip_proto, ip->nxt);
    PUT(r, src_hi, number(ip->ip_src.s6_addr, 8));
    PUT(r, src_lo, number(ip->ip_src.s6_addr + 8, 8));
    PUT(r, dst_hi, number(ip->ip_dst.s6_addr, 8));
    PUT(r, dst_lo, number(ip->ip_dst.s6_addr + 8, 8));
    return payload ? (uint32_t)sizeof *ip + payload : 0;
}

/* Hop-by-hop, routing and destination options: what may stand before a fragment header. */
static int is_before_fragment(uint8_t proto)
{
    return proto == 0 || proto == TRACE_IPPROTO_ROUTING || proto == TRACE_IPPROTO_DSTOPTS;
}

/* The packet's fragment header; libtrace has no accessor of its identification. */
static void fragment_read(const row *r, const libtrace_packet_t *packet, const libtrace_ip6_t *ip,
                          uint32_t left)
{
    const uint8_t *at = (const uint8_t *)(ip + 1);
    uint8_t proto = ip->nxt, more = 0;
    left -= (uint32_t)sizeof *ip;
    while (is_before_fragment(proto) && left >= sizeof(libtrace_ip6_ext_t)) {
        const libtrace_ip6_ext_t *option = (const void *)at;
        const uint32_t size = (option->len + 1u) * 8;
        if (size > left)
            return;
        proto = option->nxt;
        at += size;
        left -= size;
    }
    if (proto != TRACE_IPPROTO_FRAGMENT || left < sizeof(libtrace_ip6_frag_t))
        return;
    row_has(r, PKT_HAS_FRAG);
    PUT(r, frag_off, trace_get_fragment_offset(packet, &more));
    PUT(r, ip_flags, more ? 1 : 0);
    PUT(r, ip_id, ntohl(((const libtrace_ip6_frag_t *)(const void *)at)->ident));
}

/* Bytes on the wire from `at` on. */
static uint32_t wire_left(const row *r, const libtrace_packet_t *packet, const uint8_t *at)
{
    libtrace_linktype_t kind;
    const uint8_t *start = trace_get_packet_buffer(packet, &kind, NULL);
    const size_t before = (size_t)(at - start), wire = r->batch->wire_len[r->at];
    return wire > before ? (uint32_t)(wire - before) : 0;
}

static void headers_read(const row *r, const libtrace_packet_t *packet)
{
    uint16_t type;
    uint32_t left, length = 0;
    uint8_t proto = 0;
    link_read(r, packet);
    const uint8_t *ip = trace_get_layer3(packet, &type, &left);
    if (ip && trace_get_link_type(packet) == TRACE_TYPE_LINUX_SLL) {
        row_has(r, PKT_HAS_LINK);
        PUT(r, eth_type, ethertype_shown(type));
    }
    if (ip && type == TRACE_ETHERTYPE_IP && left >= sizeof(libtrace_ip_t)) {
        length = ipv4_read(r, (const void *)ip);
    } else if (ip && type == TRACE_ETHERTYPE_IPV6 && left >= sizeof(libtrace_ip6_t)) {
        length = ipv6_read(r, (const void *)ip);
        fragment_read(r, packet, (const void *)ip, left);
    } else {
        return;
    }
    const uint8_t *l4 = trace_get_transport(packet, &proto, &left);
    if (!l4)
        return;
    const uint32_t datagram = length ? length : wire_left(r, packet, ip);
    const size_t before = (size_t)(l4 - ip);
    PUT(r, ip_proto, proto);
    transport_read(r, l4, proto, left, datagram > before ? (uint32_t)(datagram - before) : 0);
}

static void packet_read(const run *s, const row *r)
{
    const struct timespec time = trace_get_timespec(s->packet);
    const int64_t seconds = s->short_seconds ? (uint32_t)time.tv_sec : time.tv_sec;
    const size_t wire = trace_get_wire_length(s->packet);
    const size_t extra =
        trace_get_link_type(s->packet) == TRACE_TYPE_ETH ? FRAME_CHECK_SEQUENCE : 0;
    PUT(r, ts_ns, pkt_time_ns(seconds, time.tv_nsec));
    PUT(r, cap_len, (uint32_t)trace_get_capture_length(s->packet));
    PUT(r, wire_len, (uint32_t)(wire - extra));
    if (s->level != PKT_LEVEL_FRAMES)
        headers_read(r, s->packet);
}

static void run_close(void *state)
{
    run *s = state;
    if (s->packet)
        trace_destroy_packet(s->packet);
    if (s->trace)
        trace_destroy(s->trace);
    free(s);
}

/* The library's words about what went wrong; trace_get_err() takes them away. */
static int trace_fault(libtrace_t *trace, pkt_err *err)
{
    const libtrace_err_t fault = trace_get_err(trace);
    /* The texts of its own reader and of libpcap's for a file that ended early. */
    const int cut = strstr(fault.problem, "Incomplete pcap packet") != NULL ||
                    strstr(fault.problem, "truncated") != NULL;
    return pkt_fail(err, cut ? PKT_ERR_TRUNCATED : PKT_ERR_LIBRARY, PKT_POS_NONE, "libtrace: %s",
                    fault.problem);
}

/* libtrace reads ahead in a thread unless this environment variable says otherwise. The thread
 * costs more CPU time than it saves: see doc/method.md. */
static int library_load(void **context, pkt_err *err)
{
    *context = NULL;
    if (setenv("LIBTRACEIO", "nothreads", 1) == 0)
        return 0;
    return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for LIBTRACEIO");
}

static int run_open(void *context, void **state, const pkt_capture *capture,
                    const pkt_request *request, pkt_err *err)
{
    (void)context;
    char uri[PATH_MAX + 16];
    run *s = calloc(1, sizeof *s);
    if (!s)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a run");
    /* Its own reader knows pcap alone; the other one is libpcap's. */
    (void)snprintf(uri, sizeof uri, "%s:%s",
                   capture->format == PKT_FORMAT_PCAP ? "pcapfile" : "pcap", capture->path);
    s->level = request->level;
    s->short_seconds = capture->format == PKT_FORMAT_PCAP;
    s->trace = trace_create(uri);
    s->packet = trace_create_packet();
    if (trace_is_err(s->trace) || trace_start(s->trace) != 0) {
        (void)trace_fault(s->trace, err);
        run_close(s);
        return -1;
    }
    *state = s;
    return 0;
}

static int run_next(void *state, pkt_batch *batch, pkt_err *err)
{
    run *s = state;
    size_t rows = 0;
    while (rows < PKT_BATCH_ROWS && s->fault.code == PKT_ERR_NONE) {
        errno = EIO; /* without threads it takes errno as the reason of a short read, 0 aborts */
        int got = trace_read_packet(s->trace, s->packet);
        if (got > 0)
            packet_read(s, &(row){batch, rows++});
        else if (got == 0)
            return (int)rows;
        else
            (void)trace_fault(s->trace, &s->fault);
    }
    if (rows > 0)
        return (int)rows;
    *err = s->fault;
    return -1;
}

/* "3.0.22", from its header. */
static const char *run_version(void)
{
    enum { MAJOR = LIBTRACE_API_VERSION >> 16, MINOR = LIBTRACE_API_VERSION >> 8 & 0xff };
    enum { PATCH = LIBTRACE_API_VERSION & 0xff };
    static const char version[] = {'0' + MAJOR,      '.', '0' + MINOR, '.', '0' + PATCH / 10,
                                   '0' + PATCH % 10, '\0'};
    return version;
}

static const pkt_feature features[] = {
    {"pcapng", "tested: times to the microsecond"},
    {"live", "stated: libtrace's manual, URIs int:, pcapint: and ring:"},
    {NULL, NULL},
};

/* libtrace turns link types into numbers of its own, several into one. */
#define ARP_WORD(w)                                                                                \
    (PKT_IN_WORD(w, arp_op) | PKT_IN_WORD(w, arp_src_ip) | PKT_IN_WORD(w, arp_dst_ip))
#define HEADERS_WORD(w)                                                                            \
    (PKT_HEADERS_WORD(w) & ~PKT_IN_WORD(w, link_type) & ~PKT_IN_WORD(w, verdict) & ~ARP_WORD(w))
#define FRAMES_WORD(w) (PKT_FRAMES_WORD(w) & HEADERS_WORD(w) & ~PKT_IN_WORD(w, present))

static const pkt_level_work levels[] = {
    {PKT_LEVEL_FRAMES,
     "trace_read_packet() by pcapfile: without read-ahead threads (pcapng: by pcap:, to the "
     "microsecond), its time and lengths asked for",
     PKT_SET(FRAMES_WORD)},
    {PKT_LEVEL_HEADERS,
     "the same; trace_get_layer3() and trace_get_transport(), the fields of the structures that "
     "they give",
     PKT_SET(HEADERS_WORD)},
    {.work = NULL}};

static const pkt_backend backend = {
    .abi = PKT_ABI,
    .struct_size = sizeof(pkt_backend),
    .name = "libtrace",
    .summary = "libtrace: its readers and its accessors of headers",
    .license = "GPL-2.0-or-later",
    .origin = "distribution",
    .decoder = "libtrace",
    .levels = levels,
    .features = features,
    .version = run_version,
    .load = library_load,
    .open = run_open,
    .next = run_next,
    .close = run_close,
};

const pkt_backend *pkt_module(void)
{
    return &backend;
}
