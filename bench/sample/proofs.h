/* The changed slices and the proofs of all cells of a schedule. */
#ifndef PKT_PROOFS_H
#define PKT_PROOFS_H

#include "bench/sample/cell.h"

typedef struct proofs proofs;

/* NULL if memory is exhausted. `folder`: only slices in it are changed, others are the user's own
 * files. Notices say which slices cannot be changed. */
proofs *proofs_new(const char *folder, const pkt_notices *notices);
/* The proof of the cell; cells of the same backend, slice and level share it. It is made with the
 * loaded worker. NULL: the slice cannot be changed, or its columns cannot be proven. */
const proof *proofs_get(proofs *all, const bench_cell *cell, client *worker, double seconds);
/* The column that is compared in a sample. It is drawn for the round, the same for all cells that
 * have it. In three of four rounds it is one that the changes reach. PKT_COLUMN_COUNT: none. */
size_t proofs_draw(const bench_cell *cell, uint64_t seed, unsigned block, unsigned round);
/* Begin a block: measure how long it takes to read one byte of each packet of each slice, after
 * evicting the caches. `all` may be NULL here and below. */
void proofs_block(proofs *all, size_t evict_bytes);
/* Shortest credible time of a run of the cell, in nanoseconds; 0: unknown. */
double proofs_floor(const proofs *all, const bench_cell *cell);
/* Restore all slices and free. NULL: no effect. */
void proofs_free(proofs *all);

#endif
