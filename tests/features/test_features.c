/* Features of few packets, written down: where windows begin and end, and what their cells say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "features/features.h"

enum { MOST_ROWS = 1024, PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17 };
enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

#define SECOND INT64_C(1000000000)
#define EPOCH (INT64_C(1667260800) * SECOND)

static pkt_batch packets;
static pkt_sink sink;
static pkt_features *features;
static const pkt_feature_set *set;

/* What came out. */
static struct {
    size_t rows, pushes;
    double values[MOST_ROWS][PKT_MAX_VALUES];
    uint64_t numbers[MOST_ROWS];
    pkt_batch own[MOST_ROWS / 8]; /* one a push */
} out;

static int rows_take(void *self, const pkt_batch *rows, const double *values, pkt_err *err)
{
    (void)self;
    (void)err;
    assert_in_range(rows->rows, 1, PKT_BATCH_ROWS);
    out.own[out.pushes++] = *rows;
    for (size_t row = 0; row < rows->rows; row++) {
        for (size_t i = 0; i < set->count; i++)
            out.values[out.rows][i] = values[i * PKT_BATCH_ROWS + row];
        out.numbers[out.rows++] = pkt_features_row_number(features);
    }
    return 0;
}

static void begin(pkt_features_request request)
{
    request.max_flows = request.max_flows ? request.max_flows : 100;
    set = request.set;
    features = pkt_features_open(&request, NULL);
    assert_non_null(features);
    pkt_features_into(features, rows_take, NULL);
    sink = pkt_features_sink(features);
    memset(&packets, 0, sizeof packets);
    out.rows = out.pushes = 0;
}

static void flush(void)
{
    assert_int_equal(sink.push(sink.self, &packets, NULL), 0);
    memset(&packets, 0, sizeof packets);
}

static void finish(void)
{
    flush();
    assert_int_equal(sink.finish(sink.self, NULL), 0);
}

static double cell(size_t row, const char *name)
{
    assert_in_range(row, 0, out.rows - 1);
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->columns[i].name, name) == 0)
            return out.values[row][i];
    fail_msg("no column %s", name);
    return NAN;
}

#define assert_cell(row, name, wanted)                                                             \
    do {                                                                                           \
        const double got = cell((row), (name)), right = (wanted);                                  \
        if (!(fabs(got - right) <= 1e-9 * (1 + fabs(right))))                                      \
            fail_msg("row %d, %s: %.17g, wanted %.17g", (int)(row), (name), got, right);           \
    } while (0)
#define assert_none(row, name) assert_true(isnan(cell((row), (name))))

/* An Ethernet frame of 60 bytes that nothing is known of. */
static size_t frame_add(int64_t ts_ns)
{
    if (packets.rows == PKT_BATCH_ROWS)
        flush();
    const size_t row = packets.rows++;
    packets.ts_ns[row] = ts_ns;
    packets.cap_len[row] = packets.wire_len[row] = 60;
    packets.link_type[row] = 1;
    packets.present[row] = PKT_HAS_LINK;
    return row;
}

static size_t arp_add(int64_t ts_ns)
{
    const size_t row = frame_add(ts_ns);
    packets.eth_type[row] = 0x0806;
    return row;
}

/* From 10.0.0.src to 10.0.0.dst; IPv4 and L4 headers without options or payload. */
static size_t ip_add(int64_t ts_ns, unsigned protocol, uint64_t src, uint64_t dst)
{
    const size_t row = frame_add(ts_ns);
    const size_t header = protocol == PROTO_TCP ? 20 : 8;
    packets.present[row] |= PKT_HAS_IP | PKT_HAS_FRAG | PKT_HAS_L4;
    packets.eth_type[row] = 0x0800;
    packets.ip_version[row] = 4;
    packets.ip_proto[row] = (uint8_t)protocol;
    packets.ip_ttl[row] = 64;
    packets.ip_len[row] = (uint32_t)(20 + header);
    packets.src_lo[row] = 0x0a000000 + src;
    packets.dst_lo[row] = 0x0a000000 + dst;
    packets.l4_hlen[row] = (uint8_t)header;
    return row;
}

static size_t tcp_add(int64_t ts_ns, uint64_t src, uint64_t dst, unsigned flags)
{
    const size_t row = ip_add(ts_ns, PROTO_TCP, src, dst);
    packets.present[row] |= PKT_HAS_PORTS | PKT_HAS_TCP;
    packets.src_port[row] = (uint16_t)(1000 + src);
    packets.dst_port[row] = (uint16_t)(1000 + dst);
    packets.tcp_flags[row] = (uint16_t)flags;
    return row;
}

static void test_sets(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t count;
    } sets[] = {{"ciciot46", 46}, {"ciciot39", 39}};
    for (size_t i = 0; i < 2; i++) {
        assert_non_null(pkt_feature_set_find(sets[i].name));
        assert_int_equal(pkt_feature_set_find(sets[i].name)->count, sets[i].count);
    }
    assert_null(pkt_feature_set_find("ciciot"));
    for (size_t i = 0; pkt_feature_set_at(i); i++) {
        const pkt_feature_set *s = pkt_feature_set_at(i);
        assert_in_range(s->count, 1, PKT_MAX_VALUES);
        for (size_t c = 0; c < s->count; c++) {
            assert_true(s->columns[c].meaning && *s->columns[c].meaning);
            for (size_t other = 0; other < c; other++)
                assert_string_not_equal(s->columns[c].name, s->columns[other].name);
        }
    }
}

static void test_no_packets(void **state)
{
    (void)state;
    const pkt_feature_set *sets[] = {&pkt_feature_ciciot46, &pkt_feature_ciciot39,
                                     &pkt_feature_ciciot_fixed};
    for (size_t i = 0; i < 3; i++) {
        begin((pkt_features_request){.set = sets[i], .packets = 10});
        assert_int_equal(sink.finish(sink.self, NULL), 0);
        assert_int_equal(out.pushes, 0);
        pkt_features_close(features);
    }
    begin((pkt_features_request){.set = &pkt_feature_ciciot46, .packets = 10});
    frame_add(EPOCH); /* neither IPv4 nor ARP */
    finish();
    assert_int_equal(out.rows, 0);
    pkt_features_close(features);
}

static void test_window_edges(void **state)
{
    (void)state;
    begin((pkt_features_request){.set = &pkt_feature_ciciot39, .packets = 10});
    for (int i = 0; i < 21; i++) {
        tcp_add(EPOCH + i * SECOND, 1, 2, i < 10 ? SYN : i < 20 ? RST : FIN | PSH | ACK);
        frame_add(EPOCH + i * SECOND);
    }
    finish();
    assert_int_equal(out.rows, 3);
    assert_cell(0, "Number", 10);
    assert_cell(1, "Number", 10);
    assert_cell(2, "Number", 1);
    assert_int_equal(out.numbers[1], 21);
    assert_cell(0, "Rate", 10.0 / 9);
    assert_cell(0, "syn_flag_number", 1);
    assert_cell(1, "fin_count", 10); /* counts RST */
    assert_cell(2, "ack_count", 1);  /* counts FIN */
    assert_cell(2, "rst_count", 1);  /* counts ACK */
    assert_cell(0, "IAT", 0.9);
    assert_cell(1, "IAT", 1);
    assert_true(isinf(cell(2, "Rate")));
    assert_none(2, "Std");
    assert_none(2, "Variance");
    assert_cell(1, "Std", 0);
    assert_cell(0, "Tot sum", 600);
    assert_cell(0, "Header_Length", 20);
    pkt_features_close(features);
}

static void test_mode(void **state)
{
    (void)state;
    begin((pkt_features_request){.set = &pkt_feature_ciciot39, .packets = 5});
    tcp_add(EPOCH, 1, 2, 0);
    ip_add(EPOCH, PROTO_UDP, 1, 2);
    ip_add(EPOCH, PROTO_UDP, 1, 2);
    tcp_add(EPOCH, 1, 2, 0);
    arp_add(EPOCH);
    finish();
    assert_cell(0, "Protocol Type", PROTO_TCP); /* the smallest of the most frequent */
    assert_cell(0, "ARP", 0.2);
    assert_cell(0, "IPv", 0.8);
    assert_cell(0, "UDP", 0); /* without ports there is no UDP header */
    pkt_features_close(features);
}

/* What the columns say of any traffic, and nothing else. */
static void test_artefacts(void **state)
{
    (void)state;
    begin((pkt_features_request){.set = &pkt_feature_ciciot46, .packets = 10});
    for (int i = 0; i < 40; i++)
        tcp_add(EPOCH + i * SECOND, 1, 2, SYN);
    finish();
    assert_int_equal(out.rows, 4);
    for (size_t row = 0; row < 4; row++) {
        assert_cell(row, "Number", row % 2 ? 13.5 : 5.5);
        assert_cell(row, "Weight", row % 2 ? 244.6 : 38.5);
    }
    assert_cell(0, "IAT", (1667260800.0 + 9) / 10);
    assert_cell(1, "IAT", (1667260819.0 + 9) / 10);
    assert_cell(2, "IAT", 1);
    assert_cell(0, "Tot size", 54); /* of 60: the padding is gone */
    assert_cell(0, "Header_Length", 54 * 5.5);
    assert_cell(0, "syn_count", 5.5);
    assert_cell(0, "Magnitue", sqrt(108));
    assert_cell(0, "Variance", 0);
    assert_cell(0, "flow_duration", 4.5);
    assert_cell(0, "Drate", 0);
    pkt_features_close(features);
}

static void test_rate_stays(void **state)
{
    (void)state;
    begin((pkt_features_request){.set = &pkt_feature_ciciot46, .packets = 1});
    arp_add(EPOCH);
    tcp_add(EPOCH + SECOND, 1, 2, SYN);
    tcp_add(EPOCH + 3 * SECOND, 2, 1, SYN | ACK); /* back: the same flow */
    arp_add(EPOCH + 4 * SECOND);
    tcp_add(EPOCH + 5 * SECOND, 1, 3, RST); /* a flow of its own: no duration */
    tcp_add(EPOCH + 5 * SECOND, 4, 4, FIN); /* both ends are one */
    tcp_add(EPOCH + 9 * SECOND, 4, 4, PSH);
    ip_add(EPOCH + 10 * SECOND, PROTO_ICMP, 1, 2);
    tcp_add(EPOCH + 2 * SECOND, 1, 2, ACK); /* late: the duration stays what it was */
    finish();
    static const double rates[] = {0, 0, 1, 1, 1, 1, 0.5, 0.5, 1.5};
    static const double back[] = {0, 0, 0, 0, 0, 0, 0.5, 0.5, 0};
    assert_int_equal(out.rows, 9);
    for (size_t row = 0; row < 9; row++) {
        assert_cell(row, "Rate", rates[row]);
        assert_cell(row, "Srate", rates[row]);
        assert_cell(row, "Drate", back[row]);
    }
    assert_cell(2, "rst_count", 1); /* counts ACK */
    assert_cell(4, "fin_count", 1); /* counts RST */
    assert_cell(5, "ack_count", 1); /* counts FIN */
    assert_cell(6, "urg_count", 1); /* counts PSH */
    assert_cell(8, "rst_count", 2);
    assert_cell(8, "IAT", -8);
    assert_cell(3, "Protocol Type", 0);
    assert_cell(3, "LLC", 0);
    assert_cell(7, "ICMP", 1);
    pkt_features_close(features);
}

/* A file's header of 24 bytes and three packets of 60 and 16 are 252; the limit is looked at before
 * the next packet. */
static void test_pieces(void **state)
{
    (void)state;
    static const struct {
        uint64_t piece;
        size_t first; /* packets of the first piece */
    } cases[] = {{251, 3}, {252, 4}, {1, 1}, {24, 1}, {99, 1}, {100, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin((pkt_features_request){
            .set = &pkt_feature_ciciot46, .packets = 10, .piece = cases[i].piece});
        for (int n = 0; n < 5; n++)
            tcp_add(EPOCH + n * SECOND, 1, 2, SYN);
        finish();
        const double n = (double)cases[i].first;
        assert_in_range(out.rows, 2, 5);
        assert_cell(0, "syn_count", (n + 1) / 2);
        assert_int_equal(out.numbers[1], cases[i].first + 1);
        assert_true(cell(1, "IAT") > 1e8);
        pkt_features_close(features);
    }
}

static void test_time_windows(void **state)
{
    (void)state;
    begin((pkt_features_request){.set = &pkt_feature_ciciot_fixed, .duration = SECOND});
    tcp_add(EPOCH, 1, 2, SYN);
    tcp_add(EPOCH + SECOND - 1, 1, 2, ACK);
    tcp_add(EPOCH + SECOND, 1, 2, ACK | PSH);
    tcp_add(EPOCH + SECOND / 2, 1, 2, FIN); /* the clock went back */
    tcp_add(EPOCH + 5 * SECOND + 1, 1, 2, RST);
    tcp_add(EPOCH + 6 * SECOND, 1, 2, RST);
    finish();
    assert_int_equal(out.rows, 4);
    assert_cell(0, "packets", 2);
    assert_cell(0, "syn_count", 1);
    assert_cell(0, "ack_count", 1);
    assert_cell(0, "iat_mean", 0.999999999);
    assert_cell(1, "packets", 2);
    assert_cell(1, "iat_min", 0);
    assert_cell(1, "iat_max", 1e-9);
    assert_cell(1, "duration", 0.5);
    assert_cell(2, "packets", 1);
    assert_cell(2, "iat_mean", 4.500000001); /* behind empty windows, which have no row */
    assert_cell(3, "packets", 1);
    assert_int_equal(pkt_features_reported(features).late, 1);
    assert_true(out.own[0].ts_ns[0] == EPOCH);
    pkt_features_close(features);
}

static void test_extreme_times(void **state)
{
    (void)state;
    begin(
        (pkt_features_request){.set = &pkt_feature_ciciot_fixed, .duration = 1, .by = PKT_BY_FLOW});
    tcp_add(INT64_MIN, 1, 2, 0);
    tcp_add(INT64_MAX, 1, 2, 0);
    tcp_add(-1, 1, 2, 0);
    finish();
    assert_int_equal(out.rows, 2);
    assert_cell(1, "iat_max", 18446744073.709551615);
    pkt_features_close(features);
    begin((pkt_features_request){.set = &pkt_feature_ciciot46, .packets = 3});
    tcp_add(INT64_MIN, 1, 2, 0);
    tcp_add(INT64_MAX, 1, 2, 0);
    finish();
    assert_int_equal(out.rows, 1);
    pkt_features_close(features);
}

static void test_flows_of_one_packet(void **state)
{
    (void)state;
    begin((pkt_features_request){
        .set = &pkt_feature_ciciot_fixed, .packets = 10, .by = PKT_BY_FLOW, .max_flows = 1000});
    for (uint64_t i = 0; i < 600; i++)
        tcp_add(EPOCH, 10 + i, 2, SYN);
    finish();
    assert_int_equal(out.rows, 600);
    assert_int_equal(out.pushes, 3);
    for (size_t row = 0; row < 600; row++) {
        assert_cell(row, "packets", 1);
        assert_cell(row, "len_mean", 60);
        assert_cell(row, "len_std", 0);
        assert_cell(row, "bwd_packets", 0);
        assert_none(row, "bwd_len_mean");
        assert_none(row, "iat_mean");
        assert_none(row, "packet_rate");
        assert_none(row, "variance_ratio");
        const pkt_batch *own = &out.own[row / PKT_BATCH_ROWS];
        assert_int_equal(own->src_lo[row % PKT_BATCH_ROWS], 0x0a00000a + row);
        assert_int_equal(own->dst_lo[row % PKT_BATCH_ROWS], 0x0a000002);
        assert_int_equal(own->src_port[row % PKT_BATCH_ROWS], 1010 + row);
        assert_int_equal(out.numbers[row], row + 1);
    }
    pkt_features_close(features);
}

static void ipv6_add(int64_t ts_ns, uint64_t src, uint64_t dst, uint32_t length)
{
    const size_t row = tcp_add(ts_ns, src, dst, ACK);
    packets.eth_type[row] = 0x86dd;
    packets.ip_version[row] = 6;
    packets.src_hi[row] = UINT64_C(0xfe80000000000000);
    packets.dst_hi[row] = UINT64_C(0xfe80000000000000);
    packets.wire_len[row] = length;
}

static void test_ipv6(void **state)
{
    (void)state;
    begin(
        (pkt_features_request){.set = &pkt_feature_ciciot_fixed, .packets = 4, .by = PKT_BY_FLOW});
    ipv6_add(EPOCH, 9, 2, 100); /* the greater end begins: it goes forth */
    ipv6_add(EPOCH + 1, 2, 9, 1000);
    ipv6_add(EPOCH + 2, 9, 2, 200);
    ipv6_add(EPOCH + 6, 2, 9, 3000);
    finish();
    assert_int_equal(out.rows, 1);
    assert_cell(0, "ipv6", 1);
    assert_cell(0, "fwd_bytes", 300);
    assert_cell(0, "bwd_bytes", 4000);
    assert_cell(0, "fwd_len_std", 50);
    assert_cell(0, "bwd_len_std", 1000);
    assert_cell(0, "variance_ratio", 0.0025);
    assert_cell(0, "magnitude", sqrt(2150));
    assert_cell(0, "weight", 4);
    assert_cell(0, "fwd_iat_mean", 2e-9);
    assert_cell(0, "bwd_iat_mean", 5e-9);
    assert_cell(0, "len_mean", 1075);
    assert_cell(0, "len_min", 100);
    assert_cell(0, "len_max", 3000);
    assert_int_equal(out.own[0].src_lo[0], 0x0a000009);
    assert_int_equal(out.own[0].src_port[0], 1009);
    assert_int_equal(out.own[0].dst_hi[0], UINT64_C(0xfe80000000000000));
    assert_int_equal(out.own[0].ip_version[0], 6);
    pkt_features_close(features);
    begin((pkt_features_request){.set = &pkt_feature_ciciot46, .packets = 4});
    ipv6_add(EPOCH, 9, 2, 100);
    finish();
    assert_int_equal(out.rows, 0); /* as in the scripts */
    pkt_features_close(features);
}

static void test_arp(void **state)
{
    (void)state;
    for (int by = PKT_BY_ALL; by <= PKT_BY_FLOW; by++) {
        begin((pkt_features_request){
            .set = &pkt_feature_ciciot_fixed, .packets = 10, .by = (pkt_features_by)by});
        arp_add(EPOCH);
        tcp_add(EPOCH, 1, 2, SYN);
        arp_add(EPOCH);
        finish();
        assert_int_equal(out.rows, 1);
        assert_cell(0, "packets", by == PKT_BY_ALL ? 3 : 1);
        assert_cell(0, "arp", by == PKT_BY_ALL ? 2.0 / 3 : 0);
        assert_int_equal(pkt_features_reported(features).unkeyed, by == PKT_BY_ALL ? 0 : 2);
        pkt_features_close(features);
    }
}

/* Two protocols and two pairs of ports are one pair of hosts. */
static void test_pairs(void **state)
{
    (void)state;
    begin(
        (pkt_features_request){.set = &pkt_feature_ciciot_fixed, .packets = 10, .by = PKT_BY_PAIR});
    tcp_add(EPOCH, 2, 1, SYN);
    ip_add(EPOCH, PROTO_ICMP, 1, 2);
    packets.src_port[tcp_add(EPOCH, 2, 1, SYN)] = 77;
    tcp_add(EPOCH, 1, 3, SYN);
    finish();
    assert_int_equal(out.rows, 2);
    assert_cell(0, "packets", 3);
    assert_cell(0, "fwd_packets", 2);
    assert_cell(0, "bwd_packets", 1);
    assert_cell(1, "packets", 1);
    assert_int_equal(out.own[0].src_lo[0], 0x0a000002);
    assert_int_equal(out.own[0].present[0], PKT_HAS_IP);
    pkt_features_close(features);
}

static void test_eviction(void **state)
{
    (void)state;
    begin((pkt_features_request){
        .set = &pkt_feature_ciciot_fixed, .packets = 10, .by = PKT_BY_FLOW, .max_flows = 2});
    tcp_add(EPOCH, 1, 2, 0);
    tcp_add(EPOCH, 1, 3, 0);
    tcp_add(EPOCH, 2, 1, 0); /* the first flow is used again */
    tcp_add(EPOCH, 1, 4, 0); /* so the second one makes room */
    tcp_add(EPOCH, 3, 1, 0); /* and comes back as a new one, in the place of the first */
    finish();
    assert_int_equal(pkt_features_reported(features).evicted, 2);
    assert_int_equal(out.rows, 4);
    static const uint64_t src[] = {1, 1, 1, 3};
    static const double rows[] = {1, 2, 1, 1};
    for (size_t row = 0; row < 4; row++) {
        assert_cell(row, "packets", rows[row]);
        assert_int_equal(out.own[row / 2 ? out.pushes - 1 : 0].src_lo[row % 2],
                         0x0a000000 + src[row]);
    }
    pkt_features_close(features);
}

/* Many flows over few places: what is found is what a plain list finds. */
static void test_table(void **state)
{
    (void)state;
    enum { PLACES = 64, KEYS = 200, STEPS = 20000 };
    uint64_t last[KEYS] = {0}, seen[KEYS] = {0}, random = 1;
    size_t rows = 0, evicted = 0, held = 0;
    begin((pkt_features_request){
        .set = &pkt_feature_ciciot_fixed, .packets = 3, .by = PKT_BY_FLOW, .max_flows = PLACES});
    for (uint64_t step = 1; step <= STEPS; step++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const size_t key = (size_t)(random >> 33) % KEYS;
        tcp_add(EPOCH, 1000 + key, 2, 0);
        if (!last[key] && held == PLACES) {
            size_t oldest = 0;
            for (size_t i = 0; i < KEYS; i++)
                if (last[i] && (!last[oldest] || last[i] < last[oldest]))
                    oldest = i;
            rows += seen[oldest] != 0;
            last[oldest] = seen[oldest] = 0;
            evicted++;
        } else {
            held += !last[key];
        }
        last[key] = step;
        rows += ++seen[key] == 3;
        seen[key] %= 3;
        if (step % 100 == 0) { /* before the rows that are kept run out */
            flush();
            assert_int_equal(out.rows, rows);
            assert_int_equal(pkt_features_reported(features).evicted, evicted);
            out.rows = out.pushes = rows = 0;
        }
    }
    pkt_features_close(features);
}

static void test_two_captures(void **state)
{
    (void)state;
    begin((pkt_features_request){.set = &pkt_feature_ciciot_fixed, .packets = 2});
    tcp_add(EPOCH, 1, 2, SYN);
    finish();
    tcp_add(EPOCH - SECOND, 2, 1, SYN);
    finish();
    assert_int_equal(out.rows, 2);
    for (size_t row = 0; row < 2; row++) {
        assert_cell(row, "packets", 1);
        assert_cell(row, "fwd_packets", 1);
        assert_none(row, "iat_mean");
        assert_int_equal(out.numbers[row], 1);
    }
    pkt_features_close(features);
}

static void test_services(void **state)
{
    (void)state;
    static const struct {
        unsigned protocol;
        uint16_t port;
        const char *is;
    } cases[] = {{PROTO_TCP, 80, "http"},     {PROTO_UDP, 443, "https"}, {PROTO_TCP, 53, "dns"},
                 {PROTO_TCP, 2323, "telnet"}, {PROTO_UDP, 547, "dhcp"},  {PROTO_UDP, 80, NULL},
                 {PROTO_UDP, 5683, "coap"},   {PROTO_TCP, 6667, "irc"}};
    static const char *const all[] = {"http", "https", "dns",  "telnet", "smtp",
                                      "ssh",  "irc",   "dhcp", "mqtt",   "coap"};
    begin((pkt_features_request){.set = &pkt_feature_ciciot_fixed, .packets = 1});
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const size_t row = tcp_add(EPOCH, 1, 2, 0);
        packets.ip_proto[row] = (uint8_t)cases[i].protocol;
        packets.src_port[row] = cases[i].port;
    }
    finish();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t s = 0; s < sizeof all / sizeof all[0]; s++)
            assert_cell(i, all[s], cases[i].is && strcmp(cases[i].is, all[s]) == 0);
    pkt_features_close(features);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sets),          cmocka_unit_test(test_no_packets),
        cmocka_unit_test(test_window_edges),  cmocka_unit_test(test_mode),
        cmocka_unit_test(test_artefacts),     cmocka_unit_test(test_rate_stays),
        cmocka_unit_test(test_pieces),        cmocka_unit_test(test_time_windows),
        cmocka_unit_test(test_extreme_times), cmocka_unit_test(test_flows_of_one_packet),
        cmocka_unit_test(test_ipv6),          cmocka_unit_test(test_arp),
        cmocka_unit_test(test_pairs),         cmocka_unit_test(test_eviction),
        cmocka_unit_test(test_table),         cmocka_unit_test(test_two_captures),
        cmocka_unit_test(test_services),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
