/* Containers with literal bytes: the records, and the error and its offset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "parsers/source/limits.h"
#include "parsers/source/source.h"
#include "tests/level_request.h"
#include "tests/parsers/decode/rows.h"

/* MemorySanitizer does not know what libpcap writes: it is compiled without it. */
#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
#define WITHOUT_LIBPCAP 1
#endif
#endif

typedef struct source_case {
    const char *name;
    const char *hex;
    /* "time captured/original link" of every record, then how it ended: "end", or "code@position".
     */
    const char *story;
} source_case;

#define PCAP_LE "d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000 "
#define PCAP_BE "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000001 "
#define SHB_LE "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000 "
#define SHB_BE "0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c "
#define IDB_LE "01000000 14000000 0100 0000 00000000 14000000 "
#define IDB_BE "00000001 00000014 0001 0000 00000000 00000014 "
#define EPB_LE(interface, high, low)                                                               \
    "06000000 24000000 " interface " " high " " low " 04000000 05000000 aabbccdd 24000000 "

static const source_case cases[] = {
    {"pcap, one packet", PCAP_LE "01000000 02000000 02000000 03000000 aabb",
     "1000002000 2/3 1; end"},
    {"pcap, big-endian", PCAP_BE "00000001 00000002 00000002 00000003 aabb",
     "1000002000 2/3 1; end"},
    {"pcap, nanoseconds",
     "4d3cb2a1 0200 0400 00000000 00000000 00000400 71000000 "
     "01000000 02000000 00000000 00000000",
     "1000000002 0/0 113; end"},
    {"pcap, nanoseconds, big-endian",
     "a1b23c4d 0002 0004 00000000 00000000 00040000 00000065 "
     "00000001 00000002 00000000 00000000",
     "1000000002 0/0 101; end"},
    {"pcap, seconds after 2038", PCAP_LE "ffffffff 00000000 00000000 00000000",
     "4294967295000000000 0/0 1; end"},
    {"pcap, raw IP with another link type number",
     "d4c3b2a1 0200 0400 00000000 00000000 00000400 0c000000 "
     "00000000 00000000 00000000 00000000",
     "0 0/0 101; end"},
    {"pcap, frame check sequence bits in the link type",
     "d4c3b2a1 0200 0400 00000000 00000000 00000400 01000024 "
     "00000000 00000000 00000000 00000000",
     "0 0/0 1; end"},
    {"pcap, no packets", PCAP_LE, "end"},
    {"pcap, captured length above the original length",
     PCAP_LE "00000000 00000000 02000000 01000000 aabb", "0 2/1 1; end"},
    {"pcap, truncated in a record header", PCAP_LE "00000000 00000000 0000", "cut@24"},
    {"pcap, truncated in a packet",
     PCAP_LE "00000000 00000000 01000000 01000000 aa"
             "00000000 00000000 04000000 04000000 aabb",
     "0 1/1 1; cut@41"},
    {"pcap, absurd length", PCAP_LE "00000000 00000000 01000400 01000400 aabb", "corrupt@24"},
    {"pcap, version 3", "d4c3b2a1 0300 0400 00000000 00000000 00000400 01000000 ", "format@4"},
    {"pcap, version 2.3: the original length is the larger one",
     "d4c3b2a1 0200 0300 00000000 00000000 00000400 01000000 "
     "01000000 00000000 02000000 03000000 aabb 02000000 00000000 03000000 02000000 aabb",
     "1000000000 2/3 1; 2000000000 2/3 1; end"},
    {"pcap, version 2.2: lengths in reverse order",
     "a1b2c3d4 0002 0002 00000000 00000000 00040000 00000001 "
     "00000001 00000000 00000003 00000002 aabb 00000002 00000000 00000001 00000002 aabb",
     "1000000000 2/3 1; 2000000000 2/1 1; end"},
    {"pcap, version 2.5", "d4c3b2a1 0200 0500 00000000 00000000 00000400 01000000 ", "end"},
    {"pcap, a packet longer than the snaplen",
     "d4c3b2a1 0200 0400 00000000 00000000 01000000 01000000 "
     "00000000 00000000 02000000 03000000 aabb",
     "0 2/3 1; end"},
    {"pcap, snaplen of 4 GiB",
     "d4c3b2a1 0200 0400 00000000 00000000 ffffffff 01000000 "
     "00000000 00000000 02000000 03000000 aabb",
     "0 2/3 1; end"},
    {"pcap, modified, longer record headers",
     "34cdb2a1 0200 0400 00000000 00000000 00000400 01000000 "
     "01000000 02000000 02000000 03000000 07000000 0800 00 00 aabb 01000000 02000000 02000000",
     "1000002000 2/3 1; cut@50"},
    {"pcap, a second file behind the first",
     PCAP_LE "01000000 02000000 02000000 03000000 aabb " PCAP_LE
             "01000000 02000000 02000000 03000000 aabb",
     "1000002000 2/3 1; corrupt@42"},
    {"pcap, a second file of the other byte order",
     PCAP_LE "01000000 02000000 02000000 03000000 aabb " PCAP_BE, "1000002000 2/3 1; corrupt@42"},
    {"pcap, a second file without packets", PCAP_BE PCAP_BE, "corrupt@24"},
    {"pcap, a pcapng file behind it", PCAP_LE SHB_LE, "corrupt@24"},
    {"pcap, a packet without bytes at the time that is also a magic",
     PCAP_LE "d4c3b2a1 00000000 00000000 05000000", "2712847316000000000 0/5 1; end"},
    {"pcapng, a pcap file behind it", SHB_LE IDB_LE PCAP_LE, "corrupt@48"},
    {"pcapng, a pcap file of the other byte order behind it", SHB_LE IDB_LE PCAP_BE, "corrupt@48"},
    {"pcap, header truncated", "d4c3b2a1 0200 0400 0000", "format@10"},
    {"nothing", "", "format@0"},
    {"seven bytes of text", "6e6f7420612e0a", "format@0"},
    {"gzip", "1f8b0800 00000000 00030000", "format@0"},

    {"pcapng, one packet", SHB_LE IDB_LE EPB_LE("00000000", "00000000", "40420f00"),
     "1000000000 4/5 1; end"},
    {"pcapng, big-endian",
     SHB_BE IDB_BE
     "00000006 00000024 00000000 00000000 000f4240 00000004 00000005 aabbccdd 00000024",
     "1000000000 4/5 1; end"},
    {"pcapng, two interfaces, nanoseconds in the second, unknown block skipped",
     SHB_LE IDB_LE "01000000 20000000 7100 0000 00000000 0900 0100 09000000 00000000 20000000 "
                   "ad0b0000 10000000 01020304 10000000 " EPB_LE("01000000", "00000000", "05000000")
                       EPB_LE("00000000", "00000000", "05000000"),
     "5 4/5 113; 5000 4/5 1; end"},
    {"pcapng, resolution of 2^-10 s, offset of 2 s",
     SHB_LE "01000000 28000000 0100 0000 00000000 0900 0100 8a000000 0e00 0800 0200000000000000 "
            "28000000 " EPB_LE("00000000", "00000000", "00020000"),
     "2500000000 4/5 1; end"},
    {"pcapng, simple packet cut by the interface's snaplen",
     SHB_LE "01000000 14000000 0100 0000 02000000 14000000 "
            "03000000 14000000 05000000 aabb0000 14000000",
     "0 2/5 1; end"},
    {"pcapng, obsolete packet block",
     SHB_LE IDB_LE
     "02000000 24000000 0000 0000 00000000 01000000 04000000 04000000 aabbccdd 24000000",
     "1000 4/4 1; end"},
    {"pcapng, interfaces end with their section",
     SHB_LE IDB_LE SHB_BE
     "00000006 00000024 00000000 00000000 00000000 00000004 00000005 aabbccdd 00000024",
     "corrupt@76"},
    {"pcapng, sections of both byte orders",
     SHB_LE IDB_LE EPB_LE("00000000", "00000000", "01000000") SHB_BE IDB_BE
     "00000006 00000024 00000000 00000000 00000002 00000004 00000005 aabbccdd 00000024",
     "1000 4/5 1; 2000 4/5 1; end"},
    {"pcapng, no interface", SHB_LE EPB_LE("00000000", "00000000", "00000000"), "corrupt@28"},
    {"pcapng, lengths differ", SHB_LE "01000000 14000000 0100 0000 00000000 18000000 ",
     "corrupt@28"},
    {"pcapng, length not a multiple of 4", SHB_LE "01000000 15000000 0100 0000 00000000 15000000",
     "corrupt@28"},
    {"pcapng, packet longer than its block",
     SHB_LE IDB_LE
     "06000000 24000000 00000000 00000000 00000000 05000000 05000000 aabbccdd 24000000",
     "corrupt@48"},
    {"pcapng, block larger than the limit", SHB_LE IDB_LE "ad0b0000 04000001 00000000", "limit@48"},
    {"pcapng, block as large as the limit, truncated", SHB_LE IDB_LE "ad0b0000 00000001 00000000",
     "cut@48"},
    {"pcapng, resolution finer than 10^-19 s",
     SHB_LE "01000000 20000000 0100 0000 00000000 0900 0100 14000000 00000000 20000000 ",
     "limit@44"},
    {"pcapng, resolution of 10^-19 s",
     SHB_LE "01000000 20000000 0100 0000 00000000 0900 0100 13000000 00000000 20000000 " EPB_LE(
         "00000000", "000064a7", "0000b3b6"),
     "1206176570 4/5 1; end"},
    {"pcapng, second section of version 2",
     SHB_LE IDB_LE EPB_LE("00000000", "00000000",
                          "01000000") "0a0d0d0a 1c000000 4d3c2b1a 0200 0000 "
                                      "ffffffffffffffff 1c000000 ",
     "1000 4/5 1; limit@96"},
    {"pcapng, custom block, name resolution, statistics, decryption secrets, then a packet",
     SHB_LE IDB_LE
     "0000000b 10000000 01020304 10000000 ad0b0040 10000000 01020304 10000000 "
     "04000000 10000000 00000000 10000000 05000000 10000000 00000000 10000000 "
     "0a000000 10000000 00000000 10000000 " EPB_LE("00000000", "00000000", "01000000"),
     "1000 4/5 1; end"},
    {"pcapng, block without body", SHB_LE IDB_LE "ad0b0000 0c000000 0c000000", "end"},
    {"pcapng, block length below 12", SHB_LE IDB_LE "ad0b0000 08000000 0c000000", "corrupt@48"},
    {"pcapng, truncated in a block", SHB_LE IDB_LE "06000000 24000000 00000000", "cut@48"},
    {"pcapng, option past its block",
     SHB_LE "01000000 1c000000 0100 0000 00000000 0900 ff00 09000000 1c000000 ", "corrupt@44"},
    {"pcapng, version 2", "0a0d0d0a 1c000000 4d3c2b1a 0200 0000 ffffffffffffffff 1c000000 ",
     "format@12"},
    {"pcapng, invalid byte-order magic",
     "0a0d0d0a 1c000000 00000000 0100 0000 ffffffffffffffff 1c000000 ", "format@8"},
};

static char path[] = "/tmp/pktbench-source.XXXXXX";

static const char *code_name(pkt_errcode code)
{
    static const char *const names[] = {"none", "io",    "write",  "format", "corrupt",
                                        "cut",  "limit", "memory", "usage",  "library"};
    return names[code];
}

static void story_tell(char *story, size_t size)
{
    pkt_record record;
    pkt_err err = {.pos = PKT_POS_NONE};
    size_t n = 0;
    int got = -1;
    pkt_source *source = pkt_source_open(path, &err);
    while (source && (got = pkt_source_next(source, &record, &err)) == 1)
        n += (size_t)snprintf(story + n, size - n, "%lld %u/%u %u; ", (long long)record.ts_ns,
                              (unsigned)record.cap_len, (unsigned)record.wire_len,
                              (unsigned)record.link_type);
    if (got == 0)
        (void)snprintf(story + n, size - n, "end");
    else
        (void)snprintf(story + n, size - n, "%s@%lld", code_name(err.code), (long long)err.pos);
    pkt_source_close(source);
}

static void file_fill(const uint8_t *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[1024];
        char story[512];
        file_fill(bytes, hex_bytes(cases[i].hex, bytes, sizeof bytes));
        story_tell(story, sizeof story);
        if (strcmp(story, cases[i].story) != 0)
            fail_msg("%s:\n   got %s\nwanted %s", cases[i].name, story, cases[i].story);
    }
}

/* libpcap and pktbench's own reader return equal time stamps and link types, also where libpcap has
 * other values. */
static void test_libpcap(void **state)
{
    (void)state;
#ifdef WITHOUT_LIBPCAP
    skip();
#endif
    static const char *const same[] = {
        PCAP_LE "ffffffff 01000000 00000000 00000000",
        "d4c3b2a1 0200 0400 00000000 00000000 00000400 0e000000 "
        "00000000 00000000 00000000 00000000",
        "d4c3b2a1 0200 0400 00000000 00000000 00000400 67000000 "
        "00000000 00000000 00000000 00000000",
        /* An offset of 2^40 s, which overflows in nanoseconds. */
        SHB_LE "01000000 20000000 0100 0000 00000000 0e00 0800 0000000000010000 20000000 " EPB_LE(
            "00000000", "00000000", "40420f00"),
    };
    static pkt_batch batches[2];
    static const char *const names[2] = {"raw", "libpcap"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        uint8_t bytes[256];
        file_fill(bytes, hex_bytes(same[i], bytes, sizeof bytes));
        for (size_t b = 0; b < 2; b++) {
            pkt_entry entry = PKT_INIT(pkt_entry);
            pkt_capture capture = PKT_INIT(pkt_capture);
            void *run;
            pkt_request request = level_request(PKT_LEVEL_FRAMES);
            assert_int_equal(pkt_registry_find(names[b], &entry), 0);
            assert_int_equal(pkt_capture_open(path, &capture, NULL), 0);
            assert_int_equal(entry.backend->open(NULL, &run, &capture, &request, NULL), 0);
            assert_int_equal(entry.backend->next(run, &batches[b], NULL), 1);
            entry.backend->close(run);
        }
        assert_true(batches[0].ts_ns[0] == batches[1].ts_ns[0]);
        assert_int_equal(batches[0].link_type[0], batches[1].link_type[0]);
    }
}

/* Later reads return the same error. */
static void test_end_is_sticky(void **state)
{
    (void)state;
    uint8_t bytes[128];
    pkt_record record;
    pkt_err err = {.code = PKT_ERR_NONE};
    file_fill(bytes, hex_bytes(PCAP_LE "00000000 00000000 0000", bytes, sizeof bytes));
    pkt_source *source = pkt_source_open(path, NULL);
    assert_non_null(source);
    assert_int_equal(pkt_source_next(source, &record, NULL), -1);
    assert_int_equal(pkt_source_next(source, &record, &err), -1);
    assert_int_equal(err.code, PKT_ERR_TRUNCATED);
    pkt_source_close(source);
}

/* Many records of the largest size: the window moves and grows. The first bytes identify each. */
static void test_window(void **state)
{
    (void)state;
    enum { RECORDS = 12 };
    uint8_t head[24];
    static uint8_t packet[PKT_MAX_RECORD];
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite(head, 1, hex_bytes(PCAP_LE, head, sizeof head), file);
    for (uint32_t i = 0; i < RECORDS; i++) {
        const uint32_t size = i % 3 ? PKT_MAX_RECORD - i : 50 + i;
        const uint32_t record[4] = {i, 0, size, size};
        fwrite(record, 1, sizeof record, file); /* for little-endian machines */
        memset(packet, (int)i, sizeof packet);
        fwrite(packet, 1, size, file);
    }
    assert_int_equal(fclose(file), 0);
    pkt_source *source = pkt_source_open(path, NULL);
    pkt_record record;
    assert_non_null(source);
    for (uint32_t i = 0; i < RECORDS; i++) {
        assert_int_equal(pkt_source_next(source, &record, NULL), 1);
        assert_int_equal(record.cap_len, i % 3 ? PKT_MAX_RECORD - i : 50 + i);
        assert_int_equal(record.data[0], i);
        assert_int_equal(record.data[record.cap_len - 1], i);
    }
    assert_int_equal(pkt_source_next(source, &record, NULL), 0);
    pkt_source_close(source);
}

static void test_refused(void **state)
{
    (void)state;
    pkt_capture capture = PKT_INIT(pkt_capture);
    pkt_err err;
    assert_int_equal(pkt_capture_open("/nowhere/at-all", &capture, &err), -1);
    assert_int_equal(err.code, PKT_ERR_IO);
    assert_int_equal(err.sys, ENOENT);
    assert_int_equal(pkt_capture_open("/tmp", &capture, &err), -1);
    assert_int_equal(err.code, PKT_ERR_FORMAT);
    assert_int_equal(pkt_capture_open("/dev/null", &capture, &err), -1);
    assert_int_equal(err.code, PKT_ERR_FORMAT);
}

static int setup(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),         cmocka_unit_test(test_libpcap),
        cmocka_unit_test(test_end_is_sticky), cmocka_unit_test(test_window),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
