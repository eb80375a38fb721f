/* The table of flows: growth, the limit, the order of use, removal, clearing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parsers/flow/table.h"

/* Flows of two sizes: without and with user data, whose size is not a power of 2. */
enum { LARGE = sizeof(pkt_flow) + 24 };

/* Digits of pi. */
static const pkt_flow_seed seed = {{
    0x243f6a8885a308d3,
    0x13198a2e03707344,
    0xa4093822299f31d0,
    0x082efa98ec4e6c89,
    0x452821e638d01377,
    0xbe5466cf34e90c6c,
    0xc0ac29b7c97c50dd,
    0x3f84d5b5b5470917,
    0x9216d5d98979fb1b,
    0xd1310ba698dfb5ac,
    0x2ffd72dbd01adfb7,
    0xb8e1afed6a267e96,
}};

static pkt_flow_table *table_open(size_t max, size_t first, size_t flow_size)
{
    pkt_err err;
    pkt_flow_table *table = pkt_flow_table_open(max, first, flow_size, &seed, &err);
    assert_non_null(table);
    return table;
}

static pkt_flow_key key_of(uint32_t i)
{
    return (pkt_flow_key){.address = {0, i, 0, 1}, .port = {80, 81}};
}

/* Hashes with few homes, in an index of any size: the first and the last slots. */
typedef uint32_t (*spoil)(uint32_t hash);

static uint32_t not_spoiled(uint32_t hash)
{
    return hash;
}

static uint32_t last_slot(uint32_t hash)
{
    return hash | UINT32_C(0xfff00000);
}

static uint32_t first_and_last_slots(uint32_t hash)
{
    return hash & 1 ? hash | UINT32_C(0xff800000) : hash & UINT32_C(0x007fffff);
}

static uint32_t first_slots(uint32_t hash)
{
    return hash & UINT32_C(0x03ffffff);
}

static spoil spoiled = not_spoiled;

/* Get flow i; it must have kept its number. */
static pkt_flow *flow_get(pkt_flow_table *table, uint32_t i, int *fresh)
{
    pkt_err err;
    const pkt_flow_key key = key_of(i);
    pkt_flow *flow = pkt_flow_get(table, &key, spoiled(pkt_flow_hash(table, &key)), fresh, &err);
    assert_non_null(flow);
    if (*fresh) {
        assert_int_equal(flow->state, 0);
        flow->number = i;
        flow->state = 1;
    }
    assert_int_equal(flow->number, i);
    return flow;
}

/* The index grows many times; flows must not change. After some flows, `expected` ones are
 * expected. */
static void growth_test(size_t first, size_t flow_size, size_t expected)
{
    enum { FLOWS = 200000, EXPECTED_AFTER = 700 };
    pkt_flow_table *table = table_open(FLOWS, first, flow_size);
    int fresh;
    for (uint32_t pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < FLOWS; i++) {
            if (i == EXPECTED_AFTER)
                pkt_flow_expect(table, expected);
            (void)flow_get(table, i, &fresh);
            assert_int_equal(fresh, pass == 0);
        }
    assert_int_equal(pkt_flow_count(table), FLOWS);
    assert_int_equal(pkt_flow_evicted(table), 0);
    pkt_flow_table_close(table);
}

static void test_growth(void **state)
{
    (void)state;
    growth_test(0, sizeof(pkt_flow), 0);
    growth_test(0, LARGE, 0);
    growth_test(1000, LARGE, 0);
    growth_test(200000, sizeof(pkt_flow), 0);
}

/* Too few, as many, and more than the limit. */
static void test_expected(void **state)
{
    (void)state;
    static const size_t expected[] = {1, 10000, 100000, 200000, SIZE_MAX};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        growth_test(0, i % 2 ? LARGE : sizeof(pkt_flow), expected[i]);
}

enum { KEYS = 4000 };

/* The least recently used key; KEYS: no flows. */
static uint32_t oldest_of(const uint32_t used[KEYS])
{
    uint32_t oldest = KEYS;
    for (uint32_t key = 0; key < KEYS; key++)
        if (used[key] && (oldest == KEYS || used[key] < used[oldest]))
            oldest = key;
    return oldest;
}

/* Look-ups of random keys, compared with an array of the last use of each key. clear_every: number
 * of look-ups after which the table is cleared; 0: never. */
static void bound_test(size_t bound, size_t flow_size, uint32_t clear_every)
{
    uint32_t used[KEYS] = {0}, random = 1;
    size_t flows = 0, evicted = 0;
    pkt_flow_table *table = table_open(bound, 0, flow_size);
    for (uint32_t now = 1; now <= 3 * KEYS; now++) {
        random = random * 1664525 + 1013904223;
        /* At first only new keys: the limit is reached while flows are moved. */
        const uint32_t i = now < KEYS / 2 ? now : (random >> 8) % KEYS;
        int fresh;
        const pkt_flow *lru = pkt_flow_victim(table);
        const uint32_t next_evicted = lru ? lru->number : KEYS;
        assert_int_equal(lru != NULL, flows == bound);
        pkt_flow *flow = flow_get(table, i, &fresh);
        assert_int_equal(fresh, used[i] == 0);
        assert_ptr_equal(pkt_flow_newest(table), flow);
        if (fresh && flows == bound) {
            assert_int_equal(next_evicted, oldest_of(used));
            used[next_evicted] = 0;
            evicted++;
        } else if (fresh) {
            flows++;
        }
        used[i] = now;
        if (clear_every && now % clear_every == 0) {
            pkt_flow_clear(table);
            memset(used, 0, sizeof used);
            flows = 0;
        }
        assert_int_equal(pkt_flow_count(table), flows);
    }
    assert_int_equal(pkt_flow_evicted(table), evicted);
    pkt_flow_table_close(table);
}

/* Flows are evicted before, during and after the growth of the index from 1024 and 2048 slots. */
static void test_eviction_while_growing(void **state)
{
    (void)state;
    static const size_t bounds[] = {767, 768, 769, 770, 800, 1000, 1281, 1537, 1600};
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
        bound_test(bounds[i], i % 2 ? LARGE : sizeof(pkt_flow), 0);
}

/* Flows of one home are many, and go from the last slot on to the first one. */
static void test_few_homes(void **state)
{
    (void)state;
    static const spoil spoils[] = {last_slot, first_and_last_slots, first_slots};
    static const size_t bounds[] = {769, 1000, 2000};
    for (size_t i = 0; i < sizeof spoils / sizeof spoils[0]; i++) {
        spoiled = spoils[i];
        for (size_t j = 0; j < sizeof bounds / sizeof bounds[0]; j++)
            bound_test(bounds[j], sizeof(pkt_flow), 0);
        bound_test(2000, LARGE, 1000);
    }
    spoiled = not_spoiled;
}

/* The same with removals: of one flow after so many look-ups, the oldest or that of a random key. A
 * removed flow is found no more, and makes room. */
static void removal_test(size_t bound, size_t flow_size, uint32_t every)
{
    uint32_t used[KEYS] = {0}, random = 1;
    size_t flows = 0, evicted = 0;
    pkt_flow_table *table = table_open(bound, 0, flow_size);
    for (uint32_t now = 1; now <= 3 * KEYS; now++) {
        random = random * 1664525 + 1013904223;
        const uint32_t i = now < KEYS / 2 ? now : (random >> 8) % KEYS;
        int fresh;
        (void)flow_get(table, i, &fresh);
        assert_int_equal(fresh, used[i] == 0);
        if (fresh && flows == bound) {
            used[oldest_of(used)] = 0;
            evicted++;
        } else if (fresh) {
            flows++;
        }
        used[i] = now;
        if (now % every == 0) {
            const uint32_t gone = random & 1 ? oldest_of(used) : (random >> 4) % KEYS;
            const pkt_flow_key key = key_of(gone);
            pkt_flow *flow = pkt_flow_find(table, &key, pkt_flow_hash(table, &key));
            assert_int_equal(flow != NULL, used[gone] != 0);
            if (flow) {
                pkt_flow_remove(table, flow);
                assert_null(pkt_flow_find(table, &key, pkt_flow_hash(table, &key)));
                used[gone] = 0;
                flows--;
            }
        }
        if (flows && now % 32 == 0)
            assert_int_equal(pkt_flow_oldest(table)->number, oldest_of(used));
        assert_int_equal(pkt_flow_count(table), flows);
        assert_int_equal(pkt_flow_victim(table) != NULL, flows == bound);
        if (now == 2 * KEYS) { /* with free places */
            pkt_flow_clear(table);
            memset(used, 0, sizeof used);
            flows = 0;
        }
    }
    assert_int_equal(pkt_flow_evicted(table), evicted);
    pkt_flow_table_close(table);
}

static void test_removal(void **state)
{
    (void)state;
    static const size_t bounds[] = {3, 769, 1281, KEYS};
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
        for (uint32_t every = 1; every <= 9; every += 4)
            removal_test(bounds[i], i % 2 ? LARGE : sizeof(pkt_flow), every);
}

/* Few and many flows; before, during and after the growth of the index. */
static void test_clear(void **state)
{
    (void)state;
    static const uint32_t every[] = {1, 100, 768, 769, 1000, 5000};
    for (size_t i = 0; i < sizeof every / sizeof every[0]; i++) {
        bound_test(2000, LARGE, every[i]);
        bound_test(800, sizeof(pkt_flow), every[i]);
    }
}

/* A look-up does not add a flow. */
static void test_find(void **state)
{
    (void)state;
    pkt_flow_table *table = table_open(2, 0, LARGE);
    const pkt_flow_key one = key_of(1), other = key_of(2);
    int fresh;
    assert_null(pkt_flow_find(table, &one, pkt_flow_hash(table, &one)));
    assert_int_equal(pkt_flow_count(table), 0);
    pkt_flow *flow = flow_get(table, 1, &fresh);
    assert_ptr_equal(pkt_flow_find(table, &one, pkt_flow_hash(table, &one)), flow);
    assert_null(pkt_flow_find(table, &other, pkt_flow_hash(table, &other)));
    pkt_flow_table_close(table);
}

static void test_order_of_use(void **state)
{
    (void)state;
    static const uint32_t uses[] = {1, 2, 3, 1, 4, 2}, order[] = {3, 1, 4, 2};
    pkt_flow_table *table = table_open(10, 10, LARGE);
    int fresh;
    assert_null(pkt_flow_newest(table));
    assert_null(pkt_flow_oldest(table));
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++)
        (void)flow_get(table, uses[i], &fresh);
    const pkt_flow *flow = pkt_flow_oldest(table);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++, flow = pkt_flow_newer(table, flow))
        assert_int_equal(flow->number, order[i]);
    assert_null(flow);
    assert_int_equal(pkt_flow_older(table, pkt_flow_newest(table))->number, 4);
    pkt_flow_table_close(table);
}

/* Both ways have one key; the smaller end is the first. */
static void test_key(void **state)
{
    (void)state;
    static pkt_batch batch;
    pkt_flow_key there = {.kind = 0}, back = {.kind = 0}; /* padding too */
    batch.src_hi[0] = batch.dst_hi[1] = batch.dst_hi[0] = batch.src_hi[1] = 5;
    batch.src_lo[0] = batch.dst_lo[1] = 9;
    batch.dst_lo[0] = batch.src_lo[1] = 3;
    assert_int_equal(pkt_flow_key_make(&there, &batch, 0, 80, 1000, 6), 1);
    assert_int_equal(pkt_flow_key_make(&back, &batch, 1, 1000, 80, 6), 0);
    assert_memory_equal(&there, &back, sizeof there);
    assert_int_equal(there.address[1], 3);
    assert_int_equal(there.port[0], 1000);
    batch.dst_lo[0] = 9; /* one host: the ports decide */
    assert_int_equal(pkt_flow_key_make(&there, &batch, 0, 80, 1000, 6), 0);
    assert_int_equal(pkt_flow_key_make(&there, &batch, 0, 1000, 80, 6), 1);
    assert_int_equal(pkt_flow_key_make(&there, &batch, 0, 80, 80, 6), 0);
    batch.src_hi[0] = 6; /* the high half decides first */
    batch.dst_lo[0] = 10;
    assert_int_equal(pkt_flow_key_make(&there, &batch, 0, 79, 80, 6), 1);
    assert_int_equal(there.address[0], 5);
    assert_int_equal(there.address[1], 10);
    assert_int_equal(there.address[2], 6);
    assert_int_equal(there.address[3], 9);
    assert_int_equal(there.port[0], 80);
    assert_int_equal(there.port[1], 79);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key),          cmocka_unit_test(test_find),
        cmocka_unit_test(test_order_of_use), cmocka_unit_test(test_growth),
        cmocka_unit_test(test_expected),     cmocka_unit_test(test_eviction_while_growing),
        cmocka_unit_test(test_few_homes),    cmocka_unit_test(test_removal),
        cmocka_unit_test(test_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
