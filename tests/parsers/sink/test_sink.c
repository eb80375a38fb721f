/* CSV written and read back, digests, checksums, output files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/encode/csv.h"
#include "parsers/rows/digits.h"
#include "parsers/rows/text.h"
#include "parsers/sink/sink.h"
#include "parsers/util/atomic_file.h"

static pkt_batch batch, back;

/* Two rows: an IPv6 TCP packet, and a frame without headers. */
static void rows_make(void)
{
    pkt_column_set all = {{0}};
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        pkt_set_add(&all, c);
    memset(&batch, 0, sizeof batch);
    pkt_batch_clear(&batch, &all);
    batch.rows = 2;
    batch.ts_ns[0] = INT64_C(1667260800123456789);
    batch.ts_ns[1] = -5;
    batch.cap_len[0] = batch.wire_len[0] = 74;
    batch.link_type[0] = batch.link_type[1] = 1;
    batch.present[0] = PKT_HAS_LINK | PKT_HAS_IP | PKT_HAS_L4 | PKT_HAS_PORTS | PKT_HAS_TCP;
    batch.eth_src[0] = UINT64_C(0x020000000001);
    batch.eth_dst[0] = UINT64_C(0xffffffffffff);
    batch.eth_type[0] = 0x86dd;
    batch.ip_version[0] = 6;
    batch.ip_proto[0] = 6;
    batch.ip_len[0] = 60;
    batch.src_hi[0] = UINT64_C(0xfe80000000000000);
    batch.src_lo[0] = 1;
    batch.dst_lo[0] = 0;
    batch.src_port[0] = 65535;
    batch.tcp_seq[0] = UINT32_MAX;
    batch.verdict[1] = PKT_TRUNCATED;
}

static char *csv_of(pkt_column_set columns)
{
    char *text = NULL;
    size_t size;
    pkt_sink sink;
    FILE *file = open_memstream(&text, &size);
    pkt_csv_sink *csv = pkt_csv_sink_open(file, columns, &sink, NULL);
    assert_non_null(csv);
    assert_int_equal(sink.push(sink.self, &batch, NULL), 0);
    assert_int_equal(sink.finish(sink.self, NULL), 0);
    pkt_csv_sink_close(csv);
    fclose(file);
    return text;
}

static void test_csv_text(void **state)
{
    (void)state;
    rows_make();
#define SOME(w)                                                                                    \
    (PKT_IN_WORD(w, ts_ns) | PKT_IN_WORD(w, verdict) | PKT_IN_WORD(w, present) |                   \
     PKT_IN_WORD(w, eth_src) | PKT_IN_WORD(w, src_hi) | PKT_IN_WORD(w, src_lo) |                   \
     PKT_IN_WORD(w, dst_hi) | PKT_IN_WORD(w, src_port) | PKT_IN_WORD(w, icmp_type))
    const pkt_column_set some = PKT_SET(SOME);
    char *text = csv_of(some);
    assert_string_equal(text, "ts_ns,verdict,eth_src,src,dst,src_port,icmp_type\n"
                              "1667260800123456789,ok,02:00:00:00:00:01,fe80::1,::,65535,\n"
                              "-5,truncated,,,,,\n");
    free(text);
}

static int csv_read(const char *text, pkt_err *err)
{
    FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    pkt_csv_reader *reader = pkt_csv_reader_open(file, err);
    int got = reader ? pkt_csv_reader_next(reader, &back, err) : -1;
    pkt_csv_reader_close(reader);
    fclose(file);
    return got;
}

static void test_csv_round_trip(void **state)
{
    (void)state;
    pkt_err err;
    rows_make();
    char *text = csv_of(pkt_level_columns(PKT_LEVEL_HEADERS));
    assert_int_equal(csv_read(text, &err), 2);
    assert_memory_equal(&batch, &back, sizeof batch);
    free(text);
}

static void test_csv_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t line;
    } cases[] = {
        {"", 1},
        {"ts_ns,nonsense\n", 1},
        {"ts_ns,ts_ns\n", 1},
        {"present\n", 1},
        {"ts_ns,cap_len\n1\n", 2},
        {"ts_ns,cap_len\n1,2,3\n", 2},
        {"ts_ns,cap_len\n1,2\n1,\n", 3},
        {"ts_ns,cap_len\n1,4294967296\n", 2},
        {"ts_ns,cap_len\n1,-1\n", 2},
        {"ts_ns,cap_len\n1,2", 2},
        {"ts_ns,verdict\n1,fine\n", 2},
        {"eth_src\n02:00:00:00:00:01:02\n", 2},
        {"eth_src\n02:00:00:00:00:-1\n", 2},
        {"eth_src\n02:00:00:00:00: 1\n", 2},
        {"eth_src\n02:00:00:00:00:001\n", 2},
        {"eth_src\n2:0:0:0:0:1\n", 2},
        {"ts_ns\n9223372036854775808\n", 2},
        {"ts_ns\n-9223372036854775809\n", 2},
        {"src\n1.2.3\n", 2},
        {"src_port\n65536\n", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pkt_err err = {.pos = 0};
        if (csv_read(cases[i].text, &err) != -1 || err.pos != cases[i].line)
            fail_msg("'%s': line %llu, wanted %llu", cases[i].text, (unsigned long long)err.pos,
                     (unsigned long long)cases[i].line);
    }
}

static void test_double_text(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "0"},
        {0.1, "0.1"},
        {-2.5, "-2.5"},
        {0.05, "0.05"},
        {100, "100"},
        {1234567.0000001, "1234567.0000001"},
        {1e-7, "0.0000001"},
        {1e-8, "1e-08"},
        {9007199254740991.0, "9007199254740991"},
        {9007199254740992.0, "9007199254740992"},
        {1e300, "1.0000000000000001e+300"},
        {NAN, ""},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
    };
    char text[PKT_CELL_TEXT];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        *pkt_put_double(text, cases[i].value) = '\0';
        assert_string_equal(text, cases[i].text);
    }
    uint64_t random = 1;
    for (size_t i = 0; i < 200000; i++) {
        double value;
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        memcpy(&value, &random, sizeof value);
        if (i % 2) /* few digits */
            value = (double)(random >> 30) / (double)(UINT64_C(1) << i % 40) / (i % 3 ? 1 : 1e5);
        if (isnan(value))
            continue;
        char *end = pkt_put_double(text, value);
        *end = '\0';
        assert_in_range(end - text, 1, 25);
        if (strtod(text, NULL) != value)
            fail_msg("%s is read back as a number different from %.17g", text, value);
    }
}

/* Where 17 digits are needed, they are those of snprintf(), next to powers of ten too. */
static void test_17_digits(void **state)
{
    (void)state;
    char text[PKT_CELL_TEXT], wanted[PKT_CELL_TEXT];
    uint64_t random = 1;
    for (size_t i = 0; i < 400000; i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const uint64_t bits = (1023 - 16 + (random >> 1) % 76) << 52 | random >> 12;
        double value;
        memcpy(&value, &bits, sizeof value);
        if (i % 4 == 0) /* up to four steps above or below a power of ten */
            value = pow(10, (int)(random >> 32) % 24 - 5);
        for (uint64_t k = i % 4 ? 0 : random >> 40 & 3; k > 0; k--)
            value = nextafter(value, random >> 50 & 1 ? 0 : INFINITY);
        *pkt_put_double(text, value) = '\0';
        snprintf(wanted, sizeof wanted, "%.17g", value);
        if (strcmp(text, wanted) != 0 && strlen(text) > DBL_DIG + 2)
            fail_msg("%s for %s", text, wanted);
        assert_true(strtod(text, NULL) == value);
    }
}

static void test_address_text(void **state)
{
    (void)state;
    static const struct {
        uint64_t hi, lo;
        const char *text;
    } cases[] = {
        /* RFC 5952 section 4 */
        {0, 0, "::"},
        {0, 1, "::1"},
        {UINT64_C(0x20010db800000000), 1, "2001:db8::1"},
        {UINT64_C(0x20010db800000001), UINT64_C(0x0001000100010001), "2001:db8:0:1:1:1:1:1"},
        {UINT64_C(0x2001000000000001), UINT64_C(0x0000000000000001), "2001:0:0:1::1"},
        {UINT64_C(0x20010db800000000), UINT64_C(0x0001000000000001), "2001:db8::1:0:0:1"},
        {UINT64_C(0x0001000200030004), UINT64_C(0x0005000600070000), "1:2:3:4:5:6:7:0"},
        {UINT64_MAX, UINT64_MAX, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    };
    char text[PKT_CELL_TEXT];
    memset(&batch, 0, sizeof batch);
    batch.ip_version[0] = 6;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        batch.src_hi[0] = cases[i].hi;
        batch.src_lo[0] = cases[i].lo;
        assert_int_equal(pkt_cell_text(&batch, 0, PKT_COL_src_hi, text), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
}

/* The digest of a column depends on its cells and their order, not on the batches. */
static void test_digest(void **state)
{
    (void)state;
    uint64_t whole[PKT_COLUMN_COUNT], parts[PKT_COLUMN_COUNT];
    pkt_sink sink;
    memset(&batch, 0, sizeof batch);
    batch.rows = 200;
    for (size_t i = 0; i < batch.rows; i++)
        batch.src_port[i] = (uint16_t)(i * 7);
#define PORTS(w) (PKT_IN_WORD(w, src_port) | PKT_IN_WORD(w, dst_port))
    const pkt_column_set ports = PKT_SET(PORTS);
    pkt_digest_sink *digest = pkt_digest_sink_open(ports, &sink, NULL);
    assert_int_equal(sink.push(sink.self, &batch, NULL), 0);
    pkt_digest_sink_result(digest, whole);
    pkt_digest_sink_close(digest);
    digest = pkt_digest_sink_open(ports, &sink, NULL);
    for (size_t i = 0; i < 200; i += 50) {
        memset(&back, 0, sizeof back);
        back.rows = 50;
        memcpy(back.src_port, batch.src_port + i, 50 * sizeof back.src_port[0]);
        assert_int_equal(sink.push(sink.self, &back, NULL), 0);
    }
    pkt_digest_sink_result(digest, parts);
    pkt_digest_sink_close(digest);
    assert_true(whole[PKT_COL_src_port] == parts[PKT_COL_src_port]);
    assert_true(whole[PKT_COL_dst_port] == parts[PKT_COL_dst_port]);
    assert_true(whole[PKT_COL_src_port] != whole[PKT_COL_dst_port]);
    assert_true(whole[PKT_COL_ts_ns] == 0);
}

/* Digest of 1,000 rows, whose cells depend on the row alone, in batches of `size`. In row `wrong`,
 * the ports are others. */
static uint64_t mosaic_of(const pkt_mosaic *mosaic, size_t size, size_t wrong)
{
    pkt_sink sink;
    pkt_mosaic_sink *digest = pkt_mosaic_sink_open(mosaic, &sink, NULL);
    for (size_t row = 0; row < 1000;) {
        memset(&batch, 0, sizeof batch);
        batch.rows = size < 1000 - row ? size : 1000 - row;
        for (size_t i = 0; i < batch.rows; i++, row++) {
            batch.src_port[i] = (uint16_t)(row * 7 + (row == wrong));
            batch.dst_port[i] = (uint16_t)(row * 7 + 1 + (row == wrong));
        }
        assert_int_equal(sink.push(sink.self, &batch, NULL), 0);
    }
    assert_int_equal(sink.finish(sink.self, NULL), 0);
    const uint64_t result = pkt_mosaic_sink_result(digest);
    pkt_mosaic_sink_close(digest);
    return result;
}

/* Each block has a column of the seed's; every row counts; batches do not. */
static void test_mosaic(void **state)
{
    (void)state;
    uint64_t whole[PKT_COLUMN_COUNT];
    pkt_sink sink;
    const pkt_column_set none = {{0}}, ports = PKT_SET(PORTS);
    pkt_column_set one = none;
    bool drawn[PKT_COLUMN_COUNT] = {false};
    pkt_set_add(&one, PKT_COL_dst_port);
    pkt_mosaic empty = pkt_mosaic_make(none, none), single = pkt_mosaic_make(one, one),
               both = pkt_mosaic_make(none, ports);
    assert_true(mosaic_of(&empty, 256, 1000) == 0);
    memset(&batch, 0, sizeof batch);
    pkt_digest_sink *digest = pkt_digest_sink_open(one, &sink, NULL);
    for (size_t row = 0; row < 1000; row += 250) {
        batch.rows = 250;
        for (size_t i = 0; i < 250; i++)
            batch.dst_port[i] = (uint16_t)((row + i) * 7 + 1);
        assert_int_equal(sink.push(sink.self, &batch, NULL), 0);
    }
    pkt_digest_sink_result(digest, whole);
    pkt_digest_sink_close(digest);
    assert_true(mosaic_of(&single, 256, 1000) == whole[PKT_COL_dst_port]);
    for (both.seed = 1; both.seed < 20; both.seed++) {
        const uint64_t right = mosaic_of(&both, 256, 1000);
        assert_true(right == mosaic_of(&both, 100, 1000) && right == mosaic_of(&both, 7, 1000));
        assert_true(right != mosaic_of(&both, 256, 0) && right != mosaic_of(&both, 256, 999));
        for (size_t row = 0; row < 1000; row++) {
            assert_int_equal(pkt_mosaic_column(&both, row),
                             pkt_mosaic_column(&both, row / 256 * 256));
            drawn[pkt_mosaic_column(&both, row)] = true;
        }
    }
    assert_true(drawn[PKT_COL_src_port] && drawn[PKT_COL_dst_port]);
}

static uint64_t checksum_of(size_t rows, size_t batch_rows, size_t changed)
{
#define SOURCE_PORT(w) PKT_IN_WORD(w, src_port)
    pkt_null_sink null = {.columns = PKT_SET(SOURCE_PORT)};
    pkt_sink sink = pkt_null_sink_open(&null);
    for (size_t done = 0; done < rows;) {
        memset(&batch, 0, sizeof batch);
        batch.rows = rows - done < batch_rows ? rows - done : batch_rows;
        for (size_t i = 0; i < batch.rows; i++)
            batch.src_port[i] = (uint16_t)(done + i == changed ? 9999 : done + i);
        assert_int_equal(sink.push(sink.self, &batch, NULL), 0);
        done += batch.rows;
    }
    assert_true(null.rows == rows);
    return null.checksum;
}

/* The checksum does not depend on the batches, and changes with the rows that it includes. */
static void test_checksum(void **state)
{
    (void)state;
    const size_t none = SIZE_MAX;
    assert_true(checksum_of(1000, 256, none) == checksum_of(1000, 100, none));
    assert_true(checksum_of(1000, 256, none) == checksum_of(1000, 7, none));
    assert_true(checksum_of(1000, 256, none) != checksum_of(1000, 256, 512));
    assert_true(checksum_of(1000, 256, none) != checksum_of(700, 256, none));
}

static void test_outfile(void **state)
{
    (void)state;
    char folder[] = "/tmp/pktbench-sink.XXXXXX", path[64], text[8] = "";
    pkt_atomic_file out;
    pkt_err err;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/file", folder);
    assert_int_equal(pkt_atomic_file_open(&out, path, &err), 0);
    fputs("new", out.file);
    assert_int_equal(access(path, F_OK), -1); /* not before it is complete */
    assert_int_equal(pkt_atomic_file_commit(&out, &err), 0);
    assert_int_equal(pkt_atomic_file_open(&out, path, &err), 0);
    fputs("half", out.file);
    pkt_atomic_file_abandon(&out);
    FILE *file = fopen(path, "r");
    assert_non_null(fgets(text, sizeof text, file));
    fclose(file);
    assert_string_equal(text, "new");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0); /* no other file is left */
    assert_int_equal(pkt_atomic_file_open(&out, "/nowhere/file", &err), -1);
    assert_int_equal(err.code, PKT_ERR_WRITE);
    assert_int_equal(pkt_atomic_file_open(&out, "/dev/full", &err), 0);
    fputs("lost", out.file);
    assert_int_equal(pkt_atomic_file_commit(&out, &err), -1);
    assert_int_equal(err.sys, ENOSPC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_text),    cmocka_unit_test(test_csv_round_trip),
        cmocka_unit_test(test_csv_refused), cmocka_unit_test(test_address_text),
        cmocka_unit_test(test_digest),      cmocka_unit_test(test_mosaic),
        cmocka_unit_test(test_checksum),    cmocka_unit_test(test_outfile),
        cmocka_unit_test(test_double_text), cmocka_unit_test(test_17_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
