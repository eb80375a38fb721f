/* Flows by their two ends: an open-addressing index of numbers in front of flows that never move.
 *
 * Keyed by XXH3 with a seed of the run's own, so that nobody can prepare packets that collide. The
 * index grows a few slots at each new flow, so that no packet waits for all of it. When the bound
 * is reached, the least recently used flow gives its place to the new one. */
#ifndef PKT_FLOW_TABLE_H
#define PKT_FLOW_TABLE_H

#include "pktbench.h"

/* The two ends, the smaller one first, and which protocol over which version of IP. Bytes past
 * `kind` are no part of the key. */
typedef struct pkt_flow_key {
    uint64_t address[4]; /* high and low half of the first end, then of the second */
    uint16_t port[2];
    uint16_t kind;
} pkt_flow_key;

/* What is kept of a flow. Its first bytes are its key. `newer`, `older` and `hash` are the
 * table's. */
typedef struct pkt_flow {
    uint64_t address[4];
    uint16_t port[2];
    uint16_t kind;
    uint16_t state; /* the user's bits; 0 in a new flow */
    uint32_t hash;
    uint32_t newer, older; /* in order of use */
    uint32_t stream;       /* the user's, as `base` */
    uint32_t base[2];
} pkt_flow;

/* Memory of a flow, bytes; besides, the index takes 8 bytes a slot, and of slots at most four a
 * flow while it grows. */
#define PKT_FLOW_BYTES 64
_Static_assert(sizeof(pkt_flow) <= PKT_FLOW_BYTES, "a flow is one cache line");

typedef struct pkt_flow_table pkt_flow_table;

/* At most `max` flows, 1 to PKT_MOST_FLOWS. NULL and *err without memory. */
pkt_flow_table *pkt_flow_table_open(size_t max, uint64_t seed, pkt_err *err);
void pkt_flow_table_close(pkt_flow_table *table);

uint32_t pkt_flow_hash(const pkt_flow_table *table, const pkt_flow_key *key);
/* Ask for the memory that pkt_flow_get() will look at first. */
void pkt_flow_prefetch(const pkt_flow_table *table, uint32_t hash);
/* The key's flow, which becomes the most recently used one. One that was not there is made, with
 * `state`, `stream` and `base` 0, and *fresh set. Valid until the table is closed, but the next
 * call may give its place to another flow. NULL and *err without memory. */
pkt_flow *pkt_flow_get(pkt_flow_table *table, const pkt_flow_key *key, uint32_t hash, int *fresh,
                       pkt_err *err);

/* Flows held now; flows that gave their place so far. */
size_t pkt_flow_count(const pkt_flow_table *table);
uint64_t pkt_flow_evicted(const pkt_flow_table *table);

#endif
