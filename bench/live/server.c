#include "bench/live/server.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/features/feature_rows.h"
#include "parsers/process/group.h"
#include "parsers/process/rights.h"
#include "parsers/util/clock.h"

/* Seconds to create the network; and beyond its own limits, to answer. */
#define START_SECONDS 20.0
#define ANSWER_SECONDS 150.0

typedef struct answer {
    bool failed; /* with the reason in `err` */
    live_trial trial;
    pkt_err err;
} answer;

/* Both ends are processes of one program. false: the other end is closed, or the time is over; 0:
 * there is no limit. */
static bool whole_read(int fd, void *what, size_t size, double seconds)
{
    const double end = pkt_seconds_now() + seconds;
    uint8_t *at = what;
    while (size > 0) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        const double left = end - pkt_seconds_now();
        if (seconds > 0 && (left <= 0 || poll(&wait, 1, (int)(left * 1e3) + 1) <= 0))
            return false;
        const ssize_t got = recv(fd, at, size, 0);
        if (got <= 0)
            return false;
        at += got;
        size -= (size_t)got;
    }
    return true;
}

static bool whole_write(int fd, const void *what, size_t size)
{
    const uint8_t *at = what;
    while (size > 0) {
        const ssize_t got = send(fd, at, size, MSG_NOSIGNAL);
        if (got <= 0)
            return false;
        at += got;
        size -= (size_t)got;
    }
    return true;
}

/* Names into what they name. 0, or -1 and *err. */
static int task_make(const live_request *r, live_task *task, pkt_err *err)
{
    pkt_entry entry = PKT_INIT(pkt_entry);
    const bool known = pkt_registry_find(r->backend, &entry) == 0 && entry.backend;
    *task = (live_task){.backend = known ? entry.backend : NULL,
                        .level = r->level,
                        .flows = r->flows,
                        .snaplen = r->snaplen,
                        .buffer = r->buffer,
                        .encoder = *r->encoder ? pkt_encoder_find(r->encoder) : NULL,
                        .compare = r->compare ? r->path : NULL,
                        .compare_packets = r->plan.most};
    if (!known || !pkt_backend_level(task->backend, r->level))
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "no built-in backend %s with that level",
                        r->backend);
    return *r->features
               ? feature_request_make(&task->features, r->features, feature_by_name(r->by), err)
               : 0;
}

static void request_answer(const live_wire *wire, const live_request *request, answer *a)
{
    live_task task;
    a->failed = task_make(request, &task, &a->err) != 0 ||
                live_trial_run(wire, &task, request->path, &request->plan, &a->trial, &a->err) != 0;
}

/* Create the network, and keep the one right that receivers need to open it. */
static int network_open(live_wire *wire, pkt_err *err)
{
    const pkt_rights rights = {.keep = PKT_RIGHT_CAPTURE};
    if (live_wire_open(wire, err) != 0)
        return -1;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a change of credentials has cleared it */
    return pkt_rights_drop(&rights, err);
}

/* The process: the first answer is that of the network. */
static void server_run(int line)
{
    live_wire wire;
    live_request request;
    answer a = {.failed = false};
    const pid_t parent = getppid();
    a.err.code = PKT_ERR_NONE;
    a.failed = network_open(&wire, &a.err) != 0;
    if (getppid() != parent || !whole_write(line, &a, sizeof a) || a.failed)
        return;
    while (whole_read(line, &request, sizeof request, 0)) {
        a = (answer){.failed = false};
        request_answer(&wire, &request, &a);
        if (!whole_write(line, &a, sizeof a))
            break;
    }
    live_wire_close(&wire);
}

/* Its answer. 0, or -1 and *err. */
static int answer_get(live_server *server, double seconds, answer *a, pkt_err *err)
{
    if (!whole_read(server->line, a, sizeof *a, seconds)) {
        live_server_stop(server);
        return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE,
                        "the process that captures does not answer");
    }
    if (a->failed)
        *err = a->err;
    return a->failed ? -1 : 0;
}

int live_server_start(live_server *server, pkt_err *err)
{
    int ends[2];
    answer first;
    *server = (live_server){.line = -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot make a socket: %s", strerror(errno));
    const pid_t pid = pkt_group_fork();
    if (pid == 0) {
        close(ends[0]);
        server_run(ends[1]);
        _exit(0);
    }
    if (pid < 0)
        (void)pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot start a process: %s",
                       strerror(errno));
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return -1;
    }
    *server = (live_server){.pid = pid, .line = ends[0]};
    if (answer_get(server, START_SECONDS, &first, err) == 0)
        return 0;
    live_server_stop(server);
    return -1;
}

int live_server_try(live_server *server, const live_request *request, live_trial *trial,
                    pkt_err *err)
{
    answer a;
    if (server->pid == 0)
        return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "the process that captures has ended");
    if (!whole_write(server->line, request, sizeof *request)) {
        live_server_stop(server);
        return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "the process that captures has ended");
    }
    if (answer_get(server, request->plan.seconds + ANSWER_SECONDS, &a, err) != 0)
        return -1;
    *trial = a.trial;
    return 0;
}

void live_server_stop(live_server *server)
{
    int status;
    if (server->pid <= 0)
        return;
    close(server->line);
    (void)pkt_group_end(server->pid, 2, &status, NULL);
    *server = (live_server){.line = -1};
}
