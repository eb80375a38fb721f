/* A backend that does harm to whoever runs it, the kind chosen by the environment variable HARM;
 * otherwise it is raw. The harness must end it in time, say what it did, and go on. */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "pktbench.h"

extern const pkt_backend pkt_backend_raw;

static int is_kind(const char *kind)
{
    const char *wanted = getenv("HARM");
    return wanted && strcmp(wanted, kind) == 0;
}

static void stay(void)
{
    for (;;)
        pause();
}

/* A process that tries to outlive the worker. */
static void process_leave(void)
{
    if (fork() == 0) {
        (void)setsid();
        sleep(300);
        _exit(0);
    }
}

/* An answer to the harness that it did not ask for, on every socket. */
static void answer_forge(void)
{
    static const char answer[] = "{\"ok\":true,\"rows\":1,\"checksum\":\"0\",\"digests\":{},"
                                 "\"wall_ns\":1,\"cpu_ns\":1,\"pid\":1}\n";
    for (int fd = 0; fd < 64; fd++) {
        struct stat status;
        if (fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode))
            (void)!write(fd, answer, sizeof answer - 1);
    }
    _exit(0);
}

static void descriptors_close(void)
{
    for (int fd = 0; fd < 1024; fd++)
        close(fd);
    stay();
}

static void signals_ignore(void)
{
    for (int number = 1; number < 65; number++)
        (void)signal(number, SIG_IGN);
    stay();
}

static void text_flood(void)
{
    static char text[1 << 20];
    memset(text, 'x', sizeof text);
    while (write(STDERR_FILENO, text, sizeof text) > 0)
        ;
    _exit(3);
}

static void memory_take(int flags)
{
    enum { PIECE = 64 << 20 };
    for (;;) {
        void *piece = mmap(NULL, PIECE, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
        if (piece == MAP_FAILED)
            abort();
        memset(piece, 1, PIECE);
    }
}

static void disk_fill(void)
{
    FILE *file = tmpfile();
    if (file) /* as if all before it were written */
        (void)!pwrite(fileno(file), "x", 1, (off_t)1 << 40);
    _exit(4);
}

static void escape_and_abort(void)
{
    fprintf(stderr, "\x1b]0;owned\x07 | ok | 1.0 <b>x</b>\n");
    abort();
}

static void kill_parent(void)
{
    (void)kill(getppid(), SIGKILL);
    _exit(5);
}

static void stop(void)
{
    (void)raise(SIGSTOP);
}

static void exit_well(void)
{
    exit(0);
}

static void exit_at_once(void)
{
    _exit(0);
}

static void crash_and_leave(void)
{
    process_leave();
    abort();
}

static void print(void)
{
    printf("{\"ok\":true}\n");
    (void)fflush(stdout);
}

static void memory_private(void)
{
    memory_take(MAP_PRIVATE);
}

static void memory_shared(void)
{
    memory_take(MAP_SHARED);
}

/* Mode, owner, times and attributes of someone's file. */
static void metadata_change(void)
{
    static const struct timespec long_ago[2] = {{1, 0}, {1, 0}};
    const char *path = getenv("HARM_FILE");
    const int fd = path ? open(path, O_RDONLY) : -1;
    if (fd < 0)
        _exit(6); /* so that the test fails */
    (void)!chmod(path, 0777);
    (void)!fchmod(fd, 0777);
    (void)!chown(path, 12345, 12345);
    (void)!fchown(fd, 12345, 12345);
    (void)!utimensat(AT_FDCWD, path, long_ago, 0);
    (void)!futimens(fd, long_ago);
    (void)!setxattr(path, "user.harm", "x", 1, 0);
    (void)!fsetxattr(fd, "user.harm", "x", 1, 0);
    close(fd);
}

static const struct {
    const char *kind;
    void (*act)(void);
} acts[] = {
    {"close-hang", descriptors_close},
    {"hang", stay},
    {"ignore-hang", signals_ignore},
    {"fork-crash", crash_and_leave},
    {"fork-ok", process_leave},
    {"exit", exit_well},
    {"exit-at-once", exit_at_once},
    {"flood", text_flood},
    {"stdout", print},
    {"forge", answer_forge},
    {"memory", memory_private},
    {"memory-shared", memory_shared},
    {"disk", disk_fill},
    {"escape", escape_and_abort},
    {"kill-parent", kill_parent},
    {"stop", stop},
    {"metadata", metadata_change},
};

static const char *hostile_version(void)
{
    return "1";
}

static int hostile_load(void **context, pkt_err *err)
{
    (void)context;
    (void)err;
    if (is_kind("load-hang"))
        stay();
    if (is_kind("load-exit"))
        exit(0);
    return 0;
}

static void hostile_unload(void *context)
{
    (void)context;
    if (is_kind("unload-hang"))
        stay();
    if (is_kind("unload-crash"))
        abort();
    if (is_kind("unload-exit"))
        exit(0);
    if (is_kind("unload-exit-at-once"))
        _exit(0);
}

static int hostile_open(void *context, void **state, const pkt_capture *capture,
                        const pkt_request *request, pkt_err *err)
{
    static unsigned opened; /* in a sample, the fork has what the worker had */
    (void)context;
    if (is_kind("cut-slice") || (is_kind("cut-sample") && ++opened > 1))
        (void)!truncate(capture->path, 5000);
    return pkt_backend_raw.open(NULL, state, capture, request, err);
}

/* Batches since the start of the process. */
static unsigned calls;

static int wrong_rows(int rows, pkt_batch *batch)
{
    if (is_kind("rows-many"))
        return (int)PKT_BATCH_ROWS + 1;
    if (is_kind("rows-negative"))
        return -77;
    if (is_kind("rows-most"))
        return INT32_MAX;
    if (is_kind("batch-rows"))
        batch->rows = 99999999;
    if (is_kind("batch-all"))
        memset(batch, 0xff, sizeof *batch);
    return rows;
}

static int hostile_next(void *state, pkt_batch *batch, pkt_err *err)
{
    const int rows = pkt_backend_raw.next(state, batch, err);
    if (++calls != 3)
        return rows;
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
        if (is_kind(acts[i].kind))
            acts[i].act();
    if (is_kind("code")) {
        err->code = (pkt_errcode)12345;
        err->sys = 99999;
        (void)strcpy(err->msg, "x\x1b]0;owned\x07\n| fake | row |\n<script>");
        return -1;
    }
    if (is_kind("message")) {
        memset(err->msg, 'A', sizeof err->msg);
        err->code = PKT_ERR_IO;
        return -1;
    }
    return wrong_rows(rows, batch);
}

static void hostile_close(void *state)
{
    pkt_backend_raw.close(state);
    if (is_kind("close-crash"))
        abort();
}

static const pkt_level_work levels[] = {{PKT_LEVEL_HEADERS, "raw's", PKT_HEADERS_COLUMNS},
                                        {.work = NULL}};

static const pkt_backend hostile = {
    .abi = PKT_ABI,
    .struct_size = sizeof(pkt_backend),
    .name = "hostile",
    .summary = "test backend",
    .license = "MIT",
    .origin = "ours",
    .decoder = "hostile",
    .levels = levels,
    .version = hostile_version,
    .load = hostile_load,
    .unload = hostile_unload,
    .open = hostile_open,
    .next = hostile_next,
    .close = hostile_close,
};

const pkt_backend *pkt_module(void)
{
    if (is_kind("module-exit"))
        _exit(0);
    if (is_kind("module-crash"))
        abort();
    return &hostile;
}
