#include "parsers/process/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "parsers/process/group.h"
#include "parsers/process/tree.h"
#include "parsers/util/clock.h"

/* Seconds between two looks at the memory of a child. */
#define LOOK_SECONDS 0.25
/* The same at its end, where the kernel (before Linux 5.3) has no descriptor for it. */
#define END_LOOK_SECONDS 0.02
/* At its end so many times PKT_TAIL_BYTES are read: the pipe holds no more, but a process that has
 * left the group could go on writing. */
enum { LAST_READS = 4 };

static void (*wait_tick)(void *self);
static void *wait_self;

void pkt_child_on_wait(void (*tick)(void *self), void *self)
{
    wait_tick = tick;
    wait_self = self;
}

/* In the child. */
static bool child_prepare(int messages)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_FSIZE, &files) == 0 && files.rlim_cur > PKT_CHILD_FILE_BYTES) {
        files.rlim_cur = PKT_CHILD_FILE_BYTES;
        files.rlim_max = files.rlim_max < files.rlim_cur ? files.rlim_max : files.rlim_cur;
        (void)setrlimit(RLIMIT_FSIZE, &files);
    }
    return dup2(messages, STDERR_FILENO) >= 0;
}

static int end_open(pid_t pid)
{
#ifdef SYS_pidfd_open
    return (int)syscall(SYS_pidfd_open, pid, 0); /* closed by exec() */
#else
    (void)pid;
    return -1;
#endif
}

pid_t pkt_child_start(pkt_child *child, uint64_t memory_limit)
{
    int ends[2];
    *child = PKT_CHILD_NONE;
    child->memory_limit = memory_limit;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    const pid_t pid = pkt_group_fork_adopted(&child->leader);
    if (pid == 0 && !child_prepare(ends[1]))
        _exit(1);
    if (pid == 0)
        return 0;
    const int error = errno;
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        errno = error;
        return -1;
    }
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    child->pid = pid;
    child->messages = ends[0];
    child->end = end_open(child->leader);
    child->looked_s = pkt_seconds_now();
    return pid;
}

static void messages_read(pkt_child *child)
{
    if (child->messages < 0 || pkt_tail_read(&child->tail, child->messages))
        return;
    close(child->messages);
    child->messages = -1;
}

/* Resident memory of the program and of all that it has started. The leader is a copy of this
 * process, and shares its pages. */
static uint64_t memory_of(const pkt_child *child)
{
    pid_t found[PKT_TREE_WIDTH];
    const size_t count = pkt_tree_children(child->leader, found, PKT_TREE_WIDTH);
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += pkt_tree_rss(found[i]);
    return sum;
}

/* Several times a second. false: it has too much memory. */
static bool look(pkt_child *child)
{
    const double now = pkt_seconds_now();
    if (now - child->looked_s < LOOK_SECONDS)
        return true;
    child->looked_s = now;
    if (wait_tick)
        wait_tick(wait_self);
    return child->memory_limit == 0 || memory_of(child) <= child->memory_limit;
}

pkt_child_event pkt_child_wait(pkt_child *child, int fd, double deadline)
{
    if (!look(child))
        return PKT_CHILD_MEMORY;
    for (;;) {
        const double left = deadline - pkt_seconds_now();
        if (left <= 0)
            return PKT_CHILD_LATE;
        struct pollfd ready[] = {
            {fd, POLLIN, 0}, {child->end, POLLIN, 0}, {child->messages, POLLIN, 0}};
        const double most = child->end < 0 ? END_LOOK_SECONDS : LOOK_SECONDS;
        const double wait = left < most ? left : most;
        const int count = poll(ready, sizeof ready / sizeof ready[0], (int)(wait * 1000) + 1);
        if (count < 0 && errno != EINTR)
            return PKT_CHILD_LATE;
        if (count > 0 && ready[2].revents)
            messages_read(child);
        if (count > 0 && ready[0].revents)
            return PKT_CHILD_READY;
        if (count > 0 && ready[1].revents)
            return PKT_CHILD_ENDED;
        if (child->end < 0 && pkt_group_has_ended(child->leader))
            return PKT_CHILD_ENDED;
        if (!look(child))
            return PKT_CHILD_MEMORY;
    }
}

bool pkt_child_is_whole(const pkt_child *child)
{
    pid_t found[PKT_TREE_WIDTH];
    const size_t count = pkt_tree_children(child->leader, found, PKT_TREE_WIDTH);
    for (size_t i = 0; i < count; i++)
        if (found[i] != child->pid && pkt_tree_is_running(found[i]))
            return false;
    return true;
}

void pkt_child_end(pkt_child *child, int *status, struct rusage *usage)
{
    (void)pkt_group_end(child->leader, 0, status, usage);
    child->pid = 0;
    child->leader = 0;
    for (unsigned i = 0; i < LAST_READS; i++)
        messages_read(child);
}

void pkt_child_free(pkt_child *child)
{
    if (child->end >= 0)
        close(child->end);
    if (child->messages >= 0)
        close(child->messages);
    pkt_tail_free(&child->tail);
    *child = PKT_CHILD_NONE;
}
