/* Reconstruction of the published CIC-IoT-2023 features, as the dataset's scripts compute them,
 * with their defects. IPv4 and ARP packets are counted; a row of features is a window of them. */
#include "parsers/features/ciciot.h"

#include <stdlib.h>

#include "parsers/core/numbers.h"
#include "parsers/features/engine.h"
#include "parsers/features/welford.h"
#include "parsers/rows/rows.h"

#define US_PER_S_F 1e6

enum { BLOCK_FRAMES = 20 };

typedef struct ciciot_flow {
    pkt_flow flow;
    uint64_t packets, bytes;
    double first, last; /* earliest and latest time, s */
    uint64_t fin, syn, rst, psh, ack;
} ciciot_flow;

/* Lengths of the frames in the current block. Integer sums, without rounding. */
typedef struct block {
    uint64_t count, sum, squares;
    uint32_t min, max;
} block;

typedef struct ciciot {
    uint64_t rows, first_packet; /* packets in the window; number of its first packet */
    uint32_t votes;              /* their labels */
    double sums[PKT_MAX_VALUES]; /* per column: sum, minimum or maximum */
    welford lengths;             /* for PKT_STD and PKT_VARIANCE */
    double earliest, latest;     /* s */
    uint32_t protocols[256];     /* for PKT_MODE */
    double rate, reverse_rate;   /* last computed; also used by packets without a rate */
    double previous_time;        /* s; 0: no previous packet */
    block frames;
} ciciot;

static ciciot *ciciot_of(const pkt_features *f)
{
    return f->engine;
}

/* Time as the scripts read it: seconds in double precision, rounded down to microseconds, because
 * tcpdump -C writes pcap files with microseconds. */
static double seconds_of(int64_t ts_ns)
{
    int64_t us = ts_ns / NS_PER_US - (ts_ns % NS_PER_US < 0);
    int64_t s = us / US_PER_S - (us % US_PER_S < 0);
    return (double)s + (double)(us - s * US_PER_S) / US_PER_S_F;
}

/* True for ARP and IPv4 packets; IPv4 also on links other than Ethernet. */
static bool is_counted(const pkt_batch *b, size_t row)
{
    const bool link = b->present[row] & PKT_HAS_LINK;
    if (link && b->eth_type[row] == ETHERTYPE_ARP)
        return true;
    return (b->present[row] & PKT_HAS_IP) && b->ip_version[row] == 4 &&
           (!link || b->eth_type[row] == ETHERTYPE_IPV4);
}

/* Length of the frame after the scripts' library has serialized it again: without the bytes
 * after the IP packet. */
static uint32_t frame_length(const pkt_batch *b, size_t row)
{
    const uint64_t has = b->present[row];
    const uint32_t captured = b->cap_len[row];
    if (!(has & PKT_HAS_IP) || b->ip_len[row] == 0)
        return captured;
    uint32_t length = b->ip_len[row] < IPV4_HEADER ? IPV4_HEADER : b->ip_len[row];
    if (has & PKT_HAS_LINK)
        length += has & PKT_HAS_VLAN ? ETHERNET_HEADER + VLAN_TAG : ETHERNET_HEADER;
    return length < captured ? length : captured;
}

static bool port_is(const pkt_batch *b, size_t row, uint16_t port)
{
    return b->src_port[row] == port || b->dst_port[row] == port;
}

static void tcp_read(const pkt_batch *b, size_t row, ciciot_packet *p)
{
    const unsigned flags = b->tcp_flags[row];
    p->tcp = 1;
    p->header = b->l4_hlen[row];
    p->fin = (flags & TCP_FIN) != 0;
    p->syn = (flags & TCP_SYN) != 0;
    p->rst = (flags & TCP_RST) != 0;
    p->psh = (flags & TCP_PSH) != 0;
    p->ack = (flags & TCP_ACK) != 0;
    p->ece = (flags & TCP_ECE) != 0;
    p->cwr = (flags & TCP_CWR) != 0;
    p->http = port_is(b, row, PORT_HTTP);
    p->https = port_is(b, row, PORT_HTTPS);
    p->telnet = port_is(b, row, PORT_TELNET);
    p->smtp = port_is(b, row, PORT_SMTP);
    p->ssh = port_is(b, row, PORT_SSH);
    p->irc = port_is(b, row, PORT_IRC) || port_is(b, row, PORT_IRC_COMMON);
}

static void udp_read(const pkt_batch *b, size_t row, ciciot_packet *p)
{
    p->udp = 1;
    p->header = UDP_HEADER;
    p->dns = port_is(b, row, PORT_DNS);
    p->dhcp = port_is(b, row, PORT_DHCP_SERVER) || port_is(b, row, PORT_DHCP_CLIENT);
}

static void headers_read(const pkt_batch *b, size_t row, ciciot_packet *p)
{
    p->time = seconds_of(b->ts_ns[row]);
    p->captured = b->cap_len[row];
    p->frame = frame_length(b, row);
    p->arp = !(b->present[row] & PKT_HAS_IP);
    if (p->arp != 0)
        return;
    const unsigned protocol = b->ip_proto[row];
    p->protocol = protocol;
    p->ttl = b->ip_ttl[row];
    p->ip = p->llc = 1;
    p->icmp = protocol == PROTO_ICMP;
    p->igmp = protocol == PROTO_IGMP;
    if (protocol == PROTO_TCP && (b->present[row] & PKT_HAS_TCP) && b->l4_hlen[row] >= TCP_HEADER)
        tcp_read(b, row, p);
    else if (protocol == PROTO_UDP && (b->present[row] & PKT_HAS_PORTS))
        udp_read(b, row, p);
}

/* NULL and *err. */
static pkt_flow_key ciciot_key(const pkt_features *f, const pkt_batch *b, size_t row, bool *back)
{
    (void)f;
    return feature_flow_key(b, row, true, back);
}

static ciciot_flow *flow_get(pkt_features *f, const pkt_flow_key *key, uint32_t hash,
                             const ciciot_packet *p, pkt_err *err)
{
    int fresh;
    ciciot_flow *flow = (ciciot_flow *)(void *)pkt_flow_get(f->flows, key, hash, &fresh, err);
    if (flow && fresh) {
        memset((uint8_t *)flow + sizeof flow->flow, 0, sizeof *flow - sizeof flow->flow);
        flow->first = flow->last = p->time;
    }
    return flow;
}

static bool same_endpoints(const pkt_flow_key *key)
{
    return key->address[0] == key->address[2] && key->address[1] == key->address[3] &&
           key->port[0] == key->port[1];
}

/* As in the scripts, the rates are not reset for each packet: a packet without a flow, or of a flow
 * without duration, has the rates of the previous packet. 0, or -1 and *err. */
static int flow_count(pkt_features *f, const pkt_batch *b, size_t row, ciciot_packet *p,
                      pkt_err *err)
{
    ciciot *c = ciciot_of(f);
    if (p->tcp != 0 || p->udp != 0) {
        bool back;
        const pkt_flow_key key = ciciot_key(f, b, row, &back);
        ciciot_flow *flow = flow_get(f, &key, f->hashes[row], p, err);
        if (!flow)
            return -1;
        flow->packets++;
        flow->bytes += (uint64_t)p->frame;
        flow->first = p->time < flow->first ? p->time : flow->first;
        flow->last = p->time > flow->last ? p->time : flow->last;
        flow->fin += p->fin != 0;
        flow->syn += p->syn != 0;
        flow->rst += p->rst != 0;
        flow->psh += p->psh != 0;
        flow->ack += p->ack != 0;
        p->flow_bytes = (double)flow->bytes;
        p->flow_duration = flow->last - flow->first;
        p->flow_fin = (double)flow->fin;
        p->flow_syn = (double)flow->syn;
        p->flow_rst = (double)flow->rst;
        p->flow_psh = (double)flow->psh;
        p->flow_ack = (double)flow->ack;
        if (p->flow_duration != 0) {
            c->rate = (double)flow->packets / p->flow_duration;
            c->reverse_rate = same_endpoints(&key) ? c->rate : 0;
        }
    }
    p->rate = c->rate;
    p->reverse_rate = c->reverse_rate;
    return 0;
}

static double block_variance(const block *b)
{
    const double n = (double)b->count;
    return (double)(b->count * b->squares - b->sum * b->sum) / (n * n);
}

/* The scripts compute these from two lists of lengths, incoming and outgoing, but both lists
 * contain every frame. */
static void stream_features_set(const block *list, ciciot_packet *p)
{
    const double n = (double)list->count;
    const double variance = block_variance(list);
    p->magnitude = sqrt(2 * ((double)list->sum / n));
    p->radius = sqrt(2 * variance);
    p->covariance = variance;
    p->variance = variance != 0;
    p->weight = n * n;
}

/* Add a frame to the block. As in the scripts, the 20th frame counts for the block's lengths but
 * not for the two lists; after it, a new block starts and the previous time is 0. */
static void block_count(ciciot *c, ciciot_packet *p)
{
    block *b = &c->frames;
    const block without = *b;
    const uint32_t size = (uint32_t)p->frame;
    b->min = b->count == 0 || size < b->min ? size : b->min;
    b->max = b->count == 0 || size > b->max ? size : b->max;
    b->count++;
    b->sum += size;
    b->squares += (uint64_t)size * size;
    p->block_sum = (double)b->sum;
    p->block_min = b->min;
    p->block_max = b->max;
    p->block_mean = (double)b->sum / (double)b->count;
    p->block_std = sqrt(block_variance(b));
    const bool full = b->count == BLOCK_FRAMES;
    stream_features_set(full ? &without : b, p);
    p->gap_or_time = p->time - (full ? 0 : c->previous_time);
    if (full)
        *b = (block){0};
    p->block_count = (double)b->count;
}

static void aggregate_add(ciciot *c, const pkt_feature_column *column, double *sum, double value)
{
    switch (column->aggregate) {
    case PKT_MIN:
        *sum = c->rows == 0 || value < *sum ? value : *sum;
        break;
    case PKT_MAX:
        *sum = c->rows == 0 || value > *sum ? value : *sum;
        break;
    case PKT_STD: /* PKT_VARIANCE uses the same lengths */
        welford_add(&c->lengths, value);
        break;
    case PKT_MODE:
        c->protocols[(uint8_t)value]++;
        break;
    default:
        break;
    }
}

/* Means and sums, which are most, without a switch. */
static void aggregates_add(ciciot *c, const pkt_feature_set *set, const ciciot_packet *p)
{
    for (size_t i = 0; i < set->count; i++) {
        const pkt_feature_column *column = &set->columns[i];
        const double value = feature_value(p, column);
        if (column->aggregate == PKT_MEAN || column->aggregate == PKT_SUM)
            c->sums[i] += value;
        else
            aggregate_add(c, column, &c->sums[i], value);
    }
}

static double protocols_mode(const ciciot *c)
{
    size_t mode = 0;
    for (size_t i = 1; i < sizeof c->protocols / sizeof c->protocols[0]; i++)
        if (c->protocols[i] > c->protocols[mode])
            mode = i;
    return (double)mode;
}

static double aggregate_value(const ciciot *c, const pkt_feature_column *column, double sum)
{
    const double rows = (double)c->rows;
    switch (column->aggregate) {
    case PKT_MEAN:
        return sum / rows;
    case PKT_STD:
        return sqrt(welford_sample_variance(&c->lengths));
    case PKT_VARIANCE:
        return welford_sample_variance(&c->lengths);
    case PKT_MODE:
        return protocols_mode(c);
    case PKT_RATE:
        return c->latest > c->earliest ? rows / (c->latest - c->earliest) : INFINITY;
    case PKT_COUNT:
        return rows;
    default:
        return sum;
    }
}

static int window_end(pkt_features *f, pkt_err *err)
{
    ciciot *c = ciciot_of(f);
    const pkt_feature_set *set = f->request.set;
    double values[PKT_MAX_VALUES];
    if (c->rows == 0)
        return 0;
    for (size_t i = 0; i < set->count; i++)
        values[i] = aggregate_value(c, &set->columns[i], c->sums[i]);
    c->rows = 0;
    memset(c->sums, 0, sizeof c->sums);
    memset(c->protocols, 0, sizeof c->protocols);
    c->lengths = (welford){0};
    return pkt_feature_row_add(f, c->first_packet, values, &c->votes, err);
}

static int ciciot_packet_add(pkt_features *f, const pkt_batch *b, size_t row, pkt_err *err)
{
    ciciot *c = ciciot_of(f);
    const pkt_feature_set *set = f->request.set;
    ciciot_packet p = {0};
    if (!is_counted(b, row))
        return 0;
    headers_read(b, row, &p);
    if (f->flows && flow_count(f, b, row, &p, err) != 0)
        return -1;
    block_count(c, &p);
    p.gap = c->previous_time != 0 ? p.time - c->previous_time : 0;
    c->previous_time = p.time;
    c->first_packet = c->rows == 0 ? f->number : c->first_packet;
    c->earliest = c->rows == 0 || p.time < c->earliest ? p.time : c->earliest;
    c->latest = c->rows == 0 || p.time > c->latest ? p.time : c->latest;
    aggregates_add(c, set, &p);
    c->rows++;
    if (feature_vote(f, &c->votes, err) != 0)
        return -1;
    return c->rows == f->request.packets ? window_end(f, err) : 0;
}

static int ciciot_finish(pkt_features *f, pkt_err *err)
{
    int bad = window_end(f, err);
    *ciciot_of(f) = (ciciot){0};
    if (f->flows)
        pkt_flow_clear(f->flows);
    return bad;
}

static int ciciot_open(pkt_features *f, pkt_err *err)
{
    f->engine = calloc(1, sizeof(ciciot));
    if (!f->engine)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for features");
    if (f->request.set != &pkt_feature_ciciot46)
        return 0; /* ciciot39 has no flow features */
    return pkt_feature_flows_open(f, sizeof(ciciot_flow), err);
}

const feature_engine pkt_feature_engine_ciciot = {
    .open = ciciot_open,
    .key = ciciot_key,
    .packet = ciciot_packet_add,
    .finish = ciciot_finish,
};
