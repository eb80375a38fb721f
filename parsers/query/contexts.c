/* Backends that were loaded, once a process. */
#include <pthread.h>
#include <stdbool.h>

#include "parsers/query/request.h"
#include "parsers/util/error.h"

enum { CONTEXTS = 32 };

typedef struct loaded {
    const pkt_backend *backend;
    void *context;
    bool taken;
} loaded;

static struct {
    pthread_mutex_t lock;
    size_t count;
    loaded at[CONTEXTS];
} contexts = {.lock = PTHREAD_MUTEX_INITIALIZER};

static loaded *context_find(const pkt_backend *backend)
{
    for (size_t i = 0; i < contexts.count; i++)
        if (contexts.at[i].backend == backend)
            return &contexts.at[i];
    return NULL;
}

static loaded *context_load(const pkt_backend *backend, pkt_err *err)
{
    if (contexts.count == CONTEXTS) {
        pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "more than %d backends", CONTEXTS);
        return NULL;
    }
    loaded *l = &contexts.at[contexts.count];
    l->backend = backend;
    if (backend->load(&l->context, err) != 0) {
        pkt_err_about(err, backend->name);
        return NULL;
    }
    contexts.count++;
    return l;
}

int pkt_query_backend_take(const pkt_backend *backend, void **context, pkt_err *err)
{
    *context = NULL;
    if (!backend->load)
        return 0;
    pthread_mutex_lock(&contexts.lock);
    loaded *l = context_find(backend);
    int bad = 0;
    if (l && l->taken)
        bad = pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                       "backend %s serves one reader at a time, and another one is open",
                       backend->name);
    else if (!l && !(l = context_load(backend, err)))
        bad = -1;
    if (!bad) {
        l->taken = true;
        *context = l->context;
    }
    pthread_mutex_unlock(&contexts.lock);
    return bad;
}

void pkt_query_backend_give_back(const pkt_backend *backend)
{
    if (!backend->load)
        return;
    pthread_mutex_lock(&contexts.lock);
    loaded *l = context_find(backend);
    if (l)
        l->taken = false;
    pthread_mutex_unlock(&contexts.lock);
}
