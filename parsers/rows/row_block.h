/* Rows of many batches, gathered as arrays of columns. */
#ifndef PKT_ROW_BLOCK_H
#define PKT_ROW_BLOCK_H

#include "parsers/rows/rows.h"

/* Bytes of a text column, at most: Arrow and Parquet count them with 31 bits. */
#define PKT_BLOCK_TEXT ((size_t)1 << 30)

typedef struct pkt_row_block {
    pkt_rows rows;   /* points into the cells */
    uint8_t *cells;  /* owned: all arrays */
    pkt_buffer text; /* owned: what text cells point into */
    const char *
        *labels; /* owned: room for the label of each row; NULL: rows.label is that of all */
} pkt_row_block;

/* Room for `most` rows. 0, or -1 and *err. */
int pkt_row_block_open(pkt_row_block *block, const pkt_fields *fields, size_t most, pkt_err *err);
/* Each row has its own label: block->labels, which the caller sets after the rows. 0, or -1 and
 * *err. */
int pkt_row_block_label_rows(pkt_row_block *block, size_t most, pkt_err *err);
/* Rows of a block, at most `most`, above 0: so few that none of its text columns has more than
 * PKT_BLOCK_TEXT bytes, if one row has no more. `file`, `label`: of all its rows, or NULL. */
size_t pkt_row_block_most(const pkt_fields *fields, const char *file, const char *label,
                          size_t most);
/* Append rows [from, from + count) of the batch. `values` has PKT_BATCH_ROWS of each value that the
 * fields show, or is NULL if they show none. Returns where the packets' numbers go; NULL and *err
 * without memory for text. */
uint64_t *pkt_row_block_add(pkt_row_block *block, const pkt_fields *fields, const pkt_batch *batch,
                            const double *values, size_t from, size_t count, pkt_err *err);
/* Forget the rows, keep the memory. */
void pkt_row_block_clear(pkt_row_block *block);
void pkt_row_block_close(pkt_row_block *block);

#endif
