/* Rows -> Arrow's C stream interface: record batches in memory. */
#include <stdatomic.h>

#include "parsers/core/run.h"
#include "parsers/encode/arrow_columns.h"
#include "parsers/rows/row_block.h"

/* Rows of a record batch, at most. */
enum { STREAM_ROWS = 16384 };

typedef struct row_stream {
    const pkt_backend *backend;
    void *state; /* of the backend; NULL: it is closed */
    pkt_fields fields;
    pkt_row_block block;
    uint64_t number; /* of the last packet */
    int ended;
    pkt_err err; /* what it ended with */
    pkt_run_plan plan;
    pkt_batch *batch; /* owned */
} row_stream;

/* One piece of memory for a schema, its children and their names. A consumer may move children out
 * and release them after their parent: the last one frees it. Consumers release in any thread. */
typedef struct schema_memory {
    atomic_size_t users;
    struct ArrowSchema *pointers[PKT_MAX_FIELDS];
    struct ArrowSchema children[PKT_MAX_FIELDS];
    char names[PKT_MAX_FIELDS][32];
} schema_memory;

/* The same for an array, its children and all their buffers. */
typedef struct array_memory {
    atomic_size_t users;
    struct ArrowArray *pointers[PKT_MAX_FIELDS];
    struct ArrowArray children[PKT_MAX_FIELDS];
    const void *buffers[PKT_MAX_FIELDS][ARROW_MAX_BUFFERS];
    const void *none; /* the struct's own validity: everything is there */
    pkt_buffer body;
} array_memory;

static void schema_release(struct ArrowSchema *schema)
{
    schema_memory *m = schema->private_data;
    for (int64_t i = 0; i < schema->n_children; i++)
        if (schema->children[i]->release)
            schema->children[i]->release(schema->children[i]);
    schema->release = NULL;
    if (atomic_fetch_sub(&m->users, 1) == 1)
        free(m);
}

static void array_release(struct ArrowArray *array)
{
    array_memory *m = array->private_data;
    for (int64_t i = 0; i < array->n_children; i++)
        if (array->children[i]->release)
            array->children[i]->release(array->children[i]);
    array->release = NULL;
    if (atomic_fetch_sub(&m->users, 1) == 1) {
        pkt_buffer_free(&m->body);
        free(m);
    }
}

static const char *format_of(const pkt_field *field)
{
    static const char *const formats[] = {[PKT_TYPED_I16] = "s",
                                          [PKT_TYPED_I32] = "i",
                                          [PKT_TYPED_I64] = "l",
                                          [PKT_TYPED_F64] = "g",
                                          [PKT_TYPED_TEXT] = "u"};
    return field->kind == PKT_FIELD_TIME ? "tsu:UTC" : formats[pkt_column_type_of(field)];
}

static int stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    const row_stream *s = stream->private_data;
    schema_memory *m = calloc(1, sizeof *m);
    if (!m)
        return ENOMEM;
    atomic_init(&m->users, s->fields.count + 1);
    for (size_t i = 0; i < s->fields.count; i++) {
        const pkt_field *field = &s->fields.at[i];
        memcpy(m->names[i], field->name, field->name_size);
        m->pointers[i] = &m->children[i];
        m->children[i] = (struct ArrowSchema){.format = format_of(field),
                                              .name = m->names[i],
                                              .flags = field->present ? ARROW_FLAG_NULLABLE : 0,
                                              .release = schema_release,
                                              .private_data = m};
    }
    *out = (struct ArrowSchema){.format = "+s",
                                .name = "",
                                .n_children = (int64_t)s->fields.count,
                                .children = m->pointers,
                                .release = schema_release,
                                .private_data = m};
    return 0;
}

/* Up to STREAM_ROWS rows into the block. */
static void block_fill(row_stream *s)
{
    pkt_row_block_clear(&s->block);
    while (!s->ended && s->block.rows.count + PKT_BATCH_ROWS <= STREAM_ROWS) {
        const int got = pkt_run_next(&s->plan, s->backend, s->state, s->batch, &s->err);
        uint64_t *numbers = NULL;
        if (got > 0)
            numbers =
                pkt_row_block_add(&s->block, &s->fields, s->batch, NULL, 0, (size_t)got, &s->err);
        s->ended = !numbers;
        for (int i = 0; numbers && i < got; i++)
            numbers[i] = ++s->number;
    }
}

static int array_build(const row_stream *s, array_memory *m, pkt_err *err)
{
    arrow_column columns[PKT_MAX_FIELDS];
    const size_t count = s->fields.count;
    for (size_t i = 0; i < count; i++)
        if (pkt_arrow_column_build(&s->block.rows, &s->fields.at[i], 0, &m->body, &columns[i],
                                   err) != 0)
            return -1;
    atomic_init(&m->users, count + 1);
    for (size_t i = 0; i < count; i++) {
        const arrow_column *c = &columns[i];
        for (size_t b = 0; b < c->buffer_count; b++)
            m->buffers[i][b] =
                b == 0 && c->buffers[b].size == 0 ? NULL : m->body.at + c->buffers[b].offset;
        m->pointers[i] = &m->children[i];
        m->children[i] = (struct ArrowArray){.length = (int64_t)s->block.rows.count,
                                             .null_count = (int64_t)c->nulls,
                                             .n_buffers = (int64_t)c->buffer_count,
                                             .buffers = m->buffers[i],
                                             .release = array_release,
                                             .private_data = m};
    }
    return 0;
}

static int stream_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    row_stream *s = stream->private_data;
    *out = (struct ArrowArray){.release = NULL};
    block_fill(s);
    if (s->block.rows.count == 0)
        return s->err.code == PKT_ERR_NONE ? 0 : EIO;
    array_memory *m = calloc(1, sizeof *m);
    if (!m || array_build(s, m, &s->err) != 0) {
        if (m)
            pkt_buffer_free(&m->body);
        free(m);
        return ENOMEM;
    }
    *out = (struct ArrowArray){.length = (int64_t)s->block.rows.count,
                               .n_buffers = 1,
                               .n_children = (int64_t)s->fields.count,
                               .buffers = &m->none,
                               .children = m->pointers,
                               .release = array_release,
                               .private_data = m};
    return 0;
}

static const char *stream_error(struct ArrowArrayStream *stream)
{
    const row_stream *s = stream->private_data;
    return s->err.code == PKT_ERR_NONE ? NULL : s->err.msg;
}

static void row_stream_free(row_stream *s)
{
    if (s->state)
        s->backend->close(s->state);
    pkt_row_block_close(&s->block);
    pkt_batch_free(s->batch);
    free(s);
}

static void stream_release(struct ArrowArrayStream *stream)
{
    row_stream_free(stream->private_data);
    stream->release = NULL;
}

static int row_stream_begin(row_stream *s, void *context, const pkt_capture *capture,
                            pkt_level level, const char *columns, pkt_err *err)
{
    pkt_request request = PKT_INIT(pkt_request);
    request.level = level;
    if (pkt_run_plan_make(&s->plan, s->backend, capture, &request, err) != 0)
        return -1;
    const pkt_level_work *offer = pkt_backend_level(s->backend, level);
    if (!columns)
        pkt_fields_all(&s->fields, offer->columns);
    else if (pkt_fields_named(&s->fields, columns, offer->columns, err) != 0)
        return -1;
    s->batch = pkt_batch_new(err);
    if (!s->batch || pkt_row_block_open(&s->block, &s->fields, STREAM_ROWS, err) != 0)
        return -1;
    const char *path = s->plan.capture.path, *slash = strrchr(path, '/');
    s->block.rows.file = slash ? slash + 1 : path;
    return s->backend->open(context, &s->state, &s->plan.capture, &s->plan.request, err);
}

int pkt_arrow_stream(const pkt_backend *backend, void *context, const pkt_capture *capture,
                     pkt_level level, const char *columns, struct ArrowArrayStream *stream,
                     pkt_err *err)
{
    row_stream *s = calloc(1, sizeof *s);
    if (!s)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a stream");
    s->backend = backend;
    s->err.pos = PKT_POS_NONE;
    if (row_stream_begin(s, context, capture, level, columns, err) != 0) {
        s->state = NULL;
        row_stream_free(s);
        return -1;
    }
    *stream = (struct ArrowArrayStream){.get_schema = stream_schema,
                                        .get_next = stream_next,
                                        .get_last_error = stream_error,
                                        .release = stream_release,
                                        .private_data = s};
    return 0;
}
