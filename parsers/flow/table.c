#include "parsers/flow/table.h"

#include <stdbool.h>
#include <stdlib.h>

#define XXH_INLINE_ALL /* the length is a constant */
#include <xxhash.h>

#include "parsers/flow/pages.h"

enum {
    FIRST_SLOTS = 1024,  /* of an empty index; a power of 2, as every size of it */
    STEPS_AT_ONCE = 2,   /* of a move to a larger index, at each new flow */
    LOAD_PARTS = 4,      /* the index grows when three of these ... */
    LOAD_PARTS_FULL = 3, /* ... are in use */
    KEY_BYTES = offsetof(pkt_flow_key, kind) + sizeof(uint16_t)
};

/* A move of n slots takes n steps; 0.75 n new flows come before the larger index is full in its
 * turn. */
_Static_assert(STEPS_AT_ONCE *LOAD_PARTS_FULL >= LOAD_PARTS,
               "a move ends before the next one begins");
_Static_assert(sizeof(pkt_flow) == PKT_FLOW_BYTES, "chunks are full");
_Static_assert(offsetof(pkt_flow, kind) == offsetof(pkt_flow_key, kind) &&
                   offsetof(pkt_flow, port) == offsetof(pkt_flow_key, port),
               "a flow begins with its key");

#define NOBODY UINT32_MAX
/* Flows that are allocated at once. */
#define CHUNK_FLOWS (PKT_PAGES_BYTES / PKT_FLOW_BYTES)

/* A flow is only looked at where its hash is the one that is looked for. */
typedef struct flow_slot {
    uint32_t hash;
    uint32_t place; /* the flow's number + 1; 0: empty */
} flow_slot;

/* The place of a flow that was evicted before it was moved. */
#define DROPPED UINT32_MAX

/* Collisions go to the next slot. */
typedef struct flow_index {
    flow_slot *slots;
    size_t mask; /* slots - 1 */
} flow_index;

typedef struct flow_chunk {
    pkt_flow *flows; /* CHUNK_FLOWS of them; NULL: not needed yet */
} flow_chunk;

struct pkt_flow_table {
    uint64_t seed;
    size_t max, count;
    uint64_t evicted;
    flow_chunk *chunks;
    flow_index now;
    flow_index before; /* being moved into `now`, from slot `moved` on; slots NULL: no move */
    size_t moved;
    uint32_t newest, oldest;
};

static pkt_flow *flow_at(const pkt_flow_table *table, uint32_t number)
{
    return &table->chunks[number / CHUNK_FLOWS].flows[number % CHUNK_FLOWS];
}

static bool is_paged(size_t slots)
{
    return slots * sizeof(flow_slot) >= PKT_PAGES_BYTES;
}

static int index_open(flow_index *index, size_t slots, pkt_err *err)
{
    const size_t size = slots * sizeof *index->slots;
    index->slots = is_paged(slots) ? pkt_pages_open(size, 1) : calloc(1, size);
    index->mask = slots - 1;
    if (index->slots)
        return 0;
    pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for an index of %zu flows", slots);
    return -1;
}

static void index_close(flow_index *index)
{
    if (is_paged(index->mask + 1))
        pkt_pages_close(index->slots, (index->mask + 1) * sizeof *index->slots);
    else
        free(index->slots);
    index->slots = NULL;
}

pkt_flow_table *pkt_flow_table_open(size_t max, uint64_t seed, pkt_err *err)
{
    pkt_flow_table *table = calloc(1, sizeof *table);
    if (table) {
        table->chunks = calloc((max + CHUNK_FLOWS - 1) / CHUNK_FLOWS, sizeof *table->chunks);
        table->max = max;
        table->seed = seed;
        table->newest = table->oldest = NOBODY;
    }
    if (!table || !table->chunks) {
        pkt_flow_table_close(table);
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a table of %zu flows", max);
        return NULL;
    }
    if (index_open(&table->now, FIRST_SLOTS, err) != 0) {
        pkt_flow_table_close(table);
        return NULL;
    }
    return table;
}

void pkt_flow_table_close(pkt_flow_table *table)
{
    if (!table)
        return;
    for (size_t i = 0; i * CHUNK_FLOWS < table->count; i++)
        pkt_pages_close(table->chunks[i].flows, PKT_PAGES_BYTES);
    free(table->chunks);
    index_close(&table->now);
    index_close(&table->before);
    free(table);
}

uint32_t pkt_flow_hash(const pkt_flow_table *table, const pkt_flow_key *key)
{
    return (uint32_t)XXH3_64bits_withSeed(key, KEY_BYTES, table->seed);
}

void pkt_flow_prefetch(const pkt_flow_table *table, uint32_t hash)
{
    __builtin_prefetch(&table->now.slots[hash & table->now.mask], 1);
    if (table->before.slots)
        __builtin_prefetch(&table->before.slots[hash & table->before.mask]);
}

size_t pkt_flow_count(const pkt_flow_table *table)
{
    return table->count;
}

uint64_t pkt_flow_evicted(const pkt_flow_table *table)
{
    return table->evicted;
}

static void index_add(flow_index *index, flow_slot slot)
{
    size_t i = slot.hash & index->mask;
    while (index->slots[i].place)
        i = (i + 1) & index->mask;
    index->slots[i] = slot;
}

/* Empty the slot, and close the gap: flows behind it that were pushed past it move up. */
static void slot_clear(flow_index *index, size_t gap)
{
    flow_slot *slots = index->slots;
    for (size_t i = (gap + 1) & index->mask; slots[i].place; i = (i + 1) & index->mask) {
        size_t home = slots[i].hash & index->mask;
        if (((i - home) & index->mask) >= ((i - gap) & index->mask)) {
            slots[gap] = slots[i];
            gap = i;
        }
    }
    slots[gap].place = 0;
}

/* The slot of a flow; NULL. */
static flow_slot *slot_find(const flow_index *index, uint32_t hash, uint32_t number)
{
    flow_slot *slot;
    for (size_t i = hash & index->mask; (slot = &index->slots[i])->place; i = (i + 1) & index->mask)
        if (slot->place == number + 1)
            return slot;
    return NULL;
}

static pkt_flow *index_find(const pkt_flow_table *table, const flow_index *index,
                            const pkt_flow_key *key, uint32_t hash, uint32_t *number)
{
    const flow_slot *slot;
    for (size_t i = hash & index->mask; (slot = &index->slots[i])->place; i = (i + 1) & index->mask)
        if (slot->hash == hash && slot->place != DROPPED) {
            pkt_flow *flow = flow_at(table, slot->place - 1);
            *number = slot->place - 1;
            if (memcmp(flow, key, KEY_BYTES) == 0)
                return flow;
        }
    return NULL;
}

/* Some steps of the move. What was moved is left behind, for it is found in the new index first. */
static void index_move(pkt_flow_table *table)
{
    for (size_t step = 0; step < STEPS_AT_ONCE && table->before.slots; step++) {
        const flow_slot slot = table->before.slots[table->moved];
        if (slot.place && slot.place != DROPPED)
            index_add(&table->now, slot);
        if (table->moved++ == table->before.mask)
            index_close(&table->before);
    }
}

static int index_grow(pkt_flow_table *table, pkt_err *err)
{
    size_t slots = table->now.mask + 1;
    if (table->before.slots || (table->count + 1) * LOAD_PARTS <= slots * LOAD_PARTS_FULL)
        return 0;
    flow_index larger;
    if (index_open(&larger, slots * 2, err) != 0)
        return -1;
    table->before = table->now;
    table->now = larger;
    table->moved = 0;
    return 0;
}

static void unlink_flow(pkt_flow_table *table, const pkt_flow *flow)
{
    if (flow->newer == NOBODY)
        table->newest = flow->older;
    else
        flow_at(table, flow->newer)->older = flow->older;
    if (flow->older == NOBODY)
        table->oldest = flow->newer;
    else
        flow_at(table, flow->older)->newer = flow->newer;
}

static void link_newest(pkt_flow_table *table, pkt_flow *flow, uint32_t number)
{
    flow->newer = NOBODY;
    flow->older = table->newest;
    if (table->newest == NOBODY)
        table->oldest = number;
    else
        flow_at(table, table->newest)->newer = number;
    table->newest = number;
}

/* Take the place of the least recently used flow. */
static uint32_t place_evict(pkt_flow_table *table)
{
    uint32_t number = table->oldest;
    const pkt_flow *flow = flow_at(table, number);
    flow_slot *slot = slot_find(&table->now, flow->hash, number);
    if (slot)
        slot_clear(&table->now, (size_t)(slot - table->now.slots));
    else if (table->before.slots && (slot = slot_find(&table->before, flow->hash, number)))
        slot->place = DROPPED;
    unlink_flow(table, flow);
    table->evicted++;
    return number;
}

/* A place for one more flow. */
static int place_find(pkt_flow_table *table, uint32_t *number, pkt_err *err)
{
    if (table->count == table->max) {
        *number = place_evict(table);
        return 0;
    }
    flow_chunk *chunk = &table->chunks[table->count / CHUNK_FLOWS];
    if (!chunk->flows) /* few flows take little memory */
        chunk->flows = pkt_pages_open(PKT_PAGES_BYTES, table->count > 0);
    if (!chunk->flows)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for more than %zu flows",
                        table->count);
    *number = (uint32_t)table->count++;
    return 0;
}

static pkt_flow *flow_add(pkt_flow_table *table, const pkt_flow_key *key, uint32_t hash,
                          pkt_err *err)
{
    uint32_t number = 0;
    if (index_grow(table, err) != 0 || place_find(table, &number, err) != 0)
        return NULL;
    index_move(table);
    pkt_flow *flow = flow_at(table, number);
    *flow = (pkt_flow){.hash = hash, .kind = key->kind};
    memcpy(flow->address, key->address, sizeof flow->address);
    memcpy(flow->port, key->port, sizeof flow->port);
    index_add(&table->now, (flow_slot){hash, number + 1});
    link_newest(table, flow, number);
    return flow;
}

pkt_flow *pkt_flow_get(pkt_flow_table *table, const pkt_flow_key *key, uint32_t hash, int *fresh,
                       pkt_err *err)
{
    uint32_t number = 0;
    pkt_flow *flow = index_find(table, &table->now, key, hash, &number);
    if (!flow && table->before.slots)
        flow = index_find(table, &table->before, key, hash, &number);
    *fresh = !flow;
    if (!flow)
        return flow_add(table, key, hash, err);
    if (table->newest != number) {
        unlink_flow(table, flow);
        link_newest(table, flow, number);
    }
    return flow;
}
