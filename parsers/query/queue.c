#include <stdlib.h>
#include <time.h>

#include "parsers/query/state.h"
#include "parsers/util/error.h"

typedef struct queued_batch {
    struct queued_batch *next;
    struct ArrowArray array;
} queued_batch;

int pkt_reader_queue_open(reader_queue *queue, pkt_err *err)
{
    pthread_condattr_t attributes;
    int bad = pthread_condattr_init(&attributes);
    queue->last = &queue->first;
    queue->err.pos = PKT_POS_NONE;
    if (!bad) {
        (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        bad = pthread_mutex_init(&queue->lock, NULL) ||
              pthread_cond_init(&queue->changed, &attributes);
        (void)pthread_condattr_destroy(&attributes);
    }
    return bad ? pkt_fail_memory(err, "a queue") : 0;
}

int pkt_reader_queue_add(reader_queue *queue, struct ArrowArray *array, pkt_err *err)
{
    queued_batch *q = malloc(sizeof *q);
    if (!q) {
        array->release(array);
        return pkt_fail_memory(err, "a record batch");
    }
    q->next = NULL;
    q->array = *array;
    pthread_mutex_lock(&queue->lock);
    *queue->last = q;
    queue->last = &q->next;
    queue->batches++;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
    return 0;
}

bool pkt_reader_queue_has(reader_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    const bool has = queue->first != NULL;
    pthread_mutex_unlock(&queue->lock);
    return has;
}

int pkt_reader_queue_take(reader_queue *queue, struct ArrowArray *out)
{
    queued_batch *q = queue->first;
    if (!q)
        return 0;
    queue->first = q->next;
    if (!queue->first)
        queue->last = &queue->first;
    queue->batches--;
    *out = q->array;
    free(q);
    return 1;
}

void pkt_reader_queue_warn(void *self, const pkt_warning *warning)
{
    reader_queue *queue = self;
    pthread_mutex_lock(&queue->lock);
    if (queue->warned == queue->room) {
        const size_t room = 2 * queue->room + 8;
        pkt_warning *more = realloc(queue->warnings, room * sizeof *more);
        if (more) {
            queue->warnings = more;
            queue->room = room;
        }
    }
    if (queue->warned < queue->room)
        queue->warnings[queue->warned++] = *warning;
    pthread_mutex_unlock(&queue->lock);
}

void pkt_reader_queue_close(reader_queue *queue)
{
    struct ArrowArray array;
    while (pkt_reader_queue_take(queue, &array))
        array.release(&array);
    free(queue->warnings);
    (void)pthread_cond_destroy(&queue->changed);
    (void)pthread_mutex_destroy(&queue->lock);
}
