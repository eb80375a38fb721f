#include "tests/parsers/decode/rows.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>

#include "parsers/app/app.h"
#include "parsers/decode/decode.h"
#include "parsers/rows/text.h"
#include "tests/row_clear.h"

size_t hex_bytes(const char *hex, uint8_t *bytes, size_t size)
{
    size_t count = 0;
    for (const char *p = hex; *p;) {
        if (isspace((unsigned char)*p)) {
            p++;
            continue;
        }
        const char pair[3] = {p[0], p[1], '\0'};
        if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1]) || count == size)
            abort(); /* invalid text in a test table */
        bytes[count++] = (uint8_t)strtoul(pair, NULL, 16);
        p += 2;
    }
    return count;
}

static void decode_copy(uint16_t link_type, const uint8_t *bytes, size_t captured, size_t wire,
                        pkt_batch *batch, bool app)
{
    /* A copy of exactly the captured bytes: a sanitizer then detects a read past the end. */
    uint8_t *copy = malloc(captured ? captured : 1);
    pkt_payload payload;
    if (!copy)
        abort();
    memcpy(copy, bytes, captured);
    pkt_record record = {.data = copy,
                         .cap_len = (uint32_t)captured,
                         .wire_len = (uint32_t)wire,
                         .link_type = link_type};
    if (app) {
        pkt_decode_payloads(&record, 1, batch, 0, &payload);
        pkt_app_rows(&payload, 1, batch, 0);
    } else {
        pkt_decode_headers(&record, 1, batch, 0);
    }
    batch->rows = 1;
    free(copy);
}

void decode_app_row(const uint8_t *bytes, size_t captured, size_t wire, pkt_batch *batch)
{
    row_clear(batch, 0);
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (pkt_column_at(c)->format_as == PKT_AS_TEXT)
            memcpy((uint8_t *)batch + pkt_column_at(c)->offset,
                   &(pkt_text){.offset = PKT_TEXT_NULL}, sizeof(pkt_text));
    batch->text_used = 0;
    decode_copy(1, bytes, captured, wire, batch, true);
}

void decode_row(uint16_t link_type, const uint8_t *bytes, size_t captured, size_t wire,
                pkt_batch *batch)
{
    row_clear(batch, 0);
    decode_copy(link_type, bytes, captured, wire, batch, false);
}

void row_text(const pkt_batch *batch, char text[ROW_TEXT])
{
    char cell[PKT_CELL_TEXT];
    size_t n = 0;
    n += (size_t)snprintf(text + n, ROW_TEXT - n, "%s",
                          pkt_verdict_name((pkt_verdict)batch->verdict[0]));
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const pkt_column_info *info = pkt_column_at(c);
        if (info->format_as == PKT_AS_HIDDEN || info->level == PKT_LEVEL_FRAMES ||
            !(batch->present[0] & info->present))
            continue;
        int name = (int)strlen(info->name) - (info->format_as == PKT_AS_ADDRESS ? 3 : 0);
        pkt_cell_text(batch, 0, c, cell);
        n += (size_t)snprintf(text + n, ROW_TEXT - n, " %.*s=%s", name, info->name, cell);
    }
}
