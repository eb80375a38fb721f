#include "parsers/rows/row_block.h"

#include "parsers/rows/column_types.h"
#include "parsers/rows/escape.h"

int pkt_row_block_open(pkt_row_block *block, const pkt_fields *fields, size_t most, pkt_err *err)
{
    size_t row_size = sizeof(uint64_t);
    *block = (pkt_row_block){.cells = NULL};
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        row_size += pkt_set_has(&fields->needs, c) ? pkt_column_at(c)->size : 0;
    for (size_t i = 0; i < fields->count; i++)
        row_size += pkt_field_is_value(&fields->at[i]) ? sizeof(double) : 0;
    block->cells = malloc(most * row_size);
    if (!block->cells)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a block of rows");
    uint8_t *at = block->cells;
    block->rows.numbers = (const uint64_t *)(const void *)at;
    at += most * sizeof(uint64_t);
    for (size_t i = 0; i < fields->count; i++)
        if (pkt_field_is_value(&fields->at[i])) {
            block->rows.values[fields->at[i].column] = (const double *)(const void *)at;
            at += most * sizeof(double);
        }
    for (size_t size = 8; size > 0; size /= 2) /* wide ones first: all are aligned */
        for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
            if (pkt_set_has(&fields->needs, c) && pkt_column_at(c)->size == size) {
                block->rows.cells[c] = at;
                at += most * size;
            }
    return 0;
}

int pkt_row_block_label_rows(pkt_row_block *block, size_t most, pkt_err *err)
{
    block->labels = calloc(most, sizeof *block->labels);
    if (!block->labels)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for labels");
    block->rows.labels = block->labels;
    return 0;
}

/* Bytes of the field's text in a row, at most; 0: it is a number. */
static size_t text_most(const pkt_field *field, const char *file, const char *label)
{
    const char *text = field->kind == PKT_FIELD_FILE    ? file
                       : field->kind == PKT_FIELD_LABEL ? label
                                                        : NULL;
    if (pkt_column_type_of(field) != PKT_TYPED_TEXT)
        return 0;
    if (field->kind == PKT_FIELD_TEXT)
        return (size_t)PKT_ESCAPE_MOST * PKT_TEXT_MAX;
    return text ? PKT_UTF8_MOST * strlen(text) + PKT_CELL_MOST : PKT_CELL_MOST;
}

size_t pkt_row_block_most(const pkt_fields *fields, const char *file, const char *label,
                          size_t most)
{
    size_t text = 0;
    for (size_t i = 0; i < fields->count; i++) {
        const size_t own = text_most(&fields->at[i], file, label);
        text = own > text ? own : text;
    }
    const size_t rows = text ? PKT_BLOCK_TEXT / text : most;
    return rows == 0 ? 1 : rows < most ? rows : most;
}

/* Where a column of the block, which is the block's own, may be written. */
static uint8_t *cells_of(const pkt_row_block *block, const void *column)
{
    return block->cells + ((const uint8_t *)column - block->cells);
}

/* Copy the bytes of text cells out of the batch's arena; the cells then point into the block's. */
static int texts_move(pkt_row_block *block, const pkt_batch *batch, pkt_text *cells, size_t count,
                      pkt_err *err)
{
    for (size_t i = 0; i < count; i++) {
        const size_t at = block->text.size;
        if (cells[i].offset == PKT_TEXT_NULL)
            continue;
        if (at + cells[i].length >= PKT_TEXT_NULL)
            return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "more than 4 GiB of text in a block");
        if (pkt_buffer_add(&block->text, batch->text + cells[i].offset, cells[i].length, err) != 0)
            return -1;
        cells[i].offset = (uint32_t)at;
    }
    return 0;
}

uint64_t *pkt_row_block_add(pkt_row_block *block, const pkt_fields *fields, const pkt_batch *batch,
                            const double *values, size_t from, size_t count, pkt_err *err)
{
    const size_t at = block->rows.count;
    for (size_t i = 0; values && i < fields->count; i++) {
        const size_t value = fields->at[i].column;
        if (pkt_field_is_value(&fields->at[i]))
            memcpy(cells_of(block, block->rows.values[value]) + at * sizeof *values,
                   values + value * PKT_BATCH_ROWS + from, count * sizeof *values);
    }
    for (size_t column = 0; column < PKT_COLUMN_COUNT; column++) {
        const pkt_column_info *info = pkt_column_at(column);
        if (!pkt_set_has(&fields->needs, column))
            continue;
        uint8_t *cells = cells_of(block, block->rows.cells[column]) + at * info->size;
        memcpy(cells, (const uint8_t *)batch + info->offset + from * info->size,
               count * info->size);
        if (info->format_as == PKT_AS_TEXT &&
            texts_move(block, batch, (pkt_text *)(void *)cells, count, err) != 0)
            return NULL;
    }
    block->rows.text = (const char *)block->text.at;
    block->rows.count = at + count;
    return (uint64_t *)(void *)block->cells + at;
}

void pkt_row_block_clear(pkt_row_block *block)
{
    block->rows.count = block->text.size = 0;
}

void pkt_row_block_close(pkt_row_block *block)
{
    free(block->cells);
    free(block->labels);
    pkt_buffer_free(&block->text);
    *block = (pkt_row_block){.cells = NULL};
}
