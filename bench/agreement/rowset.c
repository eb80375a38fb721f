#include "bench/agreement/rowset.h"

#include <stdlib.h>

#include "parsers/sink/sink.h"

/* An empty batch at the end of the set; NULL without memory. */
static pkt_batch *batch_add(rowset *set)
{
    if (set->count == set->room) {
        size_t room = set->room ? 2 * set->room : 64;
        pkt_batch **more = realloc(set->batches, room * sizeof(pkt_batch *));
        if (!more)
            return NULL;
        set->batches = more;
        set->room = room;
    }
    pkt_batch *batch = calloc(1, sizeof *batch);
    if (batch)
        set->batches[set->count++] = batch;
    return batch;
}

static void rows_copy(pkt_batch *to, const pkt_batch *from, size_t first, size_t rows)
{
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const pkt_column_info *info = pkt_column_at(c);
        memcpy((uint8_t *)to + info->offset + to->rows * info->size,
               (const uint8_t *)from + info->offset + first * info->size, rows * info->size);
    }
    to->rows += rows;
}

static int keep(void *self, const pkt_batch *batch, pkt_err *err)
{
    rowset *set = self;
    for (size_t done = 0; done < batch->rows;) {
        pkt_batch *last = set->count ? set->batches[set->count - 1] : NULL;
        if (!last || last->rows == PKT_BATCH_ROWS)
            last = batch_add(set);
        if (!last)
            return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for %zu rows more",
                            batch->rows - done);
        size_t room = PKT_BATCH_ROWS - last->rows, left = batch->rows - done;
        size_t rows = left < room ? left : room;
        rows_copy(last, batch, done, rows);
        done += rows;
    }
    set->rows += batch->rows;
    return 0;
}

static int kept(void *self, pkt_err *err)
{
    (void)self;
    (void)err;
    return 0;
}

pkt_sink rowset_sink(rowset *set)
{
    return (pkt_sink){set, keep, kept};
}

int rowset_read_csv(rowset *set, const char *path, pkt_err *err)
{
    *set = (rowset){0};
    FILE *file = fopen(path, "rb");
    if (!file)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot read %s: %s", path, strerror(errno));
    pkt_batch *batch = malloc(sizeof *batch);
    pkt_csv_reader *reader = batch ? pkt_csv_reader_open(file, err) : NULL;
    if (!batch)
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for rows");
    int got = -1;
    if (reader) {
        set->columns = pkt_csv_reader_columns(reader);
        while ((got = pkt_csv_reader_next(reader, batch, err)) > 0)
            if (keep(set, batch, err) != 0) {
                got = -1;
                break;
            }
        pkt_csv_reader_close(reader);
    }
    free(batch);
    fclose(file);
    return got;
}

const pkt_batch *rowset_at(const rowset *set, uint64_t row, size_t *index)
{
    *index = (size_t)(row % PKT_BATCH_ROWS);
    return set->batches[row / PKT_BATCH_ROWS];
}

int rowset_digest(const rowset *set, pkt_column_set columns, uint64_t digest[PKT_COLUMN_COUNT],
                  pkt_err *err)
{
    pkt_sink sink;
    pkt_digest_sink *hash = pkt_digest_sink_open(columns, &sink, err);
    if (!hash)
        return -1;
    uint16_t groups = 0; /* rows of a higher level say of more columns that they apply */
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (columns >> c & 1)
            groups |= pkt_column_at(c)->present;
    int bad = 0;
    pkt_batch masked;
    for (size_t i = 0; i < set->count && !bad; i++) {
        masked = *set->batches[i];
        for (size_t row = 0; row < masked.rows; row++)
            masked.present[row] &= groups;
        bad = sink.push(sink.self, &masked, err);
    }
    if (!bad)
        pkt_digest_sink_result(hash, digest);
    pkt_digest_sink_close(hash);
    return bad;
}

void rowset_free(rowset *set)
{
    for (size_t i = 0; i < set->count; i++)
        free(set->batches[i]);
    free(set->batches);
    *set = (rowset){0};
}
