/* raw's rows of a changed slice, as it is now. */
#ifndef PKT_ALTERED_ROWS_H
#define PKT_ALTERED_ROWS_H

#include "pktbench.h"

typedef struct altered_slice altered_slice;

/* Read a column of the level over the slice, as it is now, with raw: the cells in row order, of the
 * column's size. They stay valid until the next call. NULL and *err on failure, and for text
 * columns. */
uint8_t *altered_column(altered_slice *altered, pkt_level level, size_t column, pkt_err *err);
/* Digest of a column of the level over the slice, as it is now, as in pkt_digest_sink; also of a
 * text column. 0, or -1 and *err. */
int altered_digest(const altered_slice *altered, pkt_level level, size_t column, uint64_t *digest,
                   pkt_err *err);
/* Digests of all columns that raw gives at the level, headers or flows, as in pkt_digest_sink. 0,
 * or -1 and *err. */
int altered_digests(const altered_slice *altered, pkt_level level,
                    uint64_t digest[PKT_COLUMN_COUNT], pkt_err *err);

#endif
