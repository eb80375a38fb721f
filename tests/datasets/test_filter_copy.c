/* A filtered copy has exactly the packets that match the filter, in the capture's format. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "datasets/filter_copy.h"
#include "datasets/generate.h"
#include "parsers/source/filter.h"
#include "parsers/source/source.h"

enum { BYTES = 200000 };

static void temp_name(char path[32])
{
    (void)snprintf(path, 32, "/tmp/pktbench-filter.XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
}

/* The next record that matches the filter; `filter` NULL: the next record. */
static int next_match(pkt_source *source, pkt_filter *filter, pkt_record *record)
{
    pkt_err err;
    int got;
    while ((got = pkt_source_next(source, record, &err)) == 1)
        if (!filter || pkt_filter_match(filter, record, &err) == 1)
            break;
    return got;
}

static uint64_t compare(const char *whole, const char *copied, const char *expression)
{
    pkt_err err;
    pkt_record a, b;
    uint64_t packets = 0;
    pkt_filter *filter = pkt_filter_open(expression, &err);
    pkt_source *from = pkt_source_open(whole, &err), *to = pkt_source_open(copied, &err);
    assert_non_null(filter);
    assert_non_null(from);
    assert_non_null(to);
    assert_int_equal(pkt_source_format(from), pkt_source_format(to));
    while (next_match(from, filter, &a) == 1) {
        assert_int_equal(next_match(to, NULL, &b), 1);
        assert_int_equal(a.ts_ns, b.ts_ns);
        assert_int_equal(a.cap_len, b.cap_len);
        assert_int_equal(a.wire_len, b.wire_len);
        assert_int_equal(a.link_type, b.link_type);
        assert_memory_equal(a.data, b.data, a.cap_len);
        packets++;
    }
    assert_int_equal(next_match(to, NULL, &b), 0);
    pkt_source_close(from);
    pkt_source_close(to);
    pkt_filter_close(filter);
    return packets;
}

static void check_format(pkt_format format, unsigned interfaces)
{
    static const char *const expressions[] = {"tcp", "not tcp", "greater 100", "less 0"};
    char whole[32], copied[32];
    pkt_err err;
    uint64_t of = 0;
    temp_name(whole);
    dataset_options options = dataset_defaults(&scenario_benign_iot);
    options.size = BYTES;
    options.format = format;
    options.interfaces = interfaces;
    assert_int_equal(dataset_write(&scenario_benign_iot, &options, whole, NULL, NULL, &err), 0);
    for (size_t i = 0; i < sizeof expressions / sizeof expressions[0]; i++) {
        filter_counts counts;
        temp_name(copied);
        assert_int_equal(filter_copy(whole, copied, expressions[i], &counts, &err), 0);
        assert_true(counts.of > 100);
        assert_true(of == 0 || of == counts.of);
        of = counts.of;
        if (counts.kept)
            assert_int_equal(compare(whole, copied, expressions[i]), counts.kept);
        assert_int_equal(counts.kept > 0, i < 3);
        assert_true(counts.kept < counts.of);
        unlink(copied);
    }
    unlink(whole);
}

static void test_pcap(void **state)
{
    (void)state;
    check_format(PKT_FORMAT_PCAP, 1);
}

static void test_pcapng(void **state)
{
    (void)state;
    check_format(PKT_FORMAT_PCAPNG, 3);
}

/* Of a truncated capture, the complete records are copied, and the error is returned. */
static void test_truncated(void **state)
{
    char whole[32], copied[32];
    pkt_err err;
    filter_counts counts;
    (void)state;
    temp_name(whole);
    temp_name(copied);
    dataset_options options = dataset_defaults(&scenario_tcp_flood);
    options.size = BYTES;
    assert_int_equal(dataset_write(&scenario_tcp_flood, &options, whole, NULL, NULL, &err), 0);
    assert_int_equal(truncate(whole, BYTES / 2), 0);
    assert_int_equal(filter_copy(whole, copied, "tcp", &counts, &err), -1);
    assert_int_equal(err.code, PKT_ERR_TRUNCATED);
    assert_true(counts.kept > 100);
    assert_int_equal(access(copied, R_OK), 0);
    unlink(copied);
    assert_int_equal(filter_copy(whole, copied, "(", &counts, &err), -1);
    assert_int_equal(err.code, PKT_ERR_USAGE);
    assert_int_equal(access(copied, R_OK), -1);
    unlink(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pcap),
        cmocka_unit_test(test_pcapng),
        cmocka_unit_test(test_truncated),
    };
    return cmocka_run_group_tests_name("filter_copy", tests, NULL, NULL);
}
