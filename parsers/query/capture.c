/* The captures of a reader: opened, read to rows, and ended. */
#include <stdlib.h>

#include "parsers/encode/arrow_export.h"
#include "parsers/query/state.h"
#include "parsers/util/error.h"

static int array_make(void *self, const pkt_rows *rows, pkt_block_place place, pkt_err *err)
{
    const pkt_reader *r = self;
    return pkt_arrow_array(rows, &r->request.fields, &r->arrays[place.item], err);
}

static int array_queue(void *self, const pkt_rows *rows, size_t item, pkt_err *err)
{
    pkt_reader *r = self;
    (void)rows;
    const int bad = pkt_reader_queue_add(&r->queue, &r->arrays[item], err);
    r->arrays[item].release = NULL; /* the queue's */
    return bad;
}

int pkt_reader_pool_open(pkt_reader *r, pkt_err *err)
{
    const pkt_block_use use = {.parts = 1, .make = array_make, .place = array_queue, .self = r};
    r->pool = pkt_pool_open(r->query.threads ? r->query.threads : 1, err);
    if (!r->pool)
        return -1;
    r->arrays = calloc(pkt_block_ring_items(r->pool, 1), sizeof *r->arrays);
    if (!r->arrays)
        return pkt_fail_memory(err, "record batches");
    r->ring = pkt_block_ring_open(r->pool, &r->request.fields, r->block_rows, &use, err);
    return r->ring ? 0 : -1;
}

void pkt_reader_pool_close(pkt_reader *r)
{
    pkt_block_ring_close(r->ring);
    for (size_t i = 0; r->arrays && i < pkt_block_ring_items(r->pool, 1); i++)
        if (r->arrays[i].release) /* made, but not placed after an error */
            r->arrays[i].release(&r->arrays[i]);
    free(r->arrays);
    pkt_pool_close(r->pool);
}

size_t pkt_reader_rows_waiting(const pkt_reader *r)
{
    return pkt_block_ring_filled(r->ring)->rows.count;
}

int pkt_reader_flush(pkt_reader *r, pkt_err *err)
{
    return pkt_block_ring_finish(r->ring, err);
}

static uint64_t number_next(void *self)
{
    pkt_reader *r = self;
    const uint64_t before = r->query.part ? r->query.part->packets : 0;
    if (r->job.filter)
        return pkt_parallel_number(&r->job);
    return r->join && r->query.filter ? before + pkt_join_number(r->join) : ++r->number;
}

int pkt_reader_labels_failed(pkt_reader *r, const pkt_err *err)
{
    r->path = err->sys ? r->request.labels : "";
    return -1;
}

int pkt_reader_label_find(void *self, const pkt_batch *batch, size_t row, uint64_t number,
                          uint32_t *label, pkt_err *err)
{
    pkt_reader *r = self;
    if (pkt_labels_find(r->labels, batch, row, number, label, err) == 0)
        return 0;
    pkt_query_labels_error(&r->request, err);
    return pkt_reader_labels_failed(r, err);
}

/* Labels of rows [from, from + count) of the batch, which are the last ones of the block. */
static int labels_add(pkt_reader *r, pkt_row_block *block, const pkt_batch *batch, size_t from,
                      size_t count, pkt_err *err)
{
    const size_t at = block->rows.count - count;
    for (size_t i = 0; r->labels && i < count; i++) {
        uint32_t label = PKT_NO_LABEL;
        if (r->features)
            label = pkt_features_row_label(r->features, from + i);
        else if (pkt_reader_label_find(r, batch, from + i, block->rows.numbers[at + i], &label,
                                       err) != 0)
            return -1;
        block->labels[at + i] = pkt_labels_name(r->labels, label);
    }
    return 0;
}

/* Rows of packets, or of features, from this one on, into the block. */
static int rows_add(pkt_reader *r, const pkt_batch *batch, const double *values, size_t from,
                    pkt_err *err)
{
    for (size_t count; from < batch->rows; from += count) {
        pkt_row_block *block = pkt_block_ring_filled(r->ring);
        const size_t room = r->capture_rows - block->rows.count;
        count = batch->rows - from < room ? batch->rows - from : room;
        block->rows.file = r->file;
        block->rows.label = r->label;
        uint64_t *numbers =
            pkt_row_block_add(block, &r->request.fields, batch, values, from, count, err);
        if (!numbers)
            return -1;
        for (size_t i = 0; i < count; i++)
            numbers[i] = r->features ? pkt_features_row_number(r->features) : number_next(r);
        if (labels_add(r, block, batch, from, count, err) != 0)
            return -1;
        if (block->rows.count == r->capture_rows && pkt_block_ring_submit(r->ring, err) != 0)
            return -1;
    }
    return 0;
}

static int features_take(void *self, const pkt_batch *batch, const double *values, pkt_err *err)
{
    return rows_add(self, batch, values, 0, err);
}

void pkt_reader_features_connect(pkt_reader *r)
{
    pkt_features_set_output(r->features, features_take, r);
}

static int packets_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    pkt_reader *r = self;
    const uint64_t skip = r->query.part ? r->query.part->skip : 0;
    size_t from = 0;
    if (r->number < skip) {
        from = skip - r->number < batch->rows ? (size_t)(skip - r->number) : batch->rows;
        r->number += from;
    }
    return rows_add(r, batch, NULL, from, err);
}

static int packets_finish(void *self, pkt_err *err)
{
    (void)self;
    (void)err;
    return 0;
}

/* Is the capture decoded by several threads? Where the end is a number of packets, the next ones
 * would have been read for nothing. */
static bool is_parallel(const pkt_reader *r, const pkt_capture *capture)
{
    return !r->query.count && pkt_parallel_possible(r->pool, r->request.backend, capture);
}

/* Can these threads apply the filter, and read a part? */
static bool choice_is_parallel(const pkt_reader *r, const char *path)
{
    const pkt_capture plain = {.size = 1};
    if ((!r->query.filter && !r->query.part) || r->query.join || !is_parallel(r, &plain))
        return false;
    /* A pipe must not be opened twice; what cannot be opened is found out by either way. */
    return pkt_input_is_file(path);
}

/* Set r->path, and open what has this path. */
static int capture_open(pkt_reader *r, pkt_capture *capture, pkt_err *err)
{
    const pkt_query *q = &r->query;
    if (q->interface) {
        r->path = q->interface;
        *capture = r->live.capture;
        return 0;
    }
    char *const *paths = r->paths.at + r->current;
    const size_t count = q->join ? r->paths.count : 1;
    r->path = paths[0];
    const bool parallel = choice_is_parallel(r, r->path);
    r->job = (pkt_parallel_job){.pool = r->pool};
    r->number = q->part ? q->part->packets : 0;
    r->read = 0;
    if (parallel) {
        r->job.filter = q->filter;
        r->job.part = q->part;
    } else if (q->part) {
        r->part = pkt_part_open(r->path, q->part, err);
        if (!r->part)
            return -1;
        *capture = *pkt_part_capture(r->part);
        r->part_path = (char *)(uintptr_t)capture->path;
        paths = &r->part_path;
    }
    if (q->join || (q->filter && !parallel)) {
        const unsigned strict = q->strict || q->part ? PKT_JOIN_STRICT : 0;
        r->join = pkt_join_open(paths, count, q->filter, PKT_JOIN_NUMBERED | strict, err);
        if (r->join)
            *capture = *pkt_join_capture(r->join);
    } else if (!r->part) {
        r->input = pkt_input_open(paths[0], err);
        if (r->input)
            *capture = *pkt_input_capture(r->input);
    }
    return r->join || r->input || (r->part && !q->filter) ? 0 : -1;
}

static void capture_close(pkt_reader *r)
{
    r->opened = false;
    pkt_join_close(r->join);
    pkt_input_close(r->input);
    pkt_part_close(r->part);
    r->part = NULL;
    r->join = NULL;
    r->input = NULL;
}

/* Rows tell the name of the capture and its label. */
static void names_set(pkt_reader *r)
{
    const char *path = r->query.name ? r->query.name : r->path;
    const char *slash = strrchr(path, '/'), *label = r->query.label;
    r->file = slash ? slash + 1 : path;
    if (label && strcmp(label, "from-folder") == 0) {
        pkt_path_folder(path, r->folder);
        label = r->folder;
    }
    r->label = label;
    r->capture_rows = pkt_row_block_most(&r->request.fields, r->file, label, r->block_rows);
}

static void sinks_set(pkt_reader *r, const pkt_capture *capture)
{
    r->rows = r->features ? pkt_features_sink(r->features)
                          : pkt_sink_make(r, packets_push, packets_finish);
    if (r->features)
        pkt_features_set_numbers(r->features, number_next, r);
    r->watch = (row_watch){.next = &r->rows,
                           .limit = r->query.count,
                           .columns = r->request.columns,
                           .live = r->query.interface != NULL,
                           .inner = r->features && r->request.inner,
                           .zero_is_none =
                               r->join || r->job.filter || capture->format == PKT_FORMAT_PCAPNG};
    r->watched = pkt_watch_sink(&r->watch);
}

static int backend_open(pkt_reader *r, const pkt_capture *capture, pkt_err *err)
{
    if (r->job.filter || r->job.part || is_parallel(r, capture)) {
        r->parallel = pkt_parallel_open(&r->job, &r->plan, err);
        return r->parallel ? 0 : -1;
    }
    const int bad =
        r->request.backend->open(r->context, &r->state, &r->plan.capture, &r->plan.request, err);
    if (bad)
        r->state = NULL;
    return bad;
}

static void backend_close(pkt_reader *r)
{
    if (r->state)
        r->request.backend->close(r->state);
    r->state = NULL;
    pkt_parallel_close(r->parallel);
    r->parallel = NULL;
}

int pkt_reader_capture_begin(pkt_reader *r, pkt_err *err)
{
    pkt_capture capture = PKT_INIT(pkt_capture);
    pkt_request request = PKT_INIT(pkt_request);
    request.level = r->request.level;
    request.columns = r->request.columns;
    if (capture_open(r, &capture, err) != 0)
        return -1;
    r->flows = (pkt_flow_report)PKT_INIT(pkt_flow_report);
    capture.flow_rule = r->request.flows.rule;
    capture.max_flows = r->request.flows.max;
    capture.flow_report = &r->flows;
    names_set(r);
    sinks_set(r, &capture);
    if (pkt_run_plan_make(&r->plan, r->request.backend, &capture, &request, err) == 0 &&
        backend_open(r, &capture, err) == 0) {
        r->opened = true;
        return 0;
    }
    capture_close(r);
    return -1;
}

static void warnings_give(pkt_reader *r)
{
    const char *name = r->query.join && r->paths.count > 1 ? "of all captures"
                       : r->query.interface                ? r->path
                                                           : pkt_input_shown(r->path);
    pkt_warn_flows(&r->warnings, name, &r->flows, r->request.flows.max);
    pkt_warn(&r->warnings, PKT_WARN_DROPPED, name, r->live.dropped);
    pkt_watch_report(&r->watch, name, &r->warnings);
}

/* What the thread of the input has to say. */
static int input_end(pkt_reader *r, int bad, pkt_err *err)
{
    pkt_err unread = {.pos = PKT_POS_NONE}; /* of what comes after the limit of packets */
    if (r->join) {
        const int ended = pkt_join_end(r->join, bad, r->watch.full ? &unread : err);
        bad = r->watch.full ? bad : ended;
        r->watch.zero_times = pkt_join_timeless(r->join);
        r->read = pkt_join_packets(r->join);
        r->path = r->part ? r->path : pkt_join_path(r->join);
    } else if (r->input && !r->watch.full) {
        bad = pkt_input_end(r->input, bad, err);
    }
    if (r->job.filter) {
        r->watch.zero_times = r->job.timeless; /* it knows which times are none */
        r->read = r->job.packets;
    }
    return r->part && !r->watch.full ? pkt_part_end(r->part, bad, err) : bad;
}

/* Captures that ended inside a packet. Of those behind the limit of packets, no row is missing. */
static void cuts_warn(const pkt_reader *r, const char *what)
{
    const pkt_join_cut *cut;
    for (size_t i = 0; r->join && (cut = pkt_join_cut_at(r->join, i)) != NULL; i++)
        if (!r->watch.full || cut->packets < r->watch.limit)
            pkt_warn_truncated(&r->warnings, pkt_input_shown(cut->path), &cut->err, cut->packets,
                               what);
}

/* The backend has ended with `bad` (0 or -1) and *err; all its packets were pushed. */
static int capture_end(pkt_reader *r, int bad, pkt_err *err)
{
    pkt_err own = {.pos = PKT_POS_NONE};
    backend_close(r);
    if (r->rows.finish(r->rows.self, &own) != 0 || pkt_reader_flush(r, &own) != 0) {
        *err = own;
        capture_close(r);
        return -1;
    }
    bad = input_end(r, bad, err);
    warnings_give(r);
    const char *what = r->features ? "packets before it were counted" : "rows before it stand";
    cuts_warn(r, what);
    if (bad && err->code == PKT_ERR_TRUNCATED && !r->query.strict && !r->query.part) {
        pkt_warn_truncated(&r->warnings, pkt_input_shown(r->path), err, r->watch.rows, what);
        bad = 0;
    }
    capture_close(r);
    r->current += r->query.join ? r->paths.count : 1;
    return bad;
}

int pkt_reader_step(pkt_reader *r, pkt_err *err)
{
    err->code = PKT_ERR_NONE;
    pkt_batch *batch = r->batch;
    if (!r->opened) {
        if (r->query.interface || r->current == r->paths.count)
            return 0;
        return pkt_reader_capture_begin(r, err) == 0 ? 1 : -1;
    }
    int got = r->parallel ? pkt_parallel_next(r->parallel, &batch, err)
                          : pkt_run_next(&r->plan, r->request.backend, r->state, batch, err);
    if (got > 0) {
        if (r->watched.push(r->watched.self, batch, err) == 0)
            return 1;
        if (!r->watch.full || err->code != PKT_ERR_NONE)
            return -1;
        got = 0;
    }
    return capture_end(r, got, err) == 0 ? 1 : -1;
}
