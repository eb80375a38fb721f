#include "parsers/flow/table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/random.h>

#include "parsers/flow/index.h"
#include "parsers/flow/pages.h"

enum {
    FIRST_SLOTS = 1024, /* of an empty index, at least; a power of 2, as every size of it */
    STEPS_AT_ONCE = 8,  /* of a move to a larger index, at each new flow: a cache line */
    LOAD_PARTS = 4,     /* the index grows when three of these ... */
    LOAD_PARTS_FULL = 3 /* ... are in use */
};

/* Bytes that the first flows have in small pages: few flows take little memory. */
#define FIRST_BYTES ((size_t)256 << 10)

/* A move of n slots takes n / 8 new flows, some of which are added to the old index. */
_Static_assert(STEPS_AT_ONCE *(LOAD_PARTS - LOAD_PARTS_FULL) > LOAD_PARTS,
               "an index that is moved does not become full");

/* The first flow is no flow, but the ends of the order of use: `newer` is the oldest, `older` the
 * newest one; itself, without flows. */
enum { ENDS = 0 };

struct pkt_flow_table {
    pkt_flow_seed seed;
    size_t flow_size, max, count;
    size_t gaps;      /* numbers below the highest one whose flows were removed */
    uint32_t removed; /* the first of them; `older` of it is the next */
    size_t expected;  /* so many flows, or 0 */
    uint64_t evicted;
    uint8_t *flows;   /* addresses for all of them; FIRST_BYTES after them, a large page begins */
    size_t committed; /* bytes of them that have memory */
    pkt_flow_index now;
    pkt_flow_index before; /* being moved into `now`; it has the flows whose home is not moved */
    size_t moved;          /* slots of it */
    size_t room; /* with fewer flows than that, one more needs nothing but a slot of `now` */
};

static inline pkt_flow *flow_at(const pkt_flow_table *table, uint32_t number)
{
    return (pkt_flow *)(void *)(table->flows + number * table->flow_size);
}

static pkt_flow *flow_or_none(const pkt_flow_table *table, uint32_t number)
{
    return number == ENDS ? NULL : flow_at(table, number);
}

/* Bytes of the addresses for all flows, and those before them. */
enum { BEFORE_FLOWS = PKT_PAGES_BYTES - FIRST_BYTES };
static size_t flows_size(const pkt_flow_table *table)
{
    const size_t pages = ((table->max + 1) * table->flow_size - 1) / PKT_PAGES_BYTES + 2;
    return pages * PKT_PAGES_BYTES;
}

/* 0, or -1 without memory. */
static int flows_open(pkt_flow_table *table)
{
    uint8_t *at = pkt_pages_reserve(flows_size(table));
    if (!at)
        return -1;
    table->flows = at + BEFORE_FLOWS;
    table->committed = FIRST_BYTES;
    return pkt_pages_commit(table->flows, FIRST_BYTES, 0);
}

int pkt_flow_seed_draw(pkt_flow_seed *seed, pkt_err *err)
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

/* Memory for one more flow. Pages are large where flows will fill half of one at least: as
 * expected, or because there are so many already. 0, or -1 and *err. */
static int flow_commit(pkt_flow_table *table, pkt_err *err)
{
    const size_t needed = (table->count + 2) * table->flow_size; /* with ENDS */
    while (table->committed < needed) {
        const size_t half = table->committed + PKT_PAGES_BYTES / 2;
        const bool large =
            table->committed >= PKT_PAGES_BYTES || table->expected * table->flow_size >= half;
        if (pkt_pages_commit(table->flows + table->committed, PKT_PAGES_BYTES, large) != 0)
            return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for more than %zu flows",
                            table->count);
        table->committed += PKT_PAGES_BYTES;
    }
    return 0;
}

pkt_flow_table *pkt_flow_table_open(size_t max, size_t first, size_t flow_size,
                                    const pkt_flow_seed *seed, pkt_err *err)
{
    pkt_flow_table *table = calloc(1, sizeof *table);
    if (table) {
        *table = (pkt_flow_table){.seed = *seed, .flow_size = flow_size, .max = max};
    }
    if (!table || flows_open(table) != 0)
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a table of %zu flows", max);
    else if (pkt_flow_index_open(&table->now, slots_for(first), err) == 0)
        return table;
    pkt_flow_table_close(table);
    return NULL;
}

void pkt_flow_expect(pkt_flow_table *table, size_t flows)
{
    table->expected = flows < table->max ? flows : table->max;
}

void pkt_flow_table_close(pkt_flow_table *table)
{
    if (!table)
        return;
    if (table->flows)
        pkt_pages_close(table->flows - BEFORE_FLOWS, flows_size(table));
    pkt_flow_index_close(&table->now);
    pkt_flow_index_close(&table->before);
    free(table);
}

uint32_t pkt_flow_hash(const pkt_flow_table *table, const pkt_flow_key *key)
{
    return pkt_flow_key_hash(&table->seed, key);
}

/* Is a flow with this hash in the old index, or added to it? */
static inline bool is_before(const pkt_flow_table *table, uint32_t hash)
{
    return table->before.slots && flow_home(&table->before, hash) >= table->moved;
}

static inline pkt_flow_index *index_of(pkt_flow_table *table, uint32_t hash)
{
    return is_before(table, hash) ? &table->before : &table->now;
}

void pkt_flow_hashes(const pkt_flow_table *table, const pkt_flow_key *keys, size_t count,
                     uint32_t *hashes)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t hash = pkt_flow_key_hash(&table->seed, &keys[i]);
        const pkt_flow_index *index = is_before(table, hash) ? &table->before : &table->now;
        __builtin_prefetch(&index->slots[flow_home(index, hash)], 1);
        hashes[i] = hash;
    }
}

size_t pkt_flow_count(const pkt_flow_table *table)
{
    return table->count;
}

uint64_t pkt_flow_evicted(const pkt_flow_table *table)
{
    return table->evicted;
}

static inline bool has_key(const pkt_flow *flow, const pkt_flow_key *key)
{
    uint64_t other = 0;
    for (size_t i = 0; i < 4; i++)
        other |= flow->address[i] ^ key->address[i];
    other |= (uint64_t)((flow->port[0] ^ key->port[0]) | (flow->port[1] ^ key->port[1]) |
                        (flow->kind ^ key->kind));
    return other == 0;
}

static inline void key_set(pkt_flow *flow, const pkt_flow_key *key)
{
    memcpy(flow->address, key->address, sizeof flow->address);
    memcpy(flow->port, key->port, sizeof flow->port);
    flow->kind = key->kind;
}

/* The slot of the key's flow, or the empty one where the search ends. */
static inline pkt_flow_slot *slot_find(pkt_flow_table *table, const pkt_flow_key *key,
                                       uint32_t hash)
{
    const pkt_flow_index *index = index_of(table, hash);
    pkt_flow_slot *slot;
    for (size_t i = flow_home(index, hash); (slot = &index->slots[i])->number;
         i = (i + 1) & index->mask)
        if (slot->hash == hash && has_key(flow_at(table, slot->number), key))
            break;
    return slot;
}

/* Some steps of the move, up to an empty slot: behind it, no flow has a home before it. A flow that
 * came around from the last slots to the first ones stays in the old index, until all is moved. */
static void index_move(pkt_flow_table *table)
{
    pkt_flow_index *old = &table->before;
    for (size_t step = 0;; step++) {
        pkt_flow_slot *at = &old->slots[table->moved & old->mask];
        const pkt_flow_slot slot = *at;
        if (!slot.number && (step >= STEPS_AT_ONCE || table->moved > old->mask))
            break;
        at->number = 0;
        if (slot.number)
            pkt_flow_index_add(flow_home(old, slot.hash) <= table->moved ? &table->now : old, slot);
        table->moved++;
    }
    if (table->moved > old->mask)
        pkt_flow_index_close(old);
}

static int index_grow(pkt_flow_table *table, pkt_err *err)
{
    const size_t slots = table->now.mask + 1;
    if (table->before.slots || (table->count + 1) * LOAD_PARTS <= slots * LOAD_PARTS_FULL)
        return 0;
    const size_t expected = slots_for(table->expected);
    pkt_flow_index larger;
    if (pkt_flow_index_open(&larger, expected > slots * 2 ? expected : slots * 2, err) != 0)
        return -1;
    table->before = table->now;
    table->now = larger;
    table->moved = 0;
    return 0;
}

static inline void unlink_flow(pkt_flow_table *table, const pkt_flow *flow)
{
    flow_at(table, flow->newer)->older = flow->older;
    flow_at(table, flow->older)->newer = flow->newer;
}

static inline void link_newest(pkt_flow_table *table, pkt_flow *flow, uint32_t number)
{
    pkt_flow *ends = flow_at(table, ENDS);
    flow->newer = ENDS;
    flow->older = ends->older;
    flow_at(table, ends->older)->newer = number;
    ends->older = number;
}

/* Nothing leads to the flow any more. */
static void flow_forget(pkt_flow_table *table, const pkt_flow *flow, uint32_t number)
{
    pkt_flow_index *index = index_of(table, flow->hash);
    pkt_flow_index_clear(index, pkt_flow_index_slot(index, flow->hash, number));
    unlink_flow(table, flow);
}

/* Evict the least recently used flow; returns its number. Where one is evicted, the next one will
 * be soon, and its slot is far from everything that was read lately. */
static uint32_t number_evict(pkt_flow_table *table)
{
    const uint32_t number = flow_at(table, ENDS)->newer;
    flow_forget(table, flow_at(table, number), number);
    const uint32_t next = flow_at(table, flow_at(table, ENDS)->newer)->hash;
    const pkt_flow_index *index = index_of(table, next);
    __builtin_prefetch(&index->slots[flow_home(index, next)], 1);
    table->evicted++;
    return number;
}

/* A number for one more flow; ENDS and *err. */
static uint32_t number_new(pkt_flow_table *table, pkt_err *err)
{
    if (table->count == table->max)
        return number_evict(table);
    if (table->gaps == 0)
        return flow_commit(table, err) == 0 ? (uint32_t)++table->count : ENDS;
    const uint32_t number = table->removed;
    table->removed = flow_at(table, number)->older;
    table->gaps--;
    table->count++;
    return number;
}

/* Set table->room. */
static void room_count(pkt_flow_table *table)
{
    const size_t slots = (table->now.mask + 1) / LOAD_PARTS * LOAD_PARTS_FULL;
    const size_t memory = table->committed / table->flow_size - 1; /* without ENDS */
    table->room = table->before.slots || table->gaps ? 0 : slots < memory ? slots : memory;
    if (table->room > table->max)
        table->room = table->max;
}

static inline pkt_flow *flow_fill(pkt_flow_table *table, uint32_t number, const pkt_flow_key *key,
                                  uint32_t hash)
{
    pkt_flow *flow = flow_at(table, number);
    key_set(flow, key);
    flow->state = 0;
    flow->hash = hash;
    link_newest(table, flow, number);
    return flow;
}

pkt_flow *pkt_flow_add(pkt_flow_table *table, const pkt_flow_key *key, uint32_t hash, pkt_err *err)
{
    if (index_grow(table, err) != 0)
        return NULL;
    const uint32_t number = number_new(table, err);
    if (number == ENDS)
        return NULL;
    if (table->before.slots)
        index_move(table);
    pkt_flow_index_add(index_of(table, hash), (pkt_flow_slot){hash, number});
    room_count(table);
    return flow_fill(table, number, key, hash);
}

static inline pkt_flow *flow_use(pkt_flow_table *table, uint32_t number)
{
    pkt_flow *flow = flow_at(table, number);
    if (flow->newer != ENDS) {
        unlink_flow(table, flow);
        link_newest(table, flow, number);
    }
    return flow;
}

pkt_flow *pkt_flow_find(pkt_flow_table *table, const pkt_flow_key *key, uint32_t hash)
{
    const pkt_flow_slot *slot = slot_find(table, key, hash);
    return slot->number ? flow_use(table, slot->number) : NULL;
}

pkt_flow *pkt_flow_get(pkt_flow_table *table, const pkt_flow_key *key, uint32_t hash, int *fresh,
                       pkt_err *err)
{
    pkt_flow_slot *slot = slot_find(table, key, hash);
    *fresh = !slot->number;
    if (slot->number)
        return flow_use(table, slot->number);
    if (table->count >= table->room)
        return pkt_flow_add(table, key, hash, err);
    const uint32_t number = (uint32_t)++table->count;
    *slot = (pkt_flow_slot){hash, number};
    return flow_fill(table, number, key, hash);
}

pkt_flow *pkt_flow_victim(const pkt_flow_table *table)
{
    return table->count < table->max ? NULL : pkt_flow_oldest(table);
}

pkt_flow *pkt_flow_newest(const pkt_flow_table *table)
{
    return flow_or_none(table, flow_at(table, ENDS)->older);
}

pkt_flow *pkt_flow_oldest(const pkt_flow_table *table)
{
    return flow_or_none(table, flow_at(table, ENDS)->newer);
}

pkt_flow *pkt_flow_newer(const pkt_flow_table *table, const pkt_flow *flow)
{
    return flow_or_none(table, flow->newer);
}

pkt_flow *pkt_flow_older(const pkt_flow_table *table, const pkt_flow *flow)
{
    return flow_or_none(table, flow->older);
}

void pkt_flow_remove(pkt_flow_table *table, pkt_flow *flow)
{
    const size_t at = (size_t)((const uint8_t *)flow - table->flows);
    const uint32_t number = (uint32_t)(at / table->flow_size);
    flow_forget(table, flow, number);
    flow->older = table->removed;
    table->removed = number;
    table->gaps++;
    table->count--;
    table->room = 0;
}

/* The slots of the flows alone, or all of them where that is less work. */
void pkt_flow_clear(pkt_flow_table *table)
{
    pkt_flow_index *index = &table->now;
    pkt_flow_index_close(&table->before);
    const size_t numbers = table->count + table->gaps;
    if (numbers * 8 > index->mask)
        memset(index->slots, 0, (index->mask + 1) * sizeof *index->slots);
    else
        for (uint32_t n = 1; n <= numbers; n++)
            for (size_t i = flow_home(index, flow_at(table, n)->hash); index->slots[i].number;
                 i = (i + 1) & index->mask)
                index->slots[i].number = 0;
    table->count = table->gaps = 0;
    flow_at(table, ENDS)->newer = flow_at(table, ENDS)->older = ENDS;
}
