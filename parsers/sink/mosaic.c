/* One hash over cells of columns that change from block to block. */
#include <stdlib.h>

#include "parsers/sink/cells_hash.h"
#include "parsers/sink/sink.h"

/* Of so many blocks, one has a text column: its hash takes 8 to 14 ns a row. A quarter of the
 * others has any column of numbers. */
enum { TEXT_BLOCKS = 64, ANY_BLOCKS = 4 };

struct pkt_mosaic_sink {
    pkt_mosaic mosaic;
    uint64_t rows;
    bool used[2]; /* of numbers, of texts */
    XXH3_state_t *states[2];
};

static void column_add(pkt_mosaic_columns *set, size_t column)
{
    set->columns[set->count++] = (uint8_t)column;
}

pkt_mosaic pkt_mosaic_make(pkt_column_set often, pkt_column_set all)
{
    pkt_mosaic made = {.seed = 0};
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        if (!pkt_set_has(&all, c))
            continue;
        if (pkt_column_at(c)->format_as == PKT_AS_TEXT) {
            column_add(&made.texts, c);
            continue;
        }
        column_add(&made.numbers, c);
        if (pkt_set_has(&often, c))
            column_add(&made.often, c);
    }
    return made;
}

bool pkt_mosaic_is_empty(const pkt_mosaic *mosaic)
{
    return !mosaic->numbers.count && !mosaic->texts.count;
}

size_t pkt_mosaic_column(const pkt_mosaic *mosaic, uint64_t row)
{
    const uint64_t block = row / PKT_MOSAIC_ROWS;
    const uint64_t drawn = XXH3_64bits_withSeed(&block, sizeof block, mosaic->seed);
    const pkt_mosaic_columns *set = &mosaic->often;
    if (mosaic->texts.count && (!mosaic->numbers.count || drawn % TEXT_BLOCKS == 0))
        set = &mosaic->texts;
    else if (!set->count || drawn / TEXT_BLOCKS % ANY_BLOCKS == 0)
        set = &mosaic->numbers;
    return set->columns[(drawn >> 32) % set->count];
}

static int mosaic_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    pkt_mosaic_sink *m = self;
    (void)err;
    if (pkt_mosaic_is_empty(&m->mosaic))
        return 0;
    for (size_t from = 0; from < batch->rows;) {
        const size_t left = PKT_MOSAIC_ROWS - (size_t)(m->rows % PKT_MOSAIC_ROWS);
        const size_t count = left < batch->rows - from ? left : batch->rows - from;
        const pkt_column_info *info = pkt_column_at(pkt_mosaic_column(&m->mosaic, m->rows));
        const bool text = info->format_as == PKT_AS_TEXT;
        pkt_cells_hash(m->states[text], batch, info, from, count);
        m->used[text] = true;
        m->rows += count;
        from += count;
    }
    return 0;
}

static int mosaic_finish(void *self, pkt_err *err)
{
    (void)self;
    (void)err;
    return 0;
}

pkt_mosaic_sink *pkt_mosaic_sink_open(const pkt_mosaic *mosaic, pkt_sink *sink, pkt_err *err)
{
    pkt_mosaic_sink *m = calloc(1, sizeof *m);
    bool enough = m != NULL;
    for (int i = 0; enough && i < 2; i++) {
        m->states[i] = XXH3_createState();
        enough = m->states[i] && XXH3_64bits_reset(m->states[i]) == XXH_OK;
    }
    if (!enough) {
        pkt_mosaic_sink_close(m);
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a digest");
        return NULL;
    }
    m->mosaic = *mosaic;
    *sink = pkt_sink_make(m, mosaic_push, mosaic_finish);
    return m;
}

uint64_t pkt_mosaic_sink_result(const pkt_mosaic_sink *m)
{
    uint64_t result = 0;
    for (int i = 0; i < 2; i++)
        result ^= m->used[i] ? XXH3_64bits_digest(m->states[i]) : 0;
    return result;
}

void pkt_mosaic_sink_close(pkt_mosaic_sink *m)
{
    if (!m)
        return;
    for (int i = 0; i < 2; i++)
        XXH3_freeState(m->states[i]);
    free(m);
}
