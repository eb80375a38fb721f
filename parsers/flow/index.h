/* The index of a table of flows: an array of slots. A flow belongs to the slot that the high bits
 * of its hash name, its home, or else to the next free one after it; after the last slot comes the
 * first. So flows stand nearly in the order of their hashes, and an index is moved into a larger
 * one from its first slot to its last. */
#ifndef PKT_FLOW_INDEX_H
#define PKT_FLOW_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "pktbench.h"

/* The hash is kept in the slot, so that a flow is read only if its hash matches. */
typedef struct pkt_flow_slot {
    uint32_t hash;
    uint32_t number; /* of the flow; 0: the slot is empty */
} pkt_flow_slot;

typedef struct pkt_flow_index {
    pkt_flow_slot *slots; /* NULL: there is no index */
    size_t mask;          /* number of slots, a power of 2, less 1 */
    unsigned shift;       /* of a hash, to its home */
} pkt_flow_index;

/* Empty slots: a power of 2, from 2 up to 2^31. 0, or -1 and *err without memory. */
int pkt_flow_index_open(pkt_flow_index *index, size_t slots, pkt_err *err);
/* Also of one that has no slots. */
void pkt_flow_index_close(pkt_flow_index *index);
/* Empty the slot, and close the gap: flows behind it come nearer to their homes. */
void pkt_flow_index_clear(pkt_flow_index *index, size_t slot);
/* The slot of the flow, which is in the index. */
size_t pkt_flow_index_slot(const pkt_flow_index *index, uint32_t hash, uint32_t number);

static inline size_t flow_home(const pkt_flow_index *index, uint32_t hash)
{
    return hash >> index->shift;
}

/* The index must have an empty slot. */
static inline void pkt_flow_index_add(pkt_flow_index *index, pkt_flow_slot slot)
{
    size_t i = flow_home(index, slot.hash);
    while (index->slots[i].number)
        i = (i + 1) & index->mask;
    index->slots[i] = slot;
}

#endif
