/* Pseudo-random numbers from a seed, reproducible on every machine. Used for generated packets, the
 * order of rounds and bootstrap intervals. */
#ifndef PKT_RANDOM_H
#define PKT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* xoshiro256** 1.0 by Blackman and Vigna, https://prng.di.unimi.it/ */
typedef struct random_state {
    uint64_t s[4];
} random_state;

/* Seeded by splitmix64, as its authors recommend. */
static inline random_state random_seeded(uint64_t seed)
{
    random_state r;
    for (size_t i = 0; i < 4; i++) {
        uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        r.s[i] = z ^ z >> 31;
    }
    return r;
}

static inline uint64_t random_next(random_state *r)
{
    uint64_t *s = r->s, five = s[1] * 5, t = s[1] << 17;
    uint64_t result = (five << 7 | five >> 57) * 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = s[3] << 45 | s[3] >> 19;
    return result;
}

/* A number in [0, bound), bound >= 1. The bias is below 2^-32 for bounds below 2^32. */
static inline uint64_t random_below(random_state *r, uint64_t bound)
{
    __extension__ typedef unsigned __int128 wide;
    return (uint64_t)(((wide)random_next(r) * bound) >> 64);
}

static inline void random_shuffle(random_state *r, size_t *items, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t j = (size_t)random_below(r, i), item = items[i - 1];
        items[i - 1] = items[j];
        items[j] = item;
    }
}

#endif
