/* Flows by their key: open addressing in front of entries of one size that never move, all of them
 * presized, so that no packet waits for a table to grow; pages that no flow needs are not touched.
 * When the bound is reached, the least recently used flow gives its place to the new one. */
#ifndef PKT_FEATURES_TABLE_H
#define PKT_FEATURES_TABLE_H

#include "pktbench.h"

/* The two ends, the smaller one first. No padding, for it is hashed and compared as bytes. */
typedef struct flow_key {
    uint64_t address[4]; /* high and low half of the first end, then of the second */
    uint16_t port[2];
    uint16_t protocol;
    uint16_t version; /* of IP */
} flow_key;

/* What every entry begins with; the user's part follows. */
typedef struct flow_entry {
    flow_key key;
    uint32_t hash;
    uint32_t newer, older; /* in order of use; FLOW_NOBODY */
} flow_entry;

#define FLOW_NOBODY UINT32_MAX

typedef struct flow_table {
    uint64_t seed;
    size_t entry_size, most, count;
    uint64_t evicted;
    uint8_t *entries;
    uint32_t *slots; /* an entry's number + 1; 0: empty */
    size_t mask;     /* slots - 1 */
    uint32_t newest, oldest;
} flow_table;

/* The key of a row's packet; *back: the packet goes from the second end to the first. */
flow_key flow_key_of(const pkt_batch *batch, size_t row, int with_ports, int *back);

/* Entries of `entry_size` bytes, `most` of them. 0, or -1 and *err. */
int flow_table_open(flow_table *table, size_t entry_size, size_t most, pkt_err *err);
void flow_table_close(flow_table *table);
/* The key's entry, which becomes the most recently used one; NULL if there is none. */
flow_entry *flow_table_find(flow_table *table, const flow_key *key);
/* The entry that flow_table_add() would take the place of; NULL if there is room. */
flow_entry *flow_table_victim(flow_table *table);
/* A new entry for a key that has none; the user's part is 0. */
flow_entry *flow_table_add(flow_table *table, const flow_key *key);
/* The entry's neighbours in order of use; NULL: there is none. */
flow_entry *flow_table_newest(const flow_table *table);
flow_entry *flow_table_oldest(const flow_table *table);
flow_entry *flow_table_older(const flow_table *table, const flow_entry *entry);
flow_entry *flow_table_newer(const flow_table *table, const flow_entry *entry);
/* Forget all flows; `evicted` stays. */
void flow_table_clear(flow_table *table);

#endif
