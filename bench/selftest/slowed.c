/* raw with a known slowdown: the backend for testing the gate.
 *
 * Old and new side of a comparison are the same file, because two files with the same code differed
 * by 0.6 % in a measurement. Loaded by the name slowed_old.so (a symbolic link) it is the old side:
 * it reads the clock like the new side, but adds nothing. Environment variables of the new side:
 * PKTBENCH_SELFTEST_SLOWER=0.05    busy-waits after every batch for 5 % of the time since the
 * previous batch. The slowdown is therefore known, also on a loaded machine.
 * PKTBENCH_SELFTEST_RUNS=0.75      only in this share of the runs, at random
 * PKTBENCH_SELFTEST_PROCESSES=0.25 only in this share of the processes, at random
 * PKTBENCH_SELFTEST_FIRST=9        the same as SLOWER, for the first run of a process alone
 * PKTBENCH_SELFTEST_LOAD_MS=20     busy-waits when it is loaded
 * PKTBENCH_SELFTEST_MEMORY_MB=50   touches this much memory when it is loaded
 * PKTBENCH_SELFTEST_LOOPS=100      iterations of an empty loop after every batch, to add
 * instructions. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "pktbench.h"

extern const pkt_backend pkt_backend_raw;

static const pkt_backend slowed;

typedef struct slowed_context {
    double slower, runs, first; /* of SLOWER, RUNS and FIRST */
    bool slow_process;
    unsigned long loops, opened; /* `opened`: runs so far */
    char *memory;
} slowed_context;

typedef struct slowed_state {
    const slowed_context *context;
    void *raw;
    double slower;  /* of this run */
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
    s->pending += s->slower * (double)(now - s->since);
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

/* true with probability `share`. */
static bool drawn(double share)
{
    uint32_t number = 0;
    return getrandom(&number, sizeof number, 0) == (ssize_t)sizeof number &&
           number / 4294967296.0 < share;
}

static double variable(const char *name, double otherwise)
{
    const char *text = getenv(name);
    return text ? strtod(text, NULL) : otherwise;
}

static void load_slowly(slowed_context *c)
{
    const uint64_t start = now_ns();
    const double wait_ns = 1e6 * variable("PKTBENCH_SELFTEST_LOAD_MS", 0);
    const size_t bytes = (size_t)variable("PKTBENCH_SELFTEST_MEMORY_MB", 0) << 20;
    while ((double)(now_ns() - start) < wait_ns)
        ;
    c->memory = malloc(bytes + 1);
    if (c->memory)
        memset(c->memory, 1, bytes + 1);
}

static int slowed_load(void **context, pkt_err *err)
{
    slowed_context *c = calloc(1, sizeof *c);
    if (!c)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory");
    if (!is_old_side()) {
        c->slower = variable("PKTBENCH_SELFTEST_SLOWER", 0);
        c->runs = variable("PKTBENCH_SELFTEST_RUNS", 1);
        c->first = variable("PKTBENCH_SELFTEST_FIRST", 0);
        c->slow_process = drawn(variable("PKTBENCH_SELFTEST_PROCESSES", 1));
        c->loops = (unsigned long)variable("PKTBENCH_SELFTEST_LOOPS", 0);
        load_slowly(c);
    }
    *context = c;
    return 0;
}

static void slowed_unload(void *context)
{
    slowed_context *c = context;
    free(c->memory);
    free(c);
}

/* The slowdown of the next run. */
static double next_slowdown(slowed_context *c)
{
    double slower = c->slower > 0 && c->slow_process && drawn(c->runs) ? c->slower : 0;
    if (c->opened++ == 0)
        slower += c->first;
    return slower;
}

static int slowed_open(void *context, void **state, const pkt_capture *capture,
                       const pkt_request *request, pkt_err *err)
{
    slowed_state *s = calloc(1, sizeof *s);
    if (!s)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory");
    s->context = context;
    s->slower = next_slowdown(context);
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
    .unload = slowed_unload,
    .open = slowed_open,
    .next = slowed_next,
    .close = slowed_close,
};

const pkt_backend *pkt_module(void)
{
    return &slowed;
}
