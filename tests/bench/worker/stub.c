/* A backend with one fault, chosen by STUB_FAULT at compile time; otherwise it is raw. */
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "pktbench.h"

#define FAULT_NONE 0
#define FAULT_LIES 1      /* changes a port in packet 17 */
#define FAULT_LIES_MUCH 2 /* changes a port in every packet */
#define FAULT_CRASHES 3
#define FAULT_HANGS 4
#define FAULT_LEAKS 5   /* 256 KiB per batch */
#define FAULT_SHORT 6   /* omits the last row */
#define FAULT_FORGETS 7 /* later runs in a process return other rows than the first one */
#define FAULT_FAILS 8
#define FAULT_ABI 9
#define FAULT_COLD 10   /* the first run of a process takes 80 ms longer */
#define FAULT_SHIFTS 11 /* counts a malformed first packet as a stream; level flows */

extern const pkt_backend pkt_backend_raw;

enum { TCP = 6 };

typedef struct stub_state {
    void *raw;
    uint64_t rows;
    unsigned run; /* of this process, from 1 */
} stub_state;

typedef struct stub_context {
    unsigned runs;
} stub_context;

static const char *stub_version(void)
{
    return "1";
}

static int stub_load(void **context, pkt_err *err)
{
    *context = calloc(1, sizeof(stub_context));
    return *context ? 0 : pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory");
}

static int stub_open(void *context, void **state, const pkt_capture *capture,
                     const pkt_request *request, pkt_err *err)
{
    stub_state *s = calloc(1, sizeof *s);
    if (!s || pkt_backend_raw.open(NULL, &s->raw, capture, request, err) != 0) {
        free(s);
        return -1;
    }
    s->run = ++((stub_context *)context)->runs;
#if STUB_FAULT == FAULT_COLD
    if (s->run == 1)
        nanosleep(&(struct timespec){.tv_nsec = 80000000}, NULL);
#endif
    *state = s;
    return 0;
}

#if STUB_FAULT == FAULT_LEAKS
static void leak(void)
{
    enum { BYTES = 1 << 20 }; /* shows after two runs, which is all that a busy machine may do */
    char *lost = malloc(BYTES);
    if (lost)
        memset(lost, 1, BYTES);
    __asm__ volatile("" : : "r"(lost) : "memory");
} /* NOLINT(clang-analyzer-unix.Malloc): leaks intentionally */
#endif

static int mischief(stub_state *s, pkt_batch *batch, int rows, pkt_err *err)
{
    (void)s;
    (void)batch;
    (void)err;
#if STUB_FAULT == FAULT_LIES
    if (s->rows < 17 && s->rows + (uint64_t)rows >= 17)
        batch->src_port[16 - s->rows]++;
#elif STUB_FAULT == FAULT_LIES_MUCH
    for (int i = 0; i < rows; i++)
        batch->src_port[i]++;
#elif STUB_FAULT == FAULT_CRASHES
    raise(SIGSEGV);
#elif STUB_FAULT == FAULT_HANGS
    for (;;)
        pause();
#elif STUB_FAULT == FAULT_LEAKS
    leak();
#elif STUB_FAULT == FAULT_SHORT
    if (rows > 0 && (size_t)rows < PKT_BATCH_ROWS)
        return rows - 1;
#elif STUB_FAULT == FAULT_FORGETS
    if (s->run > 1)
        for (int i = 0; i < rows; i++)
            batch->cap_len[i] = batch->wire_len[i] = 1;
#elif STUB_FAULT == FAULT_SHIFTS
    for (int i = 0; i < rows; i++) {
        if (batch->present[i] & PKT_HAS_STREAM)
            batch->stream[i] += batch->ip_proto[i] == TCP;
        else if (s->rows + (uint64_t)i == 0)
            batch->present[i] |= PKT_HAS_STREAM;
    }
#elif STUB_FAULT == FAULT_FAILS
    return pkt_fail(err, PKT_ERR_LIBRARY, 42, "the stub fails intentionally");
#endif
    return rows;
}

static int stub_next(void *state, pkt_batch *batch, pkt_err *err)
{
    stub_state *s = state;
    int rows = pkt_backend_raw.next(s->raw, batch, err);
    if (rows > 0)
        rows = mischief(s, batch, rows, err);
    if (rows > 0)
        s->rows += (uint64_t)rows;
    return rows;
}

static void stub_close(void *state)
{
    stub_state *s = state;
    pkt_backend_raw.close(s->raw);
    free(s);
}

static const pkt_level_work levels[] = {
#if STUB_FAULT == FAULT_SHIFTS
    {PKT_LEVEL_FLOWS, "raw's, with one fault", PKT_FLOWS_COLUMNS},
#endif
    {PKT_LEVEL_HEADERS, "raw's, with one fault", PKT_HEADERS_COLUMNS},
    {.work = NULL}};

static const pkt_backend stub = {
    .abi = PKT_ABI - (STUB_FAULT == FAULT_ABI),
    .struct_size = sizeof(pkt_backend),
    .name = "stub-" STUB_NAME,
    .summary = "test backend",
    .license = "MIT",
    .origin = "ours",
    .decoder = "stub",
    .levels = levels,
    .version = stub_version,
    .load = stub_load,
    .unload = free,
    .open = stub_open,
    .next = stub_next,
    .close = stub_close,
};

const pkt_backend *pkt_module(void)
{
    return &stub;
}
