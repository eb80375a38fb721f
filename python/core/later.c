/* Exceptions and warnings of Arrow streams, on their way to the main thread. The library that pulls
 * may hold its own locks, in any thread. */
#include <stdatomic.h>
#include <stdbool.h>

#include "python/core/core.h"

typedef struct later {
    struct later *next;
    const void *owner;              /* compared only */
    PyObject *type, *value, *trace; /* owned: an exception; type NULL: a warning, */
    pkt_warning warning;            /* whose path is owned */
} later;

/* The newest first. Any thread adds one; whoever wants them takes them all. */
static _Atomic(later *) waiting;
/* The interpreter keeps 32 calls: only one of them is ours. */
static atomic_bool scheduled;

static void later_free(later *l)
{
    Py_XDECREF(l->type);
    Py_XDECREF(l->value);
    Py_XDECREF(l->trace);
    free((void *)(uintptr_t)l->warning.path);
    free(l);
}

/* 0, or -1 and an exception, if warnings are errors. */
static int warning_give(const pkt_warning *w)
{
    PyObject *done =
        PyObject_CallFunction(core.make_warning, "iKKO&O&", (int)w->code, w->count, w->pos,
                              core_text, w->path ? w->path : "", core_text, w->text);
    Py_XDECREF(done);
    return done ? 0 : -1;
}

static int later_give(later *l)
{
    if (!l->type)
        return warning_give(&l->warning);
    PyErr_Restore(l->type, l->value, l->trace);
    l->type = l->value = l->trace = NULL;
    return -1;
}

static void later_add(later *l)
{
    l->next = atomic_load(&waiting);
    while (!atomic_compare_exchange_weak(&waiting, &l->next, l))
        ;
}

static later *reversed(later *last)
{
    later *first = NULL;
    while (last) {
        later *next = last->next;
        last->next = first;
        first = last;
        last = next;
    }
    return first;
}

static int deliver(void *none);

/* If all 32 calls are of others, the next stream tries again. */
static void schedule(void)
{
    if (atomic_load(&waiting) && !atomic_exchange(&scheduled, true) &&
        Py_AddPendingCall(deliver, NULL) != 0)
        atomic_store(&scheduled, false);
}

/* Give them, the oldest first, until one is an exception; what is left of other streams is given
 * the next time. */
static int deliver(void *none)
{
    const void *failed = NULL;
    int bad = 0;
    (void)none;
    atomic_store(&scheduled, false);
    for (later *l = reversed(atomic_exchange(&waiting, NULL)), *next; l; l = next) {
        next = l->next;
        if (bad && l->owner != failed) {
            later_add(l);
            continue;
        }
        if (!bad && later_give(l) != 0) {
            bad = -1;
            failed = l->owner;
        }
        later_free(l);
    }
    if (bad)
        schedule();
    return bad;
}

void core_later_exception(const void *owner)
{
    later *l = calloc(1, sizeof *l);
    if (!l) {
        PyErr_WriteUnraisable(NULL);
        return;
    }
    l->owner = owner;
    PyErr_Fetch(&l->type, &l->value, &l->trace);
    later_add(l);
    schedule();
}

void core_later_warnings(const void *owner, pkt_reader *reader)
{
    pkt_warning warning = PKT_INIT(pkt_warning);
    while (pkt_reader_warning(reader, &warning)) {
        later *l = calloc(1, sizeof *l);
        if (!l)
            break;
        l->owner = owner;
        l->warning = warning;
        l->warning.path = warning.path ? strdup(warning.path) : NULL;
        later_add(l);
    }
    schedule();
}

int core_warnings_give(pkt_reader *reader)
{
    pkt_warning warning = PKT_INIT(pkt_warning);
    schedule();
    while (pkt_reader_warning(reader, &warning))
        if (warning_give(&warning) != 0)
            return -1;
    return 0;
}
