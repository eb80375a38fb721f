/* Bytes as look-ups of flows, compared with a list in order of use: the same flow is found, the
 * same flow is evicted, and data of a flow do not change.
 *
 *   bound less 1(1) seed, even: mask of a poor hash(1), then a look-up each: key(2, big-endian)
 * unused(1)
 */
#include "parsers/flow/table.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD = 2, LOOK_UP = 3, BOUND = 256 };

/* The reference: keys in order of use, the most recent one last. */
typedef struct naive {
    uint32_t keys[BOUND + 1], notes[BOUND + 1];
    size_t count;
} naive;

/* Move the key to the end. Returns its note, or `note` if it is new. */
static uint32_t naive_get(naive *n, size_t bound, uint32_t key, uint32_t note, bool *fresh)
{
    size_t i = 0;
    while (i < n->count && n->keys[i] != key)
        i++;
    *fresh = i == n->count;
    if (!*fresh)
        note = n->notes[i];
    else if (n->count < bound)
        n->count++;
    else
        i = 0;
    size_t last = n->count - 1;
    if (i < last) {
        memmove(&n->keys[i], &n->keys[i + 1], (last - i) * sizeof n->keys[0]);
        memmove(&n->notes[i], &n->notes[i + 1], (last - i) * sizeof n->notes[0]);
    }
    n->keys[last] = key;
    n->notes[last] = note;
    return note;
}

static pkt_flow_seed seed_of(uint8_t byte)
{
    pkt_flow_seed seed;
    for (size_t i = 0; i < PKT_FLOW_SEED_WORDS; i++)
        seed.word[i] = (uint64_t)(byte + i) * UINT64_C(0x9e3779b97f4a7c15);
    return seed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static naive reference;
    /* A poor hash with few values, to produce collisions. */
    if (size < HEAD)
        return 0;
    const size_t bound = (size_t)data[0] + 1;
    const uint32_t few = data[1];
    pkt_err err;
    uint64_t evicted = 0;
    const pkt_flow_seed seed = seed_of(data[1]);
    reference.count = 0;
    pkt_flow_table *table = pkt_flow_table_open(bound, 0, sizeof(pkt_flow), &seed, &err);
    must(table != NULL, "memory is available for a table");
    for (size_t at = HEAD; at + LOOK_UP <= size; at += LOOK_UP) {
        const uint32_t word = (uint32_t)data[at] << 8 | data[at + 1];
        pkt_flow_key key = {.address = {0, word >> 4, 0, 1}, .port = {(uint16_t)(word & 15), 53}};
        uint32_t hash = few & 1 ? pkt_flow_hash(table, &key) : UINT32_MAX - (word & few);
        bool wanted;
        int fresh;
        size_t before = reference.count;
        uint32_t note = naive_get(&reference, bound, word, (uint32_t)at, &wanted);
        evicted += wanted && before == bound;
        pkt_flow *flow = pkt_flow_get(table, &key, hash, &fresh, &err);
        must(flow != NULL, "memory is available for a flow");
        must(fresh == wanted, "a flow is found until it is evicted");
        must(!fresh || !flow->state, "a new flow has no data");
        if (fresh)
            flow->number = (uint32_t)at;
        must(flow->number == note, "data of a flow do not change");
        must(pkt_flow_count(table) == reference.count, "the number of flows is equal");
    }
    must(pkt_flow_evicted(table) == evicted, "the number of evicted flows is equal");
    pkt_flow_table_close(table);
    return 0;
}
