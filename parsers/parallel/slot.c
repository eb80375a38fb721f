#include "parsers/parallel/slot.h"

#include <stdlib.h>

#include "parsers/util/error.h"

int pkt_slot_open(pkt_slot *slot, const pkt_slot_request *request, pkt_err *err)
{
    if (pkt_raw_rows_open(&slot->rows, &request->plan->request, err) != 0)
        return -1;
    if (request->filter)
        slot->filter = pkt_filter_open(request->filter, err);
    return request->filter && !slot->filter ? -1 : 0;
}

static void batch_close(slot_batch *b)
{
    pkt_batch_free(b->batch);
    free(b->hints);
}

void pkt_slot_close(pkt_slot *slot)
{
    for (size_t i = 0; i < slot->room; i++)
        batch_close(&slot->at[i]);
    free(slot->at);
    free(slot->numbers);
    pkt_buffer_free(&slot->made);
    pkt_filter_close(slot->filter);
    pkt_raw_rows_close(&slot->rows);
    pkt_piece_close(&slot->piece);
}

/* One more batch. 0, or -1 and *err. */
static int batch_allocate(pkt_slot *slot, pkt_err *err)
{
    slot_batch *more = realloc(slot->at, (slot->room + 1) * sizeof *more);
    if (!more)
        return pkt_fail_memory(err, "batches");
    slot->at = more;
    slot_batch *b = &slot->at[slot->room];
    *b = (slot_batch){.batch = pkt_batch_new(err)};
    if (!b->batch)
        return -1;
    slot->room++;
    if (slot->rows.depth != PKT_LEVEL_FLOWS && !slot->rows.scratch)
        return 0;
    b->hints = malloc(PKT_BATCH_ROWS * sizeof *b->hints);
    return b->hints ? 0 : pkt_fail_memory(err, "batches");
}

/* The next batch, cleared; NULL and *err. */
static slot_batch *batch_begin(pkt_slot *slot, const pkt_slot_request *request, pkt_err *err)
{
    if (slot->count == slot->room && batch_allocate(slot, err) != 0)
        return NULL;
    slot_batch *b = &slot->at[slot->count];
    pkt_clear_plan_apply(&request->plan->clear, b->batch);
    if (pkt_raw_rows_begin(&slot->rows, b->batch, err) != 0)
        return NULL;
    if (request->streams)
        pkt_streams_clear(request->streams, b->batch);
    return b;
}

/* Fill a batch with the records from `from` on. How many, or -1 and *err. */
static int batch_fill(pkt_slot *slot, const pkt_slot_request *request, size_t from, pkt_err *err)
{
    const slot_batch *b = batch_begin(slot, request, err);
    size_t rows = 0;
    if (!b)
        return -1;
    for (;;) {
        const size_t left = slot->piece.count - from - rows, room = PKT_BATCH_ROWS - rows;
        size_t count = pkt_raw_rows_fit(&slot->rows, b->batch);
        count = count < left ? count : left;
        count = count < room ? count : room;
        if (count == 0)
            break;
        pkt_raw_rows_add(&slot->rows, slot->piece.records + from + rows, count, b->batch, rows,
                         b->hints);
        rows += count;
    }
    b->batch->rows = rows;
    slot->count++;
    return (int)rows;
}

/* Make what is to be made of the last batch, which has the records from `from` on. 0, or -1 and
 * *err; then the batch is none. */
static int batch_make(pkt_slot *slot, const pkt_direct *direct, size_t from, pkt_err *err)
{
    const pkt_batch *batch = slot->at[slot->count - 1].batch;
    const size_t before = slot->made.size;
    uint64_t counted[PKT_BATCH_ROWS];
    for (size_t i = 0; !slot->filter && i < batch->rows; i++)
        counted[i] = slot->first + from + i + 1;
    if (direct->make(direct->self, batch, slot->filter ? slot->numbers + from : counted,
                     &slot->made, err) == 0)
        return 0;
    slot->made.size = before;
    slot->count--;
    return -1;
}

static int numbers_reserve(pkt_slot *slot, pkt_err *err)
{
    if (slot->piece.count <= slot->numbered)
        return 0;
    free(slot->numbers);
    slot->numbered = 0;
    slot->numbers = malloc(slot->piece.room * sizeof *slot->numbers);
    if (!slot->numbers)
        return pkt_fail_memory(err, "packet numbers");
    slot->numbered = slot->piece.room;
    return 0;
}

/* Keep the records that match. 0, or -1 and *err: the filter is none for the packet that follows
 * them. */
static int records_filter(pkt_slot *slot, pkt_err *err)
{
    pkt_piece *piece = &slot->piece;
    const size_t count = piece->count;
    if (numbers_reserve(slot, err) != 0) {
        piece->count = 0;
        return -1;
    }
    piece->count = 0;
    for (size_t i = 0; i < count; i++) {
        const int wanted = pkt_filter_match(slot->filter, &piece->records[i], err);
        if (wanted < 0)
            return -1;
        if (!wanted)
            continue;
        slot->timeless += piece->timeless[i];
        slot->numbers[piece->count] = slot->first + i + 1;
        piece->records[piece->count++] = piece->records[i];
    }
    return 0;
}

void pkt_slot_decode(pkt_slot *slot, const pkt_slot_request *request)
{
    slot->fault = (pkt_err){.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
    slot->count = slot->made.size = 0;
    slot->timeless = 0;
    pkt_err fault = slot->fault;
    int got = slot->filter ? records_filter(slot, &fault) : 0;
    for (size_t from = 0; from < slot->piece.count;) {
        const int rows = batch_fill(slot, request, from, &slot->fault);
        if (rows < 0)
            return;
        if (request->direct && batch_make(slot, request->direct, from, &slot->fault) != 0)
            return;
        from += (size_t)rows;
    }
    if (got < 0)
        slot->fault = fault;
}
