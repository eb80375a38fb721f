/* The hash of a flow's key: families of keys that are crafted to collide, with many seeds. A
 * collision is expected as often as by chance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "parsers/flow/hash.h"

enum { KEYS = 1 << 14, SEEDS = 8 };

/* Numbers that look random (SplitMix64), the same in every run. */
static uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static pkt_flow_seed seed_of(uint64_t number)
{
    pkt_flow_seed seed;
    uint64_t state = number << 32;
    for (size_t i = 0; i < PKT_FLOW_SEED_WORDS; i++)
        seed.word[i] = random_next(&state);
    return seed;
}

static uint32_t hash_of(const pkt_flow_seed *seed, uint64_t a, uint64_t b, uint32_t ports)
{
    const pkt_flow_key key = {.address = {0, a, 0, b},
                              .port = {(uint16_t)(ports >> 16), (uint16_t)ports}};
    return pkt_flow_key_hash(seed, &key);
}

/* Key i of a family. */
typedef uint32_t (*family)(const pkt_flow_seed *seed, uint32_t i);

static uint32_t ports_in_steps(const pkt_flow_seed *seed, uint32_t i)
{
    return hash_of(seed, 0x0a000001, 0x0a000002, 80u << 16 | i);
}

static uint32_t hosts_in_steps(const pkt_flow_seed *seed, uint32_t i)
{
    return hash_of(seed, 0x0a000001, i, 80);
}

static uint32_t hosts_in_large_steps(const pkt_flow_seed *seed, uint32_t i)
{
    return hash_of(seed, i << 18, 0xffffffff, 80);
}

static uint32_t both_hosts_alike(const pkt_flow_seed *seed, uint32_t i)
{
    return hash_of(seed, i, i, 80);
}

/* Sum and difference of the two ends are the same for all. */
static uint32_t hosts_against_each_other(const pkt_flow_seed *seed, uint32_t i)
{
    return hash_of(seed, i, UINT32_MAX - i, 80);
}

static uint32_t ports_against_hosts(const pkt_flow_seed *seed, uint32_t i)
{
    return hash_of(seed, i, 0, UINT32_MAX - i);
}

static uint32_t networks_by_hosts(const pkt_flow_seed *seed, uint32_t i)
{
    return hash_of(seed, (i >> 7) << 24 | 1, (i & 127) << 16 | 1, 0);
}

/* Bit patterns in which every bit of the key takes part. */
static uint32_t few_bits(const pkt_flow_seed *seed, uint32_t i)
{
    const unsigned one = i & 127, other = i >> 7;
    uint64_t word[2] = {0};
    word[one / 64] ^= UINT64_C(1) << one % 64;
    word[other / 64] ^= UINT64_C(1) << other % 64;
    const pkt_flow_key key = {
        .address = {0, (uint32_t)word[0], 0, word[0] >> 32},
        .port = {(uint16_t)word[1], (uint16_t)(word[1] >> 16)},
        .kind = (uint16_t)(word[1] >> 32 ^ word[1] >> 48),
    };
    return pkt_flow_key_hash(seed, &key);
}

static uint32_t networks_of_ipv6(const pkt_flow_seed *seed, uint32_t i)
{
    const pkt_flow_key key = {.address = {(uint64_t)i << 32, 1, 0, 1}, .kind = 2};
    return pkt_flow_key_hash(seed, &key);
}

static uint32_t hosts_of_ipv6(const pkt_flow_seed *seed, uint32_t i)
{
    const pkt_flow_key key = {.address = {1, 1, 1, (uint64_t)i << 40 | i}, .kind = 2};
    return pkt_flow_key_hash(seed, &key);
}

static uint32_t halves_of_ipv6(const pkt_flow_seed *seed, uint32_t i)
{
    const pkt_flow_key key = {.address = {i, UINT64_MAX - i, i, (uint64_t)i << 32}, .kind = 2};
    return pkt_flow_key_hash(seed, &key);
}

static const struct {
    const char *name;
    family hash;
} families[] = {
    {"ports in steps", ports_in_steps},
    {"hosts in steps", hosts_in_steps},
    {"hosts in large steps", hosts_in_large_steps},
    {"both hosts alike", both_hosts_alike},
    {"hosts against each other", hosts_against_each_other},
    {"ports against hosts", ports_against_hosts},
    {"networks by hosts", networks_by_hosts},
    {"few bits", few_bits},
    {"networks of IPv6", networks_of_ipv6},
    {"hosts of IPv6", hosts_of_ipv6},
    {"halves of IPv6", halves_of_ipv6},
};
enum { FAMILIES = sizeof families / sizeof families[0] };

static int by_value(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The hashes of the family's keys, in order; of `few_bits`, which has some keys twice, of each
 * pair of bits one. Returns how many. */
static size_t family_hashes(size_t f, const pkt_flow_seed *seed, uint32_t hashes[KEYS])
{
    size_t count = 0;
    for (uint32_t i = 0; i < KEYS; i++)
        if (families[f].hash != few_bits || ((i & 127) < i >> 7 && i >> 7 < 112))
            hashes[count++] = families[f].hash(seed, i);
    qsort(hashes, count, sizeof hashes[0], by_value);
    return count;
}

/* 16,384 keys have 1.3e8 pairs: 0.03 collisions by chance. */
static void test_collisions(void **state)
{
    (void)state;
    static uint32_t hashes[KEYS];
    for (size_t f = 0; f < FAMILIES; f++)
        for (uint64_t s = 0; s < SEEDS; s++) {
            const pkt_flow_seed seed = seed_of(s);
            const size_t count = family_hashes(f, &seed, hashes);
            size_t equal = 0;
            for (size_t i = 1; i < count; i++)
                equal += hashes[i] == hashes[i - 1];
            if (equal > 2)
                fail_msg("%s, seed %u: %zu collisions", families[f].name, (unsigned)s, equal);
        }
}

/* Steps from the first slot to the one that is taken, in a table of twice as many slots, of all
 * keys together; `hashes` in order. */
static size_t steps_of(const uint32_t *hashes, size_t count)
{
    enum { BITS = 15 };
    size_t steps = 0, next = 0; /* next: the first free slot */
    for (size_t i = 0; i < count; i++) {
        const size_t home = hashes[i] >> (32 - BITS);
        if (home > next)
            next = home;
        steps += next++ - home;
    }
    return steps;
}

/* Random hashes take 0.5 steps a key at half the load. */
static void test_spread(void **state)
{
    (void)state;
    static uint32_t hashes[KEYS];
    for (size_t f = 0; f < FAMILIES; f++)
        for (uint64_t s = 0; s < SEEDS; s++) {
            const pkt_flow_seed seed = seed_of(s);
            const size_t count = family_hashes(f, &seed, hashes);
            const size_t steps = steps_of(hashes, count);
            if (steps > 2 * count)
                fail_msg("%s, seed %u: %zu steps for %zu keys", families[f].name, (unsigned)s,
                         steps, count);
        }
}

/* Neighbours of a family collide for one of 2^32 seeds; not for any of these. Only the first keys:
 * each pair with many seeds. */
static void test_no_pair_collides_often(void **state)
{
    (void)state;
    enum { PAIRS = 64, MANY_SEEDS = 2000 };
    for (size_t f = 0; f < FAMILIES; f++)
        for (uint32_t i = 0; i < PAIRS; i++) {
            size_t equal = 0;
            for (uint64_t s = 0; s < MANY_SEEDS; s++) {
                const pkt_flow_seed seed = seed_of(s);
                equal += families[f].hash(&seed, i) == families[f].hash(&seed, i + 1);
            }
            if (equal > 1)
                fail_msg("%s, keys %u and %u: the same hash for %zu of %d seeds", families[f].name,
                         i, i + 1, equal, MANY_SEEDS);
        }
}

/* Every field of a key is hashed. */
static void test_fields(void **state)
{
    (void)state;
    const pkt_flow_seed seed = seed_of(1);
    const pkt_flow_key none = {.kind = 0};
    const pkt_flow_key keys[] = {
        {.address = {1}},
        {.address = {0, 1}},
        {.address = {0, 0, 1}},
        {.address = {0, 0, 0, 1}},
        {.port = {1}},
        {.port = {0, 1}},
        {.kind = 1},
        {.address = {1ULL << 63}},
        {.address = {0, 1ULL << 63}},
        {.kind = 1 << 15},
        {.address = {0, 0, 1ULL << 63}},
        {.address = {0, 0, 0, 1ULL << 63}},
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_int_not_equal(pkt_flow_key_hash(&seed, &keys[i]), pkt_flow_key_hash(&seed, &none));
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(pkt_flow_key_hash(&seed, &keys[i]),
                                 pkt_flow_key_hash(&seed, &keys[j]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_collisions),
        cmocka_unit_test(test_spread),
        cmocka_unit_test(test_no_pair_collides_often),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
