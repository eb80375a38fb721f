#include "bench/canary/proof.h"

#include <stdlib.h>
#include <unistd.h>
#include <xxhash.h>

#include "parsers/util/error.h"

/* The backend's rows of the original slice, through a CSV file beside it. */
static int rows_fetch(rowset *rows, const suite_slice *slice, pkt_level level, client *worker,
                      double seconds, pkt_err *err)
{
    char *csv = suite_text("%s.rows.csv", slice->path);
    json_t *request = csv ? run_request("rows", slice, level) : NULL;
    if (!request) {
        free(csv);
        return pkt_fail_memory(err, "rows");
    }
    json_object_set_new(request, "to", json_string(csv));
    json_t *answer = client_ask(worker, request, seconds);
    int bad = answer ? rowset_read_csv(rows, csv, slice->packets, err)
                     : pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "%s", worker->reason);
    json_decref(answer);
    (void)unlink(csv);
    free(csv);
    return bad;
}

static bool cell_add(proof *p, uint64_t row, size_t column, uint64_t bytes)
{
    if (p->count == PROOF_CELLS_MAX)
        return false;
    if (p->count == p->room) {
        const size_t room = p->room ? 2 * p->room : 64;
        altered_cell *more = realloc(p->cells, room * sizeof *more);
        if (!more)
            return false;
        p->cells = more;
        p->room = room;
    }
    p->cells[p->count++] = (altered_cell){(uint32_t)row, (uint32_t)column, bytes};
    return true;
}

/* A column that differs in more rows than 1 / this many is not proven: it would fix their packets.
 * Stream numbers that are counted in another way are such a column. */
enum { DIFFERENT_ROWS_PART = 4 };

/* Keep the cells of the column that differ from raw's. false: too many, and none is kept. */
static bool cells_find(proof *p, const rowset *rows, size_t column, const uint8_t *raw)
{
    const pkt_column_info *info = pkt_column_at(column);
    const size_t before = p->count;
    for (uint64_t row = 0; row < rows->rows; row++) {
        size_t i;
        const pkt_batch *batch = rowset_at(rows, row, &i);
        const uint8_t *own = (const uint8_t *)batch + info->offset + i * info->size;
        uint64_t bytes = 0;
        if (memcmp(own, raw + row * info->size, info->size) == 0)
            continue;
        memcpy(&bytes, own, info->size);
        if (p->count - before > rows->rows / DIFFERENT_ROWS_PART ||
            !cell_add(p, row, column, bytes)) {
            p->count = before;
            return false;
        }
    }
    return true;
}

static void fixed_set(proof *p, size_t from)
{
    for (size_t i = from; p->fixed && i < p->count; i++)
        p->fixed[p->cells[i].row / 8] |= (uint8_t)(1u << p->cells[i].row % 8);
}

/* Columns whose verified digest differs from raw's: their rows must be those that were verified. */
static int others_find(proof *p, const check *check, pkt_column_set others, const rowset *rows,
                       pkt_err *err)
{
    uint64_t digest[PKT_COLUMN_COUNT];
    if (rows->rows != altered_packets(p->altered))
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "has other rows than packets");
    p->fixed = calloc((size_t)rows->rows / 8 + 1, 1);
    if (!p->fixed || rowset_digest(rows, pkt_set_and(others, rows->columns), digest, err) != 0)
        return pkt_fail_memory(err, "the cells of a slice");
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        if (!pkt_set_has(&others, c) || !pkt_set_has(&rows->columns, c))
            continue;
        if (digest[c] != check->digest[c]) {
            if (c != PKT_COL_present && c != PKT_COL_verdict)
                p->wrong = c;
            continue;
        }
        const size_t before = p->count;
        const uint8_t *raw = altered_column(p->altered, p->level, c, err);
        if (!raw)
            return -1;
        if (cells_find(p, rows, c, raw))
            pkt_set_add(&p->columns, c);
        else
            pkt_set_add(&p->left, c);
        fixed_set(p, before);
    }
    return 0;
}

int proof_make(proof *p, altered_slice *altered, const check *check, const suite_slice *slice,
               pkt_level level, bool texts, client *worker, double seconds, pkt_err *err)
{
    pkt_column_set others = {{0}};
    *p = (proof){.altered = altered, .level = level, .wrong = PKT_COLUMN_COUNT};
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const bool text = pkt_column_at(c)->format_as == PKT_AS_TEXT;
        if (!pkt_set_has(&check->columns, c))
            continue;
        if ((!text || texts) && check->digest[c] == altered_original_digest(altered, level, c))
            pkt_set_add(&p->columns, c);
        else
            pkt_set_add(text ? &p->left : &others, c);
    }
    if (pkt_set_count(&others) == 0)
        return 0;
    rowset rows = {0};
    int bad = rows_fetch(&rows, slice, level, worker, seconds, err);
    if (!bad)
        bad = others_find(p, check, others, &rows, err);
    rowset_free(&rows);
    return bad;
}

/* The cells of the column that a run over the slice as it is now must return. */
static uint8_t *cells_wanted(const proof *p, size_t column, pkt_err *err)
{
    const size_t size = pkt_column_at(column)->size;
    uint8_t *cells = altered_column(p->altered, p->level, column, err);
    for (size_t i = 0; cells && i < p->count; i++)
        if (p->cells[i].column == column)
            memcpy(cells + p->cells[i].row * size, &p->cells[i].bytes, size);
    return cells;
}

int proof_digest(const proof *p, size_t column, uint64_t *digest, pkt_err *err)
{
    if (pkt_column_at(column)->format_as == PKT_AS_TEXT)
        return altered_digest(p->altered, p->level, column, digest, err);
    const uint8_t *cells = cells_wanted(p, column, err);
    if (!cells)
        return -1;
    *digest = XXH3_64bits(cells, altered_packets(p->altered) * pkt_column_at(column)->size);
    return 0;
}

pkt_mosaic proof_mosaic(const proof *p)
{
    pkt_column_set flows = {{0}}; /* which raw does not give at this level */
    for (size_t c = 0; p->level == PKT_LEVEL_DISSECT && c < PKT_COLUMN_COUNT; c++)
        if (pkt_column_at(c)->level == PKT_LEVEL_FLOWS)
            pkt_set_add(&flows, c);
    return pkt_mosaic_make(proof_reach(p), pkt_set_minus(p->columns, flows));
}

static int by_row(const void *one, const void *other)
{
    const uint32_t a = ((const altered_cell *)one)->row, b = ((const altered_cell *)other)->row;
    return a < b ? -1 : a > b;
}

int proof_mosaic_digest(const proof *p, const pkt_mosaic *mosaic, uint64_t *digest, pkt_err *err)
{
    altered_cell *cells = calloc(p->count + 1, sizeof *cells);
    size_t count = 0;
    if (!cells)
        return pkt_fail_memory(err, "the cells of a slice");
    for (size_t i = 0; i < p->count; i++)
        if (pkt_mosaic_column(mosaic, p->cells[i].row) == p->cells[i].column)
            cells[count++] = p->cells[i];
    qsort(cells, count, sizeof *cells, by_row);
    const int bad = altered_mosaic(p->altered, p->level, mosaic, cells, count, digest, err);
    free(cells);
    return bad;
}

/* CRC-32 as in zlib (ITU-T V.42, section 8.1.1.6.2). */
static uint32_t crc32_of(const uint8_t *bytes, size_t count)
{
    uint32_t table[256], crc = UINT32_MAX;
    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? UINT32_C(0xedb88320) : 0);
    }
    for (size_t i = 0; i < count; i++)
        crc = crc >> 8 ^ table[(crc ^ bytes[i]) & 0xff];
    return ~crc;
}

int proof_crc32(const proof *p, size_t column, uint32_t *crc, pkt_err *err)
{
    const uint8_t *cells = cells_wanted(p, column, err);
    if (!cells)
        return -1;
    *crc = crc32_of(cells, altered_packets(p->altered) * pkt_column_at(column)->size);
    return 0;
}

pkt_column_set proof_reach(const proof *p)
{
    pkt_column_set texts = {{0}}; /* their hash takes 8 to 14 ns a row: they are drawn rarely */
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (pkt_column_at(c)->format_as == PKT_AS_TEXT)
            pkt_set_add(&texts, c);
    return pkt_set_minus(pkt_set_and(p->columns, altered_reach(p->altered, p->level)), texts);
}

void proof_free(proof *p)
{
    free(p->cells);
    free(p->fixed);
    *p = (proof){.altered = NULL};
}
