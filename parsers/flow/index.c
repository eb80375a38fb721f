#include "parsers/flow/index.h"

#include <stdbool.h>
#include <stdlib.h>

#include "parsers/flow/pages.h"

static bool is_paged(size_t slots)
{
    return slots * sizeof(pkt_flow_slot) >= PKT_PAGES_BYTES;
}

static pkt_flow_slot *slots_open(size_t slots)
{
    const size_t size = slots * sizeof(pkt_flow_slot);
    if (!is_paged(slots))
        return calloc(1, size);
    pkt_flow_slot *at = pkt_pages_reserve(size);
    if (at && pkt_pages_commit(at, size, 1) == 0)
        return at;
    pkt_pages_close(at, size);
    return NULL;
}

int pkt_flow_index_open(pkt_flow_index *index, size_t slots, pkt_err *err)
{
    index->slots = slots_open(slots);
    index->mask = slots - 1;
    index->shift = 32;
    for (size_t rest = slots; rest > 1; rest /= 2)
        index->shift--;
    if (index->slots)
        return 0;
    return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for an index of %zu flows",
                    slots);
}

void pkt_flow_index_close(pkt_flow_index *index)
{
    if (is_paged(index->mask + 1))
        pkt_pages_close(index->slots, (index->mask + 1) * sizeof *index->slots);
    else
        free(index->slots);
    index->slots = NULL;
}

void pkt_flow_index_clear(pkt_flow_index *index, size_t slot)
{
    pkt_flow_slot *slots = index->slots;
    const size_t mask = index->mask;
    size_t gap = slot;
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): an index that is asked has slots */
    for (size_t i = (gap + 1) & mask; slots[i].number; i = (i + 1) & mask) {
        const size_t home = flow_home(index, slots[i].hash);
        if (((i - home) & mask) >= ((i - gap) & mask)) {
            slots[gap] = slots[i];
            gap = i;
        }
    }
    slots[gap].number = 0;
}

size_t pkt_flow_index_slot(const pkt_flow_index *index, uint32_t hash, uint32_t number)
{
    size_t i = flow_home(index, hash);
    while (index->slots[i].number != number)
        i = (i + 1) & index->mask;
    return i;
}
