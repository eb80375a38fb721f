#include "parsers/encode/arrow_columns.h"

#include <endian.h>

static int buffer_begin(arrow_column *column, size_t base, pkt_buffer *out, pkt_err *err)
{
    static const uint8_t zeros[ARROW_ALIGN];
    size_t pad = (ARROW_ALIGN - (out->size - base) % ARROW_ALIGN) % ARROW_ALIGN;
    if (pkt_buffer_add(out, zeros, pad, err) != 0)
        return -1;
    column->buffers[column->buffer_count++].offset = out->size - base;
    return 0;
}

static void buffer_end(arrow_column *column, size_t base, const pkt_buffer *out)
{
    arrow_buffer *buffer = &column->buffers[column->buffer_count - 1];
    buffer->size = out->size - base - buffer->offset;
}

static int validity_build(const pkt_rows *rows, const pkt_field *field, size_t base,
                          pkt_buffer *out, arrow_column *column, pkt_err *err)
{
    if (buffer_begin(column, base, out, err) != 0)
        return -1;
    if (field->present && pkt_column_type_valid(rows, field, out, &column->nulls, err) != 0)
        return -1;
    if (field->present && column->nulls == 0)
        out->size = base + column->buffers[0].offset; /* it may be left out */
    buffer_end(column, base, out);
    return 0;
}

static int text_build(const pkt_rows *rows, const pkt_field *field, size_t base, pkt_buffer *out,
                      arrow_column *column, pkt_err *err)
{
    const size_t offsets_size = (rows->count + 1) * sizeof(int32_t);
    if (buffer_begin(column, base, out, err) != 0 ||
        pkt_buffer_reserve(out, offsets_size, err) != 0)
        return -1;
    size_t offsets = out->size;
    out->size += offsets_size;
    buffer_end(column, base, out);
    if (buffer_begin(column, base, out, err) != 0)
        return -1;
    const size_t start = out->size;
    for (size_t row = 0;; row++) {
        uint32_t offset = htole32((uint32_t)(out->size - start));
        memcpy(out->at + offsets, &offset, sizeof offset);
        offsets += sizeof offset;
        if (row == rows->count)
            break;
        if (pkt_rows_has(rows, field, row) && pkt_column_type_text(rows, field, row, out, err) != 0)
            return -1;
    }
    buffer_end(column, base, out);
    if (out->size - start > INT32_MAX)
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE,
                        "more than 2 GiB of text in a column of a record batch");
    return 0;
}

int pkt_arrow_column_build(const pkt_rows *rows, const pkt_field *field, size_t base,
                           pkt_buffer *out, arrow_column *column, pkt_err *err)
{
    static const size_t sizes[] = {[PKT_TYPED_I16] = 2,
                                   [PKT_TYPED_I32] = 4,
                                   [PKT_TYPED_I64] = 8,
                                   [PKT_TYPED_F64] = 8,
                                   [PKT_TYPED_TEXT] = 0};
    const pkt_column_type type = pkt_column_type_of(field);
    *column = (arrow_column){0};
    if (validity_build(rows, field, base, out, column, err) != 0)
        return -1;
    if (type == PKT_TYPED_TEXT)
        return text_build(rows, field, base, out, column, err);
    if (buffer_begin(column, base, out, err) != 0 ||
        pkt_column_type_numbers(rows, field, sizes[type], 0, out, err) != 0)
        return -1;
    buffer_end(column, base, out);
    return 0;
}
