#include "bench/agreement/agreement.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/agreement/listed.h"
#include "bench/agreement/stream_map.h"
#include "parsers/core/record.h"

bool difference_is_private(const difference *first)
{
    const pkt_format_as as = pkt_column_at(first->column)->format_as;
    return as == PKT_AS_ADDRESS || as == PKT_AS_MAC || as == PKT_AS_IPV4 || as == PKT_AS_TEXT;
}

/* Presence bits (PKT_HAS_...) of the columns. */
static uint64_t groups_of(pkt_column_set columns)
{
    uint64_t groups = 0;
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (pkt_set_has(&columns, c))
            groups |= pkt_column_at(c)->present;
    return groups;
}

pkt_column_set columns_shared(pkt_column_set one, pkt_column_set other, pkt_level level)
{
    pkt_column_set shared = pkt_set_and(pkt_set_and(one, other), pkt_level_columns(level));
    if (level == PKT_LEVEL_FRAMES) {
        pkt_set_remove(&shared, PKT_COL_verdict);
        pkt_set_remove(&shared, PKT_COL_present);
    }
    return shared;
}

bool digests_agree(const rowset *expected, pkt_column_set shared, const uint64_t *digest,
                   uint64_t rows)
{
    uint64_t wanted[PKT_COLUMN_COUNT];
    if (rows != expected->rows || rowset_digest(expected, shared, wanted, NULL) != 0)
        return false;
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (pkt_set_has(&shared, c) && wanted[c] != digest[c])
            return false;
    return true;
}

/* Columns that are compared. An address is one cell; presence is compared as part of each cell. */
static size_t shown_columns(pkt_column_set shared, uint8_t shown[PKT_COLUMN_COUNT])
{
    size_t count = 0;
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (pkt_set_has(&shared, c) && pkt_column_at(c)->format_as != PKT_AS_HIDDEN)
            shown[count++] = (uint8_t)c;
    return count;
}

static bool applies(const pkt_batch *batch, size_t index, size_t column, uint64_t groups)
{
    uint64_t needs = pkt_column_at(column)->present;
    return !needs || !(groups & needs) || batch->present[index] & needs;
}

/* Does the cell count for the share of its column? A null text does not. */
static bool is_there(const pkt_batch *batch, size_t index, size_t column, uint64_t groups)
{
    const pkt_column_info *info = pkt_column_at(column);
    pkt_text cell;
    if (info->format_as != PKT_AS_TEXT)
        return applies(batch, index, column, groups);
    memcpy(&cell, (const uint8_t *)batch + info->offset + index * info->size, sizeof cell);
    return cell.offset != PKT_TEXT_NULL;
}

static bool bits_equal(const pkt_batch *a, size_t i, const pkt_batch *b, size_t j, size_t column)
{
    const pkt_column_info *info = pkt_column_at(column);
    return memcmp((const uint8_t *)a + info->offset + i * info->size,
                  (const uint8_t *)b + info->offset + j * info->size, info->size) == 0;
}

/* Both null, or the same bytes. */
static bool texts_equal(const pkt_batch *a, size_t i, const pkt_batch *b, size_t j, size_t column)
{
    const size_t offset = pkt_column_at(column)->offset;
    pkt_text one, other;
    memcpy(&one, (const uint8_t *)a + offset + i * sizeof one, sizeof one);
    memcpy(&other, (const uint8_t *)b + offset + j * sizeof other, sizeof other);
    if (one.offset == PKT_TEXT_NULL || other.offset == PKT_TEXT_NULL)
        return one.offset == other.offset;
    return one.length == other.length &&
           memcmp(a->text + one.offset, b->text + other.offset, one.length) == 0;
}

static bool cell_equal(const pkt_batch *a, size_t i, const pkt_batch *b, size_t j, size_t column,
                       uint64_t groups)
{
    bool there = applies(a, i, column, groups);
    if (there != applies(b, j, column, groups))
        return false;
    if (!there)
        return true;
    if (pkt_column_at(column)->format_as == PKT_AS_TEXT)
        return texts_equal(a, i, b, j, column);
    return bits_equal(a, i, b, j, column) && (pkt_column_at(column)->format_as != PKT_AS_ADDRESS ||
                                              bits_equal(a, i, b, j, column + 1));
}

static void cell_show(const pkt_batch *batch, size_t index, size_t column, uint64_t groups,
                      char text[PKT_CELL_TEXT])
{
    if (applies(batch, index, column, groups))
        pkt_cell_text(batch, index, column, text);
    else
        text[0] = '\0';
}

static void difference_note(difference *out, const pkt_batch *a, size_t i, const pkt_batch *b,
                            size_t j, size_t column, uint64_t groups)
{
    out->found = true;
    out->column = column;
    cell_show(a, i, column, groups, out->value);
    cell_show(b, j, column, groups, out->expected);
}

/* A difference in a well-formed packet replaces one in a malformed packet. */
static bool is_noted(const difference *first, bool well_formed)
{
    return !first->found || (well_formed && first->malformed);
}

typedef struct comparing {
    const rowset *got, *expected;
    uint8_t shown[PKT_COLUMN_COUNT];
    size_t count; /* of `shown` */
    uint64_t groups;
    uint8_t *streams; /* result of streams_compare(); NULL: compare the original numbers */
} comparing;

static bool shown_equal(const comparing *c, const pkt_batch *a, size_t i, const pkt_batch *b,
                        size_t j, uint64_t row, size_t column)
{
    if (c->streams && column == PKT_COL_stream)
        return c->streams[row] & STREAM_ALIKE;
    if (c->streams && column == PKT_COL_stream_dir)
        return c->streams[row] & DIRECTION_ALIKE;
    return cell_equal(a, i, b, j, column, c->groups);
}

/* A time that neither side can hold, replaced by the first one here and by the last one there? */
static bool is_replaced_time(const pkt_batch *a, size_t i, const pkt_batch *b, size_t j,
                             size_t column)
{
    return column == PKT_COL_ts_ns && pkt_time_is_replaced(a->ts_ns[i]) &&
           pkt_time_is_replaced(b->ts_ns[j]) && a->ts_ns[i] != b->ts_ns[j];
}

/* Is the cell different in a known way? */
static bool is_listed(const comparing *c, const pkt_batch *a, size_t i, const pkt_batch *b,
                      size_t j, uint64_t row, size_t column)
{
    if (column == PKT_COL_stream)
        return c->streams && c->streams[row] & STREAM_LISTED && !bits_equal(a, i, b, j, column);
    if (is_replaced_time(a, i, b, j, column))
        return true;
    return c->got->wireshark != c->expected->wireshark &&
           is_pseudo_header_cell(column, b->link_type[j]) && !bits_equal(a, i, b, j, column);
}

/* Compare one row. */
static void row_compare(const comparing *c, uint64_t row, unsigned verdict, agreement *out)
{
    size_t i, j;
    const pkt_batch *a = rowset_at(c->got, row, &i), *b = rowset_at(c->expected, row, &j);
    bool well_formed = verdict_is_well_formed(verdict);
    for (size_t n = 0; n < c->count; n++) {
        const size_t column = c->shown[n];
        if (well_formed && is_listed(c, a, i, b, j, row, column)) {
            out->cells_listed++;
            out->listed[column]++;
            out->times_replaced += is_replaced_time(a, i, b, j, column);
            out->cells_compared--;
            continue;
        }
        if (well_formed && (is_there(a, i, column, c->groups) || is_there(b, j, column, c->groups)))
            out->present[column]++;
        if (shown_equal(c, a, i, b, j, row, column))
            continue;
        difference *notes[] = {&out->first, out->firsts ? &out->firsts[column] : NULL};
        for (size_t k = 0; k < 2; k++)
            if (notes[k] && is_noted(notes[k], well_formed)) {
                *notes[k] = (difference){.malformed = !well_formed, .packet = row + 1};
                difference_note(notes[k], a, i, b, j, column, c->groups);
            }
        if (well_formed) {
            out->cells_different++;
            out->different[column]++;
        } else {
            out->malformed_cells_different++;
            out->malformed[verdict][column]++;
        }
    }
}

/* The column with the largest share of different cells, by which the rows are judged: a column that
 * few packets have would not count among all cells. PKT_COLUMN_COUNT: no cell differs. */
static size_t worst_column(const agreement *out)
{
    size_t worst = PKT_COLUMN_COUNT;
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (out->different[c] && (worst == PKT_COLUMN_COUNT ||
                                  (double)out->different[c] * (double)out->present[worst] >
                                      (double)out->different[worst] * (double)out->present[c]))
            worst = c;
    return worst;
}

static void judge_cells(agreement *out)
{
    const size_t c = worst_column(out);
    const bool few = out->different[c] * 100 <= out->present[c] * DIFFERS_MAX_PERCENT;
    out->status = few ? STATUS_DIFFERS : STATUS_DISAGREES;
    (void)snprintf(out->reason, sizeof out->reason,
                   "%" PRIu64 " of %" PRIu64 " cells differ, first in packet %" PRIu64
                   ", %s; most in column %s, %" PRIu64 " of %" PRIu64,
                   out->cells_different, out->cells_compared, out->first.packet,
                   pkt_column_at(out->first.column)->name, pkt_column_at(c)->name,
                   out->different[c], out->present[c]);
}

static void judge(agreement *out, uint64_t got)
{
    out->status = STATUS_OK;
    if (out->cells_compared == 0) {
        out->status = STATUS_UNCHECKED;
        (void)snprintf(
            out->reason, sizeof out->reason,
            "no cell could be compared: no packet is well-formed, or of a known link type");
    }
    if (got != out->rows_expected) {
        out->status = STATUS_DISAGREES;
        (void)snprintf(out->reason, sizeof out->reason,
                       "gave %" PRIu64 " rows, the capture has %" PRIu64, got, out->rows_expected);
    } else if (out->cells_different) {
        judge_cells(out);
    }
}

/* Are streams among the compared columns, and is it known which rows have one? An external program
 * does not name `present`: it is made from its empty cells. */
static bool has_streams(const rowset *set, pkt_column_set shared)
{
    return pkt_set_has(&set->columns, PKT_COL_present) &&
           (pkt_set_has(&shared, PKT_COL_stream) || pkt_set_has(&shared, PKT_COL_stream_dir));
}

void rowset_compare(const rowset *got, const rowset *expected, const rowset *verdicts,
                    pkt_column_set shared, agreement *out)
{
    comparing c = {.got = got, .expected = expected};
    c.count = shown_columns(shared, c.shown);
    c.groups = pkt_set_has(&shared, PKT_COL_present) ? groups_of(shared) : 0;
    out->rows_expected = expected->rows;
    out->rows_compared = got->rows < expected->rows ? got->rows : expected->rows;
    if (verdicts && has_streams(got, shared) && has_streams(expected, shared))
        c.streams = streams_compare(got, expected, verdicts, out->rows_compared);
    for (uint64_t row = 0; row < out->rows_compared; row++) {
        unsigned verdict = verdict_at(verdicts, row);
        if (verdict_is_well_formed(verdict))
            out->cells_compared += c.count;
        else
            out->malformed_rows++;
        row_compare(&c, row, verdict, out);
    }
    free(c.streams);
    judge(out, got->rows);
}

void agreement_whole(const rowset *expected, const rowset *verdicts, pkt_column_set shared,
                     agreement *out)
{
    uint8_t shown[PKT_COLUMN_COUNT];
    size_t count = shown_columns(shared, shown);
    out->rows_compared = out->rows_expected = expected->rows;
    for (uint64_t row = 0; row < expected->rows; row++)
        if (verdict_is_well_formed(verdict_at(verdicts, row)))
            out->cells_compared += count;
        else
            out->malformed_rows++;
    judge(out, expected->rows);
}
