/* Files of a dataset whose output fails: nothing is placed, also if the fault is in a file that is
 * closed before others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/dataset/split.h"
#include "parsers/util/error.h"

#define HOUR_NS (INT64_C(3600) * 1000000000)

static char folder[] = "/tmp/pktbench-split.XXXXXX";
static unsigned opened;     /* files of the test */
static unsigned bad_end;    /* the end of this one fails */
static pkt_errcode bad_why; /* for this reason */

static void *format_open(const pkt_fields *fields, pkt_buffer *out, pkt_err *err)
{
    unsigned *number = malloc(sizeof *number);
    (void)fields;
    (void)out;
    if (number)
        *number = ++opened;
    else
        pkt_fail_memory(err, "a format");
    return number;
}

static int format_rows(void *self, const pkt_rows *rows, size_t part, pkt_encoded *out,
                       pkt_err *err)
{
    (void)self;
    (void)part;
    for (size_t i = 0; i < rows->count; i++)
        if (pkt_buffer_add(&out->bytes, "row\n", 4, err) != 0)
            return -1;
    return 0;
}

static int format_end(void *self, uint64_t offset, pkt_buffer *out, pkt_err *err)
{
    (void)offset;
    if (*(const unsigned *)self == bad_end)
        return pkt_fail(err, bad_why, PKT_POS_NONE, "the end fails");
    return pkt_buffer_add(out, "end\n", 4, err);
}

static const pkt_encoder encoder = {.name = "text",
                                    .block_rows = 16,
                                    .open = format_open,
                                    .rows = format_rows,
                                    .end = format_end,
                                    .close = free};

typedef struct fixture {
    partition keys;
    pkt_fields fields;
    pkt_pool *pool;
    pkt_batch *batch;
    split parts;
} fixture;

static int parts_open(void **state)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    fixture *f = calloc(1, sizeof *f);
    if (!f || partition_parse(&f->keys, "hour", &err) != 0)
        return -1;
    pkt_fields_add(&f->fields, PKT_FIELD_PACKET);
    f->pool = pkt_pool_open(1, &err);
    f->batch = pkt_batch_new(&err);
    f->parts = (split){.keys = &f->keys,
                       .encoder = &encoder,
                       .fields = &f->fields,
                       .pool = f->pool,
                       .root = folder,
                       .stage = folder,
                       .name = "a.pcap",
                       .marker = ""};
    opened = bad_end = 0;
    *state = f;
    return f->pool && f->batch ? 0 : -1;
}

static int parts_close(void **state)
{
    fixture *f = *state;
    split_close(&f->parts);
    pkt_batch_free(f->batch);
    pkt_pool_close(f->pool);
    free(f);
    return 0;
}

/* One row in this hour. */
static int row_push(fixture *f, int64_t hour, pkt_err *err)
{
    f->batch->rows = 1;
    f->batch->ts_ns[0] = hour * HOUR_NS;
    return split_push(&f->parts, f->batch, NULL, err);
}

static void test_good(void **state)
{
    fixture *f = *state;
    pkt_err err = {.code = PKT_ERR_NONE};
    for (int64_t hour = 0; hour <= SPLIT_OPEN; hour++)
        assert_int_equal(row_push(f, hour, &err), 0);
    assert_int_equal(split_end(&f->parts, &err), 0);
    assert_int_equal(f->parts.fault.code, PKT_ERR_NONE);
    assert_int_equal(split_rows(&f->parts), SPLIT_OPEN + 1);
}

/* The first file is closed to make room for the ninth, and its end fails. */
static void check_end(void **state, pkt_errcode why)
{
    fixture *f = *state;
    pkt_err err = {.code = PKT_ERR_NONE};
    bad_end = 1;
    bad_why = why;
    for (int64_t hour = 0; hour < SPLIT_OPEN; hour++)
        assert_int_equal(row_push(f, hour, &err), 0);
    assert_int_equal(row_push(f, SPLIT_OPEN, &err), -1);
    assert_int_equal(err.code, why);
    err.code = PKT_ERR_NONE;
    assert_int_equal(row_push(f, 1, &err), -1); /* of which a file is open */
    assert_int_equal(err.code, why);
    err.code = PKT_ERR_NONE;
    assert_int_equal(split_end(&f->parts, &err), -1);
    assert_int_equal(err.code, why);
    assert_int_equal(f->parts.fault.code, why);
    assert_string_equal(f->parts.fault.msg, "the end fails");
}

static void test_end_without_memory(void **state)
{
    check_end(state, PKT_ERR_MEMORY);
}

static void test_end_of_a_library(void **state)
{
    check_end(state, PKT_ERR_LIBRARY);
}

static int folder_make(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int folder_remove(void **state)
{
    (void)state;
    return rmdir(folder);
}

#define PARTS_TEST(test) cmocka_unit_test_setup_teardown(test, parts_open, parts_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PARTS_TEST(test_good),
        PARTS_TEST(test_end_without_memory),
        PARTS_TEST(test_end_of_a_library),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
