#include "parsers/flow/streams.h"

#include <stdlib.h>

#include "parsers/core/numbers.h"
#include "parsers/core/run.h"
#include "parsers/flow/table.h"

/* The `kind` of a key: the protocol, and whether it is over IPv6. */
enum { KIND_TCP = 0, KIND_UDP = 1, KINDS = 2, KIND_IPV6 = 2 };

/* Bits of a flow's state. The first and second side are those of its key. */
enum {
    BASE_KNOWN = 1,   /* of the first side; shifted by one: of the second */
    SECOND_BEGAN = 4, /* the stream's first packet came from the second side */
    CLOSED = 8,       /* FIN or RST was seen */
    VNC = 16,         /* Wireshark takes the flow for VNC */
    RENEWED = 32      /* the next packet begins a stream */
};

/* Rows whose slots in the index are prefetched before the first of them is looked up. */
enum { ROWS_AT_ONCE = 32 };

/* The index has room for FIRST_FLOWS. From FORECAST_FROM flows on, those of the whole file are
 * estimated, and again whenever there are twice as many. An estimate is at most FORECAST_MOST. */
enum { FIRST_FLOWS = 3072, FORECAST_FROM = 512, FORECAST_MOST = 1 << 20 };

/* What is kept of a flow: the bits above are its `state`, the stream its `number`. */
typedef struct stream_flow {
    pkt_flow flow;
    uint32_t base[2]; /* sequence numbers that the sides begin at */
} stream_flow;

_Static_assert(sizeof(stream_flow) == 64, "a flow is one cache line");

struct pkt_streams {
    pkt_flow_table *table;
    pkt_flow_rule rule;
    uint32_t next[KINDS];    /* number of the next new stream */
    pkt_flow_report *report; /* the caller's; NULL: none */
    pkt_flow_report counts;
    pkt_clear_plan clear;
    uint64_t rows;       /* numbered so far */
    uint64_t file_bytes; /* size of the capture; 0: not known */
    size_t forecast_at;  /* number of flows at the next estimate */
};

/* Columns that are read here. Decoding leaves out cells that a packet does not have. */
#define READ_WORD(w)                                                                               \
    (PKT_IN_WORD(w, ip_version) | PKT_IN_WORD(w, ip_proto) | PKT_IN_WORD(w, ip_flags) |            \
     PKT_IN_WORD(w, frag_off) | PKT_IN_WORD(w, src_hi) | PKT_IN_WORD(w, src_lo) |                  \
     PKT_IN_WORD(w, dst_hi) | PKT_IN_WORD(w, dst_lo) | PKT_IN_WORD(w, src_port) |                  \
     PKT_IN_WORD(w, dst_port) | PKT_IN_WORD(w, l4_hlen) | PKT_IN_WORD(w, tcp_flags) |              \
     PKT_IN_WORD(w, tcp_seq) | PKT_IN_WORD(w, tcp_ack) | PKT_IN_WORD(w, icmp_type) |               \
     PKT_IN_WORD(w, present) | PKT_IN_WORD(w, verdict))
static const pkt_column_set columns_read = PKT_SET(READ_WORD);

pkt_streams *pkt_streams_open(const pkt_capture *capture, const pkt_column_set *cleared,
                              pkt_err *err)
{
    pkt_flow_seed seed;
    if ((unsigned)capture->flow_rule >= PKT_FLOW_RULE_COUNT ||
        capture->max_flows > PKT_MOST_FLOWS) {
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "no such flow rule, or more than %u flows",
                 PKT_MOST_FLOWS);
        return NULL;
    }
    if (pkt_flow_seed_draw(&seed, err) != 0)
        return NULL;
    pkt_streams *streams = calloc(1, sizeof *streams);
    if (!streams) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for stream numbers");
        return NULL;
    }
    const pkt_column_set left = pkt_set_minus(columns_read, *cleared);
    pkt_clear_plan_make(&streams->clear, &left);
    streams->rule = capture->flow_rule;
    streams->report = capture->flow_report;
    streams->file_bytes = capture->live ? 0 : capture->size;
    streams->forecast_at = FORECAST_FROM;
    streams->table = pkt_flow_table_open(capture->max_flows ? capture->max_flows : PKT_MAX_FLOWS,
                                         FIRST_FLOWS, sizeof(stream_flow), &seed, err);
    if (!streams->table) {
        free(streams);
        return NULL;
    }
    return streams;
}

void pkt_streams_clear(const pkt_streams *streams, pkt_batch *batch)
{
    pkt_clear_plan_apply(&streams->clear, batch);
}

void pkt_streams_close(pkt_streams *streams)
{
    if (!streams)
        return;
    pkt_flow_table_close(streams->table);
    free(streams);
}

/* The fields of a packet that the rules use. */
typedef struct segment {
    uint8_t row;
    uint8_t tcp;  /* otherwise UDP, and only the ports are filled */
    uint8_t side; /* of the sender: 0 the key's first, 1 its second */
    uint8_t sized;
    uint8_t vnc_version;
    uint16_t src_port, dst_port, flags;
    uint32_t seq, ack;
} segment;

/* A side's first sequence number is taken only from a segment of known length: not from a fragment,
 * nor where the header runs past the datagram. */
static int sized(const pkt_batch *b, size_t row, int header_fits)
{
    const int fragment = b->frag_off[row] ||
                         (b->present[row] & PKT_HAS_FRAG && b->ip_flags[row] & IP_MORE_FRAGMENTS);
    return header_fits && !fragment;
}

/* From a header that gave no columns. */
static void segment_hinted(segment *s, const pkt_batch *b, size_t row, const pkt_stream_hint *hint)
{
    *s = (segment){.row = (uint8_t)row,
                   .tcp = hint->kind == PKT_HINT_TCP,
                   .sized = (uint8_t)sized(b, row, hint->tcp_sized),
                   .src_port = hint->src_port,
                   .dst_port = hint->dst_port,
                   .flags = hint->tcp_flags,
                   .seq = hint->tcp_seq,
                   .ack = hint->tcp_ack};
}

static void segment_tcp(segment *s, const pkt_batch *b, size_t row, const pkt_stream_hint *hint)
{
    const int past = b->verdict[row] == PKT_BAD_LENGTH && b->l4_hlen[row] >= TCP_HEADER;
    *s = (segment){.row = (uint8_t)row,
                   .tcp = 1,
                   .sized = (uint8_t)sized(b, row, !past),
                   .vnc_version = hint->vnc_version,
                   .src_port = b->src_port[row],
                   .dst_port = b->dst_port[row],
                   .flags = b->tcp_flags[row],
                   .seq = b->tcp_seq[row],
                   .ack = b->tcp_ack[row]};
}

/* Does Wireshark number the packet? Every one with a UDP-Lite header. A UDP length below 8 ends its
 * dissection, except 0 over IPv6, which means a jumbogram (RFC 2675). */
static int udp_numbered(const pkt_batch *b, size_t row, const pkt_stream_hint *hint)
{
    return b->ip_proto[row] == PROTO_UDPLITE || hint->udp_length >= UDP_HEADER ||
           (hint->udp_length == 0 && b->ip_version[row] == 6);
}

/* 0 if the packet has no stream. */
static int segment_of(segment *s, const pkt_batch *b, size_t row, const pkt_stream_hint *hint)
{
    if (b->present[row] & PKT_HAS_TCP) {
        segment_tcp(s, b, row, hint);
    } else if (b->present[row] & PKT_HAS_PORTS) {
        if (!udp_numbered(b, row, hint))
            return 0;
        *s = (segment){
            .row = (uint8_t)row, .src_port = b->src_port[row], .dst_port = b->dst_port[row]};
    } else {
        if (hint->kind == PKT_HINT_NONE ||
            (hint->kind == PKT_HINT_UDP && !udp_numbered(b, row, hint)))
            return 0;
        segment_hinted(s, b, row, hint);
    }
    return 1;
}

/* Fill the key, and the side of the sender. */
static void key_make(const pkt_batch *b, segment *s, pkt_flow_key *key)
{
    const unsigned kind =
        (s->tcp ? KIND_TCP : KIND_UDP) | (b->ip_version[s->row] == 6 ? KIND_IPV6 : 0);
    s->side = (uint8_t)pkt_flow_key_make(key, b, s->row, s->src_port, s->dst_port, (uint16_t)kind);
}

static void stream_begin(pkt_streams *streams, stream_flow *f, unsigned side)
{
    f->flow.number = streams->next[f->flow.kind % KINDS]++;
    f->flow.state = side ? SECOND_BEGAN : 0;
    streams->counts.streams++;
}

static void base_set(stream_flow *f, unsigned side, uint32_t value)
{
    f->base[side] = value;
    f->flow.state |= (uint16_t)(BASE_KNOWN << side);
}

/* Wireshark's rule for a flow seen before: a SYN that does not belong to it begins a new stream. A
 * SYN with the first one's sequence number is a retransmission; in 4.4, not after FIN or RST. */
static void tcp_renew(pkt_streams *streams, stream_flow *f, const segment *s)
{
    if (!(s->flags & TCP_SYN) || !(f->flow.state & BASE_KNOWN << s->side))
        return;
    const int other = f->base[s->side] != s->seq;
    const int over = streams->rule == PKT_FLOW_WIRESHARK_4_4 && f->flow.state & CLOSED;
    if (s->flags & TCP_ACK ? other && over : other || over)
        stream_begin(streams, f, s->side);
    else if (s->flags & TCP_ACK)
        f->base[s->side] = s->seq;
}

/* Set the sequence numbers that the flow's sides begin at. */
static void tcp_bases(stream_flow *f, const segment *s)
{
    if (!s->sized)
        return;
    if (!(f->flow.state & BASE_KNOWN << s->side))
        base_set(f, s->side, s->flags & TCP_SYN ? s->seq : s->seq - 1);
    if (!(f->flow.state & BASE_KNOWN << (1 - s->side)) && s->flags & TCP_ACK)
        base_set(f, 1 - s->side, s->ack - 1);
}

static void row_number(pkt_streams *streams, pkt_batch *b, const segment *s, stream_flow *f,
                       int fresh)
{
    const size_t row = s->row;
    if (fresh)
        stream_begin(streams, f, s->side);
    if (f->flow.state & RENEWED) {
        stream_begin(streams, f, s->side);
        f->flow.state |= VNC;
    }
    if (s->tcp) {
        if (!fresh)
            tcp_renew(streams, f, s);
        tcp_bases(f, s);
        if (s->flags & (TCP_FIN | TCP_RST))
            f->flow.state |= CLOSED;
        /* When Wireshark guesses VNC, it makes a new conversation for the packets that follow. */
        if (s->vnc_version && !(f->flow.state & VNC))
            f->flow.state |= VNC | RENEWED;
    }
    b->stream[row] = f->flow.number;
    b->stream_dir[row] = (uint8_t)(s->side ^ !!(f->flow.state & SECOND_BEGAN));
    b->present[row] |= PKT_HAS_STREAM;
}

/* Does the packet contain another header that Wireshark may number a stream for? ICMP errors quote
 * the packet that caused them (RFC 792; RFC 4443 section 2.1); so do redirects of IPv6 (RFC 4861
 * section 4.6.3). */
static int carries_another(const pkt_batch *b, size_t row)
{
    if (!(b->present[row] & PKT_HAS_IP))
        return 0;
    if (b->present[row] & PKT_HAS_ICMP) {
        unsigned type = b->icmp_type[row];
        return b->ip_version[row] == 6
                   ? (type >= 1 && type <= 4) || type == 137
                   : type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
    }
    switch (b->ip_proto[row]) {
    case PROTO_IPV4:
    case PROTO_IPV6:
    case PROTO_GRE:
    case PROTO_ETHERIP:
    case PROTO_IPCOMP:
    case PROTO_MPLS:
    case PROTO_ETHERNET:
        return 1;
    default:
        return 0;
    }
}

/* UDP ports of tunnels: GTP-U, Teredo (RFC 4380), LISP (RFC 9300), VXLAN (RFC 7348), Geneve (RFC
 * 8926), MPLS (RFC 7510), GRE (RFC 8086), L2TP (RFC 2661). */
static int tunnel_port(unsigned port)
{
    return port == PORT_GTP_U || port == PORT_TEREDO || port == PORT_LISP || port == PORT_VXLAN ||
           port == PORT_GENEVE || port == PORT_MPLS || port == PORT_GRE || port == PORT_L2TP;
}

/* At most ROWS_AT_ONCE rows. */
static int rows_number(pkt_streams *streams, pkt_batch *batch, size_t first, size_t rows,
                       const pkt_stream_hint *hints, pkt_err *err)
{
    pkt_flow_key keys[ROWS_AT_ONCE];
    uint32_t hashes[ROWS_AT_ONCE];
    segment segments[ROWS_AT_ONCE];
    size_t count = 0;
    for (size_t i = 0; i < rows; i++) {
        const size_t row = first + i;
        if (!segment_of(&segments[count], batch, row, &hints[i])) {
            if (carries_another(batch, row))
                streams->counts.inner++;
            continue;
        }
        const segment *s = &segments[count];
        if (!s->tcp && (tunnel_port(s->src_port) || tunnel_port(s->dst_port)))
            streams->counts.inner++;
        key_make(batch, &segments[count], &keys[count]);
        count++;
    }
    if (count == 0)
        return 0;
    pkt_flow_hashes(streams->table, keys, count, hashes);
    for (size_t i = 0; i < count; i++) {
        int fresh;
        pkt_flow *flow = pkt_flow_get(streams->table, &keys[i], hashes[i], &fresh, err);
        if (!flow)
            return -1;
        row_number(streams, batch, &segments[i], (stream_flow *)(void *)flow, fresh);
    }
    return 0;
}

/* Fill as much of the caller's report as it has. */
static void report_write(pkt_streams *streams)
{
    if (!streams->report)
        return;
    const size_t size = streams->report->struct_size;
    streams->counts.struct_size = size;
    memcpy(streams->report, &streams->counts,
           size < sizeof streams->counts ? size : sizeof streams->counts);
}

/* Expect as many flows in each part of the file as there were up to here. Where many are to come,
 * the table need not grow by and by. `rows` of the batch are filled. */
static void forecast(pkt_streams *streams, const pkt_batch *batch, size_t rows)
{
    enum { RECORD_HEADER = 16 };
    const size_t flows = pkt_flow_count(streams->table);
    if (flows < streams->forecast_at || streams->file_bytes == 0 || rows == 0)
        return;
    uint64_t bytes = 0;
    for (size_t row = 0; row < rows; row++)
        bytes += RECORD_HEADER + batch->cap_len[row];
    const double packets = (double)streams->file_bytes / ((double)bytes / (double)rows);
    const double expected = (double)flows * packets / (double)streams->rows;
    pkt_flow_expect(streams->table,
                    expected < FORECAST_MOST ? (size_t)expected : (size_t)FORECAST_MOST);
    streams->forecast_at = flows * 2;
}

int pkt_streams_number(pkt_streams *streams, pkt_batch *batch, size_t first, size_t count,
                       const pkt_stream_hint *hints, pkt_err *err)
{
    for (size_t done = 0; done < count; done += ROWS_AT_ONCE) {
        const size_t rows = count - done < ROWS_AT_ONCE ? count - done : ROWS_AT_ONCE;
        if (rows_number(streams, batch, first + done, rows, hints + done, err) != 0)
            return -1;
    }
    streams->rows += count;
    forecast(streams, batch, first + count);
    streams->counts.evicted = pkt_flow_evicted(streams->table);
    report_write(streams);
    return 0;
}
