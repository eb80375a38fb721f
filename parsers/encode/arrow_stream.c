/* Rows -> Arrow's C stream interface: record batches in memory. */
#include "parsers/core/run.h"
#include "parsers/encode/arrow_export.h"
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

static int stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    const row_stream *s = stream->private_data;
    pkt_err ignored;
    return pkt_arrow_schema(&s->fields, out, &ignored) == 0 ? 0 : ENOMEM;
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

static int stream_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    row_stream *s = stream->private_data;
    *out = (struct ArrowArray){.release = NULL};
    block_fill(s);
    if (s->block.rows.count == 0)
        return s->err.code == PKT_ERR_NONE ? 0 : EIO;
    return pkt_arrow_array(&s->block.rows, &s->fields, out, &s->err) == 0 ? 0 : ENOMEM;
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
