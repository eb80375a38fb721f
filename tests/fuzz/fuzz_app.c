/* Bytes as a payload between two ports: no read past the captured bytes, no cell without its bit,
 * texts within the arena, no other row changed, and a longer capture only adds values.
 *
 *   flags(1: 1 is TCP) ports(2, 2, big-endian) wire length beyond the captured one(1)
 *   captured bytes to compare with(1) payload
 */
#include <stdlib.h>

#include "parsers/app/app.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD = 7, ROW = 7, PAYLOAD_MAX = 65535 };

typedef struct input {
    bool is_stream;
    uint16_t ports[2];
    const uint8_t *bytes;
    size_t captured, wire;
} input;

static void decode(const input *in, size_t captured, pkt_batch *batch)
{
    const pkt_column_set columns = PKT_APP_COLUMNS;
    uint8_t *copy = malloc(captured);
    must(copy || !captured, "memory is available for the payload");
    if (captured)
        memcpy(copy, in->bytes, captured);
    const pkt_payload payload = {copy, captured, in->wire, in->is_stream};
    pkt_batch_clear(batch, &columns);
    batch->src_port[ROW] = in->ports[0];
    batch->dst_port[ROW] = in->ports[1];
    pkt_app_rows(&payload, 1, batch, ROW);
    free(copy);
}

static pkt_text text_at(const pkt_batch *batch, size_t row, size_t column)
{
    pkt_text cell;
    memcpy(&cell, cell_at(batch, row, column), sizeof cell);
    return cell;
}

static bool has(const pkt_batch *batch, size_t row, size_t column)
{
    const pkt_column_info *info = pkt_column_at(column);
    return info->format_as == PKT_AS_TEXT ? text_at(batch, row, column).offset != PKT_TEXT_NULL
                                          : (batch->present[row] & info->present) != 0;
}

static void check_cell(const pkt_batch *batch, size_t column)
{
    static const uint8_t zeros[8];
    const pkt_column_info *info = pkt_column_at(column);
    const bool is_text = info->format_as == PKT_AS_TEXT;
    must(!has(batch, ROW + 1, column), "other rows do not change");
    if (is_text && has(batch, ROW, column)) {
        const pkt_text cell = text_at(batch, ROW, column);
        must(cell.length <= PKT_TEXT_MAX, "a text has at most PKT_TEXT_MAX bytes");
        must((size_t)cell.offset + cell.length <= batch->text_used, "a text is within the arena");
    }
    if (!is_text && !has(batch, ROW, column))
        must(memcmp(cell_at(batch, ROW, column), zeros, info->size) == 0,
             "a column that is not present is 0");
}

static void check_row(const input *in, size_t captured, const pkt_batch *batch)
{
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (pkt_column_at(c)->level == PKT_LEVEL_APP)
            check_cell(batch, c);
    must(batch->text_used <= PKT_APP_ROW_TEXT, "a row has no more text than PKT_APP_ROW_TEXT");
    must(batch->app_proto[ROW] < PKT_APP_COUNT && batch->app_verdict[ROW] < PKT_VERDICT_COUNT,
         "names are known");
    must(!batch->present[ROW] || batch->present[ROW] & PKT_HAS_APP,
         "values are of a known protocol");
    must(batch->app_verdict[ROW] != PKT_CUT_BY_SNAPLEN || captured < in->wire,
         "cut-by-snaplen means that not all bytes are captured");
    must(!(batch->app_part[ROW] & PKT_PART_CONTINUES) || in->is_stream,
         "only a stream goes on in another segment");
}

static void check_growth(const pkt_batch *shorter, const pkt_batch *longer)
{
    for (size_t c = PKT_COL_dns_response; c <= PKT_COL_coap_uri_path; c++) {
        if (!has(shorter, ROW, c))
            continue;
        must(has(longer, ROW, c), "more bytes remove no value");
        const pkt_text one = text_at(shorter, ROW, c), other = text_at(longer, ROW, c);
        /* The version is that of the extension of a later hello, if the first one has none. */
        if (pkt_column_at(c)->format_as != PKT_AS_TEXT)
            must(c == PKT_COL_tls_version || same_cell(shorter, ROW, longer, ROW, c),
                 "more bytes change no number");
        else
            must(one.length == other.length && memcmp(shorter->text + one.offset,
                                                      longer->text + other.offset, one.length) == 0,
                 "more bytes change no text");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static pkt_batch *whole, *cut;
    if (size < HEAD || size > HEAD + PAYLOAD_MAX)
        return 0;
    if (!whole) {
        whole = pkt_batch_new(NULL);
        cut = pkt_batch_new(NULL);
        must(whole && cut, "memory is available for batches");
    }
    const input in = {
        .is_stream = data[0] & 1,
        .ports = {(uint16_t)(data[1] << 8 | data[2]), (uint16_t)(data[3] << 8 | data[4])},
        .bytes = data + HEAD,
        .captured = size - HEAD,
        .wire = size - HEAD + data[5]};
    decode(&in, in.captured, whole);
    check_row(&in, in.captured, whole);
    if (data[6] < in.captured) {
        decode(&in, data[6], cut);
        check_row(&in, data[6], cut);
        if (cut->app_proto[ROW] == whole->app_proto[ROW])
            check_growth(cut, whole);
    }
    return 0;
}
