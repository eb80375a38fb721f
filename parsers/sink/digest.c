/* One hash a column: two parsers that agree on a column have the same one. */
#include <stdlib.h>

#include "parsers/sink/cells_hash.h"
#include "parsers/sink/sink.h"

struct pkt_digest_sink {
    size_t count;
    size_t columns[PKT_COLUMN_COUNT];
    XXH3_state_t *states[PKT_COLUMN_COUNT]; /* of columns[i] */
};

static void texts_add(XXH3_state_t *state, const pkt_batch *batch, const pkt_column_info *info,
                      size_t from, size_t count)
{
    const uint8_t *cells = (const uint8_t *)batch + info->offset;
    for (size_t row = from; row < from + count; row++) {
        pkt_text cell;
        memcpy(&cell, cells + row * info->size, sizeof cell);
        const uint32_t head[2] = {cell.offset != PKT_TEXT_NULL,
                                  cell.offset != PKT_TEXT_NULL ? cell.length : 0};
        XXH3_64bits_update(state, head, sizeof head);
        if (head[1])
            XXH3_64bits_update(state, batch->text + cell.offset, head[1]);
    }
}

void pkt_cells_hash(XXH3_state_t *state, const pkt_batch *batch, const pkt_column_info *info,
                    size_t from, size_t count)
{
    if (info->format_as == PKT_AS_TEXT)
        texts_add(state, batch, info, from, count);
    else
        XXH3_64bits_update(state, (const uint8_t *)batch + info->offset + from * info->size,
                           count * info->size);
}

static int digest_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    pkt_digest_sink *digest = self;
    (void)err;
    for (size_t i = 0; i < digest->count; i++)
        pkt_cells_hash(digest->states[i], batch, pkt_column_at(digest->columns[i]), 0, batch->rows);
    return 0;
}

static int digest_finish(void *self, pkt_err *err)
{
    (void)self;
    (void)err;
    return 0;
}

pkt_digest_sink *pkt_digest_sink_open(pkt_column_set columns, pkt_sink *sink, pkt_err *err)
{
    pkt_digest_sink *digest = calloc(1, sizeof *digest);
    int enough = digest != NULL;
    for (size_t c = 0; enough && c < PKT_COLUMN_COUNT; c++) {
        if (!pkt_set_has(&columns, c))
            continue;
        XXH3_state_t *state = XXH3_createState();
        enough = state != NULL && XXH3_64bits_reset(state) == XXH_OK;
        digest->columns[digest->count] = c;
        digest->states[digest->count++] = state;
    }
    if (!enough) {
        pkt_digest_sink_close(digest);
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for digests");
        return NULL;
    }
    *sink = pkt_sink_make(digest, digest_push, digest_finish);
    return digest;
}

void pkt_digest_sink_result(const pkt_digest_sink *digest, uint64_t result[PKT_COLUMN_COUNT])
{
    memset(result, 0, PKT_COLUMN_COUNT * sizeof *result);
    for (size_t i = 0; i < digest->count; i++)
        result[digest->columns[i]] = XXH3_64bits_digest(digest->states[i]);
}

void pkt_digest_sink_close(pkt_digest_sink *digest)
{
    if (!digest)
        return;
    for (size_t i = 0; i < digest->count; i++)
        XXH3_freeState(digest->states[i]);
    free(digest);
}
