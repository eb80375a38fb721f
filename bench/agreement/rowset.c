#include "bench/agreement/rowset.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/core/batch.h"
#include "parsers/sink/sink.h"
#include "parsers/util/error.h"

/* Append an empty batch to the set. NULL if memory is exhausted. */
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
    pkt_batch *batch = pkt_batch_new(NULL);
    if (batch)
        set->batches[set->count++] = batch;
    return batch;
}

/* Copy the bytes of the text cells into the arena of `to`, which is enlarged if needed. */
static int texts_copy(pkt_batch *to, const pkt_batch *from, pkt_text *cells, size_t rows,
                      pkt_err *err)
{
    for (size_t i = 0; i < rows; i++) {
        const pkt_text cell = cells[i];
        if (cell.offset == PKT_TEXT_NULL)
            continue;
        if (pkt_batch_text_reserve(to, cell.length, err) != 0)
            return -1;
        (void)pkt_batch_text(to, &cells[i], from->text + cell.offset, cell.length);
    }
    return 0;
}

static int rows_copy(pkt_batch *to, const pkt_batch *from, size_t first, size_t rows,
                     const pkt_column_set *columns, pkt_err *err)
{
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const pkt_column_info *info = pkt_column_at(c);
        uint8_t *cells = (uint8_t *)to + info->offset + to->rows * info->size;
        if (!pkt_set_has(columns, c))
            continue;
        memcpy(cells, (const uint8_t *)from + info->offset + first * info->size, rows * info->size);
        if (info->format_as == PKT_AS_TEXT &&
            texts_copy(to, from, (pkt_text *)(void *)cells, rows, err) != 0)
            return -1;
    }
    to->rows += rows;
    return 0;
}

static int rows_append(void *self, const pkt_batch *batch, pkt_err *err)
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
        if (rows_copy(last, batch, done, rows, &set->columns, err) != 0)
            return -1;
        done += rows;
    }
    set->rows += batch->rows;
    return 0;
}

static int append_finish(void *self, pkt_err *err)
{
    (void)self;
    (void)err;
    return 0;
}

pkt_sink rowset_sink(rowset *set)
{
    return pkt_sink_make(set, rows_append, append_finish);
}

/* Open a file that a driver has written. It may be anything by now, also what never ends: only a
 * regular file is read, whose size the driver's limit of files bounds. NULL and *err on failure. */
static FILE *rows_open(const char *path, pkt_err *err)
{
    struct stat info;
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot read %s: %s", path,
                 fd < 0 ? strerror(errno) : "it is not a file");
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    FILE *file = fdopen(fd, "rb");
    if (!file) {
        pkt_fail_memory(err, "rows");
        close(fd);
    }
    return file;
}

int rowset_read_csv(rowset *set, const char *path, uint64_t most, pkt_err *err)
{
    *set = (rowset){0};
    FILE *file = rows_open(path, err);
    if (!file)
        return -1;
    pkt_batch *batch = pkt_batch_new(err);
    pkt_csv_reader *reader = batch ? pkt_csv_reader_open(file, err) : NULL;
    int got = -1;
    if (reader) {
        set->columns = pkt_csv_reader_columns(reader);
        while ((got = pkt_csv_reader_next(reader, batch, err)) > 0)
            if (set->rows + batch->rows > most ? pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE,
                                                          "gave more than %" PRIu64 " rows", most)
                                               : rows_append(set, batch, err)) {
                got = -1;
                break;
            }
        pkt_csv_reader_close(reader);
    }
    if (got < 0) /* a line, which the message names; not a byte */
        err->pos = PKT_POS_NONE;
    pkt_batch_free(batch);
    fclose(file);
    return got;
}

int rowset_join(rowset *set, const rowset *other, pkt_err *err)
{
    const pkt_column_set more = pkt_set_minus(other->columns, set->columns);
    if (set->rows != other->rows)
        return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE,
                        "gave %llu rows at one level and %llu at another",
                        (unsigned long long)set->rows, (unsigned long long)other->rows);
    for (size_t i = 0; i < set->count; i++) {
        pkt_batch *to = set->batches[i];
        const size_t rows = to->rows;
        to->rows = 0;
        if (rows_copy(to, other->batches[i], 0, rows, &more, err) != 0)
            return -1;
        for (size_t row = 0; row < rows; row++)
            to->present[row] |= other->batches[i]->present[row];
    }
    set->columns = pkt_set_or(set->columns, more);
    return 0;
}

const pkt_batch *rowset_at(const rowset *set, uint64_t row, size_t *index)
{
    *index = (size_t)(row % PKT_BATCH_ROWS);
    return set->batches[row / PKT_BATCH_ROWS];
}

bool verdict_is_well_formed(unsigned verdict)
{
    return verdict == PKT_OK || verdict == PKT_FRAGMENT;
}

unsigned verdict_at(const rowset *verdicts, uint64_t row)
{
    if (!verdicts || row >= verdicts->rows)
        return PKT_OK;
    size_t index;
    const pkt_batch *batch = rowset_at(verdicts, row, &index);
    return batch->verdict[index];
}

int rowset_digest(const rowset *set, pkt_column_set columns, uint64_t digest[PKT_COLUMN_COUNT],
                  pkt_err *err)
{
    pkt_sink sink;
    pkt_digest_sink *hash = pkt_digest_sink_open(columns, &sink, err);
    if (!hash)
        return -1;
    uint64_t groups = 0; /* rows of a higher level have more presence bits */
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (pkt_set_has(&columns, c))
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
        pkt_batch_free(set->batches[i]);
    free(set->batches);
    *set = (rowset){0};
}
