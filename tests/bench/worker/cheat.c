/* A backend that does not do its work while it is timed; the way is chosen by CHEAT at compile
 * time. Its rows are those of raw, and right in every run that is not timed. None of these may get
 * a time. */
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pktbench.h"

#define CHEAT_REPLAY 1   /* returns the rows of the first run of the process */
#define CHEAT_HEADS 2    /* the same, only the first row of each batch */
#define CHEAT_DISK 3     /* returns rows that an earlier process has written to a file */
#define CHEAT_INFER 4    /* as REPLAY; derives from the first packet how all packets were changed */
#define CHEAT_AHEAD 5    /* a thread reads the capture between the runs */
#define CHEAT_CHILD 6    /* a child process reads it between the runs, into shared memory */
#define CHEAT_RESET 7    /* reset() reads it */
#define CHEAT_ORPHAN 8   /* load() leaves a process behind */
#define CHEAT_LOADED 9   /* load() starts a thread that stays */
#define CHEAT_FRESH 10   /* none: parses again in every run */
#define CHEAT_SIBLING 11 /* load() starts a process that is no child of the worker */
#define CHEAT_JUNK 12    /* cells that a row does not have are not 0 */
#define CHEAT_FAULT 13   /* fills only the pages of a batch that are read, told by SIGSEGV */
#define CHEAT_MAPPED 14  /* keeps the capture mapped after a run */
#define CHEAT_OPENED 15  /* keeps it open */
#define CHEAT_TEXTLESS 16 /* level app: the second run of a process gives no texts */
#define CHEAT_RENAMED 18  /* the same, by another name that is gone */
#define CHEAT_FEW 17      /* the second run of a process leaves out one column */

extern const pkt_backend pkt_backend_raw;

enum { BATCHES_MAX = 4096 };

/* Remembered rows, in memory that children share. */
typedef struct memory {
    size_t count;
    int whole; /* all batches are there */
    pkt_batch *batches[BATCHES_MAX];
} memory;

typedef struct context {
    memory *kept;
    char path[4096];
    pkt_request request;
    pthread_t thread;
    int running;
    int opened; /* runs so far */
} context;

typedef struct state {
    context *c;
    void *raw; /* NULL: remembered rows are returned */
    size_t next;
    int keep;          /* remember the rows */
    pkt_batch *honest; /* CHEAT_INFER: of the first packets of this run */
} state;

static const char *cheat_version(void)
{
    return "1";
}

static void *shared_alloc(size_t bytes)
{
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? NULL : at;
}

/* Rooms for batches are made before they are needed, so that a child can fill them. */
static int memory_make(context *c)
{
    const size_t bytes = sizeof(pkt_batch);
    c->kept = shared_alloc(sizeof *c->kept);
    uint8_t *rooms = c->kept ? shared_alloc(BATCHES_MAX * bytes) : NULL;
    for (size_t i = 0; rooms && i < BATCHES_MAX; i++)
        c->kept->batches[i] = (pkt_batch *)(void *)(rooms + i * bytes);
    return rooms ? 0 : -1;
}

static int is_kind(int kind)
{
    return CHEAT == kind;
}

static void daemon_leave(void)
{
    const pid_t first = fork();
    if (first == 0) {
        (void)setsid();
        if (fork() == 0)
            for (;;)
                pause();
        _exit(0);
    }
    if (first > 0)
        (void)waitpid(first, NULL, 0);
}

static void *thread_stay(void *unused)
{
    (void)unused;
    for (;;)
        pause();
    return NULL;
}

/* A process whose parent is that of the worker. It ends by itself. */
static void sibling_start(void)
{
    if (syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL) == 0) {
        sleep(20);
        _exit(0);
    }
}

static int cheat_load(void **out, pkt_err *err)
{
    context *c = calloc(1, sizeof *c);
    *out = c;
    if (!c || memory_make(c) != 0)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory");
    if (is_kind(CHEAT_ORPHAN))
        daemon_leave();
    if (is_kind(CHEAT_SIBLING))
        sibling_start();
    if (is_kind(CHEAT_LOADED))
        (void)pthread_create(&c->thread, NULL, thread_stay, NULL);
    return 0;
}

static void batch_keep(memory *kept, const pkt_batch *batch, int rows)
{
    if (kept->count == BATCHES_MAX)
        return;
    pkt_batch *to = kept->batches[kept->count++];
    memcpy(to, batch, sizeof *to);
    to->rows = (size_t)rows;
}

/* Read the whole capture into memory. */
static void all_read(context *c)
{
    void *raw = NULL;
    pkt_err err;
    pkt_capture capture = PKT_INIT(pkt_capture);
    pkt_batch *batch = pkt_batch_new(NULL);
    const pkt_column_set columns = PKT_HEADERS_COLUMNS;
    int rows = -1;
    c->kept->count = 0;
    c->kept->whole = 0;
    if (!batch || pkt_capture_open(c->path, &capture, &err) != 0 ||
        pkt_backend_raw.open(NULL, &raw, &capture, &c->request, &err) != 0) {
        pkt_batch_free(batch);
        return;
    }
    for (;;) {
        pkt_batch_clear(batch, &columns);
        rows = pkt_backend_raw.next(raw, batch, &err);
        if (rows <= 0)
            break;
        batch_keep(c->kept, batch, rows);
    }
    pkt_backend_raw.close(raw);
    pkt_batch_free(batch);
    c->kept->whole = rows == 0;
}

static void *thread_read(void *self)
{
    all_read(self);
    return NULL;
}

/* The name of the file with the rows of the slice. */
static void disk_name(const context *c, char name[4200])
{
    const char *slash = strrchr(c->path, '/');
    const char *folder = getenv("CHEAT_FOLDER");
    (void)snprintf(name, 4200, "%s/%s", folder ? folder : "/tmp", slash ? slash + 1 : c->path);
}

static void disk_read(context *c)
{
    char name[4200];
    disk_name(c, name);
    FILE *file = fopen(name, "rb");
    c->kept->count = 0;
    while (file && c->kept->count < BATCHES_MAX &&
           fread(c->kept->batches[c->kept->count], sizeof(pkt_batch), 1, file) == 1)
        c->kept->count++;
    c->kept->whole = file != NULL;
    if (file)
        fclose(file);
}

static void disk_write(const context *c)
{
    char name[4200];
    disk_name(c, name);
    FILE *file = fopen(name, "wb");
    for (size_t i = 0; file && i < c->kept->count; i++)
        (void)fwrite(c->kept->batches[i], sizeof(pkt_batch), 1, file);
    if (file)
        fclose(file);
}

/* Keep the capture, opened or mapped, for later runs. It parses again nevertheless. */
static void capture_keep(const char *path)
{
    char name[PATH_MAX];
    const char *slash = strrchr(path, '/');
    (void)snprintf(name, sizeof name, "%.*s/another-name", slash ? (int)(slash - path) : 1,
                   slash ? path : ".");
    const int renamed = is_kind(CHEAT_RENAMED) && link(path, name) == 0;
    const int fd = open(renamed ? name : path, O_RDONLY | O_CLOEXEC);
    if (renamed)
        (void)unlink(name);
    if (is_kind(CHEAT_OPENED))
        return;
    (void)mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
}

static int cheat_open(void *self, void **out, const pkt_capture *capture,
                      const pkt_request *request, pkt_err *err)
{
    context *c = self;
    state *s = calloc(1, sizeof *s);
    if (!s)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory");
    if (c->running)
        (void)pthread_join(c->thread, NULL);
    c->running = 0;
    c->opened++;
    s->c = c;
    const int same = strcmp(c->path, capture->path) == 0;
    (void)snprintf(c->path, sizeof c->path, "%s", capture->path);
    c->request = *request;
    if (is_kind(CHEAT_DISK))
        disk_read(c);
    *out = s;
    const int remembered = c->kept->whole && (same || is_kind(CHEAT_DISK));
    if (remembered && !is_kind(CHEAT_FRESH) && !is_kind(CHEAT_INFER) && !is_kind(CHEAT_SIBLING) &&
        !is_kind(CHEAT_JUNK) && !is_kind(CHEAT_FAULT) && !is_kind(CHEAT_MAPPED) &&
        !is_kind(CHEAT_OPENED) && !is_kind(CHEAT_TEXTLESS) && !is_kind(CHEAT_FEW) &&
        !is_kind(CHEAT_RENAMED))
        return 0;
    s->keep = !remembered;
    if (s->keep)
        c->kept->count = 0;
    if (is_kind(CHEAT_MAPPED) || is_kind(CHEAT_OPENED) || is_kind(CHEAT_RENAMED))
        capture_keep(capture->path);
    if (pkt_backend_raw.open(NULL, &s->raw, capture, request, err) == 0)
        return 0;
    free(s);
    return -1;
}

static int remembered_next(state *s, pkt_batch *batch)
{
    const memory *kept = s->c->kept;
    if (s->next == kept->count)
        return 0;
    const pkt_batch *from = kept->batches[s->next++];
    for (size_t i = 0; i < PKT_COLUMN_COUNT; i++) {
        const pkt_column_info *info = pkt_column_at(i);
        memcpy((uint8_t *)batch + info->offset, (const uint8_t *)from + info->offset,
               info->size * (is_kind(CHEAT_HEADS) ? 1 : from->rows));
    }
    return (int)from->rows;
}

/* Invert in all rows the bits in which the first row differs from the remembered one. */
static int inferred_next(state *s, pkt_batch *batch, pkt_err *err)
{
    if (!s->honest) {
        s->honest = pkt_batch_new(err);
        if (!s->honest || pkt_backend_raw.next(s->raw, s->honest, err) < 0)
            return -1;
    }
    const pkt_batch *first = s->c->kept->batches[0];
    const int rows = remembered_next(s, batch);
    for (size_t i = 0; i < PKT_COLUMN_COUNT; i++) {
        const pkt_column_info *info = pkt_column_at(i);
        for (size_t b = 0; b < info->size; b++) {
            const uint8_t mask = ((const uint8_t *)first + info->offset)[b] ^
                                 ((const uint8_t *)s->honest + info->offset)[b];
            for (int row = 0; row < rows; row++)
                ((uint8_t *)batch + info->offset)[(size_t)row * info->size + b] ^= mask;
        }
    }
    return rows;
}

/* CHEAT_FAULT. The pages of the batch, and the rows that they get when they are accessed. */
static pkt_batch *lazy, *lazy_rows;
enum { PAGE = 4096 };

/* The pages that have nothing but the batch in them. */
static uint8_t *lazy_from(void)
{
    return (uint8_t *)(((uintptr_t)lazy + PAGE - 1) / PAGE * PAGE);
}

static size_t lazy_bytes(void)
{
    const uint8_t *end = (const uint8_t *)lazy + sizeof *lazy;
    return (size_t)(end - lazy_from()) / PAGE * PAGE;
}

static void on_fault(int number, siginfo_t *info, void *unused)
{
    uint8_t *page = (uint8_t *)((uintptr_t)info->si_addr / PAGE * PAGE);
    (void)unused;
    if (!lazy || page < lazy_from() || page >= lazy_from() + lazy_bytes()) {
        (void)signal(number, SIG_DFL);
        return;
    }
    (void)mprotect(page, PAGE, PROT_READ | PROT_WRITE);
    memcpy(page, (const uint8_t *)lazy_rows + (page - (uint8_t *)lazy), PAGE);
}

static int lazy_next(const state *s, pkt_batch *batch, pkt_err *err)
{
    const struct sigaction action = {.sa_sigaction = on_fault,
                                     .sa_flags = (int)(SA_SIGINFO | SA_NODEFER)};
    if (lazy)
        (void)mprotect(lazy_from(), lazy_bytes(), PROT_READ | PROT_WRITE);
    lazy = NULL;
    if (!lazy_rows)
        lazy_rows = pkt_batch_new(err);
    const int rows = lazy_rows ? pkt_backend_raw.next(s->raw, batch, err) : -1;
    if (rows <= 0)
        return rows;
    memcpy(lazy_rows, batch, sizeof *batch);
    (void)sigaction(SIGSEGV, &action, NULL);
    lazy = batch;
    (void)mprotect(lazy_from(), lazy_bytes(), PROT_NONE);
    return rows;
}

static void texts_drop(pkt_batch *batch, size_t rows)
{
    for (size_t i = 0; i < PKT_COLUMN_COUNT; i++) {
        const pkt_column_info *info = pkt_column_at(i);
        if (info->format_as == PKT_AS_TEXT)
            memset((uint8_t *)batch + info->offset, 0, rows * info->size);
    }
}

static int cheat_next(void *self, pkt_batch *batch, pkt_err *err)
{
    state *s = self;
    if (is_kind(CHEAT_FAULT))
        return lazy_next(s, batch, err);
    if (is_kind(CHEAT_INFER) && s->raw && !s->keep)
        return inferred_next(s, batch, err);
    if (!s->raw)
        return remembered_next(s, batch);
    const int rows = pkt_backend_raw.next(s->raw, batch, err);
    for (int i = 0; is_kind(CHEAT_JUNK) && i < rows; i++)
        if (!(batch->present[i] & PKT_HAS_VLAN))
            batch->vlan_id[i] = 7;
    if (is_kind(CHEAT_TEXTLESS) && s->c->opened == 2 && rows > 0)
        texts_drop(batch, (size_t)rows);
    if (is_kind(CHEAT_FEW) && s->c->opened == 2 && rows > 0)
        memset(batch->ip_id, 0, (size_t)rows * sizeof batch->ip_id[0]);
    if (s->keep && rows > 0)
        batch_keep(s->c->kept, batch, rows);
    if (s->keep && rows == 0)
        s->c->kept->whole = 1;
    return rows;
}

static void cheat_close(void *self)
{
    state *s = self;
    context *c = s->c;
    if (lazy)
        (void)mprotect(lazy_from(), lazy_bytes(), PROT_READ | PROT_WRITE);
    lazy = NULL;
    if (s->raw)
        pkt_backend_raw.close(s->raw);
    if (is_kind(CHEAT_DISK) && s->keep)
        disk_write(c);
    if (is_kind(CHEAT_AHEAD))
        c->running = pthread_create(&c->thread, NULL, thread_read, c) == 0;
    if (is_kind(CHEAT_CHILD) && fork() == 0) {
        usleep(20000); /* by then the slice has changed */
        all_read(c);
        _exit(0);
    }
    pkt_batch_free(s->honest);
    free(s);
}

#if CHEAT == CHEAT_RESET
static int cheat_reset(void *self, pkt_err *err)
{
    (void)err;
    all_read(self);
    return 0;
}
#endif

#if CHEAT == CHEAT_TEXTLESS
static const pkt_level_work levels[] = {{PKT_LEVEL_APP, "raw's, less texts", PKT_APP_COLUMNS},
                                        {.work = NULL}};
#else
static const pkt_level_work levels[] = {{PKT_LEVEL_HEADERS, "raw's, or none", PKT_HEADERS_COLUMNS},
                                        {.work = NULL}};
#endif

static const pkt_backend cheat = {
    .abi = PKT_ABI,
    .struct_size = sizeof(pkt_backend),
    .name = "cheat-" CHEAT_NAME,
    .summary = "test backend",
    .license = "MIT",
    .origin = "ours",
    .decoder = "cheat",
    .levels = levels,
    .version = cheat_version,
    .load = cheat_load,
    .unload = free,
    .open = cheat_open,
    .next = cheat_next,
    .close = cheat_close,
#if CHEAT == CHEAT_RESET
    .reset = cheat_reset,
#endif
};

const pkt_backend *pkt_module(void)
{
    return &cheat;
}
