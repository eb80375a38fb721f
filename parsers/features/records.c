/* Flow records: a row for each flow when it ends. */
#include "parsers/features/records.h"

#include <stdlib.h>

#include "parsers/core/numbers.h"
#include "parsers/features/engine.h"
#include "parsers/rows/rows.h"

/* Bits of a record's state; those of a direction are shifted by one for the backward one. */
enum {
    SWAPPED = 1, /* the first packet went from the key's second endpoint to the first */
    FIN_SENT = 2,
    FIN_ACKED = 8, /* the other side has sent ACK since */
    CLOSED = FIN_SENT | FIN_SENT << 1 | FIN_ACKED | FIN_ACKED << 1
};

/* The flow's number is the list of the votes of its packets' labels. */
typedef struct flow_record {
    pkt_flow flow;
    int64_t first, last;   /* times of the earliest and of the latest packet, ns */
    int64_t began, latest; /* the clock at the first and at the last packet, ns */
    uint64_t packets[2], bytes[2];
    uint64_t number; /* of the first packet */
} flow_record;

_Static_assert(sizeof(flow_record) == 128, "two cache lines, as the documents say");

typedef struct records {
    int64_t clock; /* ns; it does not go back */
} records;

static flow_record *record_of(pkt_flow *flow)
{
    return (flow_record *)(void *)flow;
}

/* Has the clock passed `then` by the timeout? */
static bool is_over(const pkt_features *f, int64_t then, uint64_t timeout)
{
    const records *x = f->engine;
    return timeout && (uint64_t)x->clock - (uint64_t)then >= timeout;
}

/* Write the row of a record, which stays in the table. */
static int record_write(pkt_features *f, flow_record *r, record_end reason, pkt_err *err)
{
    double values[PKT_MAX_VALUES]; /* 8 bytes each, with the bits of integers */
    const pkt_feature_set *set = f->request.set;
    const record_row row = {.last = r->last,
                            .packets = {(int64_t)r->packets[0], (int64_t)r->packets[1]},
                            .bytes = {(int64_t)r->bytes[0], (int64_t)r->bytes[1]},
                            .reason = reason};
    for (size_t i = 0; i < set->count; i++)
        memcpy(&values[i], (const uint8_t *)&row + set->columns[i].at, sizeof values[i]);
    feature_key_set(&f->out.batch, &r->flow, r->flow.state & SWAPPED,
                    !(r->flow.kind & PKT_KIND_NO_PORTS));
    f->out.batch.ts_ns[f->out.batch.rows] = r->first;
    return pkt_feature_row_add(f, r->number, values, &r->flow.number, err);
}

static int record_end_with(pkt_features *f, flow_record *r, record_end reason, pkt_err *err)
{
    const int bad = record_write(f, r, reason, err);
    pkt_flow_remove(f->flows, &r->flow);
    return bad;
}

/* Let the clock come to `time`, and end what is idle by then: the least recently used records. */
static int clock_advance(pkt_features *f, int64_t time, pkt_err *err)
{
    records *x = f->engine;
    pkt_flow *oldest;
    x->clock = time > x->clock ? time : x->clock;
    while ((oldest = pkt_flow_oldest(f->flows)) != NULL &&
           is_over(f, record_of(oldest)->latest, f->request.idle))
        if (record_end_with(f, record_of(oldest), RECORD_IDLE, err) != 0)
            return -1;
    return 0;
}

/* Begin a record. If another one is evicted, it ends. NULL and *err. */
static flow_record *record_add(pkt_features *f, const pkt_flow_key *key, uint32_t hash,
                               const pkt_batch *b, size_t row, pkt_err *err)
{
    const records *x = f->engine;
    pkt_flow *evicted = pkt_flow_victim(f->flows);
    if (evicted && record_write(f, record_of(evicted), RECORD_EVICTED, err) != 0)
        return NULL;
    flow_record *r = record_of(pkt_flow_add(f->flows, key, hash, err));
    if (!r)
        return NULL;
    memset((uint8_t *)r + sizeof r->flow, 0, sizeof *r - sizeof r->flow);
    r->first = r->last = b->ts_ns[row];
    r->began = x->clock;
    r->number = f->number;
    r->flow.number = PKT_NO_VOTES;
    return r;
}

/* The record of the packet; NULL and *err. */
static flow_record *record_get(pkt_features *f, const pkt_flow_key *key, bool swapped,
                               const pkt_batch *b, size_t row, pkt_err *err)
{
    const uint32_t hash = f->hashes[row];
    flow_record *r = record_of(pkt_flow_find(f->flows, key, hash));
    if (r && is_over(f, r->began, f->request.active)) {
        if (record_end_with(f, r, RECORD_ACTIVE, err) != 0)
            return NULL;
        r = NULL;
    }
    if (r)
        return r;
    r = record_add(f, key, hash, b, row, err);
    if (r)
        r->flow.state = swapped ? SWAPPED : 0;
    return r;
}

/* As YAF has it: with RST, or when each side has sent FIN, and ACK after the FIN of the other. */
static bool tcp_ends(flow_record *r, unsigned flags, unsigned back, record_end *reason)
{
    unsigned state = r->flow.state;
    if (flags & TCP_FIN)
        state |= (unsigned)FIN_SENT << back;
    if (flags & TCP_ACK && state & (unsigned)FIN_SENT << (1 - back))
        state |= (unsigned)FIN_ACKED << (1 - back);
    r->flow.state = (uint16_t)state;
    *reason = flags & TCP_RST ? RECORD_RST : RECORD_FIN;
    return flags & TCP_RST || (state & CLOSED) == CLOSED;
}

static void packet_count(const pkt_features *f, flow_record *r, const pkt_batch *b, size_t row,
                         unsigned back)
{
    const records *x = f->engine;
    const int64_t time = b->ts_ns[row];
    r->first = time < r->first ? time : r->first;
    r->last = time > r->last ? time : r->last;
    r->latest = x->clock;
    r->packets[back]++;
    r->bytes[back] += b->wire_len[row];
}

static pkt_flow_key records_key(const pkt_features *f, const pkt_batch *b, size_t row,
                                bool *swapped)
{
    (void)f;
    pkt_flow_key key = feature_flow_key(b, row, true, swapped);
    if (!(b->present[row] & PKT_HAS_PORTS))
        key.kind |= PKT_KIND_NO_PORTS;
    return key;
}

static int records_packet(pkt_features *f, const pkt_batch *b, size_t row, pkt_err *err)
{
    record_end reason;
    bool swapped;
    if (clock_advance(f, b->ts_ns[row], err) != 0)
        return -1;
    if (!(b->present[row] & PKT_HAS_IP)) {
        f->report.without_address++;
        return 0;
    }
    const pkt_flow_key key = records_key(f, b, row, &swapped);
    flow_record *r = record_get(f, &key, swapped, b, row, err);
    if (!r)
        return -1;
    const unsigned back = (r->flow.state & SWAPPED) != (swapped ? SWAPPED : 0);
    packet_count(f, r, b, row, back);
    if (feature_vote(f, &r->flow.number, err) != 0)
        return -1;
    if (b->present[row] & PKT_HAS_TCP && tcp_ends(r, b->tcp_flags[row], back, &reason))
        return record_end_with(f, r, reason, err);
    return 0;
}

static int records_finish(pkt_features *f, pkt_err *err)
{
    int bad = 0;
    for (pkt_flow *flow = pkt_flow_oldest(f->flows); flow && !bad;
         flow = pkt_flow_newer(f->flows, flow))
        bad = record_write(f, record_of(flow), RECORD_END, err);
    *(records *)f->engine = (records){.clock = INT64_MIN};
    pkt_flow_clear(f->flows);
    return bad;
}

static int records_open(pkt_features *f, pkt_err *err)
{
    records *x = calloc(1, sizeof *x);
    f->engine = x;
    if (!x)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for flow records");
    x->clock = INT64_MIN;
    return pkt_feature_flows_open(f, sizeof(flow_record), err);
}

const feature_engine pkt_feature_engine_records = {
    .open = records_open,
    .key = records_key,
    .packet = records_packet,
    .advance = clock_advance,
    .finish = records_finish,
};
