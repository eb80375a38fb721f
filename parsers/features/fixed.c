/* Features of ciciot-fixed: windows of all packets, of each pair of hosts, or of each flow. */
#include "parsers/features/fixed.h"

#include <stdlib.h>

#include "parsers/core/numbers.h"
#include "parsers/features/engine.h"
#include "parsers/features/welford.h"
#include "parsers/rows/rows.h"

typedef struct window {
    uint64_t number; /* of the first packet */
    uint32_t votes;  /* labels of the packets */
    uint64_t packets, bytes, direction_bytes[2], payload;
    int64_t first, earliest, latest; /* ns */
    welford lengths[2], gaps, direction_gaps[2];
    welford ttls, headers;
    uint64_t flags[FIXED_FLAGS];
    uint64_t kinds[FIXED_KINDS];
} window;

/* Time stamps of the previous packets, ns: in any direction, and in each direction. */
typedef struct previous_times {
    int64_t any, direction[2];
    bool has_any, has_direction[2];
} previous_times;

/* A flow or pair, with its window. */
typedef struct flow_window {
    pkt_flow flow;
    bool swapped; /* the first packet went from the key's second endpoint to the first */
    bool has_ports;
    previous_times previous;
    window window;
} flow_window;

/* The direction of a flow, for windows of all packets. */
typedef struct flow_direction {
    pkt_flow flow;
    bool swapped;
} flow_direction;

typedef struct fixed {
    window all;
    previous_times previous;
    bool started;
    uint64_t window_start; /* of a window with a duration, ns; bits of an int64_t */
} fixed;

static fixed *fixed_of(const pkt_features *f)
{
    return f->engine;
}

static bool port_is(const pkt_batch *b, size_t row, uint16_t port)
{
    return b->src_port[row] == port || b->dst_port[row] == port;
}

static void services_count(const pkt_batch *b, size_t row, uint64_t kinds[FIXED_KINDS])
{
    enum { TCP = 1, UDP = 2 };
    static const struct {
        uint16_t port;
        uint8_t over, kind;
    } services[] = {
        {PORT_HTTP, TCP, FIXED_HTTP},
        {8000, TCP, FIXED_HTTP},
        {8080, TCP, FIXED_HTTP},
        {PORT_HTTPS, TCP | UDP, FIXED_HTTPS},
        {8443, TCP, FIXED_HTTPS},
        {PORT_DNS, TCP | UDP, FIXED_DNS},
        {PORT_MDNS, UDP, FIXED_DNS},
        {PORT_TELNET, TCP, FIXED_TELNET},
        {2323, TCP, FIXED_TELNET},
        {PORT_SMTP, TCP, FIXED_SMTP},
        {465, TCP, FIXED_SMTP},
        {587, TCP, FIXED_SMTP},
        {PORT_SSH, TCP, FIXED_SSH},
        {PORT_IRC, TCP, FIXED_IRC},
        {PORT_IRC_COMMON, TCP, FIXED_IRC},
        {6697, TCP, FIXED_IRC},
        {PORT_DHCP_SERVER, UDP, FIXED_DHCP},
        {PORT_DHCP_CLIENT, UDP, FIXED_DHCP},
        {546, UDP, FIXED_DHCP},
        {547, UDP, FIXED_DHCP},
        {PORT_MQTT, TCP, FIXED_MQTT},
        {8883, TCP, FIXED_MQTT},
        {5683, UDP, FIXED_COAP},
        {5684, UDP, FIXED_COAP},
    };
    const unsigned over = b->ip_proto[row] == PROTO_TCP   ? TCP
                          : b->ip_proto[row] == PROTO_UDP ? UDP
                                                          : 0;
    bool is[FIXED_KINDS] = {false};
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
        if ((services[i].over & over) && port_is(b, row, services[i].port))
            is[services[i].kind] = true;
    for (size_t kind = FIXED_HTTP; kind < FIXED_KINDS; kind++)
        kinds[kind] += is[kind];
}

static void kinds_count(const pkt_batch *b, size_t row, uint64_t kinds[FIXED_KINDS])
{
    const uint64_t has = b->present[row];
    const unsigned protocol = b->ip_proto[row], verdict = b->verdict[row];
    kinds[FIXED_FAULTY] +=
        verdict != PKT_OK && verdict != PKT_FRAGMENT && verdict != PKT_UNSUPPORTED;
    kinds[FIXED_ARP] += (has & PKT_HAS_LINK) && b->eth_type[row] == ETHERTYPE_ARP;
    if (!(has & PKT_HAS_IP))
        return;
    kinds[FIXED_IPV4] += b->ip_version[row] == 4;
    kinds[FIXED_IPV6] += b->ip_version[row] == 6;
    kinds[FIXED_TCP] += protocol == PROTO_TCP;
    kinds[FIXED_UDP] += protocol == PROTO_UDP;
    kinds[FIXED_ICMP] += protocol == PROTO_ICMP || protocol == PROTO_ICMPV6;
    kinds[FIXED_IGMP] += protocol == PROTO_IGMP;
    kinds[FIXED_FRAGMENT] += (has & PKT_HAS_FRAG) &&
                             (b->frag_off[row] != 0 || (b->ip_flags[row] & IP_MORE_FRAGMENTS) != 0);
    if (has & PKT_HAS_PORTS)
        services_count(b, row, kinds);
}

/* Seconds from `then` to `now`; 0 if the clock went back. */
static double gap_of(int64_t now, int64_t then)
{
    return now > then ? (double)((uint64_t)now - (uint64_t)then) / NS_PER_S : 0;
}

static void gaps_count(window *w, previous_times *last, int64_t now, unsigned back)
{
    if (last->has_any)
        welford_add(&w->gaps, gap_of(now, last->any));
    if (last->has_direction[back])
        welford_add(&w->direction_gaps[back], gap_of(now, last->direction[back]));
    last->has_any = last->has_direction[back] = true;
    last->any = last->direction[back] = now;
}

static void window_count(window *w, previous_times *last, const pkt_batch *b, size_t row,
                         unsigned back, uint64_t number)
{
    const uint64_t has = b->present[row];
    const int64_t now = b->ts_ns[row];
    if (w->packets == 0) {
        w->number = number;
        w->first = w->earliest = w->latest = now;
    }
    w->earliest = now < w->earliest ? now : w->earliest;
    w->latest = now > w->latest ? now : w->latest;
    w->packets++;
    w->bytes += b->wire_len[row];
    w->direction_bytes[back] += b->wire_len[row];
    welford_add(&w->lengths[back], b->wire_len[row]);
    gaps_count(w, last, now, back);
    if (has & PKT_HAS_IP)
        welford_add(&w->ttls, b->ip_ttl[row]);
    if (has & PKT_HAS_L4) {
        welford_add(&w->headers, b->l4_hlen[row]);
        w->payload += b->payload_len[row];
    }
    for (unsigned bit = 0; (has & PKT_HAS_TCP) && bit < FIXED_FLAGS; bit++)
        w->flags[bit] += b->tcp_flags[row] >> bit & 1;
    kinds_count(b, row, w->kinds);
}

/* Combine the statistics of both directions (Chan, Golub and LeVeque). */
static welford welford_both(const welford *a, const welford *b)
{
    const double n = (double)(a->count + b->count), distance = b->mean - a->mean;
    if (a->count == 0 || b->count == 0)
        return a->count ? *a : *b;
    return (welford){.count = a->count + b->count,
                     .mean = a->mean + distance * (double)b->count / n,
                     .squares = a->squares + b->squares +
                                distance * distance * (double)a->count * (double)b->count / n,
                     .min = a->min < b->min ? a->min : b->min,
                     .max = a->max > b->max ? a->max : b->max};
}

static struct fixed_statistics statistics_of(const welford *r)
{
    return (struct fixed_statistics){welford_min(r), welford_max(r), welford_mean(r),
                                     welford_std(r)};
}

static double nan_to_zero(double value)
{
    return isnan(value) ? 0 : value;
}

static void directions_measure(const window *w, fixed_row *row)
{
    const welford *directions = w->lengths;
    const welford both = welford_both(&directions[0], &directions[1]);
    const double forward = welford_variance(&directions[0]),
                 back = welford_variance(&directions[1]);
    row->lengths = statistics_of(&both);
    for (unsigned i = 0; i < 2; i++) {
        row->direction_packets[i] = (double)directions[i].count;
        row->direction_bytes[i] = (double)w->direction_bytes[i];
        row->direction_lengths[i] = statistics_of(&directions[i]);
        row->direction_gap_mean[i] = welford_mean(&w->direction_gaps[i]);
        row->direction_gap_std[i] = welford_std(&w->direction_gaps[i]);
    }
    row->magnitude =
        sqrt(nan_to_zero(welford_mean(&directions[0])) + nan_to_zero(welford_mean(&directions[1])));
    row->radius = sqrt(nan_to_zero(forward) + nan_to_zero(back));
    row->variance_ratio = back > 0 ? forward / back : NAN;
    row->weight = row->direction_packets[0] * row->direction_packets[1];
}

static fixed_row window_measure(const window *w)
{
    fixed_row row = {.packets = (double)w->packets, .bytes = (double)w->bytes};
    row.duration = gap_of(w->latest, w->earliest);
    row.packet_rate = row.duration > 0 ? row.packets / row.duration : NAN;
    row.byte_rate = row.duration > 0 ? row.bytes / row.duration : NAN;
    directions_measure(w, &row);
    row.gaps = statistics_of(&w->gaps);
    row.ttl_mean = welford_mean(&w->ttls);
    row.ttl_std = welford_std(&w->ttls);
    row.header_mean = welford_mean(&w->headers);
    row.payload = (double)w->payload;
    for (size_t i = 0; i < FIXED_FLAGS; i++)
        row.flags[i] = (double)w->flags[i];
    for (size_t i = 0; i < FIXED_KINDS; i++)
        row.shares[i] = (double)w->kinds[i] / row.packets;
    return row;
}

/* Set the key columns of the row: addresses, ports, protocol. `flow`: NULL for windows of all
 * packets. */
static void key_columns_set(pkt_batch *b, const window *w, const flow_window *flow)
{
    const size_t row = b->rows;
    b->ts_ns[row] = w->first;
    b->present[row] = 0;
    if (!flow)
        return;
    feature_key_set(b, &flow->flow, flow->swapped, flow->has_ports);
}

static int window_end(pkt_features *f, window *w, const flow_window *flow, pkt_err *err)
{
    double values[PKT_MAX_VALUES];
    const pkt_feature_set *set = f->request.set;
    if (w->packets == 0)
        return 0;
    const fixed_row row = window_measure(w);
    for (size_t i = 0; i < set->count; i++)
        values[i] = feature_value(&row, &set->columns[i]);
    key_columns_set(&f->out.batch, w, flow);
    const int bad = pkt_feature_row_add(f, w->number, values, &w->votes, err);
    *w = (window){.packets = 0};
    return bad;
}

/* End the windows of this flow and of all more recently used ones. */
static int windows_end_from(pkt_features *f, pkt_flow *from, pkt_err *err)
{
    for (; from; from = pkt_flow_newer(f->flows, from)) {
        flow_window *flow = (flow_window *)(void *)from;
        if (window_end(f, &flow->window, flow, err) != 0)
            return -1;
    }
    return 0;
}

/* End all windows when their duration is over. The flows whose windows have packets are the most
 * recently used ones. */
static int all_windows_end(pkt_features *f, pkt_err *err)
{
    pkt_flow *entry = pkt_flow_newest(f->flows), *first = NULL;
    if (f->request.by == PKT_BY_ALL)
        return window_end(f, &fixed_of(f)->all, NULL, err);
    while (entry && ((flow_window *)(void *)entry)->window.packets > 0) {
        first = entry;
        entry = pkt_flow_older(f->flows, entry);
    }
    return windows_end_from(f, first, err);
}

/* Start a new window if the current one has ended by `now`. */
static int window_advance(pkt_features *f, int64_t now, pkt_err *err)
{
    fixed *x = fixed_of(f);
    const uint64_t duration = f->request.duration;
    if (!x->started)
        x->window_start = (uint64_t)now;
    x->started = true;
    if (now < (int64_t)x->window_start) {
        f->report.late++;
        return 0;
    }
    const uint64_t since = (uint64_t)now - x->window_start;
    if (since < duration)
        return 0;
    int bad = all_windows_end(f, err);
    x->window_start += since - since % duration;
    return bad;
}

static pkt_flow_key fixed_key(const pkt_features *f, const pkt_batch *b, size_t row, bool *swapped)
{
    const bool ports = f->request.by != PKT_BY_PAIR;
    pkt_flow_key key = feature_flow_key(b, row, ports, swapped);
    if (ports && !(b->present[row] & PKT_HAS_PORTS))
        key.kind |= PKT_KIND_NO_PORTS;
    return key;
}

static int capture_count(pkt_features *f, const pkt_batch *b, size_t row, pkt_err *err)
{
    fixed *x = fixed_of(f);
    unsigned back = 0;
    if (b->present[row] & PKT_HAS_IP) {
        bool swapped;
        int fresh;
        const pkt_flow_key key = fixed_key(f, b, row, &swapped);
        flow_direction *flow =
            (flow_direction *)(void *)pkt_flow_get(f->flows, &key, f->hashes[row], &fresh, err);
        if (!flow)
            return -1;
        if (fresh)
            flow->swapped = swapped;
        back = flow->swapped != swapped;
    }
    window_count(&x->all, &x->previous, b, row, back, f->number);
    if (feature_vote(f, &x->all.votes, err) != 0)
        return -1;
    return x->all.packets == f->request.packets ? window_end(f, &x->all, NULL, err) : 0;
}

/* Add a flow. If another one is evicted, its window ends. NULL and *err. */
static flow_window *flow_add(pkt_features *f, const pkt_flow_key *key, uint32_t hash, pkt_err *err)
{
    flow_window *evicted = (flow_window *)(void *)pkt_flow_victim(f->flows);
    if (evicted && window_end(f, &evicted->window, evicted, err) != 0)
        return NULL;
    flow_window *flow = (flow_window *)(void *)pkt_flow_add(f->flows, key, hash, err);
    if (flow)
        memset((uint8_t *)flow + sizeof flow->flow, 0, sizeof *flow - sizeof flow->flow);
    return flow;
}

static int flow_count(pkt_features *f, const pkt_batch *b, size_t row, pkt_err *err)
{
    const bool ports = f->request.by == PKT_BY_FLOW;
    bool swapped;
    if (!(b->present[row] & PKT_HAS_IP)) {
        f->report.without_address++;
        return 0;
    }
    const pkt_flow_key key = fixed_key(f, b, row, &swapped);
    const uint32_t hash = f->hashes[row];
    flow_window *flow = (flow_window *)(void *)pkt_flow_find(f->flows, &key, hash);
    if (!flow) {
        flow = flow_add(f, &key, hash, err);
        if (!flow)
            return -1;
        flow->swapped = swapped;
        flow->has_ports = ports && (b->present[row] & PKT_HAS_PORTS);
    }
    window_count(&flow->window, &flow->previous, b, row, flow->swapped != swapped, f->number);
    if (feature_vote(f, &flow->window.votes, err) != 0)
        return -1;
    return flow->window.packets == f->request.packets ? window_end(f, &flow->window, flow, err) : 0;
}

static int fixed_packet(pkt_features *f, const pkt_batch *b, size_t row, pkt_err *err)
{
    if (f->request.duration && window_advance(f, b->ts_ns[row], err) != 0)
        return -1;
    return f->request.by == PKT_BY_ALL ? capture_count(f, b, row, err) : flow_count(f, b, row, err);
}

static int fixed_advance(pkt_features *f, int64_t time, pkt_err *err)
{
    const fixed *x = fixed_of(f);
    return f->request.duration && x->started && time >= (int64_t)x->window_start
               ? window_advance(f, time, err)
               : 0;
}

static int fixed_finish(pkt_features *f, pkt_err *err)
{
    int bad = f->request.by == PKT_BY_ALL ? window_end(f, &fixed_of(f)->all, NULL, err)
                                          : windows_end_from(f, pkt_flow_oldest(f->flows), err);
    *fixed_of(f) = (fixed){.started = false};
    pkt_flow_clear(f->flows);
    return bad;
}

static int fixed_open(pkt_features *f, pkt_err *err)
{
    const size_t size = f->request.by == PKT_BY_ALL ? sizeof(flow_direction) : sizeof(flow_window);
    f->engine = calloc(1, sizeof(fixed));
    if (!f->engine)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for features");
    return pkt_feature_flows_open(f, size, err);
}

const feature_engine pkt_feature_engine_fixed = {
    .open = fixed_open,
    .key = fixed_key,
    .packet = fixed_packet,
    .advance = fixed_advance,
    .finish = fixed_finish,
};
