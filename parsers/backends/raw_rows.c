#include "parsers/backends/raw_rows.h"

#include "parsers/app/app.h"
#include "parsers/decode/decode.h"
#include "parsers/tunnel/tunnel.h"

int pkt_raw_rows_open(pkt_raw_rows *rows, const pkt_request *request, pkt_err *err)
{
    *rows =
        (pkt_raw_rows){.depth = pkt_request_depth(request), .app = pkt_request_has_app(request)};
    const pkt_column_set left = pkt_app_columns_left(request);
    pkt_clear_plan_make(&rows->clear, &left);
    if (!pkt_request_needs(request, PKT_LEVEL_INNER))
        return 0;
    rows->scratch = pkt_batch_new(err);
    return rows->scratch ? 0 : -1;
}

void pkt_raw_rows_close(pkt_raw_rows *rows)
{
    pkt_batch_free(rows->scratch);
    rows->scratch = NULL;
}

int pkt_raw_rows_begin(const pkt_raw_rows *rows, pkt_batch *batch, pkt_err *err)
{
    if (!rows->app)
        return 0;
    if (pkt_app_room_check(batch, err) != 0)
        return -1;
    pkt_clear_plan_apply(&rows->clear, batch);
    return 0;
}

size_t pkt_raw_rows_fit(const pkt_raw_rows *rows, const pkt_batch *batch)
{
    const size_t fit = rows->app ? pkt_app_rows_fit(batch) : PKT_RAW_RECORDS;
    return fit < PKT_RAW_RECORDS ? fit : PKT_RAW_RECORDS;
}

/* With application protocols. */
static void app_rows_add(const pkt_raw_rows *rows, const pkt_record *records, size_t count,
                         pkt_batch *batch, size_t row, pkt_stream_hint *hints)
{
    pkt_payload payloads[PKT_RAW_RECORDS];
    if (rows->depth == PKT_LEVEL_FLOWS || rows->scratch)
        pkt_decode_all(records, count, batch, row, hints + row, payloads);
    else
        pkt_decode_payloads(records, count, batch, row, payloads);
    pkt_app_rows(payloads, count, batch, row);
}

void pkt_raw_rows_add(const pkt_raw_rows *rows, const pkt_record *records, size_t count,
                      pkt_batch *batch, size_t row, pkt_stream_hint *hints)
{
    if (rows->app)
        app_rows_add(rows, records, count, batch, row, hints);
    else if (rows->depth == PKT_LEVEL_FLOWS || rows->scratch)
        pkt_decode_flows(records, count, batch, row, hints + row);
    else if (rows->depth == PKT_LEVEL_FRAMES)
        pkt_decode_frames(records, count, batch, row);
    else
        pkt_decode_headers(records, count, batch, row);
    if (rows->scratch)
        pkt_decode_inner(hints + row, count, batch, row, rows->scratch);
}
