#include "sink/block.h"

int pkt_block_open(pkt_block *block, const pkt_fields *fields, size_t most, pkt_err *err)
{
    size_t row_size = sizeof(uint64_t);
    *block = (pkt_block){.cells = NULL};
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        row_size += fields->needs >> c & 1 ? pkt_column_at(c)->size : 0;
    block->cells = malloc(most * row_size);
    if (!block->cells)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a block of rows");
    uint8_t *at = block->cells;
    block->rows.numbers = (const uint64_t *)(const void *)at;
    at += most * sizeof(uint64_t);
    for (size_t size = 8; size > 0; size /= 2) /* wide ones first: all are aligned */
        for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
            if (fields->needs >> c & 1 && pkt_column_at(c)->size == size) {
                block->rows.cells[c] = at;
                at += most * size;
            }
    return 0;
}

uint64_t *pkt_block_add(pkt_block *block, const pkt_fields *fields, const pkt_batch *batch,
                        size_t from, size_t count)
{
    const size_t at = block->rows.count;
    for (pkt_column_set left = fields->needs; left; left &= left - 1) {
        const size_t column = (size_t)__builtin_ctzll(left);
        const pkt_column_info *info = pkt_column_at(column);
        uint8_t *to = block->cells + ((const uint8_t *)block->rows.cells[column] - block->cells);
        memcpy(to + at * info->size, (const uint8_t *)batch + info->offset + from * info->size,
               count * info->size);
    }
    block->rows.count = at + count;
    return (uint64_t *)(void *)block->cells + at;
}

void pkt_block_close(pkt_block *block)
{
    free(block->cells);
    *block = (pkt_block){.cells = NULL};
}
