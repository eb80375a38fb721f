/* A truth as Parquet with damage at any place: rows or an error, and nothing worse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "parsers/labels/truth.h"
#include "parsers/mix/truth_file.h"

enum { ROWS = 700 };
static char path[32]; /* of a file in memory: it is written many thousand times */
static int file_fd = -1;
static uint8_t *bytes;
static size_t size;

static void file_write(const uint8_t *from, size_t length)
{
    assert_int_equal(ftruncate(file_fd, 0), 0);
    assert_int_equal(pwrite(file_fd, from, length, 0), length);
}

/* Rows that are read before the end or an error. *ended: no error. */
static uint64_t file_read(bool *ended)
{
    pkt_err err = {.code = PKT_ERR_NONE};
    pkt_truth_row row;
    uint64_t rows = 0;
    int got = -1;
    pkt_truth *truth = pkt_truth_open(path, true, &err);
    while (truth && (got = pkt_truth_next(truth, &row, &err)) > 0) {
        assert_in_range(strlen(row.label) + strlen(row.origin), 0, 1 << 20);
        rows++;
    }
    if (got < 0 && (err.code == PKT_ERR_NONE || !strstr(err.msg, path)))
        fail_msg("an error without a code, or a name: '%s'", err.msg);
    pkt_truth_close(truth);
    *ended = got == 0;
    return rows;
}

static int truth_make(void **state)
{
    (void)state;
    pkt_err err;
    pkt_mix_origins origins = {.count = 0};
    file_fd = memfd_create("truth", 0);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file_fd);
    FILE *file = file_fd < 0 ? NULL : fopen(path, "w+b");
    if (!file || !pkt_mix_origins_add(&origins, "home.pcap", "", &err) ||
        !pkt_mix_origins_add(&origins, "bot, \"2\".pcap", "mirai", &err))
        return -1;
    pkt_truth_file *truth = pkt_truth_file_open(&pkt_encoder_parquet, &origins, file, path, &err);
    for (uint64_t i = 0; truth && i < ROWS; i++)
        if (pkt_truth_file_add(truth, i % 7 < 3, i / 2 + 1, &err) != 0)
            return -1;
    if (!truth || pkt_truth_file_end(truth, &err) != 0)
        return -1;
    pkt_truth_file_close(truth);
    pkt_mix_origins_close(&origins);
    size = (size_t)ftell(file);
    bytes = malloc(size);
    rewind(file);
    const bool good = bytes && fread(bytes, 1, size, file) == size;
    (void)fclose(file);
    return good ? 0 : -1;
}

static int truth_remove(void **state)
{
    (void)state;
    free(bytes);
    return close(file_fd);
}

static void test_rows(void **state)
{
    (void)state;
    pkt_err err;
    pkt_truth_row row;
    pkt_truth *truth = pkt_truth_open(path, true, &err);
    assert_non_null(truth);
    for (uint64_t i = 0; i < ROWS; i++) {
        assert_int_equal(pkt_truth_next(truth, &row, &err), 1);
        assert_int_equal(row.packet, i + 1);
        assert_int_equal(row.origin_packet, i / 2 + 1);
        assert_string_equal(row.label, i % 7 < 3 ? "mirai" : "");
        assert_string_equal(row.origin, i % 7 < 3 ? "bot, \"2\".pcap" : "home.pcap");
    }
    assert_int_equal(pkt_truth_next(truth, &row, &err), 0);
    assert_int_equal(pkt_truth_next(truth, &row, &err), 0);
    pkt_truth_close(truth);
}

static void test_bytes(void **state)
{
    (void)state;
    static const uint8_t changes[] = {0x01, 0x80, 0xff, 0x10};
    uint64_t errors = 0;
    bool ended;
    for (size_t at = 0; at < size; at++)
        for (size_t i = 0; i < sizeof changes; i++) {
            const uint8_t kept = bytes[at];
            bytes[at] ^= changes[i];
            file_write(bytes, size);
            bytes[at] = kept;
            (void)file_read(&ended);
            errors += !ended;
        }
    assert_in_range(errors, size, sizeof changes * size);
}

static void test_cut(void **state)
{
    (void)state;
    bool ended;
    for (size_t length = 4; length < size; length++) {
        file_write(bytes, length);
        assert_int_equal(file_read(&ended), 0);
        assert_false(ended);
        file_write(bytes + size - length, length); /* without its beginning: no Parquet */
        (void)file_read(&ended);
        assert_false(ended);
    }
    file_write(bytes, size);
    assert_int_equal(file_read(&ended), ROWS);
    assert_true(ended);
}

/* Bytes of the metadata that are moved, and runs of equal ones. */
static void test_random(void **state)
{
    (void)state;
    uint8_t *copy = malloc(size);
    uint64_t random = 7;
    bool ended;
    assert_non_null(copy);
    for (int round = 0; round < 4000; round++) {
        memcpy(copy, bytes, size);
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
        const size_t at = 4 + (size_t)(random >> 33) % (size - 16);
        const size_t more = 1 + (size_t)(random >> 20) % 8;
        const size_t count = more < size - 8 - at ? more : size - 8 - at;
        if (round % 2)
            memset(copy + at, (int)(random >> 13 & 0xff), count);
        else
            memmove(copy + at, copy + at + 1, count);
        file_write(copy, size);
        (void)file_read(&ended);
    }
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_bytes),
                                       cmocka_unit_test(test_cut), cmocka_unit_test(test_random)};
    return cmocka_run_group_tests(tests, truth_make, truth_remove);
}
