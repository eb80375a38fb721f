/* Threads that share work, blocks that go round, and captures that are given up before their end.
 * That rows are those of one thread is tested in tests/cli/test_threads.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "parsers/backends/raw.h"
#include "parsers/core/containers.h"
#include "parsers/parallel/parallel.h"
#include "parsers/rows/block_ring.h"

enum { PIECES_OF_WORK = 1000, BLOCK_ROWS = 100, BLOCKS = 300, PARTS = 3, PACKETS = 20000 };

static pkt_pool *pool_open(unsigned threads)
{
    pkt_err err;
    pkt_pool *pool = pkt_pool_open(threads, &err);
    assert_non_null(pool);
    assert_int_equal(pkt_pool_threads(pool), threads);
    return pool;
}

/* Work that counts down. */
typedef struct countdown {
    pkt_pool *pool;
    int left, done; /* guarded by the lock of the pool */
} countdown;

static bool countdown_step(void *self)
{
    countdown *c = self;
    if (c->left == 0)
        return false;
    c->left--;
    pkt_pool_unlock(c->pool);
    pkt_pool_lock(c->pool);
    c->done++;
    pkt_pool_notify(c->pool);
    return true;
}

static void test_pool(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 4; threads++) {
        pkt_pool *pool = pool_open(threads);
        countdown one = {.pool = pool, .left = PIECES_OF_WORK}, other = one;
        pkt_work first = {.step = countdown_step, .self = &one};
        pkt_work last = {.step = countdown_step, .self = &other, .last = true};
        pkt_pool_add(pool, &last);
        pkt_pool_add(pool, &first);
        pkt_pool_lock(pool);
        while (one.done + other.done < 2 * PIECES_OF_WORK)
            pkt_pool_help(pool);
        pkt_pool_unlock(pool);
        pkt_pool_remove(pool, &first);
        pkt_pool_lock(pool);
        other.left = 10; /* nobody needs to do it */
        pkt_pool_unlock(pool);
        pkt_pool_remove(pool, &last);
        assert_int_equal(one.done, PIECES_OF_WORK);
        pkt_pool_close(pool);
    }
}

/* Blocks whose rows have the numbers 0, 1, ... in their order. */
typedef struct numbered {
    uint64_t made[BLOCKS][PARTS], next; /* by item; the number that must be placed next */
    int fail_make, fail_place;          /* number of the block, or -1 */
} numbered;

static int numbered_make(void *self, const pkt_rows *rows, pkt_block_place place, pkt_err *err)
{
    numbered *n = self;
    assert_true(place.part < PARTS);
    n->made[place.item][place.part] = rows->numbers[0];
    if (rows->numbers[0] / BLOCK_ROWS == (uint64_t)n->fail_make && place.part == 1)
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "make");
    return 0;
}

static int numbered_place(void *self, const pkt_rows *rows, size_t item, pkt_err *err)
{
    numbered *n = self;
    for (size_t i = 0; i < PARTS; i++)
        assert_int_equal(n->made[item][i], rows->numbers[0]);
    assert_int_equal(rows->numbers[0], n->next);
    if (rows->numbers[0] / BLOCK_ROWS == (uint64_t)n->fail_place)
        return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "place");
    n->next += rows->count;
    return 0;
}

/* Fill so many blocks, of which the last one has half of its rows. 0, or -1 and *err. */
static int blocks_fill(pkt_block_ring *ring, const pkt_fields *fields, const pkt_batch *batch,
                       pkt_err *err)
{
    uint64_t number = 0;
    for (size_t i = 0; i < BLOCKS; i++) {
        const size_t rows = i + 1 < BLOCKS ? BLOCK_ROWS : BLOCK_ROWS / 2;
        uint64_t *numbers =
            pkt_row_block_add(pkt_block_ring_filled(ring), fields, batch, NULL, 0, rows, err);
        assert_non_null(numbers);
        for (size_t row = 0; row < rows; row++)
            numbers[row] = number++;
        if (i + 1 < BLOCKS && pkt_block_ring_submit(ring, err) != 0)
            return -1;
    }
    return pkt_block_ring_finish(ring, err);
}

/* What fails, and which block is not placed any more; -1: none. */
static void ring_try(unsigned threads, int fail_make, int fail_place)
{
    pkt_err err = {.code = PKT_ERR_NONE};
    numbered n = {.fail_make = fail_make, .fail_place = fail_place};
    const pkt_block_use use = {
        .parts = PARTS, .make = numbered_make, .place = numbered_place, .self = &n};
    pkt_fields fields = {.count = 0};
    pkt_pool *pool = pool_open(threads);
    pkt_batch *batch = pkt_batch_new(&err);
    const pkt_column_set columns = PKT_FRAMES_COLUMNS;
    pkt_fields_all(&fields, columns);
    assert_true(pkt_block_ring_items(pool, PARTS) <= BLOCKS);
    pkt_block_ring *ring = pkt_block_ring_open(pool, &fields, BLOCK_ROWS, &use, &err);
    assert_non_null(batch);
    assert_non_null(ring);
    const int bad = blocks_fill(ring, &fields, batch, &err);
    const int failing = fail_make >= 0 ? fail_make : fail_place;
    pkt_block_ring_close(ring); /* after a failure, blocks before it may still be placed */
    assert_int_equal(bad, failing >= 0 ? -1 : 0);
    if (failing < 0)
        assert_int_equal(n.next, (uint64_t)BLOCK_ROWS * BLOCKS - BLOCK_ROWS / 2);
    else
        assert_string_equal(err.msg, fail_make >= 0 ? "make" : "place");
    if (fail_place >= 0)
        assert_int_equal(n.next, (uint64_t)fail_place * BLOCK_ROWS);
    assert_true(failing < 0 || n.next <= (uint64_t)failing * BLOCK_ROWS);
    pkt_batch_free(batch);
    pkt_pool_close(pool);
}

static void test_ring(void **state)
{
    (void)state;
    for (unsigned threads = 1; threads <= 4; threads++) {
        ring_try(threads, -1, -1);
        ring_try(threads, 7, -1);
        ring_try(threads, -1, 7);
    }
}

static char path[] = "/tmp/pktbench-parallel.XXXXXX";

static int capture_make(void **state)
{
    static const uint8_t head[PCAP_FILE_HEADER] = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, [20] = 1};
    static uint8_t bytes[PCAP_FILE_HEADER + PACKETS * (PCAP_RECORD_HEADER + 60)];
    const int fd = mkstemp(path);
    (void)state;
    memcpy(bytes, head, sizeof head);
    for (uint32_t i = 0; i < PACKETS; i++) {
        const uint32_t record[] = {i, 0, 60, 60};
        memcpy(bytes + sizeof head + i * (sizeof record + 60), record, sizeof record);
    }
    const bool written = fd >= 0 && write(fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes;
    if (fd >= 0)
        close(fd);
    return written ? 0 : -1;
}

static int capture_remove(void **state)
{
    (void)state;
    return unlink(path);
}

/* A sink that fails after some rows; until then, it counts them. */
typedef struct limited {
    uint64_t rows, most;
    int64_t next_ns;
} limited;

static int limited_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    limited *l = self;
    for (size_t i = 0; i < batch->rows; i++, l->next_ns += INT64_C(1000000000))
        assert_int_equal(batch->ts_ns[i], l->next_ns);
    l->rows += batch->rows;
    return l->rows > l->most ? pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "full") : 0;
}

static int limited_finish(void *self, pkt_err *err)
{
    (void)self;
    (void)err;
    return 0;
}

static void test_given_up(void **state)
{
    (void)state;
    const uint64_t mosts[] = {0, 1000, PACKETS / 2, PACKETS};
    pkt_err err = {.code = PKT_ERR_NONE};
    pkt_capture capture = PKT_INIT(pkt_capture);
    pkt_request request = PKT_INIT(pkt_request);
    request.level = PKT_LEVEL_FLOWS;
    assert_int_equal(pkt_capture_open(path, &capture, &err), 0);
    for (unsigned threads = 2; threads <= 4; threads++)
        for (size_t i = 0; i < sizeof mosts / sizeof mosts[0]; i++) {
            pkt_parallel_job job = {.pool = pool_open(threads)};
            limited l = {.most = mosts[i]};
            const pkt_sink sink = pkt_sink_make(&l, limited_push, limited_finish);
            uint64_t rows;
            assert_true(pkt_parallel_possible(job.pool, &pkt_backend_raw, &capture));
            const int bad = pkt_parallel_run(&job, &capture, &request, &sink, &rows, &err);
            assert_int_equal(bad, mosts[i] < PACKETS ? -1 : 0);
            assert_true(mosts[i] < PACKETS ? rows <= mosts[i] : rows == PACKETS);
            pkt_pool_close(job.pool);
        }
}

/* What is made of rows: the numbers of their packets. */
typedef struct listed {
    uint64_t next, fail_make, fail_place; /* packet that comes next; that must not; 0: none */
} listed;

static int listed_make(void *self, const pkt_batch *batch, const uint64_t *numbers, pkt_buffer *out,
                       pkt_err *err)
{
    const listed *l = self;
    for (size_t i = 0; i < batch->rows; i++) {
        assert_int_equal(batch->ts_ns[i], (numbers[i] - 1) * UINT64_C(1000000000));
        if (numbers[i] == l->fail_make) /* what was added is not placed */
            return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "make");
        if (pkt_buffer_add(out, &numbers[i], sizeof numbers[i], err) != 0)
            return -1;
    }
    return 0;
}

static int listed_place(void *self, pkt_buffer *made, size_t rows, pkt_err *err)
{
    listed *l = self;
    const uint64_t *numbers = (const uint64_t *)(const void *)made->at;
    assert_int_equal(made->size, rows * sizeof *numbers);
    for (size_t i = 0; i < rows; i++, l->next++) {
        assert_int_equal(numbers[i], l->next);
        if (l->next == l->fail_place)
            return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "place");
    }
    return 0;
}

/* Rows are placed before they are given, and none that are not given, unless placing fails. */
static void listed_try(unsigned threads, const char *filter, uint64_t fail_make,
                       uint64_t fail_place)
{
    pkt_err err = {.code = PKT_ERR_NONE};
    pkt_capture capture = PKT_INIT(pkt_capture);
    pkt_request request = PKT_INIT(pkt_request);
    request.level = PKT_LEVEL_HEADERS;
    assert_int_equal(pkt_capture_open(path, &capture, &err), 0);
    listed list = {.next = 1, .fail_make = fail_make, .fail_place = fail_place};
    const pkt_direct direct = {.make = listed_make, .place = listed_place, .self = &list};
    pkt_parallel_job job = {.pool = pool_open(threads), .filter = filter, .direct = &direct};
    limited l = {.most = PACKETS};
    const pkt_sink sink = pkt_sink_make(&l, limited_push, limited_finish);
    uint64_t rows;
    const int bad = pkt_parallel_run(&job, &capture, &request, &sink, &rows, &err);
    pkt_pool_close(job.pool);
    assert_int_equal(bad, fail_make || fail_place ? -1 : 0);
    if (bad)
        assert_string_equal(err.msg, fail_make ? "make" : "place");
    else
        assert_int_equal(rows, PACKETS);
    assert_int_equal(rows, l.rows);
    assert_true(fail_place ? rows < fail_place : rows == list.next - 1);
    assert_true(!fail_make || rows < fail_make);
}

static void test_direct(void **state)
{
    (void)state;
    for (unsigned threads = 2; threads <= 4; threads++)
        for (int filtered = 0; filtered < 2; filtered++) {
            const char *filter = filtered ? "len == 60" : NULL;
            listed_try(threads, filter, 0, 0);
            listed_try(threads, filter, 1, 0);
            listed_try(threads, filter, PACKETS / 2, 0);
            listed_try(threads, filter, 0, 1);
            listed_try(threads, filter, 0, PACKETS / 2);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pool),
        cmocka_unit_test(test_ring),
        cmocka_unit_test(test_given_up),
        cmocka_unit_test(test_direct),
    };
    return cmocka_run_group_tests(tests, capture_make, capture_remove);
}
