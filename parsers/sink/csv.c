/* Rows -> CSV. Nothing that is written can hold a comma, a quote or a line end. */
#include <stdlib.h>

#include "sink/sink.h"

struct pkt_csv_sink {
    FILE *file;
    size_t count;                    /* of shown columns */
    uint8_t shown[PKT_COLUMN_COUNT]; /* their numbers */
    char line[PKT_COLUMN_COUNT * PKT_CELL_TEXT];
};

static int write_out(pkt_csv_sink *csv, size_t length, pkt_err *err)
{
    if (fwrite(csv->line, 1, length, csv->file) != length)
        return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
    return 0;
}

static int write_header(pkt_csv_sink *csv, pkt_err *err)
{
    size_t n = 0;
    for (size_t i = 0; i < csv->count; i++) {
        const pkt_column_info *info = pkt_column_at(csv->shown[i]);
        size_t length = strlen(info->name);
        if (info->show == PKT_SHOW_ADDRESS)
            length -= strlen("_hi");
        memcpy(csv->line + n, info->name, length);
        n += length;
        csv->line[n++] = i + 1 < csv->count ? ',' : '\n';
    }
    return write_out(csv, n, err);
}

static int csv_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    pkt_csv_sink *csv = self;
    for (size_t row = 0; row < batch->rows; row++) {
        size_t n = 0;
        for (size_t i = 0; i < csv->count; i++) {
            uint16_t needs = pkt_column_at(csv->shown[i])->present;
            if (!needs || batch->present[row] & needs)
                n += pkt_cell_text(batch, row, csv->shown[i], csv->line + n);
            csv->line[n++] = i + 1 < csv->count ? ',' : '\n';
        }
        if (write_out(csv, n, err) != 0)
            return -1;
    }
    return 0;
}

static int csv_finish(void *self, pkt_err *err)
{
    pkt_csv_sink *csv = self;
    if (fflush(csv->file) != 0)
        return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
    return 0;
}

pkt_csv_sink *pkt_csv_sink_open(FILE *file, pkt_column_set columns, pkt_sink *sink, pkt_err *err)
{
    pkt_csv_sink *csv = calloc(1, sizeof *csv);
    if (!csv) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for CSV");
        return NULL;
    }
    csv->file = file;
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (columns >> c & 1 && pkt_column_at(c)->show != PKT_SHOW_HIDDEN)
            csv->shown[csv->count++] = (uint8_t)c;
    if (csv->count == 0 || write_header(csv, err) != 0) {
        if (csv->count == 0)
            pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "no column to write");
        free(csv);
        return NULL;
    }
    *sink = (pkt_sink){csv, csv_push, csv_finish};
    return csv;
}

void pkt_csv_sink_close(pkt_csv_sink *csv)
{
    free(csv);
}
