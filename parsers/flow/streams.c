#include "flow/streams.h"

#include <stdlib.h>
#include <sys/random.h>

#include "flow/table.h"

/* https://www.iana.org/assignments/protocol-numbers */
enum { PROTO_IPV4 = 4, PROTO_UDP = 17, PROTO_IPV6 = 41, PROTO_GRE = 47, PROTO_UDPLITE = 136 };

enum { FIN = 0x001, SYN = 0x002, RST = 0x004, ACK = 0x010 };
enum { TCP_MIN_HEADER = 20, UDP_HEADER = 8 };

/* What a flow is of, in its key. */
enum { KIND_TCP = 0, KIND_UDP = 1, KINDS = 2, KIND_IPV6 = 2 };

/* Bits of a flow's state. The sides are those of its key. */
enum {
    BASE_KNOWN = 1,   /* of the first side; shifted by one: of the second */
    SECOND_BEGAN = 4, /* the stream's first packet came from the second side */
    CLOSED = 8        /* FIN or RST was seen */
};

/* Rows whose places in the index are asked for before the first of them is looked up. */
enum { ROWS_AT_ONCE = 32 };

struct pkt_streams {
    pkt_flow_table *table;
    pkt_flow_rule rule;
    uint32_t next[KINDS]; /* number of the next new stream */
    pkt_flow_report *report;
    pkt_flow_report unread;
};

pkt_streams *pkt_streams_open(const pkt_slice *slice, pkt_err *err)
{
    uint64_t seed;
    if ((unsigned)slice->flow_rule >= PKT_FLOW_RULE_COUNT || slice->max_flows > PKT_MOST_FLOWS) {
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "no such flow rule, or more than %u flows",
                 PKT_MOST_FLOWS);
        return NULL;
    }
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed) {
        pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "no random number for the table of flows");
        return NULL;
    }
    pkt_streams *streams = calloc(1, sizeof *streams);
    if (!streams) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for stream numbers");
        return NULL;
    }
    streams->rule = slice->flow_rule;
    streams->report = slice->flow_report ? slice->flow_report : &streams->unread;
    *streams->report = (pkt_flow_report){0};
    streams->table =
        pkt_flow_table_open(slice->max_flows ? slice->max_flows : PKT_MAX_FLOWS, seed, err);
    if (!streams->table) {
        free(streams);
        return NULL;
    }
    return streams;
}

void pkt_streams_close(pkt_streams *streams)
{
    if (!streams)
        return;
    pkt_flow_table_close(streams->table);
    free(streams);
}

/* Does Wireshark give the packet a number? A UDP length below the header's ends its dissection,
 * except 0 over IPv6, which stands for a jumbogram (RFC 2675) there. */
static int numbered(const pkt_batch *b, size_t row, const uint16_t *udp_length)
{
    if (b->present[row] & PKT_HAS_TCP || b->ip_proto[row] == PROTO_UDPLITE)
        return 1;
    return udp_length[row] >= UDP_HEADER || (udp_length[row] == 0 && b->ip_version[row] == 6);
}

/* Fill the key; returns the side that sent the packet: 0 the first, 1 the second. */
static unsigned key_make(const pkt_batch *b, size_t row, pkt_flow_key *key)
{
    const uint64_t source[2] = {b->src_hi[row], b->src_lo[row]};
    const uint64_t sink[2] = {b->dst_hi[row], b->dst_lo[row]};
    const uint16_t from = b->src_port[row], to = b->dst_port[row];
    unsigned side = source[0] != sink[0]   ? source[0] > sink[0]
                    : source[1] != sink[1] ? source[1] > sink[1]
                                           : from > to;
    size_t s = (size_t)side * 2, d = 2 - s;
    key->address[s] = source[0];
    key->address[s + 1] = source[1];
    key->address[d] = sink[0];
    key->address[d + 1] = sink[1];
    key->port[side] = from;
    key->port[1 - side] = to;
    key->kind = (uint16_t)((b->present[row] & PKT_HAS_TCP ? KIND_TCP : KIND_UDP) |
                           (b->ip_version[row] == 6 ? KIND_IPV6 : 0));
    return side;
}

static void stream_begin(pkt_streams *streams, pkt_flow *flow, unsigned side)
{
    flow->stream = streams->next[flow->kind % KINDS]++;
    flow->state = side ? SECOND_BEGAN : 0;
    streams->report->streams++;
}

static void base_set(pkt_flow *flow, unsigned side, uint32_t value)
{
    flow->base[side] = value;
    flow->state |= (uint16_t)(BASE_KNOWN << side);
}

/* Wireshark's rule for a flow seen before: a SYN that does not fit it begins a stream. A SYN with
 * the sequence number of the first one is that one again; 4.4 asks too whether FIN or RST came. */
static void tcp_renew(pkt_streams *streams, pkt_flow *flow, unsigned side, unsigned flags,
                      uint32_t seq)
{
    if (!(flags & SYN) || !(flow->state & BASE_KNOWN << side))
        return;
    const int other = flow->base[side] != seq;
    const int over = streams->rule == PKT_FLOW_WIRESHARK_4_4 && flow->state & CLOSED;
    if (flags & ACK ? other && over : other || over)
        stream_begin(streams, flow, side);
    else if (flags & ACK)
        flow->base[side] = seq;
}

/* Sequence numbers that the flow's sides begin at. The segment's length must be known: not in a
 * fragment, nor where the header goes past the datagram (the decoders' bad length). */
static void tcp_bases(const pkt_batch *b, size_t row, pkt_flow *flow, unsigned side)
{
    const unsigned flags = b->tcp_flags[row];
    const int fragment =
        b->frag_off[row] || (b->present[row] & PKT_HAS_FRAG && b->ip_flags[row] & 1);
    if (fragment || (b->verdict[row] == PKT_BAD_LENGTH && b->l4_hlen[row] >= TCP_MIN_HEADER))
        return;
    if (!(flow->state & BASE_KNOWN << side))
        base_set(flow, side, flags & SYN ? b->tcp_seq[row] : b->tcp_seq[row] - 1);
    if (!(flow->state & BASE_KNOWN << (1 - side)) && flags & ACK)
        base_set(flow, 1 - side, b->tcp_ack[row] - 1);
}

static void row_number(pkt_streams *streams, pkt_batch *b, size_t row, pkt_flow *flow,
                       unsigned side, int fresh)
{
    if (fresh)
        stream_begin(streams, flow, side);
    if (b->present[row] & PKT_HAS_TCP) {
        if (!fresh)
            tcp_renew(streams, flow, side, b->tcp_flags[row], b->tcp_seq[row]);
        tcp_bases(b, row, flow, side);
        if (b->tcp_flags[row] & (FIN | RST))
            flow->state |= CLOSED;
    }
    b->stream[row] = flow->stream;
    b->stream_dir[row] = (uint8_t)(side ^ !!(flow->state & SECOND_BEGAN));
    b->present[row] |= PKT_HAS_STREAM;
}

/* Does it hold a further header that Wireshark may number a stream for? ICMP: errors quote what
 * they are about (RFC 792; RFC 4443 section 2.1). */
static int carries_another(const pkt_batch *b, size_t row)
{
    if (b->present[row] & PKT_HAS_ICMP) {
        unsigned type = b->icmp_type[row];
        return b->ip_version[row] == 6
                   ? type >= 1 && type <= 4
                   : type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
    }
    return b->ip_proto[row] == PROTO_IPV4 || b->ip_proto[row] == PROTO_IPV6 ||
           b->ip_proto[row] == PROTO_GRE;
}

static int rows_number(pkt_streams *streams, pkt_batch *batch, size_t from, size_t to,
                       const uint16_t *udp_length, pkt_err *err)
{
    pkt_flow_key keys[ROWS_AT_ONCE] = {0};
    uint32_t hashes[ROWS_AT_ONCE];
    uint8_t rows[ROWS_AT_ONCE], sides[ROWS_AT_ONCE];
    size_t count = 0;
    for (size_t row = from; row < to; row++) {
        if (!(batch->present[row] & PKT_HAS_PORTS)) {
            streams->report->inner +=
                batch->present[row] & PKT_HAS_IP && carries_another(batch, row);
            continue;
        }
        if (!numbered(batch, row, udp_length))
            continue;
        rows[count] = (uint8_t)row;
        sides[count] = (uint8_t)key_make(batch, row, &keys[count]);
        hashes[count] = pkt_flow_hash(streams->table, &keys[count]);
        pkt_flow_prefetch(streams->table, hashes[count]);
        count++;
    }
    for (size_t i = 0; i < count; i++) {
        int fresh;
        pkt_flow *flow = pkt_flow_get(streams->table, &keys[i], hashes[i], &fresh, err);
        if (!flow)
            return -1;
        row_number(streams, batch, rows[i], flow, sides[i], fresh);
    }
    return 0;
}

int pkt_streams_number(pkt_streams *streams, pkt_batch *batch, size_t rows,
                       const uint16_t *udp_length, pkt_err *err)
{
    for (size_t from = 0; from < rows; from += ROWS_AT_ONCE) {
        size_t to = from + ROWS_AT_ONCE < rows ? from + ROWS_AT_ONCE : rows;
        if (rows_number(streams, batch, from, to, udp_length, err) != 0)
            return -1;
    }
    streams->report->evicted = pkt_flow_evicted(streams->table);
    return 0;
}
