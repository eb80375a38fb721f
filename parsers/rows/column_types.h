/* Fields as columnar formats see them: signed numbers and text, with a bit a row for null. */
#ifndef PKT_COLUMN_TYPES_H
#define PKT_COLUMN_TYPES_H

#include "parsers/rows/rows.h"

/* Signed types that hold every value of the column, because few readers know unsigned ones. */
typedef enum pkt_column_type {
    PKT_TYPED_I16,
    PKT_TYPED_I32,
    PKT_TYPED_I64,
    PKT_TYPED_F64,
    PKT_TYPED_TEXT
} pkt_column_type;

/* Bytes of a cell's text without a text of its own, and bytes of UTF-8 for a byte of a name. */
enum { PKT_CELL_MOST = 48, PKT_UTF8_MOST = 3 };

pkt_column_type pkt_column_type_of(const pkt_field *field);
/* The field's value in the row, a number (of a PKT_TYPED_F64 its bits); 0 where it is null. */
int64_t pkt_column_type_number(const pkt_rows *rows, const pkt_field *field, size_t row);
/* The field's value in the row, text, at the end of *out: UTF-8. Bytes of a packet are as
 * pkt_escape() writes them; of the name of a file, and of a label, each byte that is not UTF-8 is
 * U+FFFD. 0, or -1 and *err. */
int pkt_column_type_text(const pkt_rows *rows, const pkt_field *field, size_t row, pkt_buffer *out,
                         pkt_err *err);
/* A bit a row, the first one lowest, 1: there is a value; at the end of *out. *nulls counts the
 * others. 0, or -1 and *err. */
int pkt_column_type_valid(const pkt_rows *rows, const pkt_field *field, pkt_buffer *out,
                          size_t *nulls, pkt_err *err);
/* The values of all rows as little-endian numbers, at the end of *out: `dense` leaves nulls out. */
int pkt_column_type_numbers(const pkt_rows *rows, const pkt_field *field, size_t size, int dense,
                            pkt_buffer *out, pkt_err *err);

#endif
