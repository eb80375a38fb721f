/* The truth as Parquet. */
#include <stdlib.h>

#include "parsers/labels/parquet/values.h"
#include "parsers/labels/truth_format.h"
#include "parsers/util/error.h"

/* Bytes of a label or a name, at most. */
enum { TEXT_MOST = 1 << 20 };

typedef struct truth_parquet {
    parquet_file file;
    size_t used; /* of pkt_truth_names */
    parquet_values *columns[PKT_TRUTH_COLUMNS];
    pkt_buffer texts[PKT_TRUTH_COLUMNS]; /* of the row, each with its 0 */
    uint64_t row;
} truth_parquet;

static bool is_number(size_t column)
{
    return column == PKT_TRUTH_PACKET || column == PKT_TRUTH_ORIGIN_PACKET;
}

static void parquet_close(void *self)
{
    truth_parquet *t = self;
    for (size_t i = 0; i < t->used; i++) {
        pkt_parquet_values_close(t->columns[i]);
        pkt_buffer_free(&t->texts[i]);
    }
    pkt_parquet_close(&t->file);
    free(t);
}

static int columns_open(truth_parquet *t, FILE *file, pkt_err *err)
{
    if (pkt_parquet_open(&t->file, file, pkt_truth_names, t->used, err) != 0)
        return -1;
    for (size_t i = 0; i < t->used; i++) {
        const unsigned type = t->file.columns[i].type;
        if (is_number(i) ? type != PARQUET_INT32 && type != PARQUET_INT64 : type != PARQUET_BYTES)
            return pkt_fail(err, PKT_ERR_CORRUPT, PKT_POS_NONE,
                            "the column %s of the Parquet file must be of %s", pkt_truth_names[i],
                            is_number(i) ? "whole numbers" : "text");
        t->columns[i] = pkt_parquet_values_open(&t->file, i, err);
        if (!t->columns[i])
            return -1;
    }
    return 0;
}

static void *parquet_open(FILE *file, size_t used, pkt_err *err)
{
    truth_parquet *t = calloc(1, sizeof *t);
    if (!t) {
        fclose(file);
        (void)pkt_fail_memory(err, "the truth");
        return NULL;
    }
    t->used = used;
    if (columns_open(t, file, err) == 0)
        return t;
    parquet_close(t);
    return NULL;
}

static int cell_fail(const truth_parquet *t, size_t column, const char *what, pkt_err *err)
{
    return pkt_fail(err, PKT_ERR_CORRUPT, PKT_POS_NONE, "row %llu: %s: the column %s",
                    (unsigned long long)t->row, what, pkt_truth_names[column]);
}

/* The text, with a 0 behind it; "" for null. */
static int text_take(truth_parquet *t, size_t column, const parquet_value *value, pkt_err *err)
{
    pkt_buffer *text = &t->texts[column];
    const size_t size = value->is_null ? 0 : value->size;
    text->size = 0;
    if (size > TEXT_MOST || memchr(value->text, 0, size))
        return cell_fail(t, column, "is longer than a text can be, or has a byte 0", err);
    if (pkt_buffer_add(text, value->text, size, err) != 0)
        return -1;
    return pkt_buffer_add(text, "", 1, err);
}

/* 1, 0 at the end, -1 and *err. */
static int cell_next(truth_parquet *t, size_t column, uint64_t *number, pkt_err *err)
{
    parquet_value value;
    const int got = pkt_parquet_values_next(t->columns[column], &value, err);
    if (got <= 0)
        return got;
    if (!is_number(column))
        return text_take(t, column, &value, err) == 0 ? 1 : -1;
    if (value.is_null || value.number <= 0)
        return cell_fail(t, column, "is no number from 1 on", err);
    *number = (uint64_t)value.number;
    return 1;
}

/* All columns have as many values: pkt_parquet_open() has looked. */
static int parquet_next(void *self, pkt_truth_row *row, pkt_err *err)
{
    truth_parquet *t = self;
    uint64_t numbers[PKT_TRUTH_COLUMNS] = {0};
    t->row++;
    for (size_t i = 0; i < t->used; i++) {
        const int got = cell_next(t, i, &numbers[i], err);
        if (got <= 0)
            return got;
    }
    *row = (pkt_truth_row){.packet = numbers[PKT_TRUTH_PACKET],
                           .origin_packet = numbers[PKT_TRUTH_ORIGIN_PACKET],
                           .label = (const char *)t->texts[PKT_TRUTH_LABEL].at,
                           .origin = (const char *)t->texts[PKT_TRUTH_ORIGIN].at};
    return 1;
}

static uint64_t parquet_row(const void *self)
{
    return ((const truth_parquet *)self)->row;
}

const pkt_truth_format pkt_truth_parquet = {.row_word = "row",
                                            .open = parquet_open,
                                            .next = parquet_next,
                                            .row = parquet_row,
                                            .close = parquet_close};
