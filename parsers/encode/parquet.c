/* Rows -> Parquet: https://parquet.apache.org/docs/file-format/ and parquet.thrift.
 *
 * A block of rows is a row group; a column of it is one page: PLAIN, its nulls by definition
 * levels, packed by zstd. The footer grows by some 30 bytes a column and row group. */
#ifdef PKTBENCH_ZSTD
#include <zstd.h>
#endif

#include "parsers/encode/thrift.h"
#include "parsers/rows/column_types.h"

enum { TYPE_INT32 = 1, TYPE_INT64 = 2, TYPE_DOUBLE = 5, TYPE_BYTES = 6 };
enum { REQUIRED = 0, OPTIONAL = 1 };
enum { CONVERTED_UTF8 = 0, CONVERTED_TIMESTAMP_MICROS = 10, CONVERTED_INT_16 = 16 };
enum { LOGICAL_TIMESTAMP = 8, ENCODING_PLAIN = 0, ENCODING_RLE = 3, UNIT_MICROS = 2 };
#ifdef PKTBENCH_ZSTD
enum { CODEC = 6, ZSTD_LEVEL = 1 };
#else
enum { CODEC = 0 }; /* not packed */
#endif

/* Footer entry of a column of a row group. */
typedef struct chunk {
    uint64_t offset; /* of the page's header: in the row group, then in the file */
    uint64_t size, plain_size;
} chunk;

/* Footer entry of a row group; its chunks follow. */
typedef struct group {
    uint64_t rows, size;
} group;

typedef struct parquet_encoder {
    const pkt_fields *fields;
    pkt_buffer groups; /* a group and its chunks, for every row group */
    uint64_t rows;
    size_t group_count;
} parquet_encoder;

static const char magic[] = {'P', 'A', 'R', '1'};

static void *parquet_open(const pkt_fields *fields, pkt_buffer *out, pkt_err *err)
{
    parquet_encoder *parquet = calloc(1, sizeof *parquet);
    if (!parquet) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for Parquet");
        return NULL;
    }
    parquet->fields = fields;
    if (pkt_buffer_add(out, magic, sizeof magic, err) == 0)
        return parquet;
    free(parquet);
    return NULL;
}

static void parquet_close(void *self)
{
    parquet_encoder *parquet = self;
    pkt_buffer_free(&parquet->groups);
    free(parquet);
}

static int little_add(pkt_buffer *out, uint32_t value, pkt_err *err)
{
    const uint8_t bytes[] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                             (uint8_t)(value >> 24)};
    return pkt_buffer_add(out, bytes, sizeof bytes, err);
}

/* Write the size of what follows these four bytes into them. */
static void size_patch(pkt_buffer *page, size_t at)
{
    const uint32_t size = (uint32_t)(page->size - at - 4);
    for (size_t i = 0; i < 4; i++)
        page->at[at + i] = (uint8_t)(size >> 8 * i);
}

/* Definition levels of one bit, as one run of packed bits: its length in groups of 8, and 1. The
 * bits are those of a validity bitmap. */
static int levels_add(const pkt_rows *rows, const pkt_field *field, pkt_buffer *page, pkt_err *err)
{
    const size_t at = page->size;
    size_t nulls;
    thrift t = {.out = page, .err = err};
    if (little_add(page, 0, err) != 0)
        return -1;
    thrift_varint(&t, (rows->count + 7) / 8 << 1 | 1);
    if (t.bad || pkt_column_type_valid(rows, field, page, &nulls, err) != 0)
        return -1;
    size_patch(page, at);
    return 0;
}

/* Each text behind its length. */
static int texts_add(const pkt_rows *rows, const pkt_field *field, pkt_buffer *page, pkt_err *err)
{
    for (size_t row = 0; row < rows->count; row++) {
        if (!pkt_rows_has(rows, field, row))
            continue;
        const size_t at = page->size;
        if (little_add(page, 0, err) != 0 || pkt_column_type_text(rows, field, row, page, err) != 0)
            return -1;
        size_patch(page, at);
    }
    return 0;
}

static size_t number_size(const pkt_field *field)
{
    const pkt_column_type type = pkt_column_type_of(field);
    return type == PKT_TYPED_I64 || type == PKT_TYPED_F64 ? 8 : 4;
}

static int page_plain(const pkt_rows *rows, const pkt_field *field, pkt_buffer *page, pkt_err *err)
{
    page->size = 0;
    if (field->present && levels_add(rows, field, page, err) != 0)
        return -1;
    if (pkt_column_type_of(field) == PKT_TYPED_TEXT)
        return texts_add(rows, field, page, err);
    return pkt_column_type_numbers(rows, field, number_size(field), 1, page, err);
}

/* Pack the page into *packed. 0, or -1 and *err. */
static int page_pack(const pkt_buffer *page, pkt_buffer *packed, pkt_err *err)
{
    packed->size = 0;
#ifdef PKTBENCH_ZSTD
    if (pkt_buffer_reserve(packed, ZSTD_compressBound(page->size), err) != 0)
        return -1;
    size_t size = ZSTD_compress(packed->at, packed->room, page->at, page->size, ZSTD_LEVEL);
    if (ZSTD_isError(size))
        return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "zstd: %s", ZSTD_getErrorName(size));
    packed->size = size;
    return 0;
#else
    return pkt_buffer_add(packed, page->at, page->size, err);
#endif
}

static int page_add(const pkt_rows *rows, const pkt_buffer *page, const pkt_buffer *packed,
                    pkt_buffer *out, pkt_err *err)
{
    thrift t = {.out = out, .err = err};
    thrift_number(&t, 1, THRIFT_I32, 0); /* a data page */
    thrift_number(&t, 1, THRIFT_I32, (int64_t)page->size);
    thrift_number(&t, 1, THRIFT_I32, (int64_t)packed->size);
    thrift_field(&t, 2, THRIFT_STRUCT);
    thrift_number(&t, 1, THRIFT_I32, (int64_t)rows->count);
    thrift_number(&t, 1, THRIFT_I32, ENCODING_PLAIN);
    thrift_number(&t, 1, THRIFT_I32, ENCODING_RLE);
    thrift_number(&t, 1, THRIFT_I32, ENCODING_RLE);
    thrift_struct_end(&t);
    thrift_struct_end(&t);
    thrift_add(&t, packed->at, packed->size);
    return t.bad ? -1 : 0;
}

static int parquet_rows(const void *self, const pkt_rows *rows, pkt_buffer *out, pkt_buffer *notes,
                        pkt_err *err)
{
    const parquet_encoder *parquet = self;
    pkt_buffer page = {0}, packed = {0};
    group g = {.rows = rows->count};
    chunk chunks[PKT_MAX_FIELDS];
    int bad = 0;
    for (size_t i = 0; i < parquet->fields->count && !bad; i++) {
        const size_t offset = out->size;
        bad = page_plain(rows, &parquet->fields->at[i], &page, err) != 0 ||
              page_pack(&page, &packed, err) != 0 || page_add(rows, &page, &packed, out, err) != 0;
        const size_t size = out->size - offset;
        chunks[i] = (chunk){offset, size, size - packed.size + page.size};
        g.size += chunks[i].plain_size;
    }
    pkt_buffer_free(&page);
    pkt_buffer_free(&packed);
    if (bad || pkt_buffer_add(notes, &g, sizeof g, err) != 0)
        return -1;
    return pkt_buffer_add(notes, chunks, parquet->fields->count * sizeof chunks[0], err);
}

static int parquet_placed(void *self, const pkt_buffer *notes, uint64_t offset, pkt_err *err)
{
    parquet_encoder *parquet = self;
    const size_t at = parquet->groups.size;
    group g;
    if (pkt_buffer_add(&parquet->groups, notes->at, notes->size, err) != 0)
        return -1;
    memcpy(&g, notes->at, sizeof g);
    parquet->rows += g.rows;
    parquet->group_count++;
    for (size_t i = 0; i < parquet->fields->count; i++) {
        uint8_t *where = parquet->groups.at + at + sizeof g + i * sizeof(chunk);
        chunk c;
        memcpy(&c, where, sizeof c);
        c.offset += offset;
        memcpy(where, &c, sizeof c);
    }
    return 0;
}

static unsigned physical_type(const pkt_field *field)
{
    if (pkt_column_type_of(field) == PKT_TYPED_TEXT)
        return TYPE_BYTES;
    if (pkt_column_type_of(field) == PKT_TYPED_F64)
        return TYPE_DOUBLE;
    return number_size(field) == 8 ? TYPE_INT64 : TYPE_INT32;
}

static void schema_field(thrift *t, const pkt_field *field)
{
    const pkt_column_type type = pkt_column_type_of(field);
    thrift_number(t, 1, THRIFT_I32, physical_type(field));
    thrift_number(t, 2, THRIFT_I32, field->present ? OPTIONAL : REQUIRED);
    thrift_text(t, 1, field->name, field->name_size);
    if (field->kind == PKT_FIELD_TIME) {
        thrift_number(t, 2, THRIFT_I32, CONVERTED_TIMESTAMP_MICROS);
        thrift_field(t, 4, THRIFT_STRUCT);
        thrift_field(t, LOGICAL_TIMESTAMP, THRIFT_STRUCT);
        thrift_field(t, 1, THRIFT_TRUE); /* adjusted to UTC */
        thrift_field(t, 1, THRIFT_STRUCT);
        thrift_field(t, UNIT_MICROS, THRIFT_STRUCT);
        for (int i = 0; i < 4; i++)
            thrift_struct_end(t);
    } else if (type == PKT_TYPED_TEXT || type == PKT_TYPED_I16) {
        thrift_number(t, 2, THRIFT_I32, type == PKT_TYPED_I16 ? CONVERTED_INT_16 : CONVERTED_UTF8);
    }
    thrift_struct_end(t);
}

static void chunk_write(thrift *t, const pkt_field *field, const chunk *c, uint64_t rows)
{
    thrift_number(t, 2, THRIFT_I64, (int64_t)c->offset);
    thrift_field(t, 1, THRIFT_STRUCT);
    thrift_number(t, 1, THRIFT_I32, physical_type(field));
    thrift_list(t, 1, THRIFT_I32, 2);
    thrift_value(t, ENCODING_PLAIN);
    thrift_value(t, ENCODING_RLE);
    thrift_list(t, 1, THRIFT_TEXT, 1);
    thrift_text_value(t, field->name, field->name_size);
    thrift_number(t, 1, THRIFT_I32, CODEC);
    thrift_number(t, 1, THRIFT_I64, (int64_t)rows);
    thrift_number(t, 1, THRIFT_I64, (int64_t)c->plain_size);
    thrift_number(t, 1, THRIFT_I64, (int64_t)c->size);
    thrift_number(t, 2, THRIFT_I64, (int64_t)c->offset);
    thrift_struct_end(t);
    thrift_struct_end(t);
}

static void group_write(thrift *t, const parquet_encoder *parquet, const uint8_t *at)
{
    group g;
    memcpy(&g, at, sizeof g);
    thrift_list(t, 1, THRIFT_STRUCT, parquet->fields->count);
    for (size_t i = 0; i < parquet->fields->count; i++) {
        chunk c;
        memcpy(&c, at + sizeof g + i * sizeof c, sizeof c);
        chunk_write(t, &parquet->fields->at[i], &c, g.rows);
    }
    thrift_number(t, 1, THRIFT_I64, (int64_t)g.size);
    thrift_number(t, 1, THRIFT_I64, (int64_t)g.rows);
    thrift_struct_end(t);
}

static int parquet_end(void *self, uint64_t offset, pkt_buffer *out, pkt_err *err)
{
    static const char root[] = "schema", by[] = "pktbench";
    const parquet_encoder *parquet = self;
    const size_t count = parquet->fields->count, group_size = sizeof(group) + count * sizeof(chunk);
    thrift t = {.out = out, .err = err};
    (void)offset;
    thrift_number(&t, 1, THRIFT_I32, 1); /* version */
    thrift_list(&t, 1, THRIFT_STRUCT, count + 1);
    thrift_text(&t, 4, root, sizeof root - 1);
    thrift_number(&t, 1, THRIFT_I32, (int64_t)count);
    thrift_struct_end(&t);
    for (size_t i = 0; i < count; i++)
        schema_field(&t, &parquet->fields->at[i]);
    thrift_number(&t, 1, THRIFT_I64, (int64_t)parquet->rows);
    thrift_list(&t, 1, THRIFT_STRUCT, parquet->group_count);
    for (size_t i = 0; i < parquet->group_count; i++)
        group_write(&t, parquet, parquet->groups.at + i * group_size);
    thrift_text(&t, 2, by, sizeof by - 1);
    thrift_struct_end(&t);
    if (t.bad || little_add(out, (uint32_t)out->size, err) != 0)
        return -1;
    return pkt_buffer_add(out, magic, sizeof magic, err);
}

const pkt_encoder pkt_encoder_parquet = {
    .name = "parquet",
    .block_rows = 32768,
    .open = parquet_open,
    .rows = parquet_rows,
    .placed = parquet_placed,
    .end = parquet_end,
    .close = parquet_close,
};
