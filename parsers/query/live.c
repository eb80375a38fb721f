/* A live capture: a thread runs the backend, the reader takes its record batches. */
#include <poll.h>

#include "parsers/core/numbers.h"
#include "parsers/query/state.h"
#include "parsers/util/clock.h"

#define FLUSH_NS INT64_C(100000000)
/* Batches that wait for the reader. With more, the thread waits, and the kernel drops packets. */
enum { BATCHES = 256 };

static int64_t now(void)
{
    return pkt_clock_ns(CLOCK_MONOTONIC);
}

int64_t pkt_reader_deadline(int64_t wait)
{
    const int64_t time = now();
    return wait < 0 || wait > INT64_MAX - time ? INT64_MAX : time + wait;
}

/* Wait for packets, or until rows at hand are due. */
static int packets_wait(pkt_reader *r, int fd, pkt_err *err)
{
    int64_t left = PKT_LIVE_POLL_MS * INT64_C(1000000);
    const int64_t time = now();
    if (pkt_reader_rows_waiting(r) && r->live.flush - time < left)
        left = r->live.flush - time;
    if (r->live.until - time < left)
        left = r->live.until - time;
    struct pollfd on = {.fd = fd >= 0 ? fd : -1, .events = POLLIN};
    if (left <= 0 || poll(&on, 1, (int)((left + 999999) / 1000000)) != 0 || !r->features)
        return 0;
    /* The clock is read before the look: a packet that comes after the look is later. */
    const int64_t clock = pkt_clock_ns(CLOCK_REALTIME);
    return poll(&on, 1, 0) == 0
               ? pkt_features_advance(r->features, clock - PKT_LIVE_DELIVERY_NS, err)
               : 0;
}

/* Called by the backend, in the thread. */
static int live_more(void *self, int fd)
{
    pkt_reader *r = self;
    pkt_err *err = &r->live.err;
    if (atomic_load(&r->live.stop) || now() >= r->live.until)
        return 0;
    if (fd != PKT_LIVE_BUSY && packets_wait(r, fd, err) != 0)
        return 0;
    const int64_t time = now();
    if (time >= r->live.flush) {
        r->live.flush = time + r->query.flush_every;
        if (pkt_reader_flush(r, err) != 0)
            return 0;
    }
    return 1;
}

static void counters_take(void *self, uint64_t received, uint64_t dropped)
{
    (void)received;
    ((pkt_reader *)self)->live.dropped = dropped;
}

void pkt_reader_live_capture(pkt_reader *r)
{
    pkt_query *q = &r->query;
    q->flush_every = q->flush_every ? q->flush_every : FLUSH_NS;
    r->live.live = (pkt_live){.struct_size = sizeof r->live.live,
                              .filter = q->filter,
                              .snaplen = q->snaplen ? q->snaplen : PKT_LIVE_SNAPLEN,
                              .buffer = q->buffer ? q->buffer : PKT_LIVE_BUFFER,
                              .immediate = q->immediate,
                              .more = live_more,
                              .counted = counters_take,
                              .self = r};
    r->live.until = pkt_reader_deadline(q->duration ? q->duration : -1);
    r->live.flush = now() + q->flush_every;
    r->live.capture = (pkt_capture){.struct_size = sizeof r->live.capture,
                                    .path = q->interface,
                                    .format = PKT_FORMAT_LIVE,
                                    .live = &r->live.live};
}

/* Wait until there is room for a further batch, or nobody wants it. */
static void room_wait(pkt_reader *r)
{
    pthread_mutex_lock(&r->queue.lock);
    while (r->queue.batches >= BATCHES && !atomic_load(&r->live.stop))
        (void)pthread_cond_wait(&r->queue.changed, &r->queue.lock);
    pthread_mutex_unlock(&r->queue.lock);
}

static void *live_run(void *self)
{
    pkt_reader *r = self;
    pkt_err err = {.pos = PKT_POS_NONE};
    int got;
    do {
        room_wait(r);
        got = pkt_reader_step(r, &err);
    } while (got > 0);
    if (got == 0)
        err = r->live.err;
    if (got == 0 && r->features)
        pkt_warn_features(&r->warnings, r->features);
    pthread_mutex_lock(&r->queue.lock);
    r->queue.err = err;
    r->queue.ended = true;
    pthread_cond_broadcast(&r->queue.changed);
    pthread_mutex_unlock(&r->queue.lock);
    return NULL;
}

int pkt_reader_live_start(pkt_reader *r, pkt_err *err)
{
    const int failed = pthread_create(&r->live.thread, NULL, live_run, r);
    if (failed)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "cannot start a thread: %s",
                        strerror(failed));
    r->live.running = true;
    return 0;
}

int pkt_reader_live_next(pkt_reader *r, int64_t wait, struct ArrowArray *out, pkt_err *err)
{
    reader_queue *queue = &r->queue;
    const int64_t end = pkt_reader_deadline(wait);
    const struct timespec until = {.tv_sec = end / NS_PER_S, .tv_nsec = end % NS_PER_S};
    int late = 0;
    pthread_mutex_lock(&queue->lock);
    while (!queue->first && !queue->ended && !late)
        late = wait < 0 ? pthread_cond_wait(&queue->changed, &queue->lock)
                        : pthread_cond_timedwait(&queue->changed, &queue->lock, &until);
    int got = pkt_reader_queue_take(queue, out);
    if (got)
        pthread_cond_broadcast(&queue->changed);
    else if (!queue->ended)
        got = 2;
    else if (queue->err.code != PKT_ERR_NONE)
        got = -1;
    if (got < 0 && err)
        *err = queue->err;
    pthread_mutex_unlock(&queue->lock);
    return got;
}

void pkt_reader_live_stop(pkt_reader *r)
{
    pthread_mutex_lock(&r->queue.lock);
    atomic_store(&r->live.stop, true);
    pthread_cond_broadcast(&r->queue.changed);
    pthread_mutex_unlock(&r->queue.lock);
}
