/* What a timed run over a changed slice must return.
 *
 * A backend whose verified rows equal raw's must return raw's rows over the changed slice. Where a
 * verified cell differs from raw's (the backend differs, or the packet is malformed), the packet is
 * not changed, and the verified cell is expected. */
#ifndef PKT_PROOF_H
#define PKT_PROOF_H

#include "bench/agreement/check.h"
#include "bench/canary/altered_slice.h"
#include "bench/worker/client.h"

/* Maximum number of cells that differ from raw's. Columns beyond it are not proven. */
#define PROOF_CELLS_MAX ((size_t)1 << 22)

typedef struct proof {
    altered_slice *altered; /* the caller's */
    pkt_level level;
    pkt_column_set columns; /* can be proven */
    pkt_column_set left; /* verified, but not to be proven: different from raw's in too many rows,
                          * or texts that differ, or are not compared */
    altered_cell *cells; /* verified, not raw's; by column, then row; owned */
    size_t count, room;
    size_t wrong; /* a column whose cells are not 0 where the row does not have it: they are not in
                   * the rows that were compared; PKT_COLUMN_COUNT: none */
    uint8_t *fixed; /* one bit per packet that must not be changed; NULL: none; owned */
} proof;

/* Compare the backend's verified digests with raw's; where they differ, get its rows from the
 * loaded `worker` to find the cells. `texts`: prove text columns too, where no cell differs. 0, or
 * -1 and *err; free it also then. */
int proof_make(proof *proof, altered_slice *altered, const check *check, const suite_slice *slice,
               pkt_level level, bool texts, client *worker, double seconds, pkt_err *err);
/* Digest of `column` over the slice as it is now. 0, or -1 and *err. */
int proof_digest(const proof *proof, size_t column, uint64_t *digest, pkt_err *err);
/* A mosaic of the columns that are proven, more often of those that changes reach. */
pkt_mosaic proof_mosaic(const proof *proof);
/* Digest of the mosaic over the slice as it is now. 0, or -1 and *err. */
int proof_mosaic_digest(const proof *proof, const pkt_mosaic *mosaic, uint64_t *digest,
                        pkt_err *err);
/* Digest of `column` as CRC-32, which the standard library of Python has. */
int proof_crc32(const proof *proof, size_t column, uint32_t *crc, pkt_err *err);
/* The columns of which a changed slice has other cells: a run that remembers rows gives itself away
 * in them. No text columns. */
pkt_column_set proof_reach(const proof *proof);
void proof_free(proof *proof);

#endif
