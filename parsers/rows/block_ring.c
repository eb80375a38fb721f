/* The thread that fills submits a block when it is full, and fills the next free one; others make
 * what is to be made of it. Where no block is free, the filling thread works too, so that all
 * threads are busy though filling takes less, or more, than making. Whoever finds the oldest block
 * made places it, and those behind it. */
#include "parsers/rows/block_ring.h"

#include <stdlib.h>

/* Parts of blocks for every thread: one that it works on, and one that waits. */
enum { PARTS_A_THREAD = 2 };

typedef enum block_state { BLOCK_FREE, BLOCK_FILLED, BLOCK_MADE } block_state;

typedef struct block {
    block_state state;
    size_t taken, made; /* parts */
    pkt_row_block kept;
} block;

struct pkt_block_ring {
    pkt_pool *pool;
    pkt_work work;
    pkt_block_use use;
    size_t block_rows;
    /* The pool's lock guards the states, and: */
    size_t size, filling, oldest; /* blocks: of the ring, being filled, to be placed next */
    bool placing;
    pkt_err fault;
    block at[]; /* `size` of them */
};

size_t pkt_block_ring_items(const pkt_pool *pool, size_t parts)
{
    const size_t threads = pkt_pool_threads(pool);
    return threads > 1 ? 1 + (PARTS_A_THREAD * threads + parts - 1) / parts : 1;
}

static void fault_keep(pkt_block_ring *ring, int bad, const pkt_err *err)
{
    if (bad && ring->fault.code == PKT_ERR_NONE)
        ring->fault = *err;
}

/* Place the oldest blocks as far as they are made. The lock is held, and released meanwhile. */
static void oldest_place(pkt_block_ring *ring)
{
    block *b = &ring->at[ring->oldest];
    while (!ring->placing && b->state == BLOCK_MADE) {
        pkt_err err = {.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
        int bad = ring->fault.code != PKT_ERR_NONE;
        ring->placing = true;
        pkt_pool_unlock(ring->pool);
        if (!bad)
            bad = ring->use.place(ring->use.self, &b->kept.rows, ring->oldest, &err);
        pkt_row_block_clear(&b->kept);
        pkt_pool_lock(ring->pool);
        ring->placing = false;
        fault_keep(ring, bad, &err);
        b->state = BLOCK_FREE;
        ring->oldest = (ring->oldest + 1) % ring->size;
        b = &ring->at[ring->oldest];
        pkt_pool_notify(ring->pool);
    }
}

/* The oldest filled block with a part that no thread has taken yet; NULL. The lock is held. */
static block *filled_find(pkt_block_ring *ring)
{
    for (size_t i = 0; i < ring->size; i++) {
        block *b = &ring->at[(ring->oldest + i) % ring->size];
        if (b->state == BLOCK_FILLED && b->taken < ring->use.parts)
            return b;
    }
    return NULL;
}

/* The lock is held, and released meanwhile. */
static bool part_make(void *self)
{
    pkt_block_ring *ring = self;
    pkt_err err = {.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
    block *b = filled_find(ring);
    if (!b)
        return false;
    const pkt_block_place place = {.item = (size_t)(b - ring->at), .part = b->taken++};
    int bad = ring->fault.code != PKT_ERR_NONE;
    pkt_pool_unlock(ring->pool);
    if (!bad)
        bad = ring->use.make(ring->use.self, &b->kept.rows, place, &err);
    pkt_pool_lock(ring->pool);
    fault_keep(ring, bad, &err);
    if (++b->made == ring->use.parts) {
        b->state = BLOCK_MADE;
        oldest_place(ring);
    }
    return true;
}

/* Work until the block is free. The lock is held. */
static void free_wait(pkt_block_ring *ring, const block *wanted)
{
    while (wanted->state != BLOCK_FREE)
        pkt_pool_help(ring->pool);
}

/* The lock is held. */
static int fault_give(const pkt_block_ring *ring, pkt_err *err)
{
    if (ring->fault.code == PKT_ERR_NONE)
        return 0;
    if (err)
        *err = ring->fault;
    return -1;
}

static void block_submit(pkt_block_ring *ring)
{
    block *b = &ring->at[ring->filling];
    if (b->kept.rows.count == 0)
        return;
    b->state = BLOCK_FILLED;
    b->taken = b->made = 0;
    pkt_pool_notify(ring->pool);
    ring->filling = (ring->filling + 1) % ring->size;
    free_wait(ring, &ring->at[ring->filling]);
}

int pkt_block_ring_submit(pkt_block_ring *ring, pkt_err *err)
{
    pkt_pool_lock(ring->pool);
    block_submit(ring);
    const int bad = fault_give(ring, err);
    pkt_pool_unlock(ring->pool);
    return bad;
}

int pkt_block_ring_finish(pkt_block_ring *ring, pkt_err *err)
{
    pkt_pool_lock(ring->pool);
    block_submit(ring);
    for (size_t i = 0; i < ring->size; i++)
        free_wait(ring, &ring->at[i]);
    const int bad = fault_give(ring, err);
    pkt_pool_unlock(ring->pool);
    return bad;
}

pkt_row_block *pkt_block_ring_filled(pkt_block_ring *ring)
{
    return &ring->at[ring->filling].kept;
}

int pkt_block_ring_label_rows(pkt_block_ring *ring, pkt_err *err)
{
    for (size_t i = 0; i < ring->size; i++)
        if (pkt_row_block_label_rows(&ring->at[i].kept, ring->block_rows, err) != 0)
            return -1;
    return 0;
}

pkt_block_ring *pkt_block_ring_open(pkt_pool *pool, const pkt_fields *fields, size_t block_rows,
                                    const pkt_block_use *use, pkt_err *err)
{
    const size_t size = pkt_block_ring_items(pool, use->parts);
    pkt_block_ring *ring = calloc(1, sizeof *ring + size * sizeof ring->at[0]);
    if (!ring) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for an output");
        return NULL;
    }
    ring->pool = pool;
    ring->use = *use;
    ring->block_rows = block_rows;
    ring->size = size;
    ring->work = (pkt_work){.step = part_make, .self = ring};
    pkt_pool_add(pool, &ring->work);
    for (size_t i = 0; i < size; i++)
        if (pkt_row_block_open(&ring->at[i].kept, fields, block_rows, err) != 0) {
            pkt_block_ring_close(ring);
            return NULL;
        }
    return ring;
}

void pkt_block_ring_close(pkt_block_ring *ring)
{
    if (!ring)
        return;
    pkt_pool_remove(ring->pool, &ring->work);
    for (size_t i = 0; i < ring->size; i++)
        pkt_row_block_close(&ring->at[i].kept);
    free(ring);
}
