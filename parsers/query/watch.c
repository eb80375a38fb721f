#include "parsers/query/watch.h"

#include "parsers/core/record.h"
#include "parsers/features/inner.h"

/* Measured: with these, a watched row costs 35 instructions, and 150 without; a row of CSV takes
 * 1,800. */
typedef int64_t pair __attribute__((vector_size(16)));
typedef uint32_t four __attribute__((vector_size(16)));

static inline pair pair_at(const int64_t *cells)
{
    pair value;
    memcpy(&value, cells, sizeof value);
    return value;
}

static inline four four_at(const uint32_t *cells)
{
    four value;
    memcpy(&value, cells, sizeof value);
    return value;
}

/* Is no time negative or earlier than the one before? May be false though it is so. */
static bool times_rise(const int64_t *ns, size_t rows, int64_t previous)
{
    pair negative = {ns[0], ns[0] - (previous < 0 ? 0 : previous)};
    size_t i = 1;
    for (; i + 2 <= rows; i += 2) {
        const pair now = pair_at(ns + i);
        negative |= now | (now - pair_at(ns + i - 1));
    }
    if (i < rows)
        negative[0] |= ns[i] | (ns[i] - ns[i - 1]);
    return (negative[0] | negative[1]) >= 0;
}

static void times_watch(row_watch *w, const pkt_batch *batch)
{
    const int64_t *ns = batch->ts_ns;
    int64_t previous = w->previous_ns;
    if (ns[0] > 0 && times_rise(ns, batch->rows, previous) && ns[batch->rows - 1] != INT64_MAX) {
        w->previous_ns = ns[batch->rows - 1];
        return;
    }
    for (size_t i = 0; i < batch->rows; i++) {
        if (ns[i] == 0 && w->zero_is_none) {
            w->zero_times++;
            continue;
        }
        w->late += ns[i] < previous && w->rows + i > 0;
        w->replaced += pkt_time_is_replaced(ns[i]);
        previous = ns[i];
    }
    w->previous_ns = previous;
}

static const uint8_t *cells_of(const pkt_batch *batch, const pkt_column_info *column)
{
    return (const uint8_t *)batch + column->offset;
}

/* Are the cells of the row those of the row that is so far before it? */
static bool rows_equal(const row_watch *w, const pkt_batch *batch, size_t row, size_t back)
{
    for (size_t c = 0; c < w->compared; c++) {
        const size_t size = w->at[c]->size;
        const uint8_t *own = cells_of(batch, w->at[c]) + row * size;
        const uint8_t *other = back <= row
                                   ? own - back * size
                                   : (const uint8_t *)w->last[c] + (WATCH_ROWS + row - back) * size;
        if (memcmp(own, other, size) != 0)
            return false;
    }
    return true;
}

static bool is_alike(const row_watch *w, const pkt_batch *batch, size_t row)
{
    for (size_t back = 1; back <= WATCH_ROWS && back <= w->rows + row; back++)
        if (rows_equal(w, batch, row, back))
            return true;
    return false;
}

/* Has a row, from the WATCH_ROWS'th on, the identification of one of those before it? */
static bool ids_repeat(const uint32_t *ids, size_t rows)
{
    four any = {0};
    size_t i = WATCH_ROWS;
    for (; i + 4 <= rows; i += 4) {
        const four now = four_at(ids + i);
        const four same = (four)(now == four_at(ids + i - 1)) |
                          (four)(now == four_at(ids + i - 2)) |
                          (four)(now == four_at(ids + i - 3)) | (four)(now == four_at(ids + i - 4));
        any |= same & now; /* not of 0 */
    }
    for (; i < rows; i++)
        for (size_t back = 1; back <= WATCH_ROWS; back++)
            any[0] |= ids[i] == ids[i - back] ? ids[i] : 0;
    return (any[0] | any[1] | any[2] | any[3]) != 0;
}

/* Keep the last rows for the next batch. */
static void last_keep(row_watch *w, const pkt_batch *batch)
{
    const size_t fresh = batch->rows < WATCH_ROWS ? batch->rows : WATCH_ROWS;
    for (size_t c = 0; c < w->compared; c++) {
        const size_t size = w->at[c]->size;
        uint8_t *last = (uint8_t *)w->last[c];
        if (fresh < WATCH_ROWS)
            memmove(last, last + fresh * size, (WATCH_ROWS - fresh) * size);
        memcpy(last + (WATCH_ROWS - fresh) * size,
               cells_of(batch, w->at[c]) + (batch->rows - fresh) * size, fresh * size);
    }
}

static void rows_compare(row_watch *w, const pkt_batch *batch)
{
    const bool all = ids_repeat(batch->ip_id, batch->rows);
    const size_t rows = all || batch->rows < WATCH_ROWS ? batch->rows : WATCH_ROWS;
    for (size_t i = 0; i < rows; i++)
        w->alike += batch->ip_id[i] && is_alike(w, batch, i);
    last_keep(w, batch);
}

static int watch_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    row_watch *w = self;
    pkt_batch *own = (pkt_batch *)(uintptr_t)batch; /* the run's, which clears it next */
    w->full = w->limit && batch->rows >= w->limit - w->rows;
    if (w->full)
        own->rows = (size_t)(w->limit - w->rows);
    if (batch->rows && !w->live && pkt_set_has(&w->columns, PKT_COL_ts_ns))
        times_watch(w, batch);
    if (batch->rows && w->compared)
        rows_compare(w, batch);
    if (pkt_undecoded_applies(&w->columns))
        pkt_undecoded_count(&w->undecoded, batch);
    w->rows += batch->rows;
    if (w->inner)
        pkt_features_take_inner(own);
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

/* The identification is the first column that is compared: most rows differ in it. */
pkt_sink pkt_watch_sink(row_watch *watch)
{
    watch->compared = 0;
    const bool compares = !watch->live && pkt_set_has(&watch->columns, PKT_COL_ip_id);
    for (size_t c = 0; c < PKT_COLUMN_COUNT && compares; c++) {
        const size_t column = (PKT_COL_ip_id + c) % PKT_COLUMN_COUNT;
        if (pkt_set_has(&watch->columns, column) && column != PKT_COL_ts_ns &&
            pkt_column_at(column)->format_as != PKT_AS_TEXT)
            watch->at[watch->compared++] = pkt_column_at(column);
    }
    return pkt_sink_make(watch, watch_push, watch_finish);
}

void pkt_watch_report(const row_watch *w, const char *name, const pkt_warnings *warnings)
{
    pkt_warn(warnings, PKT_WARN_NO_TIME, name, w->zero_times);
    pkt_warn(warnings, PKT_WARN_TIME_REPLACED, name, w->replaced);
    pkt_warn(warnings, PKT_WARN_TIME_ORDER, name, w->late);
    pkt_warn(warnings, PKT_WARN_DUPLICATES, name, w->alike);
    pkt_warn_undecoded(warnings, name, &w->undecoded);
}
