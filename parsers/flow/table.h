/* A table of flows: a hash index with open addressing, and flows that never move.
 *
 * The hash has a random seed, so that packets cannot be crafted to collide (hash.h). The index
 * grows by a few slots at each new flow, so that no packet waits for all of it; memory is taken as
 * flows are added. A full table evicts the least recently used flow for a new one. A table is used
 * by one thread at a time. */
#ifndef PKT_FLOW_TABLE_H
#define PKT_FLOW_TABLE_H

#include "parsers/flow/hash.h"

/* What every flow begins with: its key, what is the table's (hash, newer, older), and room for the
 * user, whose struct begins with a pkt_flow. */
typedef struct pkt_flow {
    uint64_t address[4];
    uint16_t port[2];
    uint16_t kind;
    uint16_t state; /* the user's */
    uint32_t hash;
    uint32_t newer, older; /* in order of use */
    uint32_t number;       /* the user's */
} pkt_flow;

typedef struct pkt_flow_table pkt_flow_table;

/* A random seed. 0, or -1 and *err. */
int pkt_flow_seed_draw(pkt_flow_seed *seed, pkt_err *err);
/* At most `max` flows, 1 to PKT_MOST_FLOWS, of `flow_size` bytes each, a multiple of 8. Besides,
 * the index takes 8 bytes a slot, and of slots at most four a flow while it grows, unless more were
 * expected; it has room for `first` flows before it does. NULL and *err without memory. */
pkt_flow_table *pkt_flow_table_open(size_t max, size_t first, size_t flow_size,
                                    const pkt_flow_seed *seed, pkt_err *err);
/* There will be about so many flows: the index grows to that size at once, and flows get large
 * pages. It is no limit, and may be wrong. */
void pkt_flow_expect(pkt_flow_table *table, size_t flows);
/* NULL: nothing. */
void pkt_flow_table_close(pkt_flow_table *table);

uint32_t pkt_flow_hash(const pkt_flow_table *table, const pkt_flow_key *key);
/* The hashes of keys that are looked up next: what the look-ups read is fetched into the caches. */
void pkt_flow_hashes(const pkt_flow_table *table, const pkt_flow_key *keys, size_t count,
                     uint32_t *hashes);

/* A flow is valid until it is removed, or evicted by pkt_flow_add() or pkt_flow_get(), or the table
 * is cleared or closed. `hash` is that of the key. */

/* The key's flow, which becomes the most recently used one; NULL if there is none. */
pkt_flow *pkt_flow_find(pkt_flow_table *table, const pkt_flow_key *key, uint32_t hash);
/* A flow for a key that has none; `state` is 0, the rest of the user's part is the user's to set.
 * NULL and *err without memory. */
pkt_flow *pkt_flow_add(pkt_flow_table *table, const pkt_flow_key *key, uint32_t hash, pkt_err *err);
/* pkt_flow_find(), or else pkt_flow_add() with *fresh set to 1. */
pkt_flow *pkt_flow_get(pkt_flow_table *table, const pkt_flow_key *key, uint32_t hash, int *fresh,
                       pkt_err *err);
/* Remove one flow. */
void pkt_flow_remove(pkt_flow_table *table, pkt_flow *flow);
/* The flow that pkt_flow_add() would evict; NULL if the table is not full. */
pkt_flow *pkt_flow_victim(const pkt_flow_table *table);

/* The order of use; NULL: there is none. */
pkt_flow *pkt_flow_newest(const pkt_flow_table *table);
pkt_flow *pkt_flow_oldest(const pkt_flow_table *table);
pkt_flow *pkt_flow_newer(const pkt_flow_table *table, const pkt_flow *flow);
pkt_flow *pkt_flow_older(const pkt_flow_table *table, const pkt_flow *flow);

/* Remove all flows; pkt_flow_evicted() stays. */
void pkt_flow_clear(pkt_flow_table *table);
/* Number of flows in the table; number of flows evicted so far. */
size_t pkt_flow_count(const pkt_flow_table *table);
uint64_t pkt_flow_evicted(const pkt_flow_table *table);

#endif
