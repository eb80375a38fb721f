/* raw with a known slowdown: the backend for testing the gate.
 *
 * Old and new side of a comparison are the same file, because two files with the same code differed
 * by 0.6 % in a measurement. Loaded by the name slowed_old.so (a symbolic link) it is the old side:
 * it reads the clock like the new side, but adds nothing. Environment variables of the new side:
 * PKTBENCH_SELFTEST_SLOWER=0.05  busy-waits after every batch for 5 % of the time since the
 * previous batch. The slowdown is therefore known, also on a loaded machine.
 * PKTBENCH_SELFTEST_LOOPS=100    iterations of an empty loop after every batch, to add
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
    uint64_t since; /* end of the last busy-wait, ns */
    double pending; /* ns to busy-wait, minus the excess of the last one */
} slowed_state;

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void busy_wait(slowed_state *s)
{
    const uint64_t start = now_ns();
    uint64_t now = start;
    s->pending += s->context->slower * (double)(now - s->since);
    while ((double)(now - start) < s->pending)
        now = now_ns();
    s->pending -= (double)(now - start);
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
    busy_wait(s);
    return rows;
}

static void slowed_close(void *state)
{
    slowed_state *s = state;
    pkt_backend_raw.close(s->raw);
    busy_wait(s);
    free(s);
}

static const pkt_level_work levels[] = {
    {PKT_LEVEL_HEADERS, "raw, then a busy-wait", PKT_HEADERS_COLUMNS}, {.work = NULL}};

static const pkt_backend slowed = {
    .abi = PKT_ABI,
    .struct_size = sizeof(pkt_backend),
    .name = "slowed",
    .summary = "raw with a known slowdown",
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
