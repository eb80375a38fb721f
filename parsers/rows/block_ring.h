/* Blocks of rows that go round: one thread fills them, those of a pool make something of them, in
 * any order, and what was made is placed in the order of the rows. */
#ifndef PKT_BLOCK_RING_H
#define PKT_BLOCK_RING_H

#include "parsers/core/pool.h"
#include "parsers/rows/row_block.h"

typedef struct pkt_block_ring pkt_block_ring;

/* A block, and a part of what is made of it, from 0 on. `item`: the number of the block in the
 * ring, by which the user keeps what is made. */
typedef struct pkt_block_place {
    size_t item, part;
} pkt_block_place;

/* What becomes of a block. 0, or -1 and *err; after that, blocks are forgotten. */
typedef struct pkt_block_use {
    size_t parts;
    /* Called by several threads at a time, each with another place. */
    int (*make)(void *self, const pkt_rows *rows, pkt_block_place place, pkt_err *err);
    /* Called in the order of the blocks, by any thread, by one at a time. */
    int (*place)(void *self, const pkt_rows *rows, size_t item, pkt_err *err);
    void *self;
} pkt_block_use;

/* Blocks that a ring of this pool has, each used in so many parts. */
size_t pkt_block_ring_items(const pkt_pool *pool, size_t parts);
/* The fields and the pool must outlive the ring. NULL and *err. */
pkt_block_ring *pkt_block_ring_open(pkt_pool *pool, const pkt_fields *fields, size_t block_rows,
                                    const pkt_block_use *use, pkt_err *err);
/* Before the first row: each row has its own label, in its block's labels. 0, or -1 and *err. */
int pkt_block_ring_label_rows(pkt_block_ring *ring, pkt_err *err);
/* The block that is filled now, which has room for at least one row. */
pkt_row_block *pkt_block_ring_filled(pkt_block_ring *ring);
/* The block that was filled, unless it is empty, is to be used; another one is filled next. 0; -1
 * and *err, if any block could not be used. */
int pkt_block_ring_submit(pkt_block_ring *ring, pkt_err *err);
/* The same, and wait until all are used. */
int pkt_block_ring_finish(pkt_block_ring *ring, pkt_err *err);
/* What was not used is forgotten. NULL: nothing. */
void pkt_block_ring_close(pkt_block_ring *ring);

#endif
