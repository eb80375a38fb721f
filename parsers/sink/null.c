/* The sink of timed runs: rows are counted, and a few cells looked at. */
#include "parsers/sink/sink.h"

/* Which column is looked at in the row: they take turns. */
static size_t checksum_column(const pkt_null_sink *null, uint64_t turn)
{
    size_t column = 0, skip = (size_t)(turn % null->count);
    for (;; column++)
        if (pkt_set_has(&null->columns, column) && skip-- == 0)
            return column;
}

/* What of the cell goes into the checksum. Of a text cell: its length and first bytes. */
static uint64_t cell_value(const pkt_batch *batch, size_t row, const pkt_column_info *info)
{
    uint64_t value = 0;
    pkt_text text;
    const uint8_t *cell = (const uint8_t *)batch + info->offset + row * info->size;
    if (info->format_as != PKT_AS_TEXT) {
        memcpy(&value, cell, info->size);
        return value;
    }
    memcpy(&text, cell, sizeof text);
    if (text.offset == PKT_TEXT_NULL)
        return UINT64_MAX;
    memcpy(&value, batch->text + text.offset, text.length < 7 ? text.length : 7);
    return value << 8 | (text.length & 255);
}

static int null_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    pkt_null_sink *null = self;
    (void)err;
    /* Rows 0, 256, 512, ... of the run, wherever the batches begin. */
    uint64_t next = (null->rows + PKT_BATCH_ROWS - 1) / PKT_BATCH_ROWS * PKT_BATCH_ROWS;
    null->rows += batch->rows;
    if (next >= null->rows || !null->count)
        return 0;
    size_t row = batch->rows - (size_t)(null->rows - next);
    const pkt_column_info *info = pkt_column_at(checksum_column(null, next / PKT_BATCH_ROWS));
    const uint64_t cell = cell_value(batch, row, info);
    null->checksum = (null->checksum ^ cell) * UINT64_C(0x9e3779b97f4a7c15);
    return 0;
}

static int null_finish(void *self, pkt_err *err)
{
    (void)self;
    (void)err;
    return 0;
}

pkt_sink pkt_null_sink_open(pkt_null_sink *null)
{
    null->count = pkt_set_count(&null->columns);
    return pkt_sink_make(null, null_push, null_finish);
}
