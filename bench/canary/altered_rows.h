/* raw's rows of a changed slice, as it is now. */
#ifndef PKT_ALTERED_ROWS_H
#define PKT_ALTERED_ROWS_H

#include "parsers/sink/sink.h"

typedef struct altered_slice altered_slice;

/* A cell that is not raw's. */
typedef struct altered_cell {
    uint32_t row;
    uint32_t column;
    uint64_t bytes; /* the cell's bytes, in memory order */
} altered_cell;

/* Read a column of the level over the slice, as it is now, with raw: the cells in row order, of the
 * column's size. They stay valid until the next call. NULL and *err on failure, and for text
 * columns. */
uint8_t *altered_column(altered_slice *altered, pkt_level level, size_t column, pkt_err *err);
/* Digest of a column of the level over the slice, as it is now, as in pkt_digest_sink; also of a
 * text column. 0, or -1 and *err. */
int altered_digest(const altered_slice *altered, pkt_level level, size_t column, uint64_t *digest,
                   pkt_err *err);
/* Digest of a mosaic over the slice, as it is now, as of pkt_mosaic_sink, with these cells, in row
 * order, instead of raw's. 0, or -1 and *err. */
int altered_mosaic(const altered_slice *altered, pkt_level level, const pkt_mosaic *mosaic,
                   const altered_cell *cells, size_t count, uint64_t *digest, pkt_err *err);
/* Digests of all columns that raw gives at the level, headers or flows, as in pkt_digest_sink. 0,
 * or -1 and *err. */
int altered_digests(const altered_slice *altered, pkt_level level,
                    uint64_t digest[PKT_COLUMN_COUNT], pkt_err *err);

#endif
