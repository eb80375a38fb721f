#include "bench/live/receiver.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/features/feature_rows.h"
#include "bench/live/wire.h"
#include "bench/worker/output_rows.h"
#include "parsers/process/confine.h"
#include "parsers/process/rights.h"
#include "parsers/sink/sink.h"
#include "parsers/util/clock.h"

/* Longest wait for packets, before the request to stop is looked at again. */
enum { POLL_MS = 20 };

/* Passes rows on, and notes when. */
typedef struct watch {
    live_received *received;
    pkt_sink sink;
} watch;

static int watch_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    watch *w = self;
    if (w->sink.push(w->sink.self, batch, err) != 0)
        return -1;
    w->received->last_ns = pkt_clock_ns(CLOCK_MONOTONIC);
    return 0;
}

static int watch_finish(void *self, pkt_err *err)
{
    watch *w = self;
    return w->sink.finish(w->sink.self, err);
}

static void rights_drop_or_exit(live_received *received)
{
    const pkt_rights none = {.keep = 0};
    if (pkt_rights_drop(&none, &received->err) != 0) {
        received->failed = true;
        _exit(1);
    }
    (void)pkt_confine_calls();
}

static int more(void *self, int fd)
{
    live_received *received = self;
    if (!__atomic_load_n(&received->ready, __ATOMIC_RELAXED)) {
        rights_drop_or_exit(received);
        __atomic_store_n(&received->ready, 1, __ATOMIC_RELEASE);
    }
    if (fd >= 0) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        (void)poll(&wait, 1, POLL_MS);
    }
    return !__atomic_load_n(&received->stop, __ATOMIC_ACQUIRE);
}

static void counted(void *self, uint64_t got, uint64_t dropped)
{
    live_received *received = self;
    received->got = got;
    received->dropped = dropped;
}

/* One run of the backend, with its context. */
typedef struct run {
    const live_task *task;
    void *context;
    pkt_batch *batch;
    live_received *received;
} run;

/* From the interface, into the sink. */
static int wire_run(const run *r, const pkt_sink *sink)
{
    const live_task *t = r->task;
    watch w = {.received = r->received, .sink = *sink};
    const pkt_sink outer = pkt_sink_make(&w, watch_push, watch_finish);
    pkt_request request = PKT_INIT(pkt_request);
    pkt_live live = PKT_INIT(pkt_live);
    pkt_capture capture = PKT_INIT(pkt_capture);
    request.level = t->level;
    live.snaplen = t->snaplen;
    live.buffer = t->buffer;
    live.more = more;
    live.counted = counted;
    live.self = r->received;
    capture.path = LIVE_INTERFACE;
    capture.format = PKT_FORMAT_LIVE;
    capture.flow_rule = t->flows.rule;
    capture.max_flows = t->flows.max;
    capture.live = &live;
    return pkt_run(t->backend, r->context, &capture, &request, r->batch, &outer, &r->received->rows,
                   &r->received->err);
}

static int written_run(const run *r)
{
    const pkt_level_work *work = pkt_backend_level(r->task->backend, r->task->level);
    output_rows rows;
    pkt_sink sink;
    pkt_err *err = &r->received->err;
    if (output_rows_open(&rows, r->task->encoder, work->columns, false, err) != 0)
        return -1;
    int bad = output_rows_begin(&rows, 1, &sink, err) != 0 || wire_run(r, &sink) != 0 ||
              output_rows_end(&rows, err) != 0;
    output_rows_close(&rows);
    return bad ? -1 : 0;
}

static int features_run(const run *r)
{
    pkt_sink sink;
    feature_rows *rows = feature_rows_open(&r->task->features, NULL, &sink, &r->received->err);
    const int bad = !rows || wire_run(r, &sink) != 0;
    feature_rows_close(rows);
    return bad ? -1 : 0;
}

static int counted_run(const run *r)
{
    const pkt_level_work *work = pkt_backend_level(r->task->backend, r->task->level);
    pkt_null_sink null = {.columns = work->columns};
    const pkt_sink sink = pkt_null_sink_open(&null);
    return wire_run(r, &sink);
}

/* The first packets of a capture, into a sink. */
typedef struct first_rows {
    pkt_sink sink;
    pkt_batch *batch; /* that of the run, which may be changed */
    uint64_t left;
} first_rows;

static int first_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    first_rows *f = self;
    (void)batch;
    if (f->batch->rows > f->left)
        f->batch->rows = (size_t)f->left;
    f->left -= f->batch->rows;
    if (f->sink.push(f->sink.self, f->batch, err) != 0)
        return -1;
    return f->left ? 0 : -1; /* with err->code PKT_ERR_NONE: no more rows are wanted */
}

static int first_finish(void *self, pkt_err *err)
{
    first_rows *f = self;
    return f->sink.finish(f->sink.self, err);
}

static int file_run(const run *r, const pkt_sink *sink)
{
    const live_task *t = r->task;
    first_rows first = {.sink = *sink, .batch = r->batch, .left = t->compare_packets};
    const pkt_sink outer = pkt_sink_make(&first, first_push, first_finish);
    pkt_request request = PKT_INIT(pkt_request);
    pkt_capture capture = PKT_INIT(pkt_capture);
    pkt_err err = {.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
    uint64_t rows = 0;
    request.level = t->level;
    int bad = pkt_capture_open(t->compare, &capture, &err);
    capture.flow_rule = t->flows.rule;
    capture.max_flows = t->flows.max;
    if (!bad)
        bad = pkt_run(t->backend, r->context, &capture, &request, r->batch, &outer, &rows, &err);
    if (!bad || err.code == PKT_ERR_NONE)
        return 0;
    r->received->err = err;
    return -1;
}

/* The digests of the rows' columns, of a run from the wire or from the file. */
static int digests_get(const run *r, int (*start)(const run *r, const pkt_sink *sink),
                       uint64_t digests[PKT_COLUMN_COUNT])
{
    pkt_column_set columns = pkt_backend_level(r->task->backend, r->task->level)->columns;
    pkt_sink sink;
    pkt_set_remove(&columns, PKT_COL_ts_ns);
    pkt_digest_sink *digest = pkt_digest_sink_open(columns, &sink, &r->received->err);
    const int bad = !digest || start(r, &sink) != 0;
    if (!bad)
        pkt_digest_sink_result(digest, digests);
    if (digest)
        pkt_digest_sink_close(digest);
    return bad ? -1 : 0;
}

static int compared_run(const run *r)
{
    uint64_t wire[PKT_COLUMN_COUNT] = {0}, file[PKT_COLUMN_COUNT] = {0};
    if (digests_get(r, wire_run, wire) != 0 || digests_get(r, file_run, file) != 0)
        return -1;
    r->received->differs = memcmp(wire, file, sizeof wire) != 0;
    return 0;
}

static int task_run(const run *r)
{
    const live_task *t = r->task;
    if (t->compare)
        return compared_run(r);
    if (t->sink)
        return wire_run(r, t->sink);
    if (t->features.set)
        return features_run(r);
    return t->encoder ? written_run(r) : counted_run(r);
}

void live_receive(const live_task *task, live_received *received)
{
    const pkt_backend *backend = task->backend;
    run r = {.task = task, .received = received};
    received->err = (pkt_err){.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
    received->failed = true;
    r.batch = pkt_batch_new(&received->err);
    if (!r.batch || (backend->load && backend->load(&r.context, &received->err) != 0))
        return;
    received->failed = task_run(&r) != 0;
    if (backend->unload)
        backend->unload(r.context);
    pkt_batch_free(r.batch);
}
