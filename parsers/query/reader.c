/* Captures, one after another, to record batches. */
#include "parsers/query/state.h"

#include <stdlib.h>
#include <unistd.h>

#include "parsers/encode/arrow_export.h"
#include "parsers/util/clock.h"
#include "parsers/util/error.h"

enum { BATCH_ROWS = 16384 };

/* Copy the query, with its texts. */
static int query_copy(pkt_reader *r, const pkt_query *query, pkt_err *err)
{
    pkt_query *q = &r->query;
    const char **const texts[QUERY_TEXTS] = {
        &q->interface, &q->backend, &q->plugin, &q->level,       &q->columns, &q->filter,
        &q->features,  &q->window,  &q->by,     &q->reset_every, &q->label,   &q->flow_rule,
        &q->idle,      &q->active,  &q->labels, &q->label_by,    &q->name};
    if (pkt_sized_copy(q, sizeof *q, query) != 0)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "the struct_size of the query is not set");
    for (size_t i = 0; i < QUERY_TEXTS; i++)
        if (*texts[i]) {
            r->texts[i] = strdup(*texts[i]);
            if (!r->texts[i])
                return pkt_fail_memory(err, "a query");
            *texts[i] = r->texts[i];
        }
    return 0;
}

static int part_copy(pkt_reader *r, pkt_err *err)
{
    const pkt_part *part = r->query.part;
    if (!part)
        return 0;
    if (pkt_sized_copy(&r->part_copy, sizeof r->part_copy, part) != 0)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "the struct_size of the part is not set");
    r->preface = malloc(r->part_copy.preface_size + 1);
    if (!r->preface)
        return pkt_fail_memory(err, "a part");
    if (r->part_copy.preface_size)
        memcpy(r->preface, r->part_copy.preface, r->part_copy.preface_size);
    r->part_copy.preface = r->preface;
    r->query.part = &r->part_copy;
    return 0;
}

static int buffers_open(pkt_reader *r, pkt_err *err)
{
    r->block_rows = r->query.batch_rows ? r->query.batch_rows : BATCH_ROWS;
    r->batch = pkt_batch_new(err);
    if (!r->batch)
        return -1;
    if (r->request.features.set) {
        r->features = pkt_features_open(&r->request.features, err);
        if (!r->features)
            return -1;
    }
    return 0;
}

static int captures_copy(pkt_reader *r, pkt_err *err)
{
    const size_t count = r->query.capture_count;
    if (count == 0 && !r->query.interface)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "no capture is given");
    r->operands = calloc(count + 1, sizeof *r->operands);
    for (size_t i = 0; r->operands && i < count; i++)
        if (!(r->operands[i] = strdup(r->query.captures[i])))
            return pkt_fail_memory(err, "paths");
    return r->operands ? 0 : pkt_fail_memory(err, "paths");
}

pkt_reader *pkt_reader_open(const pkt_query *query, pkt_err *err)
{
    pkt_reader *r = calloc(1, sizeof *r);
    pkt_err own = {.pos = PKT_POS_NONE};
    err = err ? err : &own;
    if (!r || pkt_reader_queue_open(&r->queue, err) != 0) {
        free(r);
        pkt_fail_memory(err, "a reader");
        return NULL;
    }
    r->owner = getpid();
    r->path = "";
    r->warnings =
        (pkt_warnings){.take = pkt_reader_queue_warn, .self = &r->queue, .max_flows = "max_flows"};
    if (query_copy(r, query, err) == 0 &&
        pkt_query_request_make(&r->request, &r->query, err) == 0 && captures_copy(r, err) == 0 &&
        part_copy(r, err) == 0 && buffers_open(r, err) == 0)
        return r;
    pkt_reader_close(r);
    return NULL;
}

int pkt_query_schema(const pkt_query *query, struct ArrowSchema *out, pkt_err *err)
{
    pkt_query known;
    query_request request;
    pkt_err own = {.pos = PKT_POS_NONE};
    err = err ? err : &own;
    if (pkt_sized_copy(&known, sizeof known, query) != 0)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "the struct_size of the query is not set");
    if (pkt_query_request_make(&request, &known, err) != 0)
        return -1;
    return pkt_arrow_schema(&request.fields, out, err);
}

int pkt_reader_schema(const pkt_reader *reader, struct ArrowSchema *out, pkt_err *err)
{
    return pkt_arrow_schema(&reader->request.fields, out, err);
}

static int paths_find(pkt_reader *r, pkt_err *err)
{
    const pkt_paths_request request = {
        .operands = r->operands, .count = r->query.capture_count, .recursive = r->query.recursive};
    if (pkt_paths_find_of(&r->paths, &request, &r->path, err) != 0)
        return -1;
    pkt_warn(&r->warnings, PKT_WARN_NO_CAPTURES, NULL, r->paths.others);
    return 0;
}

static int labels_open(pkt_reader *r, pkt_err *err)
{
    const query_captures captures = {.paths = r->paths.at,
                                     .count = r->paths.count,
                                     .join = r->query.join,
                                     .context = r->context,
                                     .batch = r->batch};
    if (!r->request.labels)
        return 0;
    if (pkt_block_ring_label_rows(r->ring, err) != 0)
        return -1;
    r->labels = pkt_query_labels_open(&r->request, &captures, err);
    if (!r->labels)
        return pkt_reader_labels_failed(r, err);
    if (r->features)
        pkt_features_set_labels(r->features, pkt_reader_label_find, r);
    return 0;
}

static int reader_begin(pkt_reader *r, pkt_err *err)
{
    if (pkt_reader_pool_open(r, err) != 0)
        return -1;
    if (!r->query.interface && paths_find(r, err) != 0)
        return -1;
    if (pkt_query_backend_take(r->request.backend, &r->context, err) != 0)
        return -1;
    r->taken = true;
    if (labels_open(r, err) != 0)
        return -1;
    if (r->features)
        pkt_reader_features_connect(r);
    if (r->query.interface)
        pkt_reader_live_capture(r);
    if (pkt_reader_capture_begin(r, err) != 0)
        return -1;
    return r->query.interface ? pkt_reader_live_start(r, err) : 0;
}

/* The reader is at its end. All calls from here give the same. */
static void reader_end(pkt_reader *r, int got, const pkt_err *err)
{
    r->queue.ended = true;
    if (got < 0)
        r->queue.err = *err;
    else if (r->features)
        pkt_warn_features(&r->warnings, r->features);
    if (got >= 0 && r->labels)
        pkt_warn_labels(&r->warnings, r->labels,
                        !r->query.filter && !r->query.count && !r->query.part);
}

int pkt_reader_start(pkt_reader *r, pkt_err *err)
{
    pkt_err own = {.pos = PKT_POS_NONE};
    if (r->owner != getpid())
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "the reader was opened by another process: open it after the fork");
    if (!r->started) {
        r->started = true;
        if (reader_begin(r, &own) != 0)
            reader_end(r, -1, &own);
    }
    if (r->live.running || r->queue.err.code == PKT_ERR_NONE)
        return 0;
    if (err)
        *err = r->queue.err;
    return -1;
}

int pkt_reader_next(pkt_reader *r, int64_t wait, struct ArrowArray *out, pkt_err *err)
{
    pkt_err own = {.pos = PKT_POS_NONE};
    *out = (struct ArrowArray){.release = NULL};
    if (!r->started || r->owner != getpid())
        if (pkt_reader_start(r, err) != 0)
            return -1;
    if (r->live.running)
        return pkt_reader_live_next(r, wait, out, err);
    const int64_t until = pkt_reader_deadline(wait);
    while (!r->queue.ended && !pkt_reader_queue_has(&r->queue)) {
        const int got = pkt_reader_step(r, &own);
        if (got <= 0)
            reader_end(r, got, &own);
        else if (wait >= 0 && !pkt_reader_queue_has(&r->queue) &&
                 pkt_clock_ns(CLOCK_MONOTONIC) >= until)
            return 2;
    }
    pthread_mutex_lock(&r->queue.lock);
    const int got = pkt_reader_queue_take(&r->queue, out);
    pthread_mutex_unlock(&r->queue.lock);
    if (got)
        return 1;
    if (r->queue.err.code == PKT_ERR_NONE)
        return 0;
    if (err)
        *err = r->queue.err;
    return -1;
}

void pkt_reader_stop(pkt_reader *reader)
{
    pkt_reader_live_stop(reader);
}

const char *pkt_reader_path(const pkt_reader *reader)
{
    return pkt_input_shown(reader->path);
}

uint64_t pkt_reader_packets(const pkt_reader *reader)
{
    return reader->read > reader->watch.rows ? reader->read : reader->watch.rows;
}

int pkt_reader_warning(pkt_reader *r, pkt_warning *warning)
{
    size_t size = warning->struct_size;
    int got = 0;
    pthread_mutex_lock(&r->queue.lock);
    if (r->queue.given < r->queue.warned) {
        const pkt_warning *next = &r->queue.warnings[r->queue.given++];
        memcpy(warning, next, size < sizeof *next ? size : sizeof *next);
        warning->struct_size = size;
        got = 1;
    }
    pthread_mutex_unlock(&r->queue.lock);
    return got;
}

/* A child of fork() has no threads of its parent: what needs them is left as it is. */
static void capture_abandon(pkt_reader *r)
{
    if (r->owner != getpid())
        return;
    if (r->live.running) {
        pkt_reader_live_stop(r);
        (void)pthread_join(r->live.thread, NULL);
    }
    if (r->state)
        r->request.backend->close(r->state);
    pkt_parallel_close(r->parallel);
    pkt_reader_pool_close(r);
    pkt_join_close(r->join);
    pkt_input_close(r->input);
    pkt_part_close(r->part);
    if (r->taken)
        pkt_query_backend_give_back(r->request.backend);
}

void pkt_reader_close(pkt_reader *r)
{
    if (!r)
        return;
    capture_abandon(r);
    pkt_features_close(r->features);
    pkt_labels_close(r->labels);
    pkt_batch_free(r->batch);
    pkt_paths_close(&r->paths);
    for (size_t i = 0; r->operands && r->operands[i]; i++)
        free(r->operands[i]);
    free(r->operands);
    for (size_t i = 0; i < QUERY_TEXTS; i++)
        free(r->texts[i]);
    free(r->preface);
    pkt_reader_queue_close(&r->queue);
    free(r);
}
