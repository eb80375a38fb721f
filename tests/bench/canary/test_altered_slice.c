/* Changed slices: raw's rows change where they should and nowhere else, streams stay, and the file
 * is restored. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/canary/altered_slice.h"

typedef struct fixture {
    char path[64];
    suite_slice slice;
    uint8_t *bytes;
    altered_slice *altered;
} fixture;

static uint8_t *file_bytes(const char *path, size_t size)
{
    uint8_t *bytes = malloc(size);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, size, file), size);
    fclose(file);
    return bytes;
}

static void fixture_open(fixture *f, const char *scenario, const char *options)
{
    char command[512];
    pkt_err err;
    (void)snprintf(f->path, sizeof f->path, "altered.XXXXXX");
    const int fd = mkstemp(f->path);
    assert_true(fd >= 0);
    close(fd);
    (void)snprintf(command, sizeof command, "%s gen %s --size 300000 %s -o %s 2>/dev/null",
                   getenv("PKTBENCH"), scenario, options, f->path);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c) */
    f->slice = (suite_slice){.name = "s", .path = f->path};
    if (suite_slice_measure(&f->slice, &err) != 0)
        fail_msg("%s", err.msg);
    f->bytes = file_bytes(f->path, f->slice.bytes);
    f->altered = altered_open(&f->slice, &err);
    if (!f->altered)
        fail_msg("%s", err.msg);
}

static bool is_original(const fixture *f)
{
    uint8_t *now = file_bytes(f->path, f->slice.bytes);
    const bool same = memcmp(now, f->bytes, f->slice.bytes) == 0;
    free(now);
    return same;
}

static void fixture_close(fixture *f)
{
    altered_close(f->altered);
    assert_true(is_original(f));
    free(f->bytes);
    unlink(f->path);
}

static uint8_t *column_copy(const fixture *f, pkt_level level, size_t column)
{
    pkt_err err;
    const size_t bytes = f->slice.packets * pkt_column_at(column)->size;
    const uint8_t *cells = altered_column(f->altered, level, column, &err);
    if (!cells)
        fail_msg("%s", err.msg);
    uint8_t *copy = malloc(bytes + 1);
    if (!cells || !copy)
        exit(2); /* not reached, but the analyser cannot know that fail_msg() does not return */
    memcpy(copy, cells, bytes);
    return copy;
}

static size_t cells_changed(const fixture *f, pkt_level level, size_t column, const uint8_t *before)
{
    uint8_t *now = column_copy(f, level, column);
    const size_t size = pkt_column_at(column)->size;
    size_t changed = 0;
    for (size_t i = 0; i < f->slice.packets; i++)
        changed += memcmp(now + i * size, before + i * size, size) != 0;
    free(now);
    return changed;
}

static void check_scenario(const char *scenario, const char *options)
{
    fixture f;
    fixture_open(&f, scenario, options);
    assert_true(is_original(&f));
    const size_t columns[] = {PKT_COL_ts_ns,   PKT_COL_wire_len, PKT_COL_ip_id,
                              PKT_COL_tcp_seq, PKT_COL_stream,   PKT_COL_present};
    uint8_t *before[6];
    for (size_t i = 0; i < 6; i++)
        before[i] = column_copy(&f, PKT_LEVEL_FLOWS, columns[i]);
    altered_key(f.altered, NULL);
    assert_true(cells_changed(&f, PKT_LEVEL_FLOWS, PKT_COL_ts_ns, before[0]) > f.slice.packets / 2);
    assert_true(cells_changed(&f, PKT_LEVEL_FLOWS, PKT_COL_ip_id, before[2]) > 0);
    assert_int_equal(cells_changed(&f, PKT_LEVEL_FLOWS, PKT_COL_wire_len, before[1]), 0);
    assert_int_equal(cells_changed(&f, PKT_LEVEL_FLOWS, PKT_COL_tcp_seq, before[3]), 0);
    assert_int_equal(cells_changed(&f, PKT_LEVEL_FLOWS, PKT_COL_stream, before[4]), 0);
    assert_int_equal(cells_changed(&f, PKT_LEVEL_FLOWS, PKT_COL_present, before[5]), 0);
    altered_canaries(f.altered, PKT_LEVEL_FLOWS, NULL);
    const size_t lengths = cells_changed(&f, PKT_LEVEL_FLOWS, PKT_COL_wire_len, before[1]);
    assert_true(lengths > 0 && lengths <= 2 * (size_t)SWAPS); /* packets that changed places */
    assert_true(cells_changed(&f, PKT_LEVEL_FLOWS, PKT_COL_stream, before[4]) > 0);
    const pkt_column_set frames = altered_reach(f.altered, PKT_LEVEL_FRAMES);
    assert_true(pkt_set_has(&frames, PKT_COL_ts_ns) && pkt_set_has(&frames, PKT_COL_wire_len));
    assert_true(!pkt_set_has(&frames, PKT_COL_link_type) && !pkt_set_has(&frames, PKT_COL_ip_id));
    const pkt_column_set flows = altered_reach(f.altered, PKT_LEVEL_FLOWS);
    assert_true(pkt_set_has(&flows, PKT_COL_stream) && pkt_set_has(&flows, PKT_COL_ip_id));
    for (size_t i = 0; i < 6; i++)
        free(before[i]);
    fixture_close(&f);
}

static void test_pcap(void **state)
{
    (void)state;
    check_scenario("benign-iot", "");
    check_scenario("benign-iot", "--ns --big-endian");
}

static void test_pcapng(void **state)
{
    (void)state;
    check_scenario("benign-iot", "--format pcapng --interfaces 3");
    check_scenario("benign-iot", "--format pcapng --ns --big-endian");
}

static void test_fragments(void **state)
{
    (void)state;
    check_scenario("dataset-mix", "");
}

/* No packet is changed whose bit is set. */
static void test_fixed(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f, "tcp-flood", "");
    uint8_t *fixed = malloc(f.slice.packets / 8 + 1);
    memset(fixed, 0xff, f.slice.packets / 8 + 1);
    altered_key(f.altered, fixed);
    altered_canaries(f.altered, PKT_LEVEL_HEADERS, fixed);
    assert_true(is_original(&f));
    free(fixed);
    fixture_close(&f);
}

/* The cells of a mosaic are raw's over the slice as it is now, but for those that are given. */
static void test_mosaic(void **state)
{
    (void)state;
    fixture f;
    pkt_err err;
    fixture_open(&f, "tcp-flood", "");
    altered_key(f.altered, NULL);
    pkt_column_set one = {{0}};
    const pkt_column_set none = {{0}};
    pkt_set_add(&one, PKT_COL_ip_id);
    pkt_mosaic single = pkt_mosaic_make(none, one),
               all = pkt_mosaic_make(none, pkt_level_columns(PKT_LEVEL_FLOWS));
    uint64_t column, mosaic, again, other;
    assert_int_equal(altered_digest(f.altered, PKT_LEVEL_FLOWS, PKT_COL_ip_id, &column, &err), 0);
    assert_int_equal(altered_mosaic(f.altered, PKT_LEVEL_FLOWS, &single, NULL, 0, &mosaic, &err),
                     0);
    assert_true(column == mosaic);
    all.seed = 5;
    assert_int_equal(altered_mosaic(f.altered, PKT_LEVEL_FLOWS, &all, NULL, 0, &mosaic, &err), 0);
    assert_int_equal(altered_mosaic(f.altered, PKT_LEVEL_FLOWS, &all, NULL, 0, &again, &err), 0);
    assert_true(mosaic == again);
    /* Any other cell that is looked at counts; one that is not looked at does not. */
    const uint32_t rows[] = {0, 300, (uint32_t)f.slice.packets - 1};
    for (size_t i = 0; i < 3; i++) {
        altered_cell cell = {rows[i], (uint32_t)pkt_mosaic_column(&all, rows[i]),
                             UINT64_C(0x0123456789abcdef)};
        assert_int_equal(altered_mosaic(f.altered, PKT_LEVEL_FLOWS, &all, &cell, 1, &other, &err),
                         0);
        assert_true(mosaic != other);
        cell.column = cell.column == PKT_COL_ip_id ? PKT_COL_ip_ttl : PKT_COL_ip_id;
        assert_int_equal(altered_mosaic(f.altered, PKT_LEVEL_FLOWS, &all, &cell, 1, &other, &err),
                         0);
        assert_true(mosaic == other);
    }
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pcap), cmocka_unit_test(test_pcapng),
                                       cmocka_unit_test(test_fragments),
                                       cmocka_unit_test(test_fixed), cmocka_unit_test(test_mosaic)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
