#include "parsers/util/pump.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

enum { PIPE_BYTES = 1 << 20, OUTER_MAX = 4 };

/* Open pumps, so that a forked child can close its copies of their writing ends: with one left
 * open, the reader would never see the end. */
static pthread_mutex_t open_lock = PTHREAD_MUTEX_INITIALIZER;
static pkt_pump *open_first;
static pthread_once_t fork_handlers = PTHREAD_ONCE_INIT;

static void fork_prepare(void)
{
    pthread_mutex_lock(&open_lock);
}

static void fork_parent(void)
{
    pthread_mutex_unlock(&open_lock);
}

static void fork_child(void)
{
    for (pkt_pump *pump = open_first; pump; pump = pump->next)
        close(pump->in);
    open_first = NULL;
    pthread_mutex_unlock(&open_lock);
}

static void fork_handlers_set(void)
{
    (void)pthread_atfork(fork_prepare, fork_parent, fork_child);
}

/* Close the writing end, and take the pump off the list. */
static void writing_end_close(pkt_pump *pump)
{
    pthread_mutex_lock(&open_lock);
    pkt_pump **at = &open_first;
    while (*at && *at != pump)
        at = &(*at)->next;
    if (*at)
        *at = pump->next;
    close(pump->in);
    pump->in = -1;
    pthread_mutex_unlock(&open_lock);
}

pkt_pump pkt_pump_of(const pkt_pump *outer)
{
    return (pkt_pump){.out = -1, .in = -1, .outer = outer};
}

static void *pump_run(void *argument)
{
    pkt_pump *pump = argument;
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &broken_pipe, NULL);
    pump->produce(pump->self);
    writing_end_close(pump);
    return NULL;
}

/* No other thread may fork before the pump is on the list. */
int pkt_pump_open(pkt_pump *pump, pkt_err *err)
{
    int ends[2];
    (void)pthread_once(&fork_handlers, fork_handlers_set);
    pthread_mutex_lock(&open_lock);
    int bad = pipe2(ends, O_CLOEXEC);
    if (!bad) {
        pump->out = ends[0];
        pump->in = ends[1];
        pump->next = open_first;
        open_first = pump;
    }
    pthread_mutex_unlock(&open_lock);
    if (bad)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "no pipe for it: %s", strerror(errno));
    (void)fcntl(pump->in, F_SETPIPE_SZ, PIPE_BYTES); /* only quicker */
    (void)snprintf(pump->path, sizeof pump->path, "/proc/self/fd/%d", pump->out);
    return 0;
}

int pkt_pump_start(pkt_pump *pump, void (*produce)(void *self), void *self, pkt_err *err)
{
    pump->produce = produce;
    pump->self = self;
    errno = pthread_create(&pump->thread, NULL, pump_run, pump);
    if (errno)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "no thread for it: %s", strerror(errno));
    pump->running = true;
    return 0;
}

void pkt_pump_stop(pkt_pump *pump)
{
    if (pump->out >= 0)
        close(pump->out);
    pump->out = -1;
    if (pump->running)
        pthread_join(pump->thread, NULL);
    else if (pump->in >= 0)
        writing_end_close(pump);
    pump->running = false;
}

int pkt_write_all(int fd, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    while (size > 0) {
        ssize_t put = write(fd, at, size);
        if (put < 0 && errno != EINTR)
            return -1;
        at += put > 0 ? put : 0;
        size -= put > 0 ? (size_t)put : 0;
    }
    return 0;
}

int pkt_pump_write(const pkt_pump *pump, const void *bytes, size_t size)
{
    return pkt_write_all(pump->in, bytes, size);
}

/* Wait for `fd` (-1: nothing) for up to `ms`; false: a reader has closed its end. */
static bool readers_poll(const pkt_pump *pump, int fd, int ms)
{
    struct pollfd ends[1 + OUTER_MAX] = {{.fd = fd, .events = POLLIN}};
    nfds_t count = 1;
    /* A pipe without a reader reports an error, whether or not it is asked for. */
    for (; pump && count < 1 + OUTER_MAX; pump = pump->outer)
        ends[count++] = (struct pollfd){.fd = pump->in};
    while (poll(ends, count, ms) < 0 && errno == EINTR)
        ;
    for (nfds_t i = 1; i < count; i++)
        if (ends[i].revents & POLLERR)
            return false;
    return true;
}

bool pkt_pump_wait(const pkt_pump *pump, int fd)
{
    return readers_poll(pump, fd, -1);
}

bool pkt_pump_is_read(const pkt_pump *pump)
{
    return readers_poll(pump, -1, 0);
}
