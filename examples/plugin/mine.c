/* SPDX-License-Identifier: MIT
 *
 * A packet parser behind pktbench's interface, as a plug-in in one file.
 *
 * It reads classic pcap, Ethernet, IPv4, IPv6, TCP and UDP. It does not read VLAN tags and ICMP, so
 * its table takes their columns out. Packets with VLAN tags, IPv6 fragments or authentication
 * headers get the verdict `unsupported`; `pktbench verify` counts differences there.
 */
#include <pktbench.h>

#include <stdlib.h>

enum { FILE_HEADER = 24, RECORD_HEADER = 16, LARGEST_RECORD = 262144, LINKTYPE_ETHERNET = 1 };

typedef struct mine_state {
    FILE *file;
    pkt_level level;
    int big_endian;       /* byte order of the file's own headers */
    uint32_t fraction_ns; /* unit of the time stamps' fraction */
    uint16_t link_type;
    uint64_t offset; /* of the next record */
    int ended;
    pkt_err fault; /* what ended the run; the rows before it are handed out first */
    uint8_t packet[LARGEST_RECORD];
} mine_state;

/* What is left of a packet: of the bytes on the wire, the first ones were captured. */
typedef struct rest {
    const uint8_t *at;
    size_t captured, wire;
} rest;

/* The row that is written. */
typedef struct row {
    pkt_batch *batch;
    size_t index;
} row;

static uint16_t be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)be16(p) << 16 | be16(p + 2);
}

static uint64_t be48(const uint8_t *p)
{
    return (uint64_t)be16(p) << 32 | be32(p + 2);
}

static uint64_t be64(const uint8_t *p)
{
    return (uint64_t)be32(p) << 32 | be32(p + 4);
}

/* The next n bytes, NULL if they were not captured. */
static const uint8_t *take(rest *r, size_t n)
{
    if (n > r->captured)
        return NULL;
    const uint8_t *bytes = r->at;
    r->at += n;
    r->captured -= n;
    r->wire -= n;
    return bytes;
}

static pkt_verdict cut(const rest *r, size_t n)
{
    return n > r->wire ? PKT_TRUNCATED : PKT_CUT_BY_SNAPLEN;
}

/* What lies behind n bytes is padding of the link. */
static void narrow(rest *r, size_t n)
{
    if (n < r->wire)
        r->wire = n;
    if (n < r->captured)
        r->captured = n;
}

static void put_ports(const uint8_t *h, row to)
{
    to.batch->present[to.index] |= PKT_HAS_PORTS;
    to.batch->src_port[to.index] = be16(h);
    to.batch->dst_port[to.index] = be16(h + 2);
}

/* RFC 9293 section 3.1 */
static pkt_verdict decode_tcp(rest r, row to)
{
    enum { FIXED = 20 };
    const size_t segment = r.wire;
    const uint8_t *h = take(&r, FIXED);
    if (!h)
        return cut(&r, FIXED);
    put_ports(h, to);
    to.batch->present[to.index] |= PKT_HAS_TCP;
    to.batch->tcp_seq[to.index] = be32(h + 4);
    to.batch->tcp_ack[to.index] = be32(h + 8);
    to.batch->tcp_flags[to.index] = be16(h + 12) & 0x0fff;
    to.batch->tcp_window[to.index] = be16(h + 14);
    const size_t header = (size_t)(h[12] >> 4) * 4;
    if (header < FIXED || header > segment)
        return PKT_BAD_LENGTH;
    return header - FIXED > r.captured ? PKT_CUT_BY_SNAPLEN : PKT_OK;
}

/* RFC 768; `whole` is false where the datagram goes on in other fragments. */
static pkt_verdict decode_udp(rest r, row to, int whole)
{
    enum { HEADER = 8 };
    const size_t left = r.wire;
    const uint8_t *h = take(&r, HEADER);
    if (!h)
        return cut(&r, HEADER);
    put_ports(h, to);
    const size_t length = be16(h + 4);
    return length < HEADER || (whole && length > left) ? PKT_BAD_LENGTH : PKT_OK;
}

static pkt_verdict decode_transport(rest r, row to, unsigned proto, int whole)
{
    enum { TCP = 6, UDP = 17, AUTHENTICATION = 51 };
    if (proto == TCP)
        return decode_tcp(r, to);
    if (proto == UDP)
        return decode_udp(r, to, whole);
    return proto == AUTHENTICATION ? PKT_UNSUPPORTED : PKT_OK;
}

/* RFC 791 section 3.1 */
static pkt_verdict decode_ipv4(rest r, row to)
{
    enum { FIXED = 20, MORE_FRAGMENTS = 0x2000, FRAGMENT_OFFSET = 0x1fff };
    pkt_batch *b = to.batch;
    const size_t i = to.index, left = r.wire;
    const uint8_t *h = take(&r, FIXED);
    if (!h)
        return cut(&r, FIXED);
    if (h[0] >> 4 != 4)
        return PKT_BAD_VALUE;
    const unsigned fragment = be16(h + 6);
    b->present[i] |= PKT_HAS_IP | PKT_HAS_FRAG;
    b->ip_version[i] = 4;
    b->ip_tos[i] = h[1];
    b->ip_len[i] = be16(h + 2);
    b->ip_id[i] = be16(h + 4);
    b->ip_flags[i] = fragment >> 13 & 3;
    b->frag_off[i] = (uint16_t)((fragment & FRAGMENT_OFFSET) * 8);
    b->ip_ttl[i] = h[8];
    b->ip_proto[i] = h[9];
    b->src_lo[i] = be32(h + 12);
    b->dst_lo[i] = be32(h + 16);
    const size_t header = (size_t)(h[0] & 0x0f) * 4, total = be16(h + 2);
    if (header < FIXED || total < header || total > left)
        return PKT_BAD_LENGTH;
    narrow(&r, total - FIXED);
    if (!take(&r, header - FIXED))
        return PKT_CUT_BY_SNAPLEN;
    if (fragment & FRAGMENT_OFFSET)
        return PKT_FRAGMENT;
    return decode_transport(r, to, h[9], !(fragment & MORE_FRAGMENTS));
}

/* Hop-by-hop, routing and destination options, RFC 8200 section 4; *proto is what follows them. */
static pkt_verdict skip_options(rest *r, unsigned *proto)
{
    enum { UNIT = 8, MAX_HEADERS = 8 };
    for (int n = 0; *proto == 0 || *proto == 43 || *proto == 60; n++) {
        if (n == MAX_HEADERS)
            return PKT_UNSUPPORTED;
        const uint8_t *h = take(r, UNIT);
        if (!h)
            return cut(r, UNIT);
        const size_t more = (size_t)h[1] * UNIT;
        *proto = h[0];
        if (!take(r, more))
            return more > r->wire ? PKT_BAD_LENGTH : PKT_CUT_BY_SNAPLEN;
    }
    return PKT_OK;
}

/* RFC 8200 section 3 */
static pkt_verdict decode_ipv6(rest r, row to)
{
    enum { HEADER = 40, FRAGMENT = 44 };
    pkt_batch *b = to.batch;
    const size_t i = to.index;
    const uint8_t *h = take(&r, HEADER);
    if (!h)
        return cut(&r, HEADER);
    if (h[0] >> 4 != 6)
        return PKT_BAD_VALUE;
    b->present[i] |= PKT_HAS_IP;
    b->ip_version[i] = 6;
    b->ip_tos[i] = (uint8_t)(be16(h) >> 4);
    b->ip_len[i] = HEADER + be16(h + 4);
    b->ip_ttl[i] = h[7];
    b->src_hi[i] = be64(h + 8);
    b->src_lo[i] = be64(h + 16);
    b->dst_hi[i] = be64(h + 24);
    b->dst_lo[i] = be64(h + 32);
    unsigned proto = h[6];
    b->ip_proto[i] = h[6];
    if (be16(h + 4) > r.wire)
        return PKT_BAD_LENGTH;
    narrow(&r, be16(h + 4));
    const pkt_verdict verdict = skip_options(&r, &proto);
    b->ip_proto[i] = (uint8_t)proto;
    if (verdict != PKT_OK)
        return verdict;
    return proto == FRAGMENT ? PKT_UNSUPPORTED : decode_transport(r, to, proto, 1);
}

/* IEEE 802.3 clause 3 */
static pkt_verdict decode_ethernet(rest r, row to)
{
    enum { HEADER = 14, IPV4 = 0x0800, IPV6 = 0x86dd, VLAN = 0x8100, QINQ = 0x88a8, MIN = 0x0600 };
    const uint8_t *h = take(&r, HEADER);
    if (!h)
        return cut(&r, HEADER);
    const uint16_t type = be16(h + 12);
    to.batch->present[to.index] |= PKT_HAS_LINK;
    to.batch->eth_dst[to.index] = be48(h);
    to.batch->eth_src[to.index] = be48(h + 6);
    to.batch->eth_type[to.index] = type < MIN ? 0 : type; /* below it is a length */
    if (type == IPV4)
        return decode_ipv4(r, to);
    if (type == IPV6)
        return decode_ipv6(r, to);
    return type == VLAN || type == QINQ ? PKT_UNSUPPORTED : PKT_OK;
}

static uint32_t file_u32(const mine_state *s, const uint8_t *p)
{
    return s->big_endian ? be32(p)
                         : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/ */
static int file_header_read(mine_state *s, pkt_err *err)
{
    uint8_t h[FILE_HEADER];
    if (fread(h, sizeof h, 1, s->file) != 1)
        return pkt_fail(err, PKT_ERR_TRUNCATED, 0, "ends inside its file header");
    s->big_endian = h[0] == 0xa1;
    const uint32_t magic = file_u32(s, h);
    if (magic != 0xa1b2c3d4 && magic != 0xa1b23c4d)
        return pkt_fail(err, PKT_ERR_FORMAT, 0, "mine reads classic pcap only");
    s->fraction_ns = magic == 0xa1b23c4d ? 1 : 1000;
    s->link_type = (uint16_t)file_u32(s, h + 20);
    s->offset = FILE_HEADER;
    return 0;
}

/* One record into a row. 1, 0 at the end, -1 and the state's fault. */
static int record_read(mine_state *s, row to)
{
    uint8_t h[RECORD_HEADER];
    const size_t got = fread(h, 1, sizeof h, s->file);
    if (got == 0 && !ferror(s->file))
        return 0;
    const uint32_t captured = got == sizeof h ? file_u32(s, h + 8) : 0;
    const uint32_t wire = got == sizeof h ? file_u32(s, h + 12) : 0;
    if (captured > LARGEST_RECORD)
        return pkt_fail(&s->fault, PKT_ERR_CORRUPT, s->offset, "record claims %u bytes", captured);
    if (got != sizeof h || fread(s->packet, 1, captured, s->file) != captured)
        return ferror(s->file)
                   ? pkt_fail(&s->fault, PKT_ERR_IO, s->offset, "cannot read: %s", strerror(errno))
                   : pkt_fail(&s->fault, PKT_ERR_TRUNCATED, s->offset,
                              "is truncated inside a record");
    s->offset += sizeof h + captured;
    pkt_batch *b = to.batch;
    const size_t i = to.index;
    b->ts_ns[i] = (int64_t)file_u32(s, h) * 1000000000 +
                  (int64_t)file_u32(s, h + 4) * (int64_t)s->fraction_ns;
    b->cap_len[i] = captured;
    b->wire_len[i] = wire;
    b->link_type[i] = s->link_type;
    if (captured > wire)
        b->verdict[i] = PKT_BAD_LENGTH;
    else if (s->level == PKT_LEVEL_HEADERS)
        b->verdict[i] = (uint8_t)(s->link_type == LINKTYPE_ETHERNET
                                      ? decode_ethernet((rest){s->packet, captured, wire}, to)
                                      : PKT_UNSUPPORTED);
    return 1;
}

static int mine_open(void *context, void **state, const pkt_capture *capture,
                     const pkt_request *request, pkt_err *err)
{
    (void)context;
    mine_state *s = calloc(1, sizeof *s);
    if (!s)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a run");
    s->level = request->level;
    s->file = fopen(capture->path, "rb");
    if (!s->file)
        pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "%s", strerror(errno));
    if (!s->file || file_header_read(s, err) != 0) {
        if (s->file)
            fclose(s->file);
        free(s);
        return -1;
    }
    *state = s;
    return 0;
}

static int mine_next(void *state, pkt_batch *batch, pkt_err *err)
{
    mine_state *s = state;
    int rows = 0;
    while (!s->ended && rows < (int)PKT_BATCH_ROWS) {
        if (record_read(s, (row){batch, (size_t)rows}) == 1)
            rows++;
        else
            s->ended = 1;
    }
    if (rows > 0 || s->fault.code == PKT_ERR_NONE)
        return rows;
    if (err)
        *err = s->fault;
    return -1;
}

static void mine_close(void *state)
{
    mine_state *s = state;
    fclose(s->file);
    free(s);
}

static const char *mine_version(void)
{
    return "0.1.0";
}

/* ICMP has an l4_hlen and a payload_len too: without it they are not right for every packet. */
#define HEADERS_WORD(w)                                                                            \
    (PKT_HEADERS_WORD(w) & ~PKT_IN_WORD(w, vlan_id) & ~PKT_IN_WORD(w, icmp_type) &                 \
     ~PKT_IN_WORD(w, icmp_code) & ~PKT_IN_WORD(w, l4_hlen) & ~PKT_IN_WORD(w, payload_len) &        \
     ~PKT_IN_WORD(w, arp_op) & ~PKT_IN_WORD(w, arp_src_ip) & ~PKT_IN_WORD(w, arp_dst_ip))

static const pkt_level_work levels[] = {
    {PKT_LEVEL_FRAMES, "record headers and packets read, packets not looked at",
     PKT_FRAMES_COLUMNS},
    {PKT_LEVEL_HEADERS, "packets read, link to transport headers decoded", PKT_SET(HEADERS_WORD)},
    {.work = NULL}};

static const pkt_backend mine = {
    .abi = PKT_ABI,
    .struct_size = sizeof(pkt_backend),
    .name = "mine",
    .summary = "the example plug-in: stdio and a decoder by hand",
    .license = "MIT",
    .origin = "ours",
    .decoder = "mine",
    .levels = levels,
    .version = mine_version,
    .open = mine_open,
    .next = mine_next,
    .close = mine_close,
};

const pkt_backend *pkt_module(void)
{
    return &mine;
}
