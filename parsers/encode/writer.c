/* Blocks of rows, encoded by several threads, written in order. Few blocks are encoded and not yet
 * written, so that the memory of one that was written is taken for the next: fresh memory costs
 * more than encoding into it. */
#include "parsers/encode/writer.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "parsers/rows/block_ring.h"

struct pkt_writer {
    const pkt_encoder *encoder;
    const pkt_fields *fields;
    void *format; /* of the encoder */
    FILE *file;
    pkt_pool *own; /* opened by the writer, or NULL */
    pkt_pool *pool;
    pkt_block_ring *ring;
    const char *name, *label;
    size_t block_rows; /* of a block with these, at most */
    uint64_t number;   /* of the last packet */
    uint64_t (*number_next)(void *self);
    void *number_self;
    pkt_label_next *label_next; /* NULL: the capture's */
    void *label_self;
    uint64_t offset;                 /* bytes written; of the thread that writes */
    _Atomic(uint64_t) rows, written; /* rows and bytes, of blocks that are done */
    size_t items, parts;             /* of the ring */
    bool ringed;                     /* rows are in the ring, or were */
    pkt_direct direct;               /* of pkt_writer_direct() */
    uint64_t placed;                 /* rows that were placed, and are to be pushed yet */
    pkt_buffer start;                /* of the file; empty when it is written */
    pkt_buffer head;                 /* of a block */
    pkt_encoded *made;               /* owned: `parts` for each block of the ring, and one more */
    pkt_encoded *spare;              /* that one: memory that no block has */
};

static int bytes_write(pkt_writer *w, pkt_buffer *bytes, pkt_err *err)
{
    size_t size = bytes->size;
    bytes->size = 0;
    if (size && fwrite(bytes->at, 1, size, w->file) != size)
        return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
    w->offset += size;
    return 0;
}

/* The start of the file is written with what follows it, so that a capture that cannot be opened
 * leaves nothing on standard output. */
static int start_write(pkt_writer *w, pkt_err *err)
{
    return bytes_write(w, &w->start, err);
}

/* Take the spare memory of the part, if there is any; or keep its memory as that. */
static void spare_swap(pkt_writer *w, pkt_encoded *made, size_t part, bool take)
{
    pkt_pool_lock(w->pool);
    pkt_encoded *spare = &w->spare[part];
    if (take ? !made->bytes.at : !spare->bytes.at) {
        const pkt_encoded kept = *spare;
        *spare = *made;
        *made = kept;
    }
    pkt_pool_unlock(w->pool);
}

static int part_encode(void *self, const pkt_rows *rows, pkt_block_place place, pkt_err *err)
{
    pkt_writer *w = self;
    pkt_encoded *made = &w->made[place.item * w->parts + place.part];
    spare_swap(w, made, place.part, true);
    made->bytes.size = made->notes.size = 0;
    return w->encoder->rows(w->format, rows, place.part, made, err);
}

static int block_write(void *self, const pkt_rows *rows, size_t item, pkt_err *err)
{
    pkt_writer *w = self;
    pkt_encoded *made = &w->made[item * w->parts];
    int bad = start_write(w, err);
    if (!bad && w->encoder->placed)
        bad = w->encoder->placed(w->format, rows, made, w->offset, &w->head, err);
    if (!bad)
        bad = bytes_write(w, &w->head, err);
    for (size_t i = 0; i < w->parts && !bad; i++) {
        bad = bytes_write(w, &made[i].bytes, err);
        spare_swap(w, &made[i], i, false);
    }
    if (!bad)
        atomic_fetch_add(&w->rows, rows->count);
    atomic_store(&w->written, w->offset);
    return bad;
}

static void numbers_put(pkt_writer *w, uint64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        numbers[i] = w->number_next ? w->number_next(w->number_self) : ++w->number;
}

/* Labels of rows [from, from + count) of the batch, which are the last ones of the block. */
static int labels_put(const pkt_writer *w, pkt_row_block *block, const pkt_batch *batch,
                      size_t from, size_t count, pkt_err *err)
{
    const size_t at = block->rows.count - count;
    for (size_t i = 0; w->label_next && i < count; i++)
        if (w->label_next(w->label_self, batch, from + i, block->rows.numbers[at + i],
                          &block->labels[at + i], err) != 0)
            return -1;
    return 0;
}

int pkt_writer_push_rows(pkt_writer *w, const pkt_batch *batch, const double *values, size_t from,
                         size_t more, pkt_err *err)
{
    if (w->placed) {
        w->placed -= more;
        return 0;
    }
    w->ringed = true;
    for (const size_t end = from + more; from < end;) {
        pkt_row_block *b = pkt_block_ring_filled(w->ring);
        size_t room = w->block_rows - b->rows.count, count = end - from;
        count = count < room ? count : room;
        b->rows.file = w->name;
        b->rows.label = w->label;
        uint64_t *numbers = pkt_row_block_add(b, w->fields, batch, values, from, count, err);
        if (!numbers)
            return -1;
        numbers_put(w, numbers, count);
        if (labels_put(w, b, batch, from, count, err) != 0)
            return -1;
        from += count;
        if (b->rows.count == w->block_rows && pkt_block_ring_submit(w->ring, err) != 0)
            return -1;
    }
    return 0;
}

int pkt_writer_push(pkt_writer *w, const pkt_batch *batch, const double *values, pkt_err *err)
{
    return pkt_writer_push_rows(w, batch, values, 0, batch->rows, err);
}

static int direct_make(void *self, const pkt_batch *batch, const uint64_t *numbers, pkt_buffer *out,
                       pkt_err *err)
{
    const pkt_writer *w = self;
    pkt_rows rows = pkt_rows_of_batch(batch);
    pkt_encoded made = {.bytes = *out};
    rows.numbers = numbers;
    rows.file = w->name;
    rows.label = w->label;
    const int bad = w->encoder->rows(w->format, &rows, 0, &made, err);
    *out = made.bytes;
    return bad;
}

static int direct_place(void *self, pkt_buffer *made, size_t rows, pkt_err *err)
{
    pkt_writer *w = self;
    if (w->ringed && pkt_block_ring_finish(w->ring, err) != 0)
        return -1;
    w->ringed = false;
    if (start_write(w, err) != 0 || bytes_write(w, made, err) != 0)
        return -1;
    w->placed += rows;
    atomic_fetch_add(&w->rows, rows);
    atomic_store(&w->written, w->offset);
    return 0;
}

const pkt_direct *pkt_writer_direct(pkt_writer *writer)
{
    writer->direct = (pkt_direct){.make = direct_make, .place = direct_place, .self = writer};
    return writer->encoder->seamless && !writer->label_next ? &writer->direct : NULL;
}

static int writer_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    return pkt_writer_push(self, batch, NULL, err);
}

static int writer_finish(void *self, pkt_err *err)
{
    (void)self;
    (void)err;
    return 0;
}

pkt_sink pkt_writer_sink(pkt_writer *writer)
{
    return pkt_sink_make(writer, writer_push, writer_finish);
}

static int ring_open(pkt_writer *w, pkt_err *err)
{
    const pkt_block_use use = {
        .parts = w->parts, .make = part_encode, .place = block_write, .self = w};
    w->made = calloc((w->items + 1) * w->parts, sizeof *w->made);
    if (!w->made)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for an output");
    w->spare = w->made + w->items * w->parts;
    w->ring = pkt_block_ring_open(w->pool, w->fields, w->encoder->block_rows, &use, err);
    return w->ring ? 0 : -1;
}

static int format_open(pkt_writer *w, pkt_err *err)
{
    w->format = w->encoder->open(w->fields, &w->start, err);
    if (!w->format)
        return -1;
    w->parts = w->encoder->parts ? w->encoder->parts(w->format) : 1;
    w->items = pkt_block_ring_items(w->pool, w->parts);
    return ring_open(w, err);
}

pkt_writer *pkt_writer_open_in(pkt_pool *pool, const pkt_encoder *encoder, const pkt_fields *fields,
                               FILE *file, pkt_err *err)
{
    pkt_writer *w = calloc(1, sizeof *w);
    if (!w) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for an output");
        return NULL;
    }
    w->encoder = encoder;
    w->fields = fields;
    w->file = file;
    w->pool = pool;
    w->block_rows = pkt_row_block_most(fields, NULL, NULL, encoder->block_rows);
    if (format_open(w, err) == 0)
        return w;
    pkt_writer_close(w);
    return NULL;
}

pkt_writer *pkt_writer_open(const pkt_encoder *encoder, const pkt_fields *fields, FILE *file,
                            unsigned threads, pkt_err *err)
{
    pkt_pool *pool = pkt_pool_open(threads, err);
    if (!pool)
        return NULL;
    pkt_writer *w = pkt_writer_open_in(pool, encoder, fields, file, err);
    if (w)
        w->own = pool;
    else
        pkt_pool_close(pool);
    return w;
}

int pkt_writer_capture(pkt_writer *writer, const char *file, const char *label, pkt_err *err)
{
    /* A block has one name and label; where they are not shown it may hold rows of two captures. */
    if ((writer->name != file || writer->label != label) &&
        pkt_block_ring_submit(writer->ring, err) != 0)
        return -1;
    writer->name = file;
    writer->label = label;
    writer->block_rows =
        pkt_row_block_most(writer->fields, file, label, writer->encoder->block_rows);
    writer->number = writer->placed = 0;
    return 0;
}

void pkt_writer_number(pkt_writer *writer, uint64_t (*next)(void *self), void *self)
{
    writer->number_next = next;
    writer->number_self = self;
}

int pkt_writer_labels(pkt_writer *writer, pkt_label_next *next, void *self, pkt_err *err)
{
    if (pkt_block_ring_label_rows(writer->ring, err) != 0)
        return -1;
    writer->label_next = next;
    writer->label_self = self;
    return 0;
}

int pkt_writer_flush(pkt_writer *writer, pkt_err *err)
{
    if (pkt_block_ring_finish(writer->ring, err) != 0 || start_write(writer, err) != 0)
        return -1;
    if (fflush(writer->file) != 0)
        return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
    return 0;
}

int pkt_writer_end(pkt_writer *writer, pkt_err *err)
{
    pkt_buffer tail = {0};
    int bad = pkt_block_ring_finish(writer->ring, err);
    if (!bad)
        bad = start_write(writer, err);
    if (!bad && writer->encoder->end)
        bad = writer->encoder->end(writer->format, writer->offset, &tail, err);
    if (!bad)
        bad = bytes_write(writer, &tail, err);
    atomic_store(&writer->written, writer->offset);
    pkt_buffer_free(&tail);
    return bad ? -1 : pkt_writer_flush(writer, err);
}

uint64_t pkt_writer_bytes(pkt_writer *writer)
{
    return atomic_load(&writer->written);
}

uint64_t pkt_writer_rows(const pkt_writer *writer)
{
    return atomic_load(&writer->rows);
}

void pkt_writer_close(pkt_writer *writer)
{
    if (!writer)
        return;
    pkt_block_ring_close(writer->ring);
    for (size_t i = 0; writer->made && i < (writer->items + 1) * writer->parts; i++) {
        pkt_buffer_free(&writer->made[i].bytes);
        pkt_buffer_free(&writer->made[i].notes);
    }
    free(writer->made);
    pkt_buffer_free(&writer->start);
    pkt_buffer_free(&writer->head);
    if (writer->format)
        writer->encoder->close(writer->format);
    pkt_pool_close(writer->own);
    free(writer);
}
