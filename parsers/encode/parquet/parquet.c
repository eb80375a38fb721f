/* Rows -> Parquet: https://parquet.apache.org/docs/file-format/ and parquet.thrift.
 *
 * A block of rows is a row group; a column of it is one page of values or of indices into a
 * dictionary, packed by zstd. The footer grows by some 60 bytes a column and row group, and by the
 * least and greatest texts. */
#include "parsers/encode/parquet/column.h"
#include "parsers/encode/parquet/thrift.h"

enum { REQUIRED = 0, OPTIONAL = 1 };
enum { CONVERTED_UTF8 = 0, CONVERTED_TIMESTAMP_MICROS = 10, CONVERTED_INT_16 = 16 };
enum { LOGICAL_TIMESTAMP = 8, UNIT_MICROS = 2 };

/* Footer entry of a row group; its chunks follow, and their statistics. */
typedef struct group {
    uint64_t rows, size;
} group;

typedef struct parquet_encoder {
    const pkt_fields *fields;
    pkt_buffer groups; /* a group, its chunks and their statistics, for every row group */
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

static int parquet_rows(const void *self, const pkt_rows *rows, pkt_buffer *out, pkt_buffer *notes,
                        pkt_err *err)
{
    const parquet_encoder *parquet = self;
    const size_t count = parquet->fields->count;
    parquet_scratch scratch = {.levels = {0}};
    pkt_buffer statistics = {0};
    group g = {.rows = rows->count};
    parquet_chunk chunks[PKT_MAX_FIELDS];
    int bad = 0;
    for (size_t i = 0; i < count && !bad; i++) {
        bad = pkt_parquet_column_add(&scratch, rows, &parquet->fields->at[i], &chunks[i], out,
                                     &statistics, err);
        g.size += chunks[i].plain_size;
    }
    pkt_parquet_scratch_free(&scratch);
    bad = bad || pkt_buffer_add(notes, &g, sizeof g, err) != 0 ||
          pkt_buffer_add(notes, chunks, count * sizeof chunks[0], err) != 0 ||
          pkt_buffer_add(notes, statistics.at, statistics.size, err) != 0;
    pkt_buffer_free(&statistics);
    return bad ? -1 : 0;
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
        uint8_t *where = parquet->groups.at + at + sizeof g + i * sizeof(parquet_chunk);
        parquet_chunk c;
        memcpy(&c, where, sizeof c);
        c.offset += offset;
        memcpy(where, &c, sizeof c);
    }
    return 0;
}

static void schema_field(thrift *t, const pkt_field *field)
{
    const pkt_column_type type = pkt_column_type_of(field);
    thrift_number(t, 1, THRIFT_I32, pkt_parquet_type(field));
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

static void encodings_write(thrift *t, const parquet_chunk *c)
{
    thrift_list(t, 1, THRIFT_I32, c->dictionary_size ? 3 : 2);
    thrift_value(t, PARQUET_PLAIN);
    thrift_value(t, PARQUET_RLE);
    if (c->dictionary_size)
        thrift_value(t, PARQUET_DICTIONARY);
}

/* A struct ColumnChunk. */
static void chunk_write(thrift *t, const pkt_field *field, const parquet_chunk *c, uint64_t rows,
                        const uint8_t *statistics)
{
    thrift_number(t, 2, THRIFT_I64, (int64_t)c->offset);
    thrift_field(t, 1, THRIFT_STRUCT); /* ColumnMetaData */
    thrift_number(t, 1, THRIFT_I32, pkt_parquet_type(field));
    encodings_write(t, c);
    thrift_list(t, 1, THRIFT_TEXT, 1);
    thrift_text_value(t, field->name, field->name_size);
    thrift_number(t, 1, THRIFT_I32, pkt_parquet_codec());
    thrift_number(t, 1, THRIFT_I64, (int64_t)rows);
    thrift_number(t, 1, THRIFT_I64, (int64_t)c->plain_size);
    thrift_number(t, 1, THRIFT_I64, (int64_t)c->size);
    thrift_number(t, 2, THRIFT_I64, (int64_t)(c->offset + c->dictionary_size));
    if (c->dictionary_size)
        thrift_number(t, 2, THRIFT_I64, (int64_t)c->offset);
    thrift_field(t, c->dictionary_size ? 1 : 3, THRIFT_STRUCT);
    thrift_add(t, statistics, c->statistics_size);
    thrift_struct_end(t);
    thrift_struct_end(t);
}

/* A struct RowGroup. Returns what follows the group and its parts. */
static const uint8_t *group_write(thrift *t, const parquet_encoder *parquet, const uint8_t *at)
{
    const size_t count = parquet->fields->count;
    const uint8_t *chunks = at + sizeof(group);
    const uint8_t *statistics = chunks + count * sizeof(parquet_chunk);
    group g;
    memcpy(&g, at, sizeof g);
    thrift_list(t, 1, THRIFT_STRUCT, count);
    for (size_t i = 0; i < count; i++) {
        parquet_chunk c;
        memcpy(&c, chunks + i * sizeof c, sizeof c);
        chunk_write(t, &parquet->fields->at[i], &c, g.rows, statistics);
        statistics += c.statistics_size;
    }
    thrift_number(t, 1, THRIFT_I64, (int64_t)g.size);
    thrift_number(t, 1, THRIFT_I64, (int64_t)g.rows);
    thrift_struct_end(t);
    return statistics;
}

static void schema_write(thrift *t, const pkt_fields *fields)
{
    static const char root[] = "schema";
    thrift_list(t, 1, THRIFT_STRUCT, fields->count + 1);
    thrift_text(t, 4, root, sizeof root - 1);
    thrift_number(t, 1, THRIFT_I32, (int64_t)fields->count);
    thrift_struct_end(t);
    for (size_t i = 0; i < fields->count; i++)
        schema_field(t, &fields->at[i]);
}

/* Every column has the order of its type; without this list, readers leave out the bounds. */
static void orders_write(thrift *t, size_t count)
{
    thrift_list(t, 1, THRIFT_STRUCT, count);
    for (size_t i = 0; i < count; i++) {
        thrift_field(t, 1, THRIFT_STRUCT);
        thrift_struct_end(t);
        thrift_struct_end(t);
    }
}

static int little_add(pkt_buffer *out, uint32_t value, pkt_err *err)
{
    const uint8_t bytes[] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                             (uint8_t)(value >> 24)};
    return pkt_buffer_add(out, bytes, sizeof bytes, err);
}

static int parquet_end(void *self, uint64_t offset, pkt_buffer *out, pkt_err *err)
{
    static const char by[] = "pktbench";
    const parquet_encoder *parquet = self;
    const uint8_t *at = parquet->groups.at;
    thrift t = {.out = out, .err = err};
    (void)offset;
    thrift_number(&t, 1, THRIFT_I32, 1); /* version */
    schema_write(&t, parquet->fields);
    thrift_number(&t, 1, THRIFT_I64, (int64_t)parquet->rows);
    thrift_list(&t, 1, THRIFT_STRUCT, parquet->group_count);
    for (size_t i = 0; i < parquet->group_count; i++)
        at = group_write(&t, parquet, at);
    thrift_text(&t, 2, by, sizeof by - 1);
    orders_write(&t, parquet->fields->count);
    thrift_struct_end(&t);
    if (t.bad || little_add(out, (uint32_t)out->size, err) != 0)
        return -1;
    return pkt_buffer_add(out, magic, sizeof magic, err);
}

const pkt_encoder pkt_encoder_parquet = {
    .name = "parquet",
    .block_rows = 131072,
    .open = parquet_open,
    .rows = parquet_rows,
    .placed = parquet_placed,
    .end = parquet_end,
    .close = parquet_close,
};
