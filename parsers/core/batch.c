/* Batches: made, cleared and freed by the library alone, so that their size is its own. */
#include <stdlib.h>

#include "parsers/core/batch.h"
#include "parsers/core/run.h"

_Static_assert(PKT_COLUMN_COUNT <= PKT_SET_COLUMNS, "a set of columns holds every column");

pkt_batch *pkt_batch_new(pkt_err *err)
{
    pkt_batch *batch = calloc(1, sizeof *batch);
    if (batch)
        batch->text = malloc(PKT_BATCH_TEXT);
    if (!batch || !batch->text) {
        free(batch);
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a batch of rows");
        return NULL;
    }
    batch->struct_size = sizeof *batch;
    batch->capacity = PKT_BATCH_ROWS;
    batch->text_room = PKT_BATCH_TEXT;
    pkt_column_set all = {{0}};
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        pkt_set_add(&all, c);
    pkt_batch_clear(batch, &all);
    return batch;
}

void pkt_batch_free(pkt_batch *batch)
{
    if (batch)
        free(batch->text);
    free(batch);
}

int pkt_batch_text_reserve(pkt_batch *batch, size_t more, pkt_err *err)
{
    if (batch->text_room - batch->text_used >= more)
        return 0;
    if (more > PKT_TEXT_NULL - batch->text_used)
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "more than 4 GiB of text in a batch");
    const size_t room = 2 * (batch->text_used + more);
    char *text = realloc(batch->text, room);
    if (!text)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for the text of a batch");
    batch->text = text;
    batch->text_room = room;
    return 0;
}

void pkt_batch_clear(pkt_batch *batch, const pkt_column_set *columns)
{
    pkt_clear_plan plan;
    pkt_clear_plan_make(&plan, columns);
    pkt_clear_plan_apply(&plan, batch);
}
