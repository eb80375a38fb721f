#include "parsers/process/group.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "parsers/process/tree.h"
#include "parsers/util/clock.h"

enum { GROUPS_MAX = 256 };
/* A process that the kernel cannot end at once, for example while it waits for a disk, is left to
 * itself after this many seconds. */
#define KILLED_SECONDS 2.0
/* Nanoseconds between two looks at a process: from the first to the longest. */
#define NAP_FIRST_NS 50000L
#define NAP_LONGEST_NS 5000000L
/* The same in a signal handler, and so many times. */
#define HANDLER_NAP_NS 1000000L
enum { HANDLER_NAPS = 2000 };
/* Orphans of orphans become orphans: so many generations are killed. */
enum { GENERATIONS = 64 };

typedef struct group {
    volatile pid_t leader; /* 0: free */
    volatile bool spare;   /* it is not ended with this process */
} group;

static group groups[GROUPS_MAX];
static volatile pid_t owner; /* the process that the groups belong to */

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { SIGNALS = sizeof signals / sizeof signals[0] };

static group *entry_of(pid_t leader)
{
    for (size_t i = 0; i < GROUPS_MAX; i++)
        if (groups[i].leader == leader)
            return &groups[i];
    return NULL;
}

/* Is a child of this process not in the list? What is in this process's session was started by
 * whoever was this process before exec(), as the shell's <(...) is: every group has a session of
 * its own. */
static bool is_orphan(pid_t child)
{
    return !entry_of(child) && getsid(child) != getsid(0);
}

/* Open the list of the children that the first thread has. It also gets those of ended processes.
 */
static int children_open(void)
{
    char path[64] = "/proc/self/task/", digits[16];
    size_t length = strlen(path), count = 0;
    for (pid_t rest = getpid(); rest > 0; rest /= 10)
        digits[count++] = (char)('0' + rest % 10);
    while (count > 0)
        path[length++] = digits[--count];
    memcpy(path + length, "/children", sizeof "/children");
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* As pkt_tree_children() of this process, for a signal handler: no memory is allocated, no stream
 * used. */
static size_t children_list(pid_t *children, size_t room)
{
    char text[PKT_TREE_WIDTH * 8];
    size_t count = 0;
    ssize_t size = 0, got = 1;
    const int fd = children_open();
    while (fd >= 0 && got > 0 && (size_t)size < sizeof text) {
        got = read(fd, text + size, sizeof text - (size_t)size);
        size += got > 0 ? got : 0;
    }
    if (fd >= 0)
        (void)close(fd);
    pid_t child = 0;
    for (ssize_t i = 0; i < size && count < room; i++)
        if (text[i] >= '0' && text[i] <= '9') {
            child = 10 * child + (text[i] - '0');
        } else if (child) {
            children[count++] = child;
            child = 0;
        }
    return count;
}

/* Kill the children that are to end with this process. true: there were none. */
static bool children_kill(void)
{
    pid_t children[PKT_TREE_WIDTH];
    const size_t found = children_list(children, PKT_TREE_WIDTH);
    bool none = true;
    for (size_t i = 0; i < found; i++) {
        const group *entry = entry_of(children[i]);
        if (entry ? entry->spare : !is_orphan(children[i]))
            continue;
        (void)kill(children[i], SIGKILL);
        (void)waitpid(children[i], NULL, WNOHANG);
        none = false; /* what it had started may be next */
    }
    return none;
}

/* End the groups, what has left them, and this process as the signal would have. What a process had
 * started becomes a child of this one when it has ended. Only functions that are
 * async-signal-safe, and system calls: nanosleep() and getsid() are no more on Linux. */
static void on_signal(int number)
{
    const struct timespec pause = {.tv_nsec = HANDLER_NAP_NS};
    for (size_t i = 0; owner == getpid() && i < GROUPS_MAX; i++)
        if (groups[i].leader > 0 && !groups[i].spare) {
            (void)kill(-groups[i].leader, SIGKILL);
            (void)kill(groups[i].leader, SIGKILL);
        }
    for (unsigned i = 0; owner == getpid() && i < HANDLER_NAPS && !children_kill(); i++)
        (void)nanosleep(&pause, NULL);
    (void)signal(number, SIG_DFL);
    (void)raise(number); /* its default action, when the handler returns */
}

static void signals_fill(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaddset(set, signals[i]);
}

/* A signal that is ignored, as SIGHUP by nohup, stays ignored; handlers of others stay. */
static void signals_watch(void)
{
    struct sigaction old;
    /* Not SA_RESETHAND: a second signal that comes before the mask is set would end this process.
     */
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    if (owner == getpid())
        return;
    owner = getpid();
    signals_fill(&action.sa_mask); /* a second Ctrl-C must not end the handler */
    for (size_t i = 0; i < SIGNALS; i++)
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            (void)sigaction(signals[i], &action, NULL);
}

/* Between fork() and the list, a group must not be missed by a signal. */
static void signals_block(sigset_t *before)
{
    sigset_t blocked;
    signals_fill(&blocked);
    (void)sigprocmask(SIG_BLOCK, &blocked, before);
}

void pkt_orphans_adopt(void)
{
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static void child_begin(pid_t parent, const sigset_t *mask)
{
    (void)setsid();
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (size_t i = 0; i < SIGNALS; i++) {
        struct sigaction now;
        if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler == on_signal)
            (void)signal(signals[i], SIG_DFL);
    }
    if (getppid() != parent) /* it ended before */
        _exit(1);
    (void)sigprocmask(SIG_SETMASK, mask, NULL);
}

pid_t pkt_group_fork(void)
{
    sigset_t before;
    group *entry = entry_of(0);
    const pid_t parent = getpid();
    if (!entry) {
        errno = EAGAIN;
        return -1;
    }
    pkt_orphans_adopt();
    signals_watch();
    signals_block(&before);
    const pid_t child = fork();
    if (child == 0) {
        child_begin(parent, &before);
        return 0;
    }
    if (child > 0)
        *entry = (group){.leader = child};
    const int error = errno;
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return child;
}

void pkt_descriptors_close(unsigned first)
{
    enum { MOST = 65536 };
    const long limit = sysconf(_SC_OPEN_MAX);
    const unsigned most = limit < 0 || limit > MOST ? MOST : (unsigned)limit;
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, ~0u, 0u) == 0)
        return;
#endif
    for (unsigned fd = first; fd < most; fd++)
        (void)close((int)fd);
}

/* End as the program has ended: with its exit status, or by its signal, and without a core file. */
static void adopter_exit(int status)
{
    const struct rlimit none = {0, 0};
    sigset_t one;
    if (WIFEXITED(status))
        _exit(WEXITSTATUS(status));
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0);
    (void)signal(WTERMSIG(status), SIG_DFL);
    (void)raise(WTERMSIG(status));
    sigemptyset(&one);
    sigaddset(&one, WTERMSIG(status));
    (void)sigprocmask(SIG_UNBLOCK, &one, NULL);
    _exit(1);
}

/* In the leader of the group: start the program, write its id to `to`, and wait for its end. What
 * the program has started and left becomes a child of this process. Returns in the program only. */
static void adopter_run(int to)
{
    sigset_t all, before;
    const pid_t own = getpid();
    int status = 0;
    pkt_orphans_adopt();
    sigfillset(&all); /* a program may send a signal to its group */
    (void)sigprocmask(SIG_BLOCK, &all, &before);
    const pid_t program = fork();
    if (program == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != own)
            _exit(1);
        (void)sigprocmask(SIG_SETMASK, &before, NULL);
        return;
    }
    if (program < 0 || write(to, &program, sizeof program) != (ssize_t)sizeof program)
        _exit(1);
    pkt_descriptors_close(0); /* the other end of each tells when the program has closed it */
    for (pid_t ended = 0; ended != program;) {
        ended = waitpid(-1, &status, 0);
        if (ended < 0 && errno != EINTR)
            _exit(1);
    }
    adopter_exit(status);
}

pid_t pkt_group_fork_adopted(pid_t *leader)
{
    int ends[2];
    pid_t program = 0;
    ssize_t got;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    *leader = pkt_group_fork();
    if (*leader == 0) {
        close(ends[0]);
        adopter_run(ends[1]);
        close(ends[1]);
        return 0;
    }
    int error = errno;
    close(ends[1]);
    while ((got = read(ends[0], &program, sizeof program)) < 0 && errno == EINTR)
        ;
    close(ends[0]);
    if (*leader > 0 && got == (ssize_t)sizeof program)
        return program;
    if (*leader > 0) {
        int ignored;
        (void)pkt_group_end(*leader, 0, &ignored, NULL);
        error = EAGAIN;
    }
    errno = error;
    return -1;
}

bool pkt_group_has_ended(pid_t leader)
{
    siginfo_t info = {.si_pid = 0};
    const int bad = waitid(P_PID, (id_t)leader, &info, WEXITED | WNOHANG | WNOWAIT);
    return bad ? errno == ECHILD : info.si_pid == leader;
}

/* true: it has ended within the time. */
static bool end_await(pid_t pid, double seconds)
{
    const double end = pkt_seconds_now() + seconds;
    long nap_ns = NAP_FIRST_NS;
    while (!pkt_group_has_ended(pid)) {
        const struct timespec pause = {.tv_nsec = nap_ns};
        if (pkt_seconds_now() >= end)
            return false;
        (void)nanosleep(&pause, NULL);
        nap_ns = nap_ns < NAP_LONGEST_NS ? 2 * nap_ns : NAP_LONGEST_NS;
    }
    return true;
}

bool pkt_group_end(pid_t leader, double seconds, int *status, struct rusage *usage)
{
    const bool ended = end_await(leader, seconds);
    *status = SIGKILL;
    /* A leader that has ended, and is not waited for, keeps the number of its group. */
    (void)kill(-leader, SIGKILL);
    (void)kill(leader, SIGKILL);
    if (end_await(leader, KILLED_SECONDS))
        while (wait4(leader, status, 0, usage) < 0 && errno == EINTR)
            ;
    pkt_group_forget(leader);
    pkt_orphans_kill();
    return ended;
}

int pkt_group_spare(pid_t child)
{
    group *entry = entry_of(0);
    if (!entry)
        return -1;
    entry->spare = true;
    entry->leader = child;
    return 0;
}

void pkt_group_forget(pid_t child)
{
    group *entry = entry_of(child);
    if (entry && child > 0)
        *entry = (group){.leader = 0};
}

/* Children of this process that are not in the list. Those that have ended are waited for. *again:
 * one has, and what it had started has become a child since they were listed. */
static size_t orphans_of(pid_t orphans[PKT_TREE_WIDTH], bool *again)
{
    pid_t children[PKT_TREE_WIDTH];
    const size_t found = pkt_tree_children(getpid(), children, PKT_TREE_WIDTH);
    size_t count = 0;
    *again = false;
    for (size_t i = 0; i < found; i++) {
        if (!is_orphan(children[i]))
            continue;
        if (waitpid(children[i], NULL, WNOHANG) == children[i])
            *again = true;
        else
            orphans[count++] = children[i];
    }
    return count;
}

bool pkt_orphans_exist(void)
{
    pid_t orphans[PKT_TREE_WIDTH];
    bool again = true;
    size_t count = 0;
    while (count == 0 && again)
        count = orphans_of(orphans, &again);
    return count > 0;
}

void pkt_orphans_kill(void)
{
    pid_t orphans[PKT_TREE_WIDTH];
    for (unsigned generation = 0; generation < GENERATIONS; generation++) {
        bool ended = false;
        const size_t count = orphans_of(orphans, &ended);
        if (count == 0 && !ended)
            return;
        for (size_t i = 0; i < count; i++)
            (void)kill(orphans[i], SIGKILL);
        for (size_t i = 0; i < count; i++)
            if (end_await(orphans[i], KILLED_SECONDS)) {
                (void)waitpid(orphans[i], NULL, WNOHANG);
                ended = true;
            }
        if (!ended)
            return; /* they cannot be killed: another try would wait as long */
    }
}
