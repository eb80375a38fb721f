/* A block of rows as the buffers of an Arrow record batch, in one piece of memory:
 * https://arrow.apache.org/docs/format/Columnar.html */
#ifndef PKT_ARROW_COLUMNS_H
#define PKT_ARROW_COLUMNS_H

#include "parsers/rows/column_types.h"

/* Buffers of a column: validity, then values; of text: validity, offsets, bytes. */
enum { ARROW_MAX_BUFFERS = 3, ARROW_ALIGN = 64 };

typedef struct arrow_buffer {
    size_t offset, size; /* in the piece; size 0: no validity, everything is there */
} arrow_buffer;

typedef struct arrow_column {
    size_t nulls, buffer_count;
    arrow_buffer buffers[ARROW_MAX_BUFFERS];
} arrow_column;

/* The field's buffers at the end of *out, offsets counted from `base`. 0, or -1 and *err. */
int pkt_arrow_column_build(const pkt_rows *rows, const pkt_field *field, size_t base,
                           pkt_buffer *out, arrow_column *column, pkt_err *err);

#endif
