/* The published sets with a few literal packets, and properties of all sets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "tests/parsers/features/windows.h"

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
        assert_in_range(s->count, 1, PKT_MAX_VALUES - 1); /* and the share of a label */
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

/* Properties of some columns that hold for any traffic. */
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
    assert_cell(0, "Tot size", 54); /* of 60: without padding */
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
    tcp_add(EPOCH + 3 * SECOND, 2, 1, SYN | ACK); /* backward: the same flow */
    arp_add(EPOCH + 4 * SECOND);
    tcp_add(EPOCH + 5 * SECOND, 1, 3, RST); /* another flow: no duration */
    tcp_add(EPOCH + 5 * SECOND, 4, 4, FIN); /* equal source and destination */
    tcp_add(EPOCH + 9 * SECOND, 4, 4, PSH);
    ip_add(EPOCH + 10 * SECOND, PROTO_ICMP, 1, 2);
    tcp_add(EPOCH + 2 * SECOND, 1, 2, ACK); /* older: the duration does not change */
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

/* A file header of 24 bytes and three packets of 60 + 16 bytes are 252 bytes. The limit is checked
 * before the next packet. */
static void test_pieces(void **state)
{
    (void)state;
    static const struct {
        uint64_t piece;
        size_t first; /* packets of the first piece */
    } cases[] = {{251, 3}, {252, 4}, {1, 1}, {24, 1}, {99, 1}, {100, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin((pkt_features_request){
            .set = &pkt_feature_ciciot46, .packets = 10, .reset_every = cases[i].piece});
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sets),         cmocka_unit_test(test_no_packets),
        cmocka_unit_test(test_window_edges), cmocka_unit_test(test_mode),
        cmocka_unit_test(test_artefacts),    cmocka_unit_test(test_rate_stays),
        cmocka_unit_test(test_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
