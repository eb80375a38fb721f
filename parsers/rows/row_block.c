#include "parsers/rows/row_block.h"

int pkt_row_block_open(pkt_row_block *block, const pkt_fields *fields, size_t most, pkt_err *err)
{
    size_t row_size = sizeof(uint64_t);
    *block = (pkt_row_block){.cells = NULL};
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        row_size += fields->needs >> c & 1 ? pkt_column_at(c)->size : 0;
    for (size_t i = 0; i < fields->count; i++)
        row_size += fields->at[i].kind == PKT_FIELD_VALUE ? sizeof(double) : 0;
    block->cells = malloc(most * row_size);
    if (!block->cells)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a block of rows");
    uint8_t *at = block->cells;
    block->rows.numbers = (const uint64_t *)(const void *)at;
    at += most * sizeof(uint64_t);
    for (size_t i = 0; i < fields->count; i++)
        if (fields->at[i].kind == PKT_FIELD_VALUE) {
            block->rows.values[fields->at[i].column] = (const double *)(const void *)at;
            at += most * sizeof(double);
        }
    for (size_t size = 8; size > 0; size /= 2) /* wide ones first: all are aligned */
        for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
            if (fields->needs >> c & 1 && pkt_column_at(c)->size == size) {
                block->rows.cells[c] = at;
                at += most * size;
            }
    return 0;
}

/* Where a column of the block, which is the block's own, may be written. */
static uint8_t *cells_of(const pkt_row_block *block, const void *column)
{
    return block->cells + ((const uint8_t *)column - block->cells);
}

uint64_t *pkt_row_block_add(pkt_row_block *block, const pkt_fields *fields, const pkt_batch *batch,
                            const double *values, size_t from, size_t count)
{
    const size_t at = block->rows.count;
    for (size_t i = 0; values && i < fields->count; i++) {
        const size_t value = fields->at[i].column;
        if (fields->at[i].kind == PKT_FIELD_VALUE)
            memcpy(cells_of(block, block->rows.values[value]) + at * sizeof *values,
                   values + value * PKT_BATCH_ROWS + from, count * sizeof *values);
    }
    for (pkt_column_set left = fields->needs; left; left &= left - 1) {
        const size_t column = (size_t)__builtin_ctzll(left);
        const pkt_column_info *info = pkt_column_at(column);
        memcpy(cells_of(block, block->rows.cells[column]) + at * info->size,
               (const uint8_t *)batch + info->offset + from * info->size, count * info->size);
    }
    block->rows.count = at + count;
    return (uint64_t *)(void *)block->cells + at;
}

void pkt_row_block_close(pkt_row_block *block)
{
    free(block->cells);
    *block = (pkt_row_block){.cells = NULL};
}
