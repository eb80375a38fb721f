/* raw, made slower by a known part: the backend that the gate is tested with.
 *
 * Both sides of a comparison are this file: two files with the same code were measured to differ
 * by 0.6 %. It is the old side when it is loaded by the name slowed_old.so, a link, and
 * then only reads the clock, as the new side does. What the new side adds is told by the
 * environment:
 * PKTBENCH_SELFTEST_SLOWER=0.05  spins after every batch for 5 % of the time that has passed since
 * the last one, so that the slowdown is known whatever the machine does meanwhile;
 * PKTBENCH_SELFTEST_LOOPS=100    goes round an empty loop that often after every batch: more
 * instructions. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pktbench.h"

extern const pkt_backend pkt_backend_raw;

static const pkt_backend slowed;

typedef struct slowed_context {
    double slower;
    unsigned long loops;
} slowed_context;

typedef struct slowed_state {
    const slowed_context *context;
    void *raw;
    uint64_t since; /* ns: end of the last spin */
    double owed;    /* ns to spin, less what the last spin went over: a clock has steps */
} slowed_state;

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void spin(slowed_state *s)
{
    const uint64_t begun = now_ns();
    uint64_t now = begun;
    s->owed += s->context->slower * (double)(now - s->since);
    while ((double)(now - begun) < s->owed)
        now = now_ns();
    s->owed -= (double)(now - begun);
    s->since = now;
    for (unsigned long i = 0; i < s->context->loops; i++)
        __asm__ volatile("");
}

static const char *slowed_version(void)
{
    return "1";
}

/* By the name that this file was loaded by. */
static bool is_old_side(void)
{
    Dl_info file;
    return dladdr(&slowed, &file) != 0 && file.dli_fname &&
           strstr(file.dli_fname, "slowed_old.so") != NULL;
}

static int slowed_load(void **context, pkt_err *err)
{
    slowed_context *c = calloc(1, sizeof *c);
    if (!c)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory");
    if (!is_old_side()) {
        const char *slower = getenv("PKTBENCH_SELFTEST_SLOWER"),
                   *loops = getenv("PKTBENCH_SELFTEST_LOOPS");
        c->slower = slower ? strtod(slower, NULL) : 0;
        c->loops = loops ? strtoul(loops, NULL, 10) : 0;
    }
    *context = c;
    return 0;
}

static int slowed_open(void *context, void **state, const pkt_capture *capture,
                       const pkt_request *request, pkt_err *err)
{
    slowed_state *s = calloc(1, sizeof *s);
    if (!s)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory");
    s->context = context;
    s->since = now_ns();
    if (pkt_backend_raw.open(NULL, &s->raw, capture, request, err) != 0) {
        free(s);
        return -1;
    }
    *state = s;
    return 0;
}

static int slowed_next(void *state, pkt_batch *batch, pkt_err *err)
{
    slowed_state *s = state;
    int rows = pkt_backend_raw.next(s->raw, batch, err);
    spin(s);
    return rows;
}

static void slowed_close(void *state)
{
    slowed_state *s = state;
    pkt_backend_raw.close(s->raw);
    spin(s);
    free(s);
}

static const pkt_level_work levels[] = {
    {PKT_LEVEL_HEADERS, "raw's, and a busy loop", PKT_HEADERS_COLUMNS}, {.work = NULL}};

static const pkt_backend slowed = {
    .abi = PKT_ABI,
    .struct_size = sizeof(pkt_backend),
    .name = "slowed",
    .summary = "raw, slower by a known part",
    .license = "MIT",
    .origin = "ours",
    .decoder = "pktbench",
    .levels = levels,
    .version = slowed_version,
    .load = slowed_load,
    .unload = free,
    .open = slowed_open,
    .next = slowed_next,
    .close = slowed_close,
};

const pkt_backend *pkt_module(void)
{
    return &slowed;
}
