#include "parsers/features/table.h"

#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <xxhash.h>

_Static_assert(sizeof(flow_key) == 40, "a key has no padding");

static flow_entry *entry_at(const flow_table *table, uint32_t number)
{
    return (flow_entry *)(void *)(table->entries + number * table->entry_size);
}

static uint32_t number_of(const flow_table *table, const flow_entry *entry)
{
    return (uint32_t)((size_t)((const uint8_t *)entry - table->entries) / table->entry_size);
}

static int ends_swapped(const flow_key *key)
{
    const uint64_t *a = key->address;
    if (a[0] != a[2])
        return a[0] > a[2];
    if (a[1] != a[3])
        return a[1] > a[3];
    return key->port[0] > key->port[1];
}

flow_key flow_key_of(const pkt_batch *batch, size_t row, int with_ports, int *back)
{
    flow_key key = {
        .address = {batch->src_hi[row], batch->src_lo[row], batch->dst_hi[row], batch->dst_lo[row]},
        .version = batch->ip_version[row]};
    if (with_ports) {
        key.port[0] = batch->src_port[row];
        key.port[1] = batch->dst_port[row];
        key.protocol = batch->ip_proto[row];
    }
    *back = ends_swapped(&key);
    if (!*back)
        return key;
    return (flow_key){.address = {key.address[2], key.address[3], key.address[0], key.address[1]},
                      .port = {key.port[1], key.port[0]},
                      .protocol = key.protocol,
                      .version = key.version};
}

/* Nobody who writes packets can know it. */
static uint64_t seed_make(void)
{
    uint64_t seed;
    struct timespec now;
    if (getrandom(&seed, sizeof seed, 0) == (ssize_t)sizeof seed)
        return seed;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 32;
}

int flow_table_open(flow_table *table, size_t entry_size, size_t most, pkt_err *err)
{
    size_t slots = 16;
    while (slots < 2 * most) /* at most half full */
        slots *= 2;
    *table = (flow_table){.seed = seed_make(),
                          .entry_size = entry_size,
                          .most = most,
                          .mask = slots - 1,
                          .newest = FLOW_NOBODY,
                          .oldest = FLOW_NOBODY};
    table->entries = malloc(most * entry_size);
    table->slots = calloc(slots, sizeof *table->slots);
    if (table->entries && table->slots)
        return 0;
    flow_table_close(table);
    return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for %zu flows of %zu bytes", most,
                    entry_size);
}

void flow_table_close(flow_table *table)
{
    free(table->entries);
    free(table->slots);
    table->entries = NULL;
    table->slots = NULL;
}

static void entry_unlink(flow_table *table, const flow_entry *entry)
{
    if (entry->newer == FLOW_NOBODY)
        table->newest = entry->older;
    else
        entry_at(table, entry->newer)->older = entry->older;
    if (entry->older == FLOW_NOBODY)
        table->oldest = entry->newer;
    else
        entry_at(table, entry->older)->newer = entry->newer;
}

static void entry_link(flow_table *table, flow_entry *entry)
{
    const uint32_t number = number_of(table, entry);
    entry->newer = FLOW_NOBODY;
    entry->older = table->newest;
    if (table->newest == FLOW_NOBODY)
        table->oldest = number;
    else
        entry_at(table, table->newest)->newer = number;
    table->newest = number;
}

static uint32_t key_hash(const flow_table *table, const flow_key *key)
{
    return (uint32_t)XXH3_64bits_withSeed(key, sizeof *key, table->seed);
}

flow_entry *flow_table_find(flow_table *table, const flow_key *key)
{
    const uint32_t hash = key_hash(table, key);
    for (size_t i = hash & table->mask; table->slots[i]; i = (i + 1) & table->mask) {
        flow_entry *entry = entry_at(table, table->slots[i] - 1);
        if (entry->hash != hash || memcmp(&entry->key, key, sizeof *key) != 0)
            continue;
        if (entry->newer != FLOW_NOBODY) {
            entry_unlink(table, entry);
            entry_link(table, entry);
        }
        return entry;
    }
    return NULL;
}

/* Empty the entry's slot, and move up those behind it that were pushed past it. */
static void slot_clear(flow_table *table, const flow_entry *entry)
{
    const uint32_t wanted = number_of(table, entry) + 1;
    size_t gap = entry->hash & table->mask;
    while (table->slots[gap] != wanted)
        gap = (gap + 1) & table->mask;
    for (size_t i = (gap + 1) & table->mask; table->slots[i]; i = (i + 1) & table->mask) {
        size_t home = entry_at(table, table->slots[i] - 1)->hash & table->mask;
        if (((i - home) & table->mask) >= ((i - gap) & table->mask)) {
            table->slots[gap] = table->slots[i];
            gap = i;
        }
    }
    table->slots[gap] = 0;
}

flow_entry *flow_table_victim(flow_table *table)
{
    return table->count < table->most ? NULL : entry_at(table, table->oldest);
}

flow_entry *flow_table_add(flow_table *table, const flow_key *key)
{
    flow_entry *entry = flow_table_victim(table);
    if (entry) {
        slot_clear(table, entry);
        entry_unlink(table, entry);
        table->evicted++;
    } else {
        entry = entry_at(table, (uint32_t)table->count++);
    }
    memset(entry, 0, table->entry_size);
    entry->key = *key;
    entry->hash = key_hash(table, key);
    size_t i = entry->hash & table->mask;
    while (table->slots[i])
        i = (i + 1) & table->mask;
    table->slots[i] = number_of(table, entry) + 1;
    entry_link(table, entry);
    return entry;
}

static flow_entry *entry_or_none(const flow_table *table, uint32_t number)
{
    return number == FLOW_NOBODY ? NULL : entry_at(table, number);
}

flow_entry *flow_table_newest(const flow_table *table)
{
    return entry_or_none(table, table->newest);
}

flow_entry *flow_table_oldest(const flow_table *table)
{
    return entry_or_none(table, table->oldest);
}

flow_entry *flow_table_older(const flow_table *table, const flow_entry *entry)
{
    return entry_or_none(table, entry->older);
}

flow_entry *flow_table_newer(const flow_table *table, const flow_entry *entry)
{
    return entry_or_none(table, entry->newer);
}

void flow_table_clear(flow_table *table)
{
    /* Its own slots alone, or all of them where that is less work. */
    if (table->count * 8 > table->mask)
        memset(table->slots, 0, (table->mask + 1) * sizeof *table->slots);
    else
        for (size_t n = 0; n < table->count; n++) {
            size_t i = entry_at(table, (uint32_t)n)->hash & table->mask;
            for (; table->slots[i]; i = (i + 1) & table->mask)
                table->slots[i] = 0;
        }
    table->count = 0;
    table->newest = table->oldest = FLOW_NOBODY;
}
