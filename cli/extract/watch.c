#include "cli/extract/watch.h"

#include <inttypes.h>

#include "cli/message.h"
#include "parsers/source/source.h"

static void times_watch(row_watch *w, const pkt_batch *batch)
{
    int64_t previous = w->previous_ns;
    for (size_t i = 0; i < batch->rows; i++) {
        const int64_t ns = batch->ts_ns[i];
        if (ns == 0 && w->zero_is_none) {
            w->zero_times++;
            continue;
        }
        w->late += ns < previous && w->rows + i > 0;
        w->replaced += pkt_time_is_replaced(ns);
        previous = ns;
    }
    w->previous_ns = previous;
}

/* The cells of a row, all but its time and texts. */
static void cells_get(const row_watch *w, const pkt_batch *batch, size_t row, uint64_t *cells)
{
    memset(cells, 0, PKT_COLUMN_COUNT * sizeof *cells);
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const pkt_column_info *info = pkt_column_at(c);
        if (pkt_set_has(&w->columns, c) && c != PKT_COL_ts_ns && info->format_as != PKT_AS_TEXT)
            memcpy(&cells[c], (const uint8_t *)batch + info->offset + row * info->size, info->size);
    }
}

static bool cells_equal(const row_watch *w, const pkt_batch *batch, size_t row,
                        const uint64_t *others)
{
    uint64_t cells[PKT_COLUMN_COUNT];
    cells_get(w, batch, row, cells);
    return memcmp(cells, others, sizeof cells) == 0;
}

/* Most rows differ from those before in their identification, and are not looked at further. */
static bool is_alike(const row_watch *w, const pkt_batch *batch, size_t row)
{
    const uint32_t id = batch->ip_id[row];
    uint64_t cells[PKT_COLUMN_COUNT];
    for (size_t back = 1; id && back <= WATCH_ROWS && back <= w->rows + row; back++) {
        if (back > row) {
            const uint64_t *recent = w->recent[(w->rows + row - back) % WATCH_ROWS];
            if (recent[PKT_COL_ip_id] == id && cells_equal(w, batch, row, recent))
                return true;
        } else if (batch->ip_id[row - back] == id) {
            cells_get(w, batch, row - back, cells);
            if (cells_equal(w, batch, row, cells))
                return true;
        }
    }
    return false;
}

static void rows_compare(row_watch *w, const pkt_batch *batch)
{
    for (size_t i = 0; i < batch->rows; i++)
        w->alike += is_alike(w, batch, i);
    for (size_t i = batch->rows > WATCH_ROWS ? batch->rows - WATCH_ROWS : 0; i < batch->rows; i++)
        cells_get(w, batch, i, w->recent[(w->rows + i) % WATCH_ROWS]);
}

static int watch_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    row_watch *w = self;
    w->full = w->limit && batch->rows >= w->limit - w->rows;
    if (w->full)
        w->batch->rows = (size_t)(w->limit - w->rows); /* *batch is *w->batch */
    if (pkt_set_has(&w->columns, PKT_COL_ts_ns))
        times_watch(w, batch);
    if (pkt_set_has(&w->columns, PKT_COL_ip_id))
        rows_compare(w, batch);
    w->rows += batch->rows;
    if (w->next->push(w->next->self, batch, err) != 0)
        return -1;
    if (w->full)
        err->code = PKT_ERR_NONE;
    return w->full ? -1 : 0;
}

static int watch_finish(void *self, pkt_err *err)
{
    const row_watch *w = self;
    return w->next->finish(w->next->self, err);
}

pkt_sink watch_sink(row_watch *watch)
{
    return pkt_sink_make(watch, watch_push, watch_finish);
}

void watch_report(const row_watch *w, const char *name)
{
    if (w->zero_times)
        message_warning("%s: %" PRIu64
                        " packets have time 0, for example because simple packet blocks have no "
                        "time stamp",
                        name, w->zero_times);
    if (w->replaced)
        message_warning("%s: %" PRIu64
                        " packets have times outside of 1677 to 2262; they were replaced by the "
                        "first or the last time that 64 bits of nanoseconds hold",
                        name, w->replaced);
    if (w->late)
        message_warning("%s: %" PRIu64 " packets are earlier than the packet before them", name,
                        w->late);
    if (w->alike)
        message_warning("%s: %" PRIu64
                        " packets may be duplicates: all columns but the time, and the IP "
                        "identification, are those of one of the %d packets before; `pktbench "
                        "info` compares bytes",
                        name, w->alike, WATCH_ROWS);
}
