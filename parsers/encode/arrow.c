/* Rows -> Arrow's IPC stream: https://arrow.apache.org/docs/format/Columnar.html, "IPC Streaming
 * Format"; the tables and their slots are those of Schema.fbs and Message.fbs. */
#include "parsers/encode/arrow_columns.h"
#include "parsers/encode/flatbuffer.h"

enum { VERSION_V5 = 4, HEADER_SCHEMA = 1, HEADER_BATCH = 3 };
enum { TYPE_INT = 2, TYPE_FLOAT = 3, TYPE_UTF8 = 5, TYPE_TIMESTAMP = 10 };
enum { UNIT_MICROSECOND = 2, PRECISION_DOUBLE = 2 };

/* In front of a message: the continuation mark, and the size of the metadata. */
static int message_add(flatbuffer *fb, unsigned kind, size_t header, size_t body_size,
                       pkt_buffer *out, pkt_err *err)
{
    size_t size;
    pkt_flatbuffer_table(fb);
    pkt_flatbuffer_number(fb, 3, 8, body_size);
    pkt_flatbuffer_reference(fb, 2, header);
    pkt_flatbuffer_number(fb, 0, 2, VERSION_V5);
    pkt_flatbuffer_number(fb, 1, 1, kind);
    size_t root = pkt_flatbuffer_end(fb);
    const uint8_t *metadata = pkt_flatbuffer_finish(fb, root, &size);
    if (!metadata)
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "Arrow metadata are above %u bytes",
                        PKT_MAX_FLATBUFFER);
    uint8_t prefix[8] = {0xff, 0xff, 0xff, 0xff};
    for (size_t i = 0; i < 4; i++)
        prefix[4 + i] = (uint8_t)(size >> 8 * i);
    if (pkt_buffer_add(out, prefix, sizeof prefix, err) != 0)
        return -1;
    return pkt_buffer_add(out, metadata, size, err);
}

static size_t type_add(flatbuffer *fb, const pkt_field *field, unsigned *kind)
{
    static const unsigned bits[] = {
        [PKT_TYPED_I16] = 16, [PKT_TYPED_I32] = 32, [PKT_TYPED_I64] = 64, [PKT_TYPED_TEXT] = 0};
    const pkt_column_type type = pkt_column_type_of(field);
    if (field->kind == PKT_FIELD_TIME) {
        *kind = TYPE_TIMESTAMP;
        size_t zone = pkt_flatbuffer_string(fb, "UTC", 3);
        pkt_flatbuffer_table(fb);
        pkt_flatbuffer_reference(fb, 1, zone);
        pkt_flatbuffer_number(fb, 0, 2, UNIT_MICROSECOND);
    } else if (type == PKT_TYPED_TEXT) {
        *kind = TYPE_UTF8;
        pkt_flatbuffer_table(fb);
    } else if (type == PKT_TYPED_F64) {
        *kind = TYPE_FLOAT;
        pkt_flatbuffer_table(fb);
        pkt_flatbuffer_number(fb, 0, 2, PRECISION_DOUBLE);
    } else {
        *kind = TYPE_INT;
        pkt_flatbuffer_table(fb);
        pkt_flatbuffer_number(fb, 0, 4, bits[type]);
        pkt_flatbuffer_number(fb, 1, 1, 1); /* signed */
    }
    return pkt_flatbuffer_end(fb);
}

static size_t field_add(flatbuffer *fb, const pkt_field *field)
{
    unsigned kind;
    size_t name = pkt_flatbuffer_string(fb, field->name, field->name_size);
    size_t type = type_add(fb, field, &kind);
    size_t children = pkt_flatbuffer_references(fb, NULL, 0);
    pkt_flatbuffer_table(fb);
    pkt_flatbuffer_reference(fb, 0, name);
    pkt_flatbuffer_reference(fb, 3, type);
    pkt_flatbuffer_reference(fb, 5, children);
    pkt_flatbuffer_number(fb, 1, 1, field->present != 0); /* nullable */
    pkt_flatbuffer_number(fb, 2, 1, kind);
    return pkt_flatbuffer_end(fb);
}

typedef struct arrow_encoder {
    const pkt_fields *fields;
} arrow_encoder;

static int schema_add(const pkt_fields *fields, pkt_buffer *out, pkt_err *err)
{
    flatbuffer fb;
    size_t positions[PKT_MAX_FIELDS];
    pkt_flatbuffer_begin(&fb);
    for (size_t i = 0; i < fields->count; i++)
        positions[i] = field_add(&fb, &fields->at[i]);
    size_t all = pkt_flatbuffer_references(&fb, positions, fields->count);
    pkt_flatbuffer_table(&fb);
    pkt_flatbuffer_reference(&fb, 1, all);
    return message_add(&fb, HEADER_SCHEMA, pkt_flatbuffer_end(&fb), 0, out, err);
}

static void *arrow_open(const pkt_fields *fields, pkt_buffer *out, pkt_err *err)
{
    arrow_encoder *arrow = malloc(sizeof *arrow);
    if (!arrow) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for Arrow");
        return NULL;
    }
    arrow->fields = fields;
    if (schema_add(fields, out, err) == 0)
        return arrow;
    free(arrow);
    return NULL;
}

static size_t arrow_parts(const void *self)
{
    const arrow_encoder *arrow = self;
    return arrow->fields->count ? arrow->fields->count : 1;
}

/* A column: its part of the body. */
static int arrow_rows(void *self, const pkt_rows *rows, size_t part, pkt_encoded *out, pkt_err *err)
{
    static const uint8_t zeros[ARROW_ALIGN];
    const arrow_encoder *arrow = self;
    arrow_column column = {0};
    if (part < arrow->fields->count &&
        pkt_arrow_column_build(rows, &arrow->fields->at[part], 0, &out->bytes, &column, err) != 0)
        return -1;
    const size_t pad = (ARROW_ALIGN - out->bytes.size % ARROW_ALIGN) % ARROW_ALIGN;
    if (pkt_buffer_add(&out->bytes, zeros, pad, err) != 0)
        return -1;
    return pkt_buffer_add(&out->notes, &column, sizeof column, err);
}

/* The metadata of a record batch, which contain the offsets of its buffers in the body. */
static int arrow_placed(void *self, const pkt_rows *rows, const pkt_encoded *parts, uint64_t offset,
                        pkt_buffer *head, pkt_err *err)
{
    const arrow_encoder *arrow = self;
    const size_t count = arrow->fields->count;
    flatbuffer fb;
    int64_t nodes[2 * PKT_MAX_FIELDS], buffers[2 * ARROW_MAX_BUFFERS * PKT_MAX_FIELDS];
    size_t n = 0, body = 0;
    (void)offset;
    for (size_t i = 0; i < count; i++) {
        arrow_column column;
        memcpy(&column, parts[i].notes.at, sizeof column);
        nodes[2 * i] = (int64_t)rows->count;
        nodes[2 * i + 1] = (int64_t)column.nulls;
        for (size_t b = 0; b < column.buffer_count; b++) {
            buffers[n++] = (int64_t)(body + column.buffers[b].offset);
            buffers[n++] = (int64_t)column.buffers[b].size;
        }
        body += parts[i].bytes.size;
    }
    pkt_flatbuffer_begin(&fb);
    size_t nodes_at = pkt_flatbuffer_structs(&fb, nodes, count, 2);
    size_t buffers_at = pkt_flatbuffer_structs(&fb, buffers, n / 2, 2);
    pkt_flatbuffer_table(&fb);
    pkt_flatbuffer_number(&fb, 0, 8, rows->count);
    pkt_flatbuffer_reference(&fb, 1, nodes_at);
    pkt_flatbuffer_reference(&fb, 2, buffers_at);
    return message_add(&fb, HEADER_BATCH, pkt_flatbuffer_end(&fb), body, head, err);
}

static int arrow_end(void *self, uint64_t offset, pkt_buffer *out, pkt_err *err)
{
    static const uint8_t mark[8] = {0xff, 0xff, 0xff, 0xff};
    (void)self;
    (void)offset;
    return pkt_buffer_add(out, mark, sizeof mark, err);
}

const pkt_encoder pkt_encoder_arrow = {
    .name = "arrow",
    .block_rows = 16384,
    .open = arrow_open,
    .parts = arrow_parts,
    .rows = arrow_rows,
    .placed = arrow_placed,
    .end = arrow_end,
    .close = free,
};
