/* Batches that gather rows of others. */
#ifndef PKT_CORE_BATCH_H
#define PKT_CORE_BATCH_H

#include "pktbench.h"

/* Make room for `more` bytes of text behind those of the batch. 0, or -1 and *err. */
int pkt_batch_text_reserve(pkt_batch *batch, size_t more, pkt_err *err);

/* The bytes of a text cell that is not null. */
static inline const char *pkt_text_bytes(const pkt_batch *batch, const pkt_text *cell)
{
    return batch->text + cell->offset;
}

#endif
