/* Slices of captures: their errors, limits, names, filters and first packets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/input/build.h"
#include "bench/input/first_packets.h"
#include "datasets/generate.h"

static char folder[] = "/tmp/pktbench-test.XXXXXX";

/* The notices that came, one a line. */
typedef struct heard {
    char text[4096];
    size_t size;
} heard;

static void hear(void *self, pkt_notice_kind kind, const char *text)
{
    heard *h = self;
    h->size +=
        (size_t)snprintf(h->text + h->size, sizeof h->text - h->size, "%d %s\n", (int)kind, text);
}

static char *path_of(const char *name)
{
    static char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void capture_make(const char *name, uint64_t bytes)
{
    pkt_err err;
    dataset_options options = dataset_defaults(&scenario_benign_iot);
    options.size = bytes;
    if (dataset_write(&scenario_benign_iot, &options, path_of(name), NULL, NULL, &err) != 0)
        fail_msg("%s", err.msg);
}

static void bytes_make(const char *name, const char *bytes)
{
    FILE *out = fopen(path_of(name), "wb");
    assert_non_null(out);
    assert_true(fputs(bytes, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

static int folder_setup(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    capture_make("small.pcap", 20000);
    capture_make("large.pcap", UINT64_C(2) * SLICE_BYTES);
    capture_make("cut.pcap", 20000);
    struct stat st;
    if (stat(path_of("cut.pcap"), &st) != 0 || truncate(path_of("cut.pcap"), st.st_size - 3) != 0)
        return -1;
    bytes_make("empty.pcap", "");
    bytes_make("text.pcap", "not a capture.\n");
    return 0;
}

static int folder_remove(void **state)
{
    static const char *const names[] = {"small.pcap", "large.pcap", "cut.pcap", "empty.pcap",
                                        "text.pcap"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unlink(path_of(names[i]));
    return rmdir(folder);
}

/* Counts bad captures, and keeps what was said of the last one. */
typedef struct bad_captures {
    size_t count;
    bool go_on;
    pkt_err last;
} bad_captures;

static bool bad_count(void *self, const pkt_err *err)
{
    bad_captures *bad = self;
    bad->count++;
    bad->last = *err;
    return bad->go_on;
}

/* A suite of one capture, or of the same one many times. */
static int open_capture(suite *suite, const char *name, size_t times, const char *filter,
                        const pkt_notices *notices, pkt_err *err)
{
    char *captures[SUITE_MAX + 1];
    assert_true(times <= SUITE_MAX + 1);
    for (size_t i = 0; i < times; i++)
        captures[i] = path_of(name);
    *err = (pkt_err){.pos = PKT_POS_NONE};
    const suite_request request = {.filter = filter, .captures = captures, .count = times};
    return suite_open(suite, &request, notices, err);
}

/* The request is refused with those words, and there is nothing left to close. */
static void check_refused(const char *name, size_t times, const char *filter, const char *words)
{
    suite suite;
    pkt_err err;
    assert_int_equal(open_capture(&suite, name, times, filter, NULL, &err), -1);
    if (!strstr(err.msg, words))
        fail_msg("no '%s' in: %s", words, err.msg);
    assert_int_equal(suite.count, 0);
    assert_null(suite.scratch.folder);
    suite_close(&suite);
}

/* Bad captures between good ones are left out, and the slices of the others are those that they
 * would be without them. */
static void test_bad_captures(void **state)
{
    (void)state;
    const char *const names[] = {"missing.pcap", "small.pcap", "text.pcap",
                                 "empty.pcap",   "large.pcap", "cut.pcap"};
    static const char *const wanted[] = {"small", "large-start", "large-middle", "large-end",
                                         "cut"};
    enum { COUNT = sizeof names / sizeof names[0], SLICES = sizeof wanted / sizeof wanted[0] };
    char *captures[COUNT];
    suite suite;
    pkt_err err = {.pos = PKT_POS_NONE};
    bad_captures bad = {.go_on = true};
    suite_request request = {.captures = captures, .count = COUNT, .bad = bad_count, .self = &bad};
    for (size_t i = 0; i < COUNT; i++)
        captures[i] = strdup(path_of(names[i]));
    assert_int_equal(suite_open(&suite, &request, NULL, &err), 0);
    assert_int_equal(bad.count, 3);
    assert_non_null(strstr(bad.last.msg, "empty.pcap: is empty"));
    assert_int_equal(suite.count, SLICES);
    for (size_t i = 0; i < SLICES; i++)
        assert_string_equal(suite.slices[i].name, wanted[i]);
    suite_close(&suite);

    request.count = 1; /* the missing one: there is nothing else */
    assert_int_equal(suite_open(&suite, &request, NULL, &err), 0);
    assert_int_equal(suite.count, 0);
    suite_close(&suite);

    bad = (bad_captures){.go_on = false};
    request.count = COUNT;
    assert_int_equal(suite_open(&suite, &request, NULL, &err), -1);
    assert_int_equal(bad.count, 1);
    assert_non_null(strstr(err.msg, "missing.pcap: No such file"));
    for (size_t i = 0; i < COUNT; i++)
        free(captures[i]);
}

static void test_refusals(void **state)
{
    (void)state;
    check_refused("missing.pcap", 1, NULL, "missing.pcap: No such file");
    check_refused("empty.pcap", 1, NULL, "empty.pcap: is empty");
    check_refused("text.pcap", 1, NULL, "text.pcap: is not a capture");
    check_refused("small.pcap", 1, "tcp port 1", "the filter 'tcp port 1' takes none of its");
    check_refused("small.pcap", 1, "no such words", "small.pcap: filter 'no such words'");
    check_refused("small.pcap", SUITE_MAX + 1, NULL, "more than 64 slices in one run");
}

static void test_position(void **state)
{
    (void)state;
    suite suite;
    pkt_err err;
    assert_int_equal(open_capture(&suite, "empty.pcap", 1, NULL, NULL, &err), -1);
    assert_int_equal(err.pos, 0);
}

static void test_most_slices(void **state)
{
    (void)state;
    suite suite;
    pkt_err err;
    assert_int_equal(open_capture(&suite, "small.pcap", SUITE_MAX, NULL, NULL, &err), 0);
    assert_int_equal(suite.count, SUITE_MAX);
    assert_null(first_packets(&suite, &suite.slices[0], 10, &err));
    assert_non_null(strstr(err.msg, "more than 64 slices"));
    suite_close(&suite);
}

static void test_names(void **state)
{
    (void)state;
    suite suite;
    pkt_err err;
    assert_int_equal(open_capture(&suite, "small.pcap", 3, NULL, NULL, &err), 0);
    assert_int_equal(suite.count, 3);
    assert_string_equal(suite.slices[0].name, "small");
    assert_string_equal(suite.slices[1].name, "small-2");
    assert_string_equal(suite.slices[2].name, "small-3");
    for (size_t i = 0; i < suite.count; i++) {
        assert_string_equal(suite.slices[i].part, "whole");
        assert_true(suite.slices[i].packets > 10);
        assert_int_equal(strlen(suite.slices[i].xxh3), 16);
        assert_string_equal(suite.slices[i].xxh3, suite.slices[0].xxh3);
        assert_string_not_equal(suite.slices[i].path, path_of("small.pcap"));
    }
    suite_close(&suite);
}

static void test_three_parts(void **state)
{
    (void)state;
    static const char *const parts[] = {"start", "middle", "end"};
    suite suite;
    pkt_err err;
    assert_int_equal(open_capture(&suite, "large.pcap", 1, NULL, NULL, &err), 0);
    assert_int_equal(suite.count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(suite.slices[i].part, parts[i]);
        assert_true(suite.slices[i].bytes <= SLICE_BYTES);
        assert_true(suite.slices[i].bytes > SLICE_BYTES * 9 / 10);
    }
    suite_close(&suite);
}

static void test_cut_capture(void **state)
{
    (void)state;
    static const char *const filters[] = {NULL, "ip or ip6"};
    for (size_t i = 0; i < 2; i++) {
        heard h = {.size = 0};
        const pkt_notices notices = {.take = hear, .self = &h};
        suite suite;
        pkt_err err;
        assert_int_equal(open_capture(&suite, "cut.pcap", 1, filters[i], &notices, &err), 0);
        assert_int_equal(suite.count, 1);
        suite_close(&suite);
        assert_non_null(strstr(h.text, "cut.pcap: is truncated inside a record"));
        assert_non_null(strstr(h.text, ": measured without its last packet\n"));
        assert_int_equal(h.text[0], '0' + PKT_NOTICE_WARNING);
        assert_ptr_equal(strchr(h.text, '\n'), h.text + h.size - 1); /* said once */
    }
}

static void test_filter_counts(void **state)
{
    (void)state;
    suite all, some;
    pkt_err err;
    assert_int_equal(open_capture(&all, "small.pcap", 1, NULL, NULL, &err), 0);
    assert_int_equal(open_capture(&some, "small.pcap", 1, "udp", NULL, &err), 0);
    assert_int_equal(all.slices[0].unfiltered, 0);
    assert_int_equal(some.slices[0].unfiltered, all.slices[0].packets);
    assert_int_equal(some.slices[0].filtered, some.slices[0].packets);
    assert_true(some.slices[0].packets > 0 && some.slices[0].packets < all.slices[0].packets);
    suite_close(&all);
    suite_close(&some);
}

static void test_first_packets(void **state)
{
    (void)state;
    suite suite;
    pkt_err err;
    assert_int_equal(open_capture(&suite, "small.pcap", 1, NULL, NULL, &err), 0);
    const suite_slice *whole = &suite.slices[0];
    const suite_slice *few = first_packets(&suite, whole, 10, &err);
    assert_non_null(few);
    assert_int_equal(few->packets, 10);
    assert_string_equal(few->name, "small-first-10");
    assert_ptr_equal(suite_whole(few), whole);
    assert_ptr_equal(suite_whole(whole), whole);
    assert_ptr_equal(first_packets(&suite, whole, 10, &err), few);
    assert_int_equal(suite.count, 2);
    struct stat st;
    assert_int_equal(stat(few->empty, &st), 0);
    assert_int_equal(st.st_size, 24); /* the file header alone */
    assert_null(first_packets(&suite, whole, whole->packets + 1, &err));
    assert_non_null(strstr(err.msg, "small: has fewer than"));
    assert_int_equal(suite.count, 2);
    suite_close(&suite);
}

static void test_scratch_goes(void **state)
{
    (void)state;
    suite suite;
    pkt_err err;
    char scratch[PATH_MAX];
    assert_int_equal(open_capture(&suite, "small.pcap", 1, NULL, NULL, &err), 0);
    (void)snprintf(scratch, sizeof scratch, "%s", suite.scratch.folder);
    assert_int_equal(access(scratch, F_OK), 0);
    suite_close(&suite);
    assert_int_equal(access(scratch, F_OK), -1);
    suite_close(&suite);
}

static void test_no_scratch(void **state)
{
    (void)state;
    suite suite;
    pkt_err err;
    assert_int_equal(setenv("TMPDIR", "/nowhere", 1), 0);
    assert_int_equal(open_capture(&suite, "small.pcap", 1, NULL, NULL, &err), -1);
    assert_int_equal(unsetenv("TMPDIR"), 0);
    assert_string_equal(
        err.msg, "cannot make a scratch folder: No such file or directory; copies are made in "
                 "/nowhere: TMPDIR=FOLDER chooses another folder");
}

static void test_kinds(void **state)
{
    (void)state;
    pkt_err err;
    for (unsigned i = 0; i < SUITE_KINDS; i++) {
        suite_kind kind;
        assert_int_equal(suite_kind_find(suite_kind_name((suite_kind)i), &kind, &err), 0);
        assert_int_equal(kind, i);
    }
    suite_kind kind = SUITE_SCALE;
    assert_int_equal(suite_kind_find("seed", &kind, &err), -1);
    assert_string_equal(err.msg,
                        "unknown suite 'seed'; known: quick, reference, cic-iot, scale, languages");
    assert_int_equal(kind, SUITE_SCALE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),      cmocka_unit_test(test_bad_captures),
        cmocka_unit_test(test_position),      cmocka_unit_test(test_most_slices),
        cmocka_unit_test(test_names),         cmocka_unit_test(test_three_parts),
        cmocka_unit_test(test_cut_capture),   cmocka_unit_test(test_filter_counts),
        cmocka_unit_test(test_first_packets), cmocka_unit_test(test_scratch_goes),
        cmocka_unit_test(test_no_scratch),    cmocka_unit_test(test_kinds),
    };
    return cmocka_run_group_tests(tests, folder_setup, folder_remove);
}
