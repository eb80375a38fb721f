/* Blocks of rows, encoded by several threads, written in order.
 *
 * Blocks go round a ring. The thread that pushes fills the next free one; the others encode what is
 * filled; where no block is free, the pushing thread encodes too, so that two threads are busy
 * though reading takes a part of what encoding takes. Whoever finds the oldest block encoded writes
 * it, and those behind it. */
#include "parsers/encode/writer.h"

#include <pthread.h>
#include <stdlib.h>

#include "parsers/rows/row_block.h"

/* Blocks in the ring for every thread: one that it works on, and one that waits. */
enum { BLOCKS_A_THREAD = 2 };

typedef enum block_state { BLOCK_FREE, BLOCK_FILLED, BLOCK_TAKEN, BLOCK_ENCODED } block_state;

typedef struct block {
    block_state state;
    pkt_row_block kept;
    const char **labels; /* of its rows, owned; NULL: that of the capture */
    pkt_buffer out, notes;
} block;

struct pkt_writer {
    const pkt_encoder *encoder;
    const pkt_fields *fields;
    void *format; /* of the encoder */
    FILE *file;
    const char *name, *label;
    uint64_t number; /* of the last packet */
    uint64_t (*number_next)(void *self);
    void *number_self;
    pkt_label_next *label_next; /* NULL: the capture's */
    void *label_self;
    uint64_t offset, rows; /* bytes and rows written */
    unsigned threads, started;
    pthread_t others[PKT_MAX_THREADS];
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    size_t ring_size, filling, oldest; /* blocks: in the ring, being filled, to be written next */
    uint64_t written;                  /* bytes: the offset, of blocks that are done */
    int writing, stopping;
    pkt_err fault;
    block ring[]; /* ring_size of them */
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

/* Write the oldest blocks as far as they are encoded. The lock is held, and released meanwhile. */
static void oldest_write(pkt_writer *w)
{
    block *b = &w->ring[w->oldest];
    while (!w->writing && b->state == BLOCK_ENCODED) {
        pkt_err err = {.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
        int bad = w->fault.code != PKT_ERR_NONE;
        w->writing = 1;
        pthread_mutex_unlock(&w->lock);
        if (!bad && w->encoder->placed)
            bad = w->encoder->placed(w->format, &b->notes, w->offset, &err);
        if (!bad)
            bad = bytes_write(w, &b->out, &err);
        pthread_mutex_lock(&w->lock);
        w->writing = 0;
        w->rows += bad ? 0 : b->kept.rows.count;
        w->written = w->offset;
        if (bad && w->fault.code == PKT_ERR_NONE)
            w->fault = err;
        pkt_row_block_clear(&b->kept);
        b->state = BLOCK_FREE;
        w->oldest = (w->oldest + 1) % w->ring_size;
        b = &w->ring[w->oldest];
        pthread_cond_broadcast(&w->changed);
    }
}

/* The oldest filled block that no thread encodes yet; NULL. The lock is held. */
static block *filled_find(pkt_writer *w)
{
    for (size_t i = 0; i < w->ring_size; i++) {
        block *b = &w->ring[(w->oldest + i) % w->ring_size];
        if (b->state == BLOCK_FILLED)
            return b;
    }
    return NULL;
}

/* The lock is held, and released meanwhile. */
static void block_encode(pkt_writer *w, block *b)
{
    pkt_err err = {.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
    b->state = BLOCK_TAKEN;
    int bad = w->fault.code != PKT_ERR_NONE;
    pthread_mutex_unlock(&w->lock);
    b->out.size = b->notes.size = 0;
    if (!bad)
        bad = w->encoder->rows(w->format, &b->kept.rows, &b->out, &b->notes, &err);
    pthread_mutex_lock(&w->lock);
    if (bad && w->fault.code == PKT_ERR_NONE)
        w->fault = err;
    b->state = BLOCK_ENCODED;
    oldest_write(w);
}

static void *help(void *argument)
{
    pkt_writer *w = argument;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        block *b = filled_find(w);
        if (b)
            block_encode(w, b);
        else if (w->stopping)
            break;
        else
            pthread_cond_wait(&w->changed, &w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* Encode and wait until the block is free. The lock is held. */
static void free_wait(pkt_writer *w, const block *wanted)
{
    while (wanted->state != BLOCK_FREE) {
        block *b = filled_find(w);
        if (b)
            block_encode(w, b);
        else
            pthread_cond_wait(&w->changed, &w->lock);
    }
}

/* Queue the block that was filled for encoding, and make the next one free. */
static int block_submit(pkt_writer *w, pkt_err *err)
{
    block *b = &w->ring[w->filling];
    if (b->kept.rows.count == 0)
        return 0;
    pthread_mutex_lock(&w->lock);
    b->state = BLOCK_FILLED;
    if (w->threads == 1)
        block_encode(w, b);
    else
        pthread_cond_broadcast(&w->changed);
    w->filling = (w->filling + 1) % w->ring_size;
    free_wait(w, &w->ring[w->filling]);
    int bad = w->fault.code != PKT_ERR_NONE;
    if (bad && err)
        *err = w->fault;
    pthread_mutex_unlock(&w->lock);
    return bad ? -1 : 0;
}

static void numbers_put(pkt_writer *w, uint64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        numbers[i] = w->number_next ? w->number_next(w->number_self) : ++w->number;
}

/* Labels of rows [from, from + count) of the batch, which are in the block from `at` on. */
static int labels_put(pkt_writer *w, block *b, const pkt_batch *batch, size_t from, size_t count,
                      pkt_err *err)
{
    const size_t at = b->kept.rows.count - count;
    for (size_t i = 0; w->label_next && i < count; i++)
        if (w->label_next(w->label_self, batch, from + i, b->kept.rows.numbers[at + i],
                          &b->labels[at + i], err) != 0)
            return -1;
    return 0;
}

int pkt_writer_push_rows(pkt_writer *w, const pkt_batch *batch, const double *values, size_t from,
                         size_t more, pkt_err *err)
{
    for (const size_t end = from + more; from < end;) {
        block *b = &w->ring[w->filling];
        size_t room = w->encoder->block_rows - b->kept.rows.count, count = end - from;
        count = count < room ? count : room;
        b->kept.rows.file = w->name;
        b->kept.rows.label = w->label;
        uint64_t *numbers = pkt_row_block_add(&b->kept, w->fields, batch, values, from, count, err);
        if (!numbers)
            return -1;
        numbers_put(w, numbers, count);
        if (labels_put(w, b, batch, from, count, err) != 0)
            return -1;
        from += count;
        if (b->kept.rows.count == w->encoder->block_rows && block_submit(w, err) != 0)
            return -1;
    }
    return 0;
}

int pkt_writer_push(pkt_writer *w, const pkt_batch *batch, const double *values, pkt_err *err)
{
    return pkt_writer_push_rows(w, batch, values, 0, batch->rows, err);
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

static int threads_start(pkt_writer *w, pkt_err *err)
{
    for (; w->started + 1 < w->threads; w->started++) {
        errno = pthread_create(&w->others[w->started], NULL, help, w);
        if (errno)
            return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no thread: %s", strerror(errno));
    }
    return 0;
}

static int format_open(pkt_writer *w, pkt_err *err)
{
    pkt_buffer head = {0};
    for (size_t i = 0; i < w->ring_size; i++)
        if (pkt_row_block_open(&w->ring[i].kept, w->fields, w->encoder->block_rows, err) != 0)
            return -1;
    w->format = w->encoder->open(w->fields, &head, err);
    int bad = !w->format || bytes_write(w, &head, err) != 0 || threads_start(w, err) != 0;
    pkt_buffer_free(&head);
    return bad ? -1 : 0;
}

pkt_writer *pkt_writer_open(const pkt_encoder *encoder, const pkt_fields *fields, FILE *file,
                            unsigned threads, pkt_err *err)
{
    size_t ring_size = threads > 1 ? (size_t)BLOCKS_A_THREAD * threads : 1;
    pkt_writer *w = calloc(1, sizeof *w + ring_size * sizeof w->ring[0]);
    if (!w) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for an output");
        return NULL;
    }
    w->encoder = encoder;
    w->fields = fields;
    w->file = file;
    w->threads = threads < PKT_MAX_THREADS ? threads : PKT_MAX_THREADS;
    w->ring_size = ring_size;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, NULL);
    if (format_open(w, err) == 0)
        return w;
    pkt_writer_close(w);
    return NULL;
}

int pkt_writer_capture(pkt_writer *writer, const char *file, const char *label, pkt_err *err)
{
    /* A block has one name and label; where they are not shown it may hold rows of two captures. */
    if ((writer->name != file || writer->label != label) && block_submit(writer, err) != 0)
        return -1;
    writer->name = file;
    writer->label = label;
    writer->number = 0;
    return 0;
}

void pkt_writer_number(pkt_writer *writer, uint64_t (*next)(void *self), void *self)
{
    writer->number_next = next;
    writer->number_self = self;
}

int pkt_writer_labels(pkt_writer *writer, pkt_label_next *next, void *self, pkt_err *err)
{
    for (size_t i = 0; i < writer->ring_size; i++) {
        block *b = &writer->ring[i];
        b->labels = calloc(writer->encoder->block_rows, sizeof *b->labels);
        if (!b->labels)
            return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for labels");
        b->kept.rows.labels = b->labels;
    }
    writer->label_next = next;
    writer->label_self = self;
    return 0;
}

/* Every block is written. */
static int all_wait(pkt_writer *w, pkt_err *err)
{
    if (block_submit(w, err) != 0)
        return -1;
    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < w->ring_size; i++)
        free_wait(w, &w->ring[i]);
    int bad = w->fault.code != PKT_ERR_NONE;
    if (bad && err)
        *err = w->fault;
    pthread_mutex_unlock(&w->lock);
    return bad ? -1 : 0;
}

int pkt_writer_flush(pkt_writer *writer, pkt_err *err)
{
    if (all_wait(writer, err) != 0)
        return -1;
    if (fflush(writer->file) != 0)
        return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
    return 0;
}

int pkt_writer_end(pkt_writer *writer, pkt_err *err)
{
    pkt_buffer tail = {0};
    int bad = all_wait(writer, err);
    if (!bad && writer->encoder->end)
        bad = writer->encoder->end(writer->format, writer->offset, &tail, err);
    if (!bad)
        bad = bytes_write(writer, &tail, err);
    writer->written = writer->offset; /* no other thread writes any more */
    pkt_buffer_free(&tail);
    return bad ? -1 : pkt_writer_flush(writer, err);
}

uint64_t pkt_writer_bytes(pkt_writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    const uint64_t bytes = writer->written;
    pthread_mutex_unlock(&writer->lock);
    return bytes;
}

uint64_t pkt_writer_rows(const pkt_writer *writer)
{
    return writer->rows;
}

void pkt_writer_close(pkt_writer *writer)
{
    if (!writer)
        return;
    pthread_mutex_lock(&writer->lock);
    writer->stopping = 1;
    pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
    for (unsigned i = 0; i < writer->started; i++)
        pthread_join(writer->others[i], NULL);
    for (size_t i = 0; i < writer->ring_size; i++) {
        pkt_row_block_close(&writer->ring[i].kept);
        free(writer->ring[i].labels);
        pkt_buffer_free(&writer->ring[i].out);
        pkt_buffer_free(&writer->ring[i].notes);
    }
    if (writer->format)
        writer->encoder->close(writer->format);
    pthread_cond_destroy(&writer->changed);
    pthread_mutex_destroy(&writer->lock);
    free(writer);
}
