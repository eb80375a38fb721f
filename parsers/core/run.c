/* The only loop that connects a backend and a sink. */
#include "parsers/core/run.h"

int pkt_sized_copy(void *to, size_t to_size, const void *from)
{
    size_t size;
    memcpy(&size, from, sizeof size);
    memset(to, 0, to_size);
    memcpy(to, from, size < to_size ? size : to_size);
    memcpy(to, &to_size, sizeof to_size);
    return size > sizeof size ? 0 : -1;
}

void pkt_clear_plan_make(pkt_clear_plan *plan, const pkt_column_set *columns)
{
    plan->count = 0;
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const pkt_column_info *info = pkt_column_at(c);
        const pkt_clear_range range = {info->offset, PKT_BATCH_ROWS * info->size,
                                       info->format_as == PKT_AS_TEXT ? 0xff : 0};
        pkt_clear_range *last = plan->count ? &plan->ranges[plan->count - 1] : NULL;
        if (!pkt_set_has(columns, c))
            continue;
        if (last && last->offset + last->size == range.offset && last->byte == range.byte)
            last->size += range.size;
        else
            plan->ranges[plan->count++] = range;
    }
}

/* From 2 KiB on, glibc's memset() uses `rep stosb`, which starts slowly: measured, up to 4 KiB two
 * calls take less time. */
static void range_clear(uint8_t *at, size_t size, int byte)
{
    enum { STRINGS = 2048 };
    if (size >= STRINGS && size < (size_t)2 * STRINGS) {
        memset(at, byte, size / 2);
        at += size / 2;
        size -= size / 2;
    }
    memset(at, byte, size);
}

void pkt_clear_plan_apply(const pkt_clear_plan *plan, pkt_batch *batch)
{
    batch->rows = batch->text_used = 0;
    for (size_t i = 0; i < plan->count; i++)
        range_clear((uint8_t *)batch + plan->ranges[i].offset, plan->ranges[i].size,
                    plan->ranges[i].byte);
}

/* Every column that the backend fills at any of its levels. */
static pkt_column_set columns_offered(const pkt_backend *backend)
{
    pkt_column_set all = {{0}};
    for (const pkt_level_work *l = backend->levels; l->work; l++)
        all = pkt_set_or(all, l->columns);
    return all;
}

/* The columns of the run: the requested ones, and `verdict` and `present`. */
static int columns_choose(pkt_request *request, const pkt_backend *backend,
                          const pkt_level_work *offer, pkt_err *err)
{
    if (pkt_set_count(&request->columns) == 0) {
        request->columns = offer->columns;
        return 0;
    }
    const pkt_column_set given =
        backend->combines_levels ? columns_offered(backend) : offer->columns;
    const pkt_column_set missing = pkt_set_minus(request->columns, given);
    for (size_t c = 0; c < PKT_SET_COLUMNS; c++)
        if (pkt_set_has(&missing, c))
            return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                            "backend %s does not fill the column %s at the level %s", backend->name,
                            c < PKT_COLUMN_COUNT ? pkt_column_at(c)->name : "of a newer header",
                            pkt_level_name(offer->level));
    pkt_column_set always = {{0}};
    pkt_set_add(&always, PKT_COL_verdict);
    pkt_set_add(&always, PKT_COL_present);
    request->columns = pkt_set_or(request->columns, pkt_set_and(always, offer->columns));
    return 0;
}

int pkt_run_plan_make(pkt_run_plan *plan, const pkt_backend *backend, const pkt_capture *capture,
                      const pkt_request *request, pkt_err *err)
{
    if (!backend)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "no backend: pkt_entry_backend() gives that of an entry");
    if (pkt_sized_copy(&plan->capture, sizeof plan->capture, capture) != 0 ||
        pkt_sized_copy(&plan->request, sizeof plan->request, request) != 0)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "the struct_size of the capture or request is not set");
    const pkt_level_work *offer = pkt_backend_level(backend, plan->request.level);
    if (!offer)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "backend %s does not offer this level",
                        backend->name);
    if (columns_choose(&plan->request, backend, offer, err) != 0)
        return -1;
    pkt_clear_plan_make(&plan->clear, &plan->request.columns);
    return 0;
}

int pkt_run_next(const pkt_run_plan *plan, const pkt_backend *backend, void *state,
                 pkt_batch *batch, pkt_err *err)
{
    pkt_clear_plan_apply(&plan->clear, batch);
    const int got = backend->next(state, batch, err);
    if (got > (int)PKT_BATCH_ROWS)
        return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE,
                        "backend %s returned %d rows in a batch of %u", backend->name, got,
                        PKT_BATCH_ROWS);
    if (batch->text_used > batch->text_room)
        return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE,
                        "backend %s wrote %zu bytes into a text arena of %zu", backend->name,
                        batch->text_used, batch->text_room);
    batch->rows = got > 0 ? (size_t)got : 0;
    return got;
}

int pkt_run(const pkt_backend *backend, void *context, const pkt_capture *capture,
            const pkt_request *request, pkt_batch *batch, const pkt_sink *sink, uint64_t *rows,
            pkt_err *err)
{
    pkt_err own;
    pkt_run_plan plan;
    if (!err)
        err = &own;
    err->code = PKT_ERR_NONE;
    *rows = 0;
    void *state = NULL;
    if (pkt_run_plan_make(&plan, backend, capture, request, err) != 0 ||
        backend->open(context, &state, &plan.capture, &plan.request, err) != 0)
        return -1;
    int got;
    while ((got = pkt_run_next(&plan, backend, state, batch, err)) > 0) {
        if (sink->push(sink->self, batch, err) != 0) {
            backend->close(state);
            return -1;
        }
        *rows += (size_t)got;
    }
    backend->close(state);
    pkt_err finish_err = {.code = PKT_ERR_NONE};
    if ((got == 0 || pkt_err_rows_stand(err)) && sink->finish(sink->self, &finish_err) != 0) {
        *err = finish_err;
        return -1;
    }
    return got;
}
