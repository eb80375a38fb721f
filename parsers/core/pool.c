#include "parsers/core/pool.h"

#include <pthread.h>
#include <stdlib.h>

struct pkt_pool {
    pthread_mutex_t lock; /* of all that follows, and of what the owners of work say */
    pthread_cond_t changed;
    pkt_work *first;
    bool stopping;
    unsigned threads, started; /* with the caller's; without it */
    pthread_t others[PKT_MAX_THREADS];
};

/* Do a piece of the first work that has one. The lock is held, and released meanwhile. */
static bool work_do(pkt_pool *pool)
{
    for (pkt_work *work = pool->first; work; work = work->next) {
        work->busy++;
        const bool done = work->step(work->self);
        if (--work->busy == 0 && work->removed)
            pthread_cond_broadcast(&pool->changed);
        if (done)
            return true;
    }
    return false;
}

static void *help(void *argument)
{
    pkt_pool *pool = argument;
    pthread_mutex_lock(&pool->lock);
    while (!pool->stopping)
        pkt_pool_help(pool);
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

pkt_pool *pkt_pool_open(unsigned threads, pkt_err *err)
{
    pkt_pool *pool = calloc(1, sizeof *pool);
    if (!pool) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for threads");
        return NULL;
    }
    pool->threads = threads < PKT_MAX_THREADS ? threads : PKT_MAX_THREADS;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->changed, NULL);
    for (; pool->started + 1 < pool->threads; pool->started++) {
        errno = pthread_create(&pool->others[pool->started], NULL, help, pool);
        if (errno) {
            pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no thread: %s", strerror(errno));
            pkt_pool_close(pool);
            return NULL;
        }
    }
    return pool;
}

void pkt_pool_close(pkt_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->started; i++)
        pthread_join(pool->others[i], NULL);
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

unsigned pkt_pool_threads(const pkt_pool *pool)
{
    return pool->threads;
}

void pkt_pool_add(pkt_pool *pool, pkt_work *work)
{
    pthread_mutex_lock(&pool->lock);
    pkt_work **place = &pool->first;
    while (work->last && *place)
        place = &(*place)->next;
    work->busy = 0;
    work->removed = false;
    work->next = *place;
    *place = work;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
}

void pkt_pool_remove(pkt_pool *pool, pkt_work *work)
{
    pthread_mutex_lock(&pool->lock);
    for (pkt_work **place = &pool->first; *place; place = &(*place)->next)
        if (*place == work) {
            *place = work->next;
            break;
        }
    work->removed = true;
    while (work->busy)
        pthread_cond_wait(&pool->changed, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

void pkt_pool_lock(pkt_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
}

void pkt_pool_unlock(pkt_pool *pool)
{
    pthread_mutex_unlock(&pool->lock);
}

void pkt_pool_notify(pkt_pool *pool)
{
    pthread_cond_broadcast(&pool->changed);
}

void pkt_pool_help(pkt_pool *pool)
{
    if (!work_do(pool))
        pthread_cond_wait(&pool->changed, &pool->lock);
}

void pkt_pool_wait(pkt_pool *pool)
{
    pthread_cond_wait(&pool->changed, &pool->lock);
}
