/* What the digests of columns share. */
#ifndef PKT_CELLS_HASH_H
#define PKT_CELLS_HASH_H

#include <xxhash.h>

#include "pktbench.h"

/* Add the column's cells of `count` rows, from row `from` of the batch on. Of text cells: whether
 * there is a value, its length and its bytes; never where they lie. */
void pkt_cells_hash(XXH3_state_t *state, const pkt_batch *batch, const pkt_column_info *info,
                    size_t from, size_t count);

#endif
