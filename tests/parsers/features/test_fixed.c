/* ciciot-fixed with a few literal packets: windows, flows and pairs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "tests/parsers/features/windows.h"

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
    assert_cell(2, "iat_mean", 4.500000001); /* after empty windows, which have no row */
    assert_cell(3, "packets", 1);
    assert_int_equal(pkt_features_get_report(features).late, 1);
    assert_true(out.keys[0].ts_ns[0] == EPOCH);
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
        const pkt_batch *keys = &out.keys[row / PKT_BATCH_ROWS];
        assert_int_equal(keys->src_lo[row % PKT_BATCH_ROWS], 0x0a00000a + row);
        assert_int_equal(keys->dst_lo[row % PKT_BATCH_ROWS], 0x0a000002);
        assert_int_equal(keys->src_port[row % PKT_BATCH_ROWS], 1010 + row);
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
    ipv6_add(EPOCH, 9, 2, 100); /* forward: the first packet, from the larger address */
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
    assert_int_equal(out.keys[0].src_lo[0], 0x0a000009);
    assert_int_equal(out.keys[0].src_port[0], 1009);
    assert_int_equal(out.keys[0].dst_hi[0], UINT64_C(0xfe80000000000000));
    assert_int_equal(out.keys[0].ip_version[0], 6);
    pkt_features_close(features);
    begin((pkt_features_request){.set = &pkt_feature_ciciot46, .packets = 4});
    ipv6_add(EPOCH, 9, 2, 100);
    finish();
    assert_int_equal(out.rows, 0); /* IPv6 is not counted, as in the scripts */
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
        assert_int_equal(pkt_features_get_report(features).without_address,
                         by == PKT_BY_ALL ? 0 : 2);
        pkt_features_close(features);
    }
}

/* Several protocols and ports belong to one pair of hosts. */
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
    assert_int_equal(out.keys[0].src_lo[0], 0x0a000002);
    assert_int_equal(out.keys[0].present[0], PKT_HAS_IP);
    pkt_features_close(features);
}

/* Packets with the ports 0 and packets without ports are different flows. */
static void test_no_ports(void **state)
{
    (void)state;
    begin(
        (pkt_features_request){.set = &pkt_feature_ciciot_fixed, .packets = 10, .by = PKT_BY_FLOW});
    const size_t row = tcp_add(EPOCH, 1, 2, SYN);
    packets.src_port[row] = packets.dst_port[row] = 0;
    ip_add(EPOCH, PROTO_TCP, 1, 2); /* as a later fragment */
    finish();
    assert_int_equal(out.rows, 2);
    assert_cell(0, "packets", 1);
    assert_cell(1, "packets", 1);
    const unsigned with = out.keys[0].present[0] & PKT_HAS_PORTS ? 1 : 0;
    const unsigned other = out.keys[0].present[1] & PKT_HAS_PORTS ? 1 : 0;
    assert_int_equal(with + other, 1);
    pkt_features_close(features);
}

static void test_eviction(void **state)
{
    (void)state;
    begin((pkt_features_request){
        .set = &pkt_feature_ciciot_fixed, .packets = 10, .by = PKT_BY_FLOW, .max_flows = 2});
    tcp_add(EPOCH, 1, 2, 0);
    tcp_add(EPOCH, 1, 3, 0);
    tcp_add(EPOCH, 2, 1, 0); /* uses the first flow again */
    tcp_add(EPOCH, 1, 4, 0); /* evicts the second flow */
    tcp_add(EPOCH, 3, 1, 0); /* the second flow again, as a new one; evicts the first */
    finish();
    assert_int_equal(pkt_features_get_report(features).evicted, 2);
    assert_int_equal(out.rows, 4);
    static const uint64_t src[] = {1, 1, 1, 3};
    static const double rows[] = {1, 2, 1, 1};
    for (size_t row = 0; row < 4; row++) {
        assert_cell(row, "packets", rows[row]);
        assert_int_equal(out.keys[row / 2 ? out.pushes - 1 : 0].src_lo[row % 2],
                         0x0a000000 + src[row]);
    }
    pkt_features_close(features);
}

/* Many flows with a small limit: compared with a simple array. */
static void test_table(void **state)
{
    (void)state;
    enum { MAX_FLOWS = 64, KEYS = 200, STEPS = 20000 };
    uint64_t last[KEYS] = {0}, seen[KEYS] = {0}, random = 1;
    size_t rows = 0, evicted = 0, flows = 0;
    begin((pkt_features_request){
        .set = &pkt_feature_ciciot_fixed, .packets = 3, .by = PKT_BY_FLOW, .max_flows = MAX_FLOWS});
    for (uint64_t step = 1; step <= STEPS; step++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const size_t key = (size_t)(random >> 33) % KEYS;
        tcp_add(EPOCH, 1000 + key, 2, 0);
        if (!last[key] && flows == MAX_FLOWS) {
            size_t oldest = 0;
            for (size_t i = 0; i < KEYS; i++)
                if (last[i] && (!last[oldest] || last[i] < last[oldest]))
                    oldest = i;
            rows += seen[oldest] != 0;
            last[oldest] = seen[oldest] = 0;
            evicted++;
        } else {
            flows += !last[key];
        }
        last[key] = step;
        rows += ++seen[key] == 3;
        seen[key] %= 3;
        if (step % 100 == 0) { /* before `out` is full */
            flush();
            assert_int_equal(out.rows, rows);
            assert_int_equal(pkt_features_get_report(features).evicted, evicted);
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
        cmocka_unit_test(test_time_windows),
        cmocka_unit_test(test_extreme_times),
        cmocka_unit_test(test_flows_of_one_packet),
        cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_arp),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_no_ports),
        cmocka_unit_test(test_eviction),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_two_captures),
        cmocka_unit_test(test_services),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
