/* Bytes as CSV: values fit the columns, and writing and reading them again returns the same. */
#include <stdlib.h>

#include "parsers/encode/csv.h"
#include "parsers/sink/sink.h"
#include "tests/fuzz/fuzz.h"

static void check_row(const pkt_batch *batch, size_t row, pkt_column_set columns)
{
    static const uint8_t zeros[8];
    uint64_t declared = 0;
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const pkt_column_info *info = pkt_column_at(c);
        if (pkt_set_has(&columns, c))
            declared |= info->present;
        else
            must(memcmp(cell_at(batch, row, c), zeros, info->size) == 0,
                 "a column that is not in the header line stays 0");
        must(!info->present || batch->present[row] & info->present ||
                 memcmp(cell_at(batch, row, c), zeros, info->size) == 0,
             "an empty cell is 0");
    }
    must(!(batch->present[row] & ~declared), "no column is present that is not in the header line");
    must(batch->verdict[row] < PKT_VERDICT_COUNT, "the verdict is known");
    must(batch->eth_src[row] >> 48 == 0 && batch->eth_dst[row] >> 48 == 0,
         "a MAC address has 48 bits");
}

/* Read the text and write it again as a new string. NULL: it was refused or truncated. */
static char *rewrite(const char *text, size_t size, size_t *new_size)
{
    static pkt_batch batch;
    pkt_err err = {.code = PKT_ERR_NONE};
    pkt_sink sink;
    char *copy = NULL;
    int got = -1;
    FILE *in = fmemopen((void *)(uintptr_t)text, size, "r"), *out = open_memstream(&copy, new_size);
    must(in && out, "memory is available for the text");
    pkt_csv_reader *reader = pkt_csv_reader_open(in, &err);
    pkt_csv_sink *csv =
        reader ? pkt_csv_sink_open(out, pkt_csv_reader_columns(reader), &sink, &err) : NULL;
    must(!reader || csv, "columns of a header line can be written");
    while (csv && (got = pkt_csv_reader_next(reader, &batch, &err)) > 0) {
        must((size_t)got == batch.rows && batch.rows <= PKT_BATCH_ROWS, "rows fit into a batch");
        for (size_t row = 0; row < batch.rows; row++)
            check_row(&batch, row, pkt_csv_reader_columns(reader));
        must(sink.push(sink.self, &batch, &err) == 0, "rows can be written");
    }
    must(got == 0 || (err.code != PKT_ERR_NONE && err.msg[0]), "an error has a message");
    pkt_csv_sink_close(csv);
    if (reader)
        pkt_csv_reader_close(reader);
    (void)fclose(in);
    (void)fclose(out);
    if (got == 0)
        return copy;
    free(copy);
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t first_size, second_size;
    if (size == 0)
        return 0;
    char *first = rewrite((const char *)data, size, &first_size);
    if (!first)
        return 0;
    char *second = rewrite(first, first_size, &second_size);
    must(second != NULL, "written text can be read");
    must(first_size == second_size && memcmp(first, second, first_size) == 0,
         "written text is written unchanged");
    free(first);
    free(second);
    return 0;
}
