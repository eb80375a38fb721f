#include "bench/live/trial.h"

#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parsers/process/confine.h"
#include "parsers/process/rights.h"
#include "parsers/util/clock.h"

/* Seconds for the receiver to open the interface, for the sender to read the capture and to end,
 * and for the receiver to read what is left. */
#define READY_SECONDS 20.0
#define SENDER_SECONDS 30.0
#define REST_SECONDS 60.0
/* Milliseconds between two looks at the children, and from the end of the sender to that of the
 * capture: packets that the kernel has not passed on yet. */
enum { LOOK_MS = 2, SETTLE_MS = 20 };

/* What the children write. */
typedef struct shared {
    live_received received;
    live_sent sent;
    bool sender_failed;
    pkt_err sender_err;
} shared;

live_processors live_processors_get(void)
{
    live_processors found = {-1, -1};
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    (void)sched_getaffinity(0, sizeof allowed, &allowed);
    for (int i = 0; i < CPU_SETSIZE && found.receiver < 0; i++) {
        if (!CPU_ISSET((size_t)i, &allowed))
            continue;
        if (found.sender < 0)
            found.sender = i;
        else
            found.receiver = i;
    }
    if (found.receiver < 0)
        found.receiver = found.sender;
    return found;
}

static void processor_take(int processor)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    if (processor >= 0)
        CPU_SET((size_t)processor, &one);
    (void)sched_setaffinity(0, sizeof one, &one);
}

/* A child on a processor, which ends with this process. Returns as fork(). */
static pid_t child_start(int processor, pkt_err *err)
{
    const pid_t parent = getpid(), child = fork();
    if (child < 0)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot start a process: %s",
                        strerror(errno));
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
        processor_take(processor);
    }
    return child;
}

/* Without rights, confined: the capture is someone else's. */
static void sender_run(const live_wire *wire, const char *path, const live_plan *plan, shared *s)
{
    live_packets packets = {.count = 0};
    const pkt_rights none = {.keep = 0};
    s->sender_failed = true;
    if (pkt_rights_drop(&none, &s->sender_err) != 0)
        return;
    (void)pkt_confine_calls();
    s->sender_failed =
        live_packets_open(&packets, path, &s->sender_err) != 0 ||
        live_packets_send(&packets, wire->sender, plan, &s->sent, &s->sender_err) != 0;
    live_packets_close(&packets);
}

/* Wait for the child's end. false: the time is over, or it crashed; *err says which. */
static bool child_await(pid_t child, double seconds, const char *who, pkt_err *err)
{
    const double end = pkt_seconds_now() + seconds;
    int status;
    while (waitpid(child, &status, WNOHANG) != child) {
        if (pkt_seconds_now() >= end) {
            (void)kill(child, SIGKILL);
            (void)waitpid(child, &status, 0);
            (void)pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "the %s did not end within %g s", who,
                           seconds);
            return false;
        }
        (void)poll(NULL, 0, LOOK_MS);
    }
    if (WIFSIGNALED(status))
        (void)pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "the %s ended by signal %d", who,
                       WTERMSIG(status));
    return !WIFSIGNALED(status);
}

/* Wait until the receiver has opened the interface. false: it ended, or the time is over. */
static bool receiver_ready(const shared *s, pid_t receiver)
{
    const double end = pkt_seconds_now() + READY_SECONDS;
    siginfo_t info = {.si_pid = 0};
    while (!__atomic_load_n(&s->received.ready, __ATOMIC_ACQUIRE)) {
        if (waitid(P_PID, (id_t)receiver, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
            info.si_pid == receiver || pkt_seconds_now() >= end)
            return false;
        (void)poll(NULL, 0, LOOK_MS);
    }
    return true;
}

/* Send while the receiver captures. 0, or -1 and *err. */
static int packets_send(const live_wire *wire, int processor, const char *path,
                        const live_plan *plan, shared *s, pkt_err *err)
{
    const pid_t sender = child_start(processor, err);
    if (sender < 0)
        return -1;
    if (sender == 0) {
        sender_run(wire, path, plan, s);
        _exit(0);
    }
    if (!child_await(sender, plan->seconds + SENDER_SECONDS, "sender", err))
        return -1;
    if (s->sender_failed)
        *err = s->sender_err;
    (void)poll(NULL, 0, SETTLE_MS);
    return s->sender_failed ? -1 : 0;
}

/* Both sides at once. 0, or -1 and *err. */
static int sides_run(const live_wire *wire, const live_task *task, const char *path,
                     const live_plan *plan, shared *s, pkt_err *err)
{
    const live_processors processors = live_processors_get();
    const pid_t receiver = child_start(processors.receiver, err);
    if (receiver < 0)
        return -1;
    if (receiver == 0) {
        live_receive(task, &s->received);
        _exit(0);
    }
    const bool ready = receiver_ready(s, receiver);
    const int bad = ready ? packets_send(wire, processors.sender, path, plan, s, err) : 0;
    __atomic_store_n(&s->received.stop, 1, __ATOMIC_RELEASE);
    pkt_err late;
    if (!child_await(receiver, ready ? REST_SECONDS : 0, "receiver", &late)) {
        if (!bad)
            *err = late;
        return -1;
    }
    if (!bad && s->received.failed)
        *err = s->received.err;
    return bad || s->received.failed ? -1 : 0;
}

static void trial_fill(live_trial *t, const shared *s, const live_plan *plan, uint64_t arrived)
{
    const int64_t late = s->received.last_ns - s->sent.end_ns;
    *t = (live_trial){.asked = plan->rate,
                      .seconds = (double)(s->sent.end_ns - s->sent.start_ns) * 1e-9,
                      .late_s = late > 0 ? (double)late * 1e-9 : 0,
                      .sent = s->sent.packets,
                      .arrived = arrived,
                      .got = s->received.got,
                      .dropped = s->received.dropped,
                      .rows = s->received.rows,
                      .differs = s->received.differs};
}

/* Every packet that the near end has received is a row, or is known to be lost. */
static int trial_account(const live_trial *t, pkt_err *err)
{
    if (t->rows <= t->got && t->got + t->dropped == t->arrived && t->arrived <= t->sent)
        return 0;
    return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE,
                    "the counts of a trial contradict each other: %" PRIu64 " sent, %" PRIu64
                    " arrived, %" PRIu64 " passed on by the kernel and %" PRIu64
                    " dropped, %" PRIu64 " rows",
                    t->sent, t->arrived, t->got, t->dropped, t->rows);
}

int live_trial_run(const live_wire *wire, const live_task *task, const char *path,
                   const live_plan *plan, live_trial *trial, pkt_err *err)
{
    uint64_t before, after;
    shared *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a trial");
    int bad = live_wire_received(wire, &before, err);
    if (!bad)
        bad = sides_run(wire, task, path, plan, s, err);
    if (!bad)
        bad = live_wire_received(wire, &after, err);
    if (!bad) {
        trial_fill(trial, s, plan, after - before);
        bad = trial_account(trial, err);
    }
    (void)munmap(s, sizeof *s);
    return bad ? -1 : 0;
}

uint64_t live_trial_unread(const live_trial *trial)
{
    return trial->got - trial->rows;
}

bool live_trial_passed(const live_trial *trial)
{
    return trial->rows == trial->sent &&
           trial->late_s <= LIVE_LATE_PART * trial->seconds + LIVE_LATE_S;
}

double live_trial_rate(const live_trial *trial)
{
    return trial->seconds > 0 ? (double)trial->sent / trial->seconds : 0;
}
