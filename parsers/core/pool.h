/* Threads that share the work of several owners: rows to decode, blocks to encode. One lock guards
 * what the owners keep of it. */
#ifndef PKT_POOL_H
#define PKT_POOL_H

#include <stdbool.h>

#include "pktbench.h"

/* Threads of a pool, at most; the one that opens it counts. */
#define PKT_MAX_THREADS 64u

typedef struct pkt_pool pkt_pool;

/* An owner's work, which stays where it is while it is added. */
typedef struct pkt_work {
    /* Called with the lock held: do a piece of work, for which the lock is released, and return
     * true; or return false at once, if there is none now. */
    bool (*step)(void *self);
    void *self;
    bool last; /* the work of the others goes first */
    /* Of the pool: */
    struct pkt_work *next;
    unsigned busy; /* threads that do it */
    bool removed;
} pkt_work;

/* So many threads with the caller's, which works where it calls pkt_pool_help(). NULL and *err. */
pkt_pool *pkt_pool_open(unsigned threads, pkt_err *err);
/* All work was removed. NULL: nothing. */
void pkt_pool_close(pkt_pool *pool);
unsigned pkt_pool_threads(const pkt_pool *pool);

void pkt_pool_add(pkt_pool *pool, pkt_work *work);
/* Waits until no thread does it. */
void pkt_pool_remove(pkt_pool *pool, pkt_work *work);

void pkt_pool_lock(pkt_pool *pool);
void pkt_pool_unlock(pkt_pool *pool);
/* For these the lock is held. */
/* Something has changed: there is work, or what a thread waits for. */
void pkt_pool_notify(pkt_pool *pool);
/* Do a piece of any work, or wait for a change: then look again. */
void pkt_pool_help(pkt_pool *pool);
/* Wait for a change. */
void pkt_pool_wait(pkt_pool *pool);

#endif
