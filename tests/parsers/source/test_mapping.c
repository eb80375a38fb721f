/* A file that is read by a mapping: the same records as with read(); and every way in which it can
 * fail under the reader is an error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parsers/process/fault.h"
#include "parsers/source/limits.h"
#include "parsers/source/mapping.h"
#include "parsers/source/source.h"
#include "tests/level_request.h"

enum { PACKETS = 6000, FILE_HEADER = 24, RECORD_HEADER = 16, AT_ONCE = 32 };
#define PAGE ((size_t)4096)

static char path[] = "/tmp/pktbench-mapping.XXXXXX";
static char other[64];
static uint64_t ends[PACKETS]; /* of the records in the file */
static const struct timespec long_ago[2] = {{1000000000, 0}, {1000000000, 0}};

/* cmocka sets a handler of its own before every test. */
static void guard_set(bool (*repair)(const void *address))
{
    assert_int_equal(pkt_fault_guard(repair, NULL), 0);
}

/* Lengths around those where heads, pieces and pages end. */
static uint32_t length_of(size_t i)
{
    static const uint32_t rare[] = {0,   1,    63,   64,    65,    127,   128,
                                    129, 4096, 8192, 20000, 70000, 65535, PKT_MAX_RECORD};
    return i % 97 == 0 ? rare[i / 97 % (sizeof rare / sizeof rare[0])] : (uint32_t)(i * 7 % 200);
}

static uint8_t byte_of(size_t packet, size_t at)
{
    return (uint8_t)(packet * 31 + at * 7 + (at >> 8));
}

static void u32_put(FILE *file, uint32_t value, bool big)
{
    const uint32_t bytes = big ? __builtin_bswap32(value) : value;
    assert_int_equal(fwrite(&bytes, sizeof bytes, 1, file), 1);
}

static void file_make(bool big)
{
    static uint8_t bytes[PKT_MAX_RECORD];
    static const uint32_t header[] = {0xa1b2c3d4, 0, 0, 0, 262144, 1};
    FILE *file = fopen(path, "wb");
    uint64_t end = FILE_HEADER;
    assert_non_null(file);
    for (size_t i = 0; i < 6; i++)
        u32_put(file, i == 1 ? (big ? 0x00020004 : 0x00040002) : header[i], big);
    for (size_t i = 0; i < PACKETS; i++) {
        const uint32_t length = length_of(i);
        const uint32_t record[] = {(uint32_t)i + 1, 5, length, length + 9};
        for (size_t w = 0; w < 4; w++)
            u32_put(file, record[w], big);
        for (size_t b = 0; b < length; b++)
            bytes[b] = byte_of(i, b);
        assert_int_equal(fwrite(bytes, 1, length, file), length);
        ends[i] = end += RECORD_HEADER + length;
    }
    assert_int_equal(fclose(file), 0);
    assert_int_equal(utimensat(AT_FDCWD, path, long_ago, 0), 0); /* so that a change shows */
}

static int setup(void **state)
{
    (void)state;
    const int fd = mkstemp(path);
    (void)snprintf(other, sizeof other, "%s.other", path);
    return fd < 0 || close(fd) != 0 ? -1 : 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(other);
    return unlink(path);
}

static void bytes_check(const pkt_source *source, const pkt_record *record, size_t packet)
{
    static uint8_t whole[PKT_MAX_RECORD];
    const size_t head = record->cap_len < PKT_SOURCE_HEAD ? record->cap_len : PKT_SOURCE_HEAD;
    if (pkt_source_way_of(source) == PKT_SOURCE_RECORDS) {
        assert_null(record->data);
        return;
    }
    if (pkt_source_way_of(source) == PKT_SOURCE_COPIES) {
        memcpy(whole, record->data, record->cap_len);
    } else {
        memcpy(whole, record->data, head);
        pkt_source_rest(source, record, whole);
    }
    for (size_t i = 0; i < record->cap_len; i++)
        if (whole[i] != byte_of(packet, i))
            fail_msg("packet %zu, byte %zu", packet, i);
}

/* Read the next records and check them; `packet`: the number of the first. As pkt_source_read(). */
static int records_check(pkt_source *source, size_t packet, pkt_err *err)
{
    pkt_record records[AT_ONCE];
    const int got = pkt_source_read(source, records, AT_ONCE, err);
    for (int i = 0; i < got; i++, packet++) {
        const pkt_record *r = &records[i];
        assert_in_range(packet, 0, PACKETS - 1);
        assert_int_equal(r->ts_ns, ((int64_t)packet + 1) * 1000000000 + 5000);
        assert_int_equal(r->cap_len, length_of(packet));
        assert_int_equal(r->wire_len, length_of(packet) + 9);
        assert_int_equal(r->start, packet ? ends[packet - 1] : FILE_HEADER);
        assert_int_equal(r->end, ends[packet]);
        bytes_check(source, r, packet);
    }
    return got;
}

static pkt_source *source_get(pkt_source_way way, size_t piece)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    pkt_source *source = pkt_source_open_mapped(path, way, piece, &err);
    if (!source)
        fail_msg("%s", err.msg);
    assert_int_equal(pkt_source_way_of(source), way);
    return source;
}

/* Read all, or up to the error. How many records. */
static size_t all_check(pkt_source *source, size_t packet, pkt_err *err)
{
    int got;
    err->code = PKT_ERR_NONE;
    while ((got = records_check(source, packet, err)) > 0)
        packet += (size_t)got;
    assert_int_equal(got, err->code == PKT_ERR_NONE ? 0 : -1);
    return packet;
}

static void test_not_allowed(void **state)
{
    (void)state;
    static const char *const names[] = {"raw-mapped", "memcpy"};
    file_make(false);
    for (size_t i = 0; i < 2; i++) {
        pkt_entry entry = PKT_INIT(pkt_entry);
        pkt_capture capture = PKT_INIT(pkt_capture);
        pkt_err err = {.pos = PKT_POS_NONE};
        const pkt_request request = level_request(PKT_LEVEL_FRAMES);
        void *run = NULL;
        assert_int_equal(pkt_registry_find(names[i], &entry), 0);
        assert_int_equal(pkt_capture_open(path, &capture, &err), 0);
        assert_int_equal(entry.backend->open(NULL, &run, &capture, &request, &err), -1);
        assert_int_equal(err.code, PKT_ERR_USAGE);
        assert_non_null(strstr(err.msg, "use backend raw"));
    }
    pkt_mapping_allow();
}

static void test_same_records(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, PAGE, 5 * PAGE, PKT_MAPPING_BYTES};
    for (int big = 0; big < 2; big++) {
        file_make(big);
        for (size_t p = 0; p < sizeof pieces / sizeof pieces[0]; p++)
            for (pkt_source_way way = PKT_SOURCE_COPIES; way <= PKT_SOURCE_RECORDS; way++) {
                pkt_err err;
                pkt_source *source = source_get(way, pieces[p]);
                assert_int_equal(all_check(source, 0, &err), PACKETS);
                assert_int_equal(err.code, PKT_ERR_NONE);
                assert_int_equal(pkt_source_check(source, 0, &err), 0);
                pkt_source_close(source);
            }
    }
}

/* What happens to the file when the reader is somewhere in it. */
typedef enum accident { CUT, CUT_AT_START, CHANGE, REPLACE, APPEND, ACCIDENTS } accident;

static void have(accident what, uint64_t at)
{
    const int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    if (what == CUT || what == CUT_AT_START)
        assert_int_equal(ftruncate(fd, what == CUT ? (off_t)at : 0), 0);
    if (what == CHANGE)
        assert_int_equal(pwrite(fd, "\xff\xff\xff\xff", 4, (off_t)at), 4);
    if (what == APPEND)
        assert_int_equal(pwrite(fd, "abc", 3, (off_t)ends[PACKETS - 1]), 3);
    assert_int_equal(close(fd), 0);
    if (what == REPLACE)
        assert_int_equal(rename(path, other), 0);
    if (what == REPLACE)
        file_make(false);
}

/* Read `first` packets, have the accident behind them, and read on. */
static void accident_check(pkt_source_way way, size_t piece, accident what, size_t first)
{
    static const pkt_errcode expected[ACCIDENTS] = {
        PKT_ERR_TRUNCATED, PKT_ERR_TRUNCATED, PKT_ERR_CORRUPT, PKT_ERR_CORRUPT, PKT_ERR_TRUNCATED};
    pkt_record records[AT_ONCE];
    pkt_err err = {.code = PKT_ERR_NONE}, again;
    size_t packet = 0;
    int got = 1;
    file_make(false);
    pkt_source *source = source_get(way, piece);
    while (packet < first && (got = records_check(source, packet, &err)) > 0)
        packet += (size_t)got;
    assert_int_equal(pkt_source_check(source, 0, &err), 0);
    const uint64_t from = pkt_source_position(source);
    have(what, ends[packet < PACKETS ? packet : PACKETS - 1] - 4);
    /* What is read now may be anything, but it is read. */
    while ((got = pkt_source_read(source, records, AT_ONCE, &err)) > 0)
        ;
    if (what == CUT || what == CUT_AT_START || what == CHANGE)
        assert_int_equal(pkt_source_check(source, from, &err), -1);
    if (what == APPEND && got == 0) { /* its end had been seen */
        pkt_source_close(source);
        return;
    }
    assert_int_equal(err.code, expected[what]);
    assert_in_range(err.pos, FILE_HEADER, ends[PACKETS - 1]);
    assert_true(err.msg[0] != '\0');
    if (what == CUT || what == CUT_AT_START)
        assert_non_null(strstr(err.msg, "became shorter"));
    assert_int_equal(pkt_source_read(source, records, AT_ONCE, &again), -1);
    assert_int_equal(again.code, err.code);
    pkt_source_close(source);
}

static void test_accidents(void **state)
{
    (void)state;
    guard_set(pkt_mapping_repair);
    static const size_t firsts[] = {0, 1, 1000, 5000, PACKETS - 2};
    for (pkt_source_way way = PKT_SOURCE_COPIES; way <= PKT_SOURCE_RECORDS; way++)
        for (int what = 0; what < ACCIDENTS; what++)
            for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++)
                accident_check(way, i % 2 ? PAGE : PKT_MAPPING_BYTES, (accident)what, firsts[i]);
}

/* With read(), too, an end that has moved is no end. */
static void test_read(void **state)
{
    (void)state;
    pkt_record records[AT_ONCE];
    for (int what = 0; what < APPEND; what++) {
        pkt_err err = {.code = PKT_ERR_NONE};
        file_make(false);
        pkt_source *source = pkt_source_open(path, &err);
        assert_non_null(source);
        assert_int_equal(records_check(source, 0, &err), AT_ONCE);
        have((accident)what, what == CUT ? ends[5000] : ends[PACKETS - 1] - 4);
        while (pkt_source_read(source, records, AT_ONCE, &err) > 0)
            ;
        assert_int_equal(err.code,
                         what == CUT || what == CUT_AT_START ? PKT_ERR_TRUNCATED : PKT_ERR_CORRUPT);
        assert_in_range(err.pos, FILE_HEADER, ends[PACKETS - 1]);
        pkt_source_close(source);
    }
}

static int failing; /* the file, for the handler */
static uint64_t failing_size;

/* A disk that fails: the page cannot be read, though the file has its size and time. */
static bool disk_fails(const void *address)
{
    const bool repaired = pkt_mapping_repair(address);
    if (ftruncate(failing, (off_t)failing_size) != 0 || futimens(failing, long_ago) != 0)
        return false;
    return repaired;
}

static void test_failing_disk(void **state)
{
    (void)state;
    guard_set(disk_fails);
    for (pkt_source_way way = PKT_SOURCE_COPIES; way <= PKT_SOURCE_RECORDS; way++) {
        pkt_record records[AT_ONCE];
        pkt_err err = {.code = PKT_ERR_NONE};
        file_make(false);
        failing = open(path, O_RDWR);
        failing_size = ends[PACKETS - 1];
        pkt_source *source = source_get(way, PKT_MAPPING_BYTES);
        assert_int_equal(records_check(source, 0, &err), AT_ONCE);
        const uint64_t from = pkt_source_position(source);
        assert_int_equal(ftruncate(failing, (off_t)PAGE * 20), 0);
        int got;
        while ((got = pkt_source_read(source, records, AT_ONCE, &err)) > 0 &&
               pkt_source_position(source) < PAGE * 24)
            ;
        assert_int_equal(pkt_source_check(source, from, &err), -1);
        assert_int_equal(err.code, PKT_ERR_IO);
        assert_int_equal(err.sys, EIO);
        /* Some memcpy() begin with a later page of what they copy; after it, all can be read here.
         */
        assert_in_range(err.pos, PAGE * 20, PAGE * 40);
        assert_int_equal(err.pos % PAGE, 0);
        pkt_source_close(source);
        close(failing);
    }
}

/* An access to a mapping of someone else still ends the process. */
static void test_fault_elsewhere(void **state)
{
    (void)state;
    guard_set(pkt_mapping_repair);
    file_make(false);
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        const int fd = open(path, O_RDWR);
        const volatile char *bytes = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
        (void)signal(SIGABRT, SIG_DFL);
        if (bytes == MAP_FAILED || ftruncate(fd, 0) != 0)
            _exit(3);
        _exit(bytes[PAGE] ? 4 : 5);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 1); /* 1: a sanitizer's */
}

/* More files than can be mapped at once are an error, and leave nothing behind. */
static void test_many(void **state)
{
    (void)state;
    enum { MANY = 70 };
    pkt_source *sources[MANY] = {NULL};
    pkt_err err = {.code = PKT_ERR_NONE};
    size_t opened = 0;
    file_make(false);
    while (opened < MANY &&
           (sources[opened] = pkt_source_open_mapped(path, PKT_SOURCE_HEADS, PAGE, &err)))
        opened++;
    assert_in_range(opened, 32, MANY - 1);
    assert_int_equal(err.code, PKT_ERR_LIMIT);
    for (size_t i = 0; i < opened; i++)
        pkt_source_close(sources[i]);
    pkt_source *source = source_get(PKT_SOURCE_HEADS, PAGE);
    assert_int_equal(records_check(source, 0, &err), AT_ONCE);
    pkt_source_close(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_not_allowed), /* the first one: it allows mappings */
        cmocka_unit_test(test_same_records),
        cmocka_unit_test(test_accidents),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_failing_disk),
        cmocka_unit_test(test_fault_elsewhere),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
