/* A scenario that builds an invalid frame: no write past the frame's end, and no capture file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "datasets/generate.h"

/* Fill a frame up to `left` bytes before FRAME_MAX. */
static void fill(frame *f, size_t left)
{
    frame_begin(f);
    frame_ethernet(f, 1, 2, 0x0800);
    while (f->size < FRAME_MAX - left)
        put_u8(f, 0);
}

static void test_too_long(void **state)
{
    (void)state;
    frame *f = malloc(sizeof *f); /* on the heap: AddressSanitizer checks its end */
    assert_non_null(f);
    fill(f, 0);
    assert_null(f->defect);
    put_u8(f, 1);
    assert_non_null(f->defect);
    assert_int_equal(f->size, FRAME_MAX);
    frame_begin(f);
    assert_null(f->defect);
    free(f);
}

/* frame_end() stores lengths and checksums also into a header that did not fit. */
static void test_header_does_not_fit(void **state)
{
    (void)state;
    frame *f = malloc(sizeof *f);
    assert_non_null(f);
    for (size_t left = 0; left < 28; left++) {
        fill(f, left);
        frame_ip(f, address4(1), address4(2), 17, 64, 1);
        frame_ip_options(f, 40);
        frame_fragment(f, true, 0);
        frame_udp(f, 1, 2);
        frame_end(f);
        assert_non_null(f->defect);
        assert_int_equal(f->size <= FRAME_MAX, 1);
    }
    free(f);
}

static void test_too_many_headers(void **state)
{
    (void)state;
    frame *f = malloc(sizeof *f);
    assert_non_null(f);
    frame_begin(f);
    frame_verdict(f, PKT_BAD_VALUE); /* before the first header */
    for (size_t i = 0; i < FRAME_HEADERS_MAX; i++)
        frame_mpls(f, 1, false);
    assert_null(f->defect);
    frame_mpls(f, 1, true);
    assert_non_null(f->defect);
    assert_int_equal(f->header_count, FRAME_HEADERS_MAX);
    free(f);
}

static void test_contradictions(void **state)
{
    (void)state;
    frame *f = malloc(sizeof *f);
    assert_non_null(f);
    frame_begin(f);
    frame_ip(f, address4(1), address6(1, 2), 17, 64, 1);
    assert_non_null(f->defect);
    frame_begin(f);
    frame_ip(f, address4(1), address4(2), 17, 64, 1);
    frame_ip_options(f, 44);
    assert_non_null(f->defect);
    frame_begin(f);
    frame_ip(f, address4(1), address4(2), 17, 64, 1);
    frame_fragment(f, true, 12);
    assert_non_null(f->defect);
    free(f);
}

/* A generator whose tenth frame is too long. */
static void next_frame(void *state, frame *f)
{
    unsigned *count = state;
    fill(f, 100);
    if (++*count == 10)
        put_bytes(f, &(uint8_t[101]){0}, 101);
    frame_end(f);
}

static void generator_close(void *state)
{
    (void)state;
}

static int generator_open(frame_generator *generator, uint64_t seed, pkt_err *err)
{
    static unsigned count;
    (void)seed;
    (void)err;
    count = 0;
    *generator = (frame_generator){&count, next_frame, generator_close};
    return 0;
}

static void test_no_capture(void **state)
{
    (void)state;
    const dataset_scenario scenario = {.name = "too-long", .open = generator_open};
    char path[] = "/tmp/pktbench-frame-XXXXXX";
    pkt_err err;
    close(mkstemp(path));
    unlink(path);
    assert_int_equal(dataset_write(&scenario, NULL, path, NULL, NULL, &err), -1);
    assert_non_null(strstr(err.msg, "longer than FRAME_MAX"));
    assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_too_long),         cmocka_unit_test(test_header_does_not_fit),
        cmocka_unit_test(test_too_many_headers), cmocka_unit_test(test_contradictions),
        cmocka_unit_test(test_no_capture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
