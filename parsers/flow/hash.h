/* The hash of a flow's key, by random numbers.
 *
 * The key is taken as numbers of 32 bits, in pairs, and hashed by the family that Lemire and Kaser
 * call multilinear-HM ("Strongly universal string hashing is fast", The Computer Journal 57, 2014):
 * whatever two keys are chosen, one of 2^32 random seeds gives them the same hash. So there are no
 * keys that collide for every seed, and none that collide more often than others. What follows is a
 * permutation of the hashes: it does not change this. Without it, keys in equal steps would have
 * hashes in equal steps, and some seeds would put these close together. */
#ifndef PKT_FLOW_HASH_H
#define PKT_FLOW_HASH_H

#include "parsers/flow/key.h"

enum { PKT_FLOW_SEED_WORDS = 12 };

/* Random bits. */
typedef struct pkt_flow_seed {
    uint64_t word[PKT_FLOW_SEED_WORDS];
} pkt_flow_seed;

static inline uint64_t flow_hash_pair(const uint64_t seed[2], uint64_t a, uint64_t b)
{
    return (seed[0] + (uint32_t)a) * (seed[1] + (uint32_t)b);
}

/* The same for all pairs, less what does not depend on them, so that it is 0 for zeros. */
static inline uint64_t flow_hash_rare(const uint64_t seed[2], uint64_t a, uint64_t b)
{
    return flow_hash_pair(seed, a, b) - seed[0] * seed[1];
}

/* With IPv4, the high words of addresses are 0. */
static inline uint32_t pkt_flow_key_hash(const pkt_flow_seed *seed, const pkt_flow_key *key)
{
    const uint64_t *k = seed->word, *a = key->address;
    const uint64_t ports = (uint64_t)key->port[0] << 16 | key->port[1];
    uint64_t sum =
        k[0] + flow_hash_pair(k + 2, a[1], a[3]) + flow_hash_pair(k + 4, ports, key->kind);
    if ((a[0] | a[2] | (a[1] | a[3]) >> 32) != 0)
        sum += flow_hash_rare(k + 6, a[1] >> 32, a[3] >> 32) + flow_hash_rare(k + 8, a[0], a[2]) +
               flow_hash_rare(k + 10, a[0] >> 32, a[2] >> 32);
    const uint32_t hash = (uint32_t)(sum >> 32);
    return (hash ^ hash >> 16) * ((uint32_t)k[1] | 1);
}

#endif
