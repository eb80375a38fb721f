#include "parsers/flow/table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/random.h>

#define XXH_INLINE_ALL /* the length is a constant */
#include <xxhash.h>

#include "parsers/flow/pages.h"

enum {
    FIRST_SLOTS = 1024, /* of an empty index, at least; a power of 2, as every size of it */
    STEPS_AT_ONCE = 2,  /* of a move to a larger index, at each new flow */
    LOAD_PARTS = 4,     /* the index grows when three of these ... */
    LOAD_PARTS_FULL = 3 /* ... are in use */
};

/* A move of n slots takes n steps; 0.75 n new flows come before the larger index is full in its
 * turn. */
_Static_assert(STEPS_AT_ONCE *LOAD_PARTS_FULL >= LOAD_PARTS,
               "a move ends before the next one begins");
_Static_assert(offsetof(pkt_flow, kind) == offsetof(pkt_flow_key, kind) &&
                   offsetof(pkt_flow, port) == offsetof(pkt_flow_key, port),
               "a flow begins with its key");

#define NOBODY UINT32_MAX

/* The hash is kept in the slot, so that a flow is read only if its hash matches. */
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

struct pkt_flow_table {
    uint64_t seed;
    size_t flow_size, max, count;
    uint64_t evicted;
    uint8_t *flows;   /* addresses for all of them, with memory for the first ones */
    size_t committed; /* bytes of that memory */
    flow_index now;
    flow_index before; /* being moved into `now`, from slot `moved` on; slots NULL: no move */
    size_t moved;
    uint32_t newest, oldest;
};

static pkt_flow *flow_at(const pkt_flow_table *table, uint32_t number)
{
    return (pkt_flow *)(void *)(table->flows + number * table->flow_size);
}

static pkt_flow *flow_or_none(const pkt_flow_table *table, uint32_t number)
{
    return number == NOBODY ? NULL : flow_at(table, number);
}

static bool is_paged(size_t slots)
{
    return slots * sizeof(flow_slot) >= PKT_PAGES_BYTES;
}

static flow_slot *slots_open(size_t slots)
{
    const size_t size = slots * sizeof(flow_slot);
    if (!is_paged(slots))
        return calloc(1, size);
    flow_slot *at = pkt_pages_reserve(size);
    if (at && pkt_pages_commit(at, size, 1) == 0)
        return at;
    pkt_pages_close(at, size);
    return NULL;
}

static int index_open(flow_index *index, size_t slots, pkt_err *err)
{
    index->slots = slots_open(slots);
    index->mask = slots - 1;
    if (index->slots)
        return 0;
    return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for an index of %zu flows",
                    slots);
}

static void index_close(flow_index *index)
{
    if (is_paged(index->mask + 1))
        pkt_pages_close(index->slots, (index->mask + 1) * sizeof *index->slots);
    else
        free(index->slots);
    index->slots = NULL;
}

/* Bytes of the addresses for all flows. */
static size_t flows_size(const pkt_flow_table *table)
{
    return (table->max * table->flow_size + PKT_PAGES_BYTES - 1) / PKT_PAGES_BYTES *
           PKT_PAGES_BYTES;
}

int pkt_flow_seed(uint64_t *seed, pkt_err *err)
{
    if (getrandom(seed, sizeof *seed, 0) == (ssize_t)sizeof *seed)
        return 0;
    return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "no random number for the table of flows");
}

/* A power of 2, so that the index does not grow before it has `flows` flows. */
static size_t slots_for(size_t flows)
{
    size_t slots = FIRST_SLOTS;
    while (flows * LOAD_PARTS > slots * LOAD_PARTS_FULL)
        slots *= 2;
    return slots;
}

pkt_flow_table *pkt_flow_table_open(size_t max, size_t first, size_t flow_size, uint64_t seed,
                                    pkt_err *err)
{
    pkt_flow_table *table = calloc(1, sizeof *table);
    if (table) {
        *table = (pkt_flow_table){
            .seed = seed, .flow_size = flow_size, .max = max, .newest = NOBODY, .oldest = NOBODY};
        table->flows = pkt_pages_reserve(flows_size(table));
    }
    if (!table || !table->flows)
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a table of %zu flows", max);
    else if (index_open(&table->now, slots_for(first), err) == 0)
        return table;
    pkt_flow_table_close(table);
    return NULL;
}

void pkt_flow_table_close(pkt_flow_table *table)
{
    if (!table)
        return;
    pkt_pages_close(table->flows, flows_size(table));
    index_close(&table->now);
    index_close(&table->before);
    free(table);
}

uint32_t pkt_flow_hash(const pkt_flow_table *table, const pkt_flow_key *key)
{
    return (uint32_t)XXH3_64bits_withSeed(key, PKT_FLOW_KEY_BYTES, table->seed);
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

/* Empty the slot, and close the gap: later slots of the same run move up where they may. */
static void slot_clear(flow_index *index, size_t gap)
{
    flow_slot *slots = index->slots;
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): an index that is asked has slots */
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
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): the same */
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
            if (memcmp(flow, key, PKT_FLOW_KEY_BYTES) == 0)
                return flow;
        }
    return NULL;
}

/* Some steps of the move. Slots that were moved stay in the old index: the new one is searched
 * first. */
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

/* Evict the least recently used flow; returns its place. */
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

/* Memory for the next place. 0, or -1 and *err. */
static int place_commit(pkt_flow_table *table, pkt_err *err)
{
    const size_t needed = (table->count + 1) * table->flow_size;
    while (table->committed < needed) { /* few flows take little memory */
        if (pkt_pages_commit(table->flows + table->committed, PKT_PAGES_BYTES,
                             table->committed > 0) != 0)
            return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for more than %zu flows",
                            table->count);
        table->committed += PKT_PAGES_BYTES;
    }
    return 0;
}

/* A place for one more flow; NOBODY and *err. */
static uint32_t place_find(pkt_flow_table *table, pkt_err *err)
{
    if (table->count == table->max)
        return place_evict(table);
    return place_commit(table, err) == 0 ? (uint32_t)table->count++ : NOBODY;
}

/* These two are inlined: as calls they cost the level `flows` 2 % of its instructions. */
static inline pkt_flow *flow_add(pkt_flow_table *table, const pkt_flow_key *key, uint32_t hash,
                                 pkt_err *err)
{
    if (index_grow(table, err) != 0)
        return NULL;
    const uint32_t number = place_find(table, err);
    if (number == NOBODY)
        return NULL;
    index_move(table);
    pkt_flow *flow = flow_at(table, number);
    memcpy(flow, key, PKT_FLOW_KEY_BYTES);
    flow->state = 0;
    flow->hash = hash;
    index_add(&table->now, (flow_slot){hash, number + 1});
    link_newest(table, flow, number);
    return flow;
}

static inline pkt_flow *flow_find(pkt_flow_table *table, const pkt_flow_key *key, uint32_t hash)
{
    uint32_t number = 0;
    pkt_flow *flow = index_find(table, &table->now, key, hash, &number);
    if (!flow && table->before.slots)
        flow = index_find(table, &table->before, key, hash, &number);
    if (flow && table->newest != number) {
        unlink_flow(table, flow);
        link_newest(table, flow, number);
    }
    return flow;
}

pkt_flow *pkt_flow_add(pkt_flow_table *table, const pkt_flow_key *key, uint32_t hash, pkt_err *err)
{
    return flow_add(table, key, hash, err);
}

pkt_flow *pkt_flow_find(pkt_flow_table *table, const pkt_flow_key *key, uint32_t hash)
{
    return flow_find(table, key, hash);
}

pkt_flow *pkt_flow_get(pkt_flow_table *table, const pkt_flow_key *key, uint32_t hash, int *fresh,
                       pkt_err *err)
{
    pkt_flow *flow = flow_find(table, key, hash);
    *fresh = !flow;
    return flow ? flow : flow_add(table, key, hash, err);
}

pkt_flow *pkt_flow_victim(const pkt_flow_table *table)
{
    return table->count < table->max ? NULL : flow_at(table, table->oldest);
}

pkt_flow *pkt_flow_newest(const pkt_flow_table *table)
{
    return flow_or_none(table, table->newest);
}

pkt_flow *pkt_flow_oldest(const pkt_flow_table *table)
{
    return flow_or_none(table, table->oldest);
}

pkt_flow *pkt_flow_newer(const pkt_flow_table *table, const pkt_flow *flow)
{
    return flow_or_none(table, flow->newer);
}

pkt_flow *pkt_flow_older(const pkt_flow_table *table, const pkt_flow *flow)
{
    return flow_or_none(table, flow->older);
}

/* The slots of the flows alone, or all of them where that is less work. */
void pkt_flow_clear(pkt_flow_table *table)
{
    flow_index *index = &table->now;
    index_close(&table->before);
    if (table->count * 8 > index->mask)
        memset(index->slots, 0, (index->mask + 1) * sizeof *index->slots);
    else
        for (uint32_t n = 0; n < table->count; n++)
            for (size_t i = flow_at(table, n)->hash & index->mask; index->slots[i].place;
                 i = (i + 1) & index->mask)
                index->slots[i].place = 0;
    table->count = 0;
    table->newest = table->oldest = NOBODY;
}
