/* What becomes of rows in the threads that decode them, while these are in their caches. */
#ifndef PKT_DIRECT_H
#define PKT_DIRECT_H

#include "parsers/util/buffer.h"

typedef struct pkt_direct {
    /* Append to *out what is made of the batch, whose packets have these numbers. Called by several
     * threads at a time. 0, or -1 and *err. */
    int (*make)(void *self, const pkt_batch *batch, const uint64_t *numbers, pkt_buffer *out,
                pkt_err *err);
    /* Take what was made of so many rows, in their order, before they are pushed; the memory stays
     * the caller's. 0, or -1 and *err. */
    int (*place)(void *self, pkt_buffer *made, size_t rows, pkt_err *err);
    void *self;
} pkt_direct;

#endif
