/* Rows -> Parquet: https://parquet.apache.org/docs/file-format/ and parquet.thrift.
 *
 * A block of rows is a row group; a column of it is one page of values or of indices into a
 * dictionary, packed by zstd. The footer grows by some 60 bytes a column and row group, and by the
 * least and greatest texts. */
#include <pthread.h>
#include <stdlib.h>

#include "parsers/encode/parquet/column.h"
#include "parsers/encode/parquet/thrift.h"

enum { REQUIRED = 0, OPTIONAL = 1 };
enum { CONVERTED_UTF8 = 0, CONVERTED_TIMESTAMP_MICROS = 10, CONVERTED_INT_16 = 16 };
enum { LOGICAL_TIMESTAMP = 8, UNIT_MICROS = 2 };

/* Footer entry of a row group; for each column, its chunk and statistics follow. */
typedef struct group {
    uint64_t rows;
} group;

/* Memory to make a column in, while no thread does. */
typedef struct kept_scratch {
    struct kept_scratch *next;
    parquet_scratch scratch;
} kept_scratch;

typedef struct parquet_encoder {
    const pkt_fields *fields;
    pkt_buffer groups; /* a group, its chunks and their statistics, for every row group */
    uint64_t rows;
    size_t group_count;
    pthread_mutex_t lock;
    kept_scratch *kept; /* the lock guards it */
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
    pthread_mutex_init(&parquet->lock, NULL);
    if (pkt_buffer_add(out, magic, sizeof magic, err) == 0)
        return parquet;
    pthread_mutex_destroy(&parquet->lock);
    free(parquet);
    return NULL;
}

static void parquet_close(void *self)
{
    parquet_encoder *parquet = self;
    while (parquet->kept) {
        kept_scratch *first = parquet->kept;
        parquet->kept = first->next;
        pkt_parquet_scratch_free(&first->scratch);
        free(first);
    }
    pthread_mutex_destroy(&parquet->lock);
    pkt_buffer_free(&parquet->groups);
    free(parquet);
}

/* NULL and *err without memory. */
static kept_scratch *scratch_take(parquet_encoder *parquet, pkt_err *err)
{
    pthread_mutex_lock(&parquet->lock);
    kept_scratch *kept = parquet->kept;
    if (kept)
        parquet->kept = kept->next;
    pthread_mutex_unlock(&parquet->lock);
    if (!kept && !(kept = calloc(1, sizeof *kept)))
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for Parquet");
    return kept;
}

static void scratch_give_back(parquet_encoder *parquet, kept_scratch *kept)
{
    pthread_mutex_lock(&parquet->lock);
    kept->next = parquet->kept;
    parquet->kept = kept;
    pthread_mutex_unlock(&parquet->lock);
}

static size_t parquet_parts(const void *self)
{
    const parquet_encoder *parquet = self;
    return parquet->fields->count ? parquet->fields->count : 1;
}

/* A column. Its notes are its chunk and statistics. */
static int parquet_rows(void *self, const pkt_rows *rows, size_t part, pkt_encoded *out,
                        pkt_err *err)
{
    parquet_encoder *parquet = self;
    parquet_chunk chunk = {0};
    if (part >= parquet->fields->count)
        return 0;
    if (pkt_buffer_add(&out->notes, &chunk, sizeof chunk, err) != 0)
        return -1;
    kept_scratch *kept = scratch_take(parquet, err);
    if (!kept)
        return -1;
    const int bad = pkt_parquet_column_add(&kept->scratch, rows, &parquet->fields->at[part], &chunk,
                                           &out->bytes, &out->notes, err);
    scratch_give_back(parquet, kept);
    if (!bad)
        memcpy(out->notes.at, &chunk, sizeof chunk);
    return bad;
}

static int parquet_placed(void *self, const pkt_rows *rows, const pkt_encoded *parts,
                          uint64_t offset, pkt_buffer *head, pkt_err *err)
{
    parquet_encoder *parquet = self;
    const group g = {.rows = rows->count};
    (void)head;
    if (pkt_buffer_add(&parquet->groups, &g, sizeof g, err) != 0)
        return -1;
    for (size_t i = 0; i < parquet->fields->count; i++) {
        const size_t at = parquet->groups.size;
        parquet_chunk c;
        if (pkt_buffer_add(&parquet->groups, parts[i].notes.at, parts[i].notes.size, err) != 0)
            return -1;
        memcpy(&c, parquet->groups.at + at, sizeof c);
        c.offset += offset;
        memcpy(parquet->groups.at + at, &c, sizeof c);
        offset += parts[i].bytes.size;
    }
    parquet->rows += g.rows;
    parquet->group_count++;
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

/* A struct RowGroup. Returns what follows the group and its columns. */
static const uint8_t *group_write(thrift *t, const parquet_encoder *parquet, const uint8_t *at)
{
    const size_t count = parquet->fields->count;
    uint64_t size = 0;
    group g;
    memcpy(&g, at, sizeof g);
    at += sizeof g;
    thrift_list(t, 1, THRIFT_STRUCT, count);
    for (size_t i = 0; i < count; i++) {
        parquet_chunk c;
        memcpy(&c, at, sizeof c);
        chunk_write(t, &parquet->fields->at[i], &c, g.rows, at + sizeof c);
        at += sizeof c + c.statistics_size;
        size += c.plain_size;
    }
    thrift_number(t, 1, THRIFT_I64, (int64_t)size);
    thrift_number(t, 1, THRIFT_I64, (int64_t)g.rows);
    thrift_struct_end(t);
    return at;
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
    .whole = true,
    .open = parquet_open,
    .parts = parquet_parts,
    .rows = parquet_rows,
    .placed = parquet_placed,
    .end = parquet_end,
    .close = parquet_close,
};
