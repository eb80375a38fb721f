/* Flow records with a few literal packets: every reason to end, directions, order, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/parsers/features/windows.h"

enum { IDLE_S = 10, ACTIVE_S = 60 };

static void records_begin(size_t max_flows)
{
    begin((pkt_features_request){.set = &pkt_feature_records,
                                 .by = PKT_BY_FLOW,
                                 .idle = IDLE_S * SECOND,
                                 .active = ACTIVE_S * SECOND,
                                 .max_flows = max_flows});
}

static int64_t at(double seconds)
{
    return EPOCH + (int64_t)(seconds * (double)SECOND);
}

/* The row's integer in that column. */
static int64_t integer(size_t row, const char *name)
{
    const double value = cell(row, name);
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* The batch of key columns that has the row, and its place there. */
static const pkt_batch *keys_of(size_t *row)
{
    const pkt_batch *keys = out.keys;
    for (; *row >= keys->rows; keys++)
        *row -= keys->rows;
    return keys;
}

/* A row: from 10.0.0.src to 10.0.0.dst, its times in s since EPOCH, packets there and back. */
static void row_is(size_t row, uint64_t src, uint64_t dst, double first, double last,
                   const int packets_wanted[2], const char *reason)
{
    const pkt_feature_set *set = &pkt_feature_records;
    const int64_t word = integer(row, "end_reason");
    assert_string_equal(set->columns[set->count - 1].words[word], reason);
    assert_true(integer(row, "last_ns") == at(last));
    assert_true(integer(row, "fwd_packets") == packets_wanted[0]);
    assert_true(integer(row, "bwd_packets") == packets_wanted[1]);
    const pkt_batch *keys = keys_of(&row);
    assert_true(keys->ts_ns[row] == at(first));
    assert_int_equal(keys->src_lo[row], 0x0a000000 + src);
    assert_int_equal(keys->dst_lo[row], 0x0a000000 + dst);
}

#define PACKETS(there, back)                                                                       \
    (int[])                                                                                        \
    {                                                                                              \
        (there), (back)                                                                            \
    }

static void report_is(uint64_t evicted, uint64_t without_address)
{
    const pkt_features_report report = pkt_features_get_report(features);
    assert_int_equal(report.evicted, evicted);
    assert_int_equal(report.without_address, without_address);
    pkt_features_close(features);
}

/* Both directions have their bytes, on the wire; the first packet comes from the larger address. */
static void test_directions(void **state)
{
    (void)state;
    records_begin(0);
    packets.wire_len[tcp_add(at(1), 9, 2, SYN)] = 100;
    packets.wire_len[tcp_add(at(2), 2, 9, SYN | ACK)] = 1000;
    packets.wire_len[tcp_add(at(3), 9, 2, ACK)] = 200;
    finish();
    assert_int_equal(out.rows, 1);
    row_is(0, 9, 2, 1, 3, PACKETS(2, 1), "end");
    assert_true(integer(0, "fwd_bytes") == 300);
    assert_true(integer(0, "bwd_bytes") == 1000);
    assert_int_equal(out.keys[0].src_port[0], 1009);
    assert_int_equal(out.keys[0].dst_port[0], 1002);
    assert_int_equal(out.keys[0].ip_proto[0], PROTO_TCP);
    assert_int_equal(out.keys[0].present[0], PKT_HAS_IP | PKT_HAS_PORTS);
    assert_int_equal(out.numbers[0], 1);
    report_is(0, 0);
}

static void test_fin(void **state)
{
    (void)state;
    records_begin(0);
    tcp_add(at(0), 1, 2, ACK);
    tcp_add(at(1), 1, 2, FIN | ACK);
    tcp_add(at(2), 2, 1, ACK);       /* acknowledges the first FIN */
    tcp_add(at(3), 2, 1, FIN | ACK); /* half closed until here */
    tcp_add(at(4), 2, 1, FIN | ACK); /* again */
    tcp_add(at(5), 1, 2, ACK);       /* acknowledges the second */
    tcp_add(at(6), 1, 2, ACK);       /* again: a record of its own */
    finish();
    assert_int_equal(out.rows, 2);
    row_is(0, 1, 2, 0, 5, PACKETS(3, 3), "fin");
    row_is(1, 1, 2, 6, 6, PACKETS(1, 0), "end");
    assert_int_equal(out.numbers[1], 7);
    report_is(0, 0);
}

/* The second FIN acknowledges the first; FIN without ACK acknowledges nothing; both FINs at once.
 */
static void test_fin_orders(void **state)
{
    (void)state;
    records_begin(0);
    tcp_add(at(0), 1, 2, FIN | ACK);
    tcp_add(at(1), 2, 1, FIN | ACK);
    tcp_add(at(2), 1, 2, ACK);
    tcp_add(at(3), 3, 4, FIN);
    tcp_add(at(3), 4, 3, FIN);
    tcp_add(at(4), 3, 4, ACK);
    tcp_add(at(5), 3, 4, ACK);
    tcp_add(at(6), 4, 3, ACK);
    tcp_add(at(7), 5, 6, FIN | ACK); /* one side only */
    tcp_add(at(8), 5, 6, FIN | ACK);
    tcp_add(at(9), 6, 5, ACK);
    finish();
    assert_int_equal(out.rows, 3);
    row_is(0, 1, 2, 0, 2, PACKETS(2, 1), "fin");
    row_is(1, 3, 4, 3, 6, PACKETS(3, 2), "fin");
    row_is(2, 5, 6, 7, 9, PACKETS(2, 1), "end");
    report_is(0, 0);
}

static void test_rst(void **state)
{
    (void)state;
    records_begin(0);
    tcp_add(at(0), 1, 2, SYN);
    tcp_add(at(1), 2, 1, RST | ACK);
    tcp_add(at(2), 1, 2, SYN);
    tcp_add(at(3), 2, 1, RST);
    tcp_add(at(4), 2, 1, RST); /* alone */
    finish();
    assert_int_equal(out.rows, 3);
    row_is(0, 1, 2, 0, 1, PACKETS(1, 1), "rst");
    row_is(1, 1, 2, 2, 3, PACKETS(1, 1), "rst");
    row_is(2, 2, 1, 4, 4, PACKETS(1, 0), "rst");
    report_is(0, 0);
}

/* A gap one nanosecond shorter than the timeout does not end a record. */
static void test_idle(void **state)
{
    (void)state;
    records_begin(0);
    tcp_add(at(0), 1, 2, ACK);
    tcp_add(at(IDLE_S) - 1, 2, 1, ACK);
    tcp_add(at(2 * IDLE_S) - 1, 2, 1, ACK); /* from the other end: its record has its direction */
    finish();
    assert_int_equal(out.rows, 2);
    assert_true(integer(0, "last_ns") == at(IDLE_S) - 1);
    assert_true(integer(0, "fwd_packets") == 1 && integer(0, "bwd_packets") == 1);
    assert_string_equal(pkt_feature_records.columns[5].words[integer(0, "end_reason")], "idle");
    assert_true(integer(1, "last_ns") == at(2 * IDLE_S) - 1);
    size_t second = 1;
    const pkt_batch *keys = keys_of(&second);
    assert_int_equal(keys->src_lo[second], 0x0a000002);
    report_is(0, 0);
}

/* Any packet shows that records are idle, also one without addresses: in the order of their last
 * packets, before what else the packet ends. */
static void test_idle_order(void **state)
{
    (void)state;
    records_begin(0);
    tcp_add(at(0), 1, 2, ACK);
    tcp_add(at(1), 3, 4, ACK);
    tcp_add(at(2), 2, 1, ACK);
    tcp_add(at(3), 5, 6, ACK);
    arp_add(at(13));
    flush();
    assert_int_equal(out.rows, 3);
    tcp_add(at(20), 7, 8, RST);
    finish();
    assert_int_equal(out.rows, 4);
    row_is(0, 3, 4, 1, 1, PACKETS(1, 0), "idle");
    row_is(1, 1, 2, 0, 2, PACKETS(1, 1), "idle");
    row_is(2, 5, 6, 3, 3, PACKETS(1, 0), "idle");
    row_is(3, 7, 8, 20, 20, PACKETS(1, 0), "rst");
    report_is(0, 1);
}

static void test_active(void **state)
{
    (void)state;
    records_begin(0);
    for (int second = 0; second <= ACTIVE_S; second += 5)
        tcp_add(at(second) - (second == ACTIVE_S), 1, 2, ACK); /* the last one a ns too early */
    tcp_add(at(ACTIVE_S), 2, 1, ACK);
    tcp_add(at(ACTIVE_S + 1), 1, 2, ACK);
    finish();
    assert_int_equal(out.rows, 2);
    assert_true(integer(0, "fwd_packets") == 13);
    assert_string_equal(pkt_feature_records.columns[5].words[integer(0, "end_reason")], "active");
    row_is(1, 2, 1, ACTIVE_S, ACTIVE_S + 1, PACKETS(1, 1), "end");
    report_is(0, 0);
}

static void test_no_timeouts(void **state)
{
    (void)state;
    begin((pkt_features_request){.set = &pkt_feature_records, .by = PKT_BY_FLOW});
    tcp_add(INT64_MIN, 1, 2, ACK);
    tcp_add(INT64_MAX, 1, 2, ACK);
    finish();
    assert_int_equal(out.rows, 1);
    assert_true(out.keys[0].ts_ns[0] == INT64_MIN && integer(0, "last_ns") == INT64_MAX);
    report_is(0, 0);
    records_begin(0);
    tcp_add(INT64_MIN, 1, 2, ACK);
    tcp_add(INT64_MAX, 1, 2, ACK);
    finish();
    assert_int_equal(out.rows, 2);
    report_is(0, 0);
}

/* A packet from the past counts as if it came now; its time is the record's first. */
static void test_time_goes_back(void **state)
{
    (void)state;
    records_begin(0);
    tcp_add(at(100), 1, 2, ACK);
    tcp_add(at(50), 3, 4, ACK);
    tcp_add(at(40), 3, 4, ACK);
    tcp_add(at(109), 3, 4, ACK); /* 9 s after 100: neither is idle */
    finish();
    assert_int_equal(out.rows, 2);
    row_is(0, 1, 2, 100, 100, PACKETS(1, 0), "end");
    row_is(1, 3, 4, 40, 109, PACKETS(3, 0), "end");
    report_is(0, 0);
}

/* ICMP of all types between two addresses is one record, without ports; other protocols and
 * addresses are others. */
static void test_icmp(void **state)
{
    (void)state;
    records_begin(0);
    ip_add(at(0), PROTO_ICMP, 1, 2);
    ip_add(at(1), PROTO_ICMP, 2, 1);
    packets.icmp_type[ip_add(at(2), PROTO_ICMP, 1, 2)] = 3;
    ip_add(at(3), PROTO_IGMP, 1, 2);
    finish();
    assert_int_equal(out.rows, 2);
    row_is(0, 1, 2, 0, 2, PACKETS(2, 1), "end");
    row_is(1, 1, 2, 3, 3, PACKETS(1, 0), "end");
    assert_int_equal(out.keys[0].present[0], PKT_HAS_IP);
    assert_int_equal(out.keys[0].ip_proto[0], PROTO_ICMP);
    assert_int_equal(out.keys[0].ip_proto[1], PROTO_IGMP);
    report_is(0, 0);
}

/* The first fragment has ports; later ones are a record without, even beside ports of 0. */
static void test_fragments(void **state)
{
    (void)state;
    records_begin(0);
    packets.ip_flags[tcp_add(at(0), 1, 2, ACK)] = 1;
    size_t row = ip_add(at(1), PROTO_TCP, 1, 2);
    packets.frag_off[row] = 1480;
    packets.present[row] &= ~PKT_HAS_L4;
    row = tcp_add(at(2), 1, 2, ACK);
    packets.src_port[row] = packets.dst_port[row] = 0;
    row = ip_add(at(3), PROTO_TCP, 1, 2);
    packets.frag_off[row] = 2960;
    finish();
    assert_int_equal(out.rows, 3);
    row_is(0, 1, 2, 0, 0, PACKETS(1, 0), "end");
    row_is(1, 1, 2, 2, 2, PACKETS(1, 0), "end");
    row_is(2, 1, 2, 1, 3, PACKETS(2, 0), "end");
    assert_int_equal(out.keys[0].present[1], PKT_HAS_IP | PKT_HAS_PORTS);
    assert_int_equal(out.keys[0].present[2], PKT_HAS_IP);
    report_is(0, 0);
}

/* IPv6 with the low halves of IPv4 addresses is another flow. */
static void test_ipv6(void **state)
{
    (void)state;
    records_begin(0);
    tcp_add(at(0), 1, 2, ACK);
    const size_t row = tcp_add(at(1), 1, 2, ACK);
    packets.ip_version[row] = 6;
    finish();
    assert_int_equal(out.rows, 2);
    assert_int_equal(out.keys[0].ip_version[0], 4);
    assert_int_equal(out.keys[0].ip_version[1], 6);
    report_is(0, 0);
}

/* Frames that are not IP are in no record, and are counted. */
static void test_not_ip(void **state)
{
    (void)state;
    records_begin(0);
    arp_add(at(0));
    frame_add(at(1));
    finish();
    assert_int_equal(out.rows, 0);
    report_is(0, 2);
}

/* With two records in memory, a third evicts the one whose last packet is the longest ago. A record
 * that has ended takes no place. */
static void test_evicted(void **state)
{
    (void)state;
    records_begin(2);
    tcp_add(at(0), 1, 2, ACK);
    tcp_add(at(1), 3, 4, ACK);
    tcp_add(at(2), 2, 1, ACK);
    tcp_add(at(3), 5, 6, RST); /* evicts 3, 4 */
    tcp_add(at(4), 3, 4, ACK); /* evicts nothing */
    tcp_add(at(5), 7, 8, ACK); /* evicts 1, 2 */
    finish();
    assert_int_equal(out.rows, 5);
    row_is(0, 3, 4, 1, 1, PACKETS(1, 0), "evicted");
    row_is(1, 5, 6, 3, 3, PACKETS(1, 0), "rst");
    row_is(2, 1, 2, 0, 2, PACKETS(1, 1), "evicted");
    row_is(3, 3, 4, 4, 4, PACKETS(1, 0), "end");
    row_is(4, 7, 8, 5, 5, PACKETS(1, 0), "end");
    report_is(2, 0);
}

/* What rows came so far: packets in them, and a hash of their order and content. */
typedef struct sums {
    uint64_t rows, packets, hash;
} sums;

static void rows_sum(sums *all)
{
    static const char *const names[] = {"last_ns", "fwd_packets", "fwd_bytes", "end_reason"};
    for (size_t row = 0; row < out.rows; row++) {
        all->packets += (uint64_t)integer(row, "fwd_packets");
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            all->hash = all->hash * 31 + (uint64_t)integer(row, names[i]);
        all->hash = all->hash * 31 + out.numbers[row];
    }
    all->rows += out.rows;
    out.rows = out.pushes = 0;
}

/* Records that end for every reason, from batches of `size` packets. */
static sums batches_sum(size_t size)
{
    enum { PACKETS_ALL = 3000, FLOWS = 40 };
    uint64_t random = 1;
    sums all = {0};
    records_begin(16);
    for (size_t i = 0; i < PACKETS_ALL; i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const uint64_t flow = (random >> 33) % FLOWS % (1 + i % FLOWS);
        const size_t row = tcp_add(at((double)i / 10), 10 + flow, 2, random >> 60 ? ACK : RST);
        packets.wire_len[row] = (uint32_t)i;
        if (packets.rows == size)
            flush();
        if (out.rows > MAX_ROWS / 2 || out.pushes > MAX_ROWS / 16) /* before `out` is full */
            rows_sum(&all);
    }
    finish();
    rows_sum(&all);
    assert_int_equal(all.packets, PACKETS_ALL); /* none is lost */
    assert_true(pkt_features_get_report(features).evicted > 0);
    pkt_features_close(features);
    return all;
}

static void test_batches(void **state)
{
    (void)state;
    const sums one = batches_sum(1), seven = batches_sum(7), full = batches_sum(PKT_BATCH_ROWS);
    assert_true(one.rows > 300);
    assert_memory_equal(&one, &seven, sizeof one);
    assert_memory_equal(&one, &full, sizeof one);
}

/* A second capture begins anew, also in time. */
static void test_two_captures(void **state)
{
    (void)state;
    records_begin(0);
    tcp_add(at(100), 1, 2, FIN | ACK);
    finish();
    tcp_add(at(1), 2, 1, FIN | ACK);
    tcp_add(at(2), 1, 2, ACK);
    finish();
    assert_int_equal(out.rows, 2);
    row_is(0, 1, 2, 100, 100, PACKETS(1, 0), "end");
    row_is(1, 2, 1, 1, 2, PACKETS(1, 1), "end");
    report_is(0, 0);
}

/* A piece ends all records. */
static void test_pieces(void **state)
{
    (void)state;
    begin((pkt_features_request){
        .set = &pkt_feature_records, .by = PKT_BY_FLOW, .reset_every = 24 + 2 * (16 + 60) - 1});
    for (int i = 0; i < 5; i++)
        tcp_add(at(i), 1, 2, ACK);
    finish();
    assert_int_equal(out.rows, 3);
    row_is(0, 1, 2, 0, 1, PACKETS(2, 0), "end");
    row_is(1, 1, 2, 2, 3, PACKETS(2, 0), "end");
    row_is(2, 1, 2, 4, 4, PACKETS(1, 0), "end");
    assert_int_equal(out.numbers[2], 5);
    report_is(0, 0);
}

/* The clock ends records of a live capture when no packet comes. */
static void test_advance(void **state)
{
    (void)state;
    records_begin(0);
    tcp_add(at(0), 1, 2, ACK);
    flush();
    assert_int_equal(pkt_features_advance(features, at(IDLE_S) - 1, NULL), 0);
    assert_int_equal(out.rows, 0);
    assert_int_equal(pkt_features_advance(features, at(IDLE_S), NULL), 0);
    assert_int_equal(out.rows, 1);
    finish();
    assert_int_equal(out.rows, 1);
    row_is(0, 1, 2, 0, 0, PACKETS(1, 0), "idle");
    report_is(0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_directions),     cmocka_unit_test(test_fin),
        cmocka_unit_test(test_fin_orders),     cmocka_unit_test(test_rst),
        cmocka_unit_test(test_idle),           cmocka_unit_test(test_idle_order),
        cmocka_unit_test(test_active),         cmocka_unit_test(test_no_timeouts),
        cmocka_unit_test(test_time_goes_back), cmocka_unit_test(test_icmp),
        cmocka_unit_test(test_fragments),      cmocka_unit_test(test_ipv6),
        cmocka_unit_test(test_not_ip),         cmocka_unit_test(test_evicted),
        cmocka_unit_test(test_batches),        cmocka_unit_test(test_two_captures),
        cmocka_unit_test(test_pieces),         cmocka_unit_test(test_advance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
