/* Rows on their way out: the fields that an output has, blocks of rows as arrays of columns, and
 * the encoders that turn a block into bytes. */
#ifndef PKT_ROWS_H
#define PKT_ROWS_H

#include <math.h>
#include <stdbool.h>

#include "parsers/util/buffer.h"
#include "pktbench.h"

/* What a field of the output is made of. */
typedef enum pkt_field_kind {
    PKT_FIELD_CELL,   /* the column of that number, no text */
    PKT_FIELD_TEXT,   /* the text column of that number */
    PKT_FIELD_TIME,   /* `ts`: ts_ns in whole microseconds, as a point in time; CSV: ISO 8601 */
    PKT_FIELD_PACKET, /* number of the packet in its capture, from 1 */
    PKT_FIELD_FILE,   /* name of the capture without its folder */
    PKT_FIELD_LABEL,  /* text of the caller's */
    /* What was computed and is in no batch: 8 bytes of an array of values. */
    PKT_FIELD_VALUE,   /* a number; NaN: there is none */
    PKT_FIELD_INTEGER, /* an int64_t in the place of the number; never null */
    PKT_FIELD_WORD     /* the same, which stands for one of `words` */
} pkt_field_kind;

typedef struct pkt_field {
    pkt_field_kind kind;
    uint8_t column;   /* PKT_FIELD_CELL, PKT_FIELD_TEXT: its number; PKT_FIELD_TIME: PKT_COL_ts_ns;
                       * PKT_FIELD_VALUE and behind: which one of the row's values */
    uint64_t present; /* PKT_HAS_ bit without which the field is null; 0: it never is;
                       * PKT_FIELD_VALUE, PKT_FIELD_TEXT: not 0, they have a null of their own */
    const char *name; /* static; */
    size_t name_size; /* bytes of it that count: an address has no `_hi` */
    const char *const *words; /* PKT_FIELD_WORD: static */
} pkt_field;

/* Is the field made of the row's values? */
static inline bool pkt_field_is_value(const pkt_field *field)
{
    return field->kind >= PKT_FIELD_VALUE;
}

/* Values of a row, and fields, at most. */
#define PKT_MAX_VALUES 96u
#define PKT_MAX_FIELDS (PKT_COLUMN_COUNT + PKT_MAX_VALUES)

typedef struct pkt_fields {
    size_t count;
    pkt_field at[PKT_MAX_FIELDS];
    pkt_column_set needs; /* columns that must be there, the hidden ones with them */
    bool
        unlike; /* set where pkt_fields_chosen() fails: by a name that is like none that is known */
    bool no_formula; /* CSV: text cells that a spreadsheet would take for formulas get a `'` */
} pkt_fields;

/* Fields of all shown columns of the set. */
void pkt_fields_all(pkt_fields *fields, pkt_column_set columns);
/* Add the fields that rows may have besides: `ts`, if ts_ns is there, `packet` and `file`. */
void pkt_fields_offer(pkt_fields *fields);
/* Fields named in `list` ("a,b,c"), in its order, out of the set's columns and what
 * pkt_fields_offer() adds. 0, or -1 and *err. */
int pkt_fields_named(pkt_fields *fields, const char *list, pkt_column_set columns, pkt_err *err);
/* The same out of the fields of `from`. */
int pkt_fields_chosen(pkt_fields *fields, const char *list, const pkt_fields *from, pkt_err *err);
/* The fields' names, with this between. */
void pkt_fields_names(const pkt_fields *fields, const char *between, char *text, size_t size);
/* One more of the kinds that are no column, at the end, unless it is there. */
void pkt_fields_add(pkt_fields *fields, pkt_field_kind kind);
/* One more value, the index'th of a row, at the end, unless there is a field of that name. `name`
 * must outlive the fields. `words`: of PKT_FIELD_WORD. */
void pkt_fields_value(pkt_fields *fields, pkt_field_kind kind, size_t index, const char *name,
                      const char *const *words);
/* One more column, at the end. */
void pkt_fields_cell(pkt_fields *fields, size_t column);
/* A block of rows. */
typedef struct pkt_rows {
    size_t count;
    const void *cells[PKT_COLUMN_COUNT];  /* arrays; those of fields.needs are there */
    const double *values[PKT_MAX_VALUES]; /* arrays; those that a field shows are there */
    const uint64_t *numbers;              /* of the packets */
    const char *file, *label;
    const char *const *labels; /* of each row; NULL: all have `label` */
    const char *text;          /* what text cells point into */
} pkt_rows;

/* The rows of a batch, where they are. */
static inline pkt_rows pkt_rows_of_batch(const pkt_batch *batch)
{
    pkt_rows rows = {.count = batch->rows, .text = batch->text};
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        rows.cells[c] = (const uint8_t *)batch + pkt_column_at(c)->offset;
    return rows;
}

/* The cell's bits; no column is signed but ts_ns, which is as wide as the result. */
static inline uint64_t pkt_rows_bits(const pkt_rows *rows, size_t column, size_t row)
{
    const void *cells = rows->cells[column];
    switch (pkt_column_at(column)->size) {
    case 8:
        return ((const uint64_t *)cells)[row];
    case 4:
        return ((const uint32_t *)cells)[row];
    case 2:
        return ((const uint16_t *)cells)[row];
    default:
        return ((const uint8_t *)cells)[row];
    }
}

/* The column that says whether an address is of IPv6. */
static inline size_t pkt_version_column(size_t address)
{
    return address == PKT_COL_in_src_hi || address == PKT_COL_in_dst_hi ? PKT_COL_in_ip_version
                                                                        : PKT_COL_ip_version;
}

/* The integer in the place of a value. */
static inline int64_t pkt_rows_integer(const pkt_rows *rows, size_t value, size_t row)
{
    int64_t integer;
    memcpy(&integer, &rows->values[value][row], sizeof integer);
    return integer;
}

static inline int pkt_rows_has(const pkt_rows *rows, const pkt_field *field, size_t row)
{
    if (field->kind == PKT_FIELD_VALUE)
        return !isnan(rows->values[field->column][row]);
    if (field->kind == PKT_FIELD_TEXT)
        return ((const pkt_text *)rows->cells[field->column])[row].offset != PKT_TEXT_NULL;
    return !field->present ||
           (((const uint64_t *)rows->cells[PKT_COL_present])[row] & field->present) != 0;
}

/* What an encoder makes of a block, or of a part of it. */
typedef struct pkt_encoded {
    pkt_buffer bytes, notes; /* of the output; what placed() needs to know */
} pkt_encoded;

/* A format. Blocks, and the parts of each, are encoded by any thread at any time, and placed in
 * their order: one part behind the other. */
typedef struct pkt_encoder {
    const char *name;
    size_t block_rows; /* of a block, at most */
    bool whole;        /* it cannot be read before its end: no block is written early */
    bool seamless;     /* the bytes are the same, however rows are shared out to blocks */
    /* *fields must outlive what is returned; what comes before all rows is appended to *out.
     * NULL and *err. */
    void *(*open)(const pkt_fields *fields, pkt_buffer *out, pkt_err *err);
    /* Parts of a block, such as its columns. NULL: 1. */
    size_t (*parts)(const void *self);
    /* Append the bytes of the part, and notes on them. */
    int (*rows)(void *self, const pkt_rows *rows, size_t part, pkt_encoded *out, pkt_err *err);
    /* All parts of the block are there, and it starts at this offset of the output. What comes
     * before the parts is appended to *head. May be NULL. */
    int (*placed)(void *self, const pkt_rows *rows, const pkt_encoded *parts, uint64_t offset,
                  pkt_buffer *head, pkt_err *err);
    /* What comes after all rows, which end at this offset. May be NULL. */
    int (*end)(void *self, uint64_t offset, pkt_buffer *out, pkt_err *err);
    void (*close)(void *self);
} pkt_encoder;

extern const pkt_encoder pkt_encoder_csv, pkt_encoder_arrow, pkt_encoder_parquet;
/* The encoder by the format's name; NULL. */
const pkt_encoder *pkt_encoder_find(const char *name);
/* The index'th, for lists of names; NULL behind the last. */
const pkt_encoder *pkt_encoder_at(size_t index);

#endif
