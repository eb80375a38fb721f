/* The sink of timed runs: rows are counted, and a few cells looked at. */
#include "parsers/sink/sink.h"

/* Which column is looked at in the row: they take turns. */
static size_t checksum_column(pkt_column_set columns, uint64_t turn)
{
    size_t skip = (size_t)(turn % (unsigned)__builtin_popcountll(columns));
    while (skip--)
        columns &= columns - 1;
    return (size_t)__builtin_ctzll(columns);
}

static int null_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    pkt_null_sink *null = self;
    (void)err;
    /* Rows 0, 256, 512, ... of the run, wherever the batches begin. */
    uint64_t next = (null->rows + PKT_BATCH_ROWS - 1) / PKT_BATCH_ROWS * PKT_BATCH_ROWS;
    null->rows += batch->rows;
    if (next >= null->rows || !null->columns)
        return 0;
    size_t row = batch->rows - (size_t)(null->rows - next);
    const pkt_column_info *info =
        pkt_column_at(checksum_column(null->columns, next / PKT_BATCH_ROWS));
    uint64_t cell = 0;
    memcpy(&cell, (const uint8_t *)batch + info->offset + row * info->size, info->size);
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
    return (pkt_sink){null, null_push, null_finish};
}
