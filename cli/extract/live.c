/* Rows of packets as they come. */
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#include "bench/worker/describe.h"
#include "cli/extract/extract.h"
#include "cli/extract/rotate.h"
#include "cli/message.h"
#include "parsers/core/containers.h"
#include "parsers/core/numbers.h"
#include "parsers/live/interface.h"

/* A signal that comes between the look at it and the wait is seen after so long; and so long a file
 * that grows is left alone. */
enum { LOOK_MS = 100, FOLLOW_MS = 20 };
/* A packet that was received so long ago has been handed over, where none is waiting. */
#define HAND_OVER_NS INT64_C(100000000)

/* A signal has no other way to its handler's outside. */
static volatile sig_atomic_t asked_to_stop;

typedef struct session {
    const extraction *x;
    const char *name; /* of the interface or the capture */
    rotation out;
    uint64_t packets; /* taken */
    uint64_t number;  /* of the last row's packet */
    uint64_t received, dropped;
    int64_t end, flush, rotate; /* ns, of the clock: when it is time for it; INT64_MAX: never */
    bool began, unflushed, gone;
    pkt_err fault; /* of the output */
} session;

static int64_t clock_read(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static int64_t clock_ns(void)
{
    return clock_read(CLOCK_MONOTONIC);
}

static int64_t after(int64_t now, int64_t period)
{
    return period ? now + period : INT64_MAX;
}

static void on_signal(int number)
{
    (void)number;
    asked_to_stop = 1;
}

/* A second signal ends the process, which may wait for a reader that does not read. */
static void signals_set(void)
{
    struct sigaction action = {.sa_handler = on_signal,
                               .sa_flags = (int)(SA_RESTART | SA_RESETHAND)};
    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

static bool is_enough(const session *s)
{
    return asked_to_stop || s->gone || s->fault.code != PKT_ERR_NONE || clock_ns() >= s->end;
}

static void piece_close(session *s, pkt_err *err)
{
    if (rotation_close(&s->out, err) == 0)
        s->rotate = INT64_MAX; /* until there is another one */
}

/* What is due is written out. */
static void output_care(session *s)
{
    const live_request *live = &s->x->live;
    const int64_t now = clock_ns();
    if (s->fault.code != PKT_ERR_NONE)
        return;
    if (now >= s->rotate || (live->rotate_size && rotation_bytes(&s->out) >= live->rotate_size)) {
        piece_close(s, &s->fault);
    } else if (now >= s->flush) {
        s->flush = now + live->flush_every;
        if (s->unflushed)
            (void)rotation_flush(&s->out, &s->fault);
        s->unflushed = false;
    }
}

/* No packet is waiting: on a quiet interface windows end by the clock that packets are stamped
 * with. In a file that grows, packets may be of any time. */
static void windows_care(session *s)
{
    if (s->x->features && !s->x->follow && s->fault.code == PKT_ERR_NONE)
        (void)pkt_features_advance(s->x->features, clock_read(CLOCK_REALTIME) - HAND_OVER_NS,
                                   &s->fault);
}

/* Wait for packets, for the next thing that is due, or for the reader of the rows to go away. */
static void packets_wait(session *s, int fd)
{
    const int64_t now = clock_ns();
    int64_t until = now + (int64_t)(fd >= 0 ? LOOK_MS : FOLLOW_MS) * 1000000;
    struct pollfd on[] = {{.fd = fd >= 0 ? fd : -1, .events = POLLIN},
                          {.fd = rotation_descriptor(&s->out)}};
    if (s->unflushed && s->flush < until)
        until = s->flush;
    until = s->rotate < until ? s->rotate : until;
    until = s->end < until ? s->end : until;
    const int64_t left = until > now ? (until - now + 999999) / 1000000 : 0;
    if (poll(on, 2, (int)left) > 0 && on[1].revents & (POLLERR | POLLHUP))
        s->gone = true;
    else if (!on[0].revents)
        windows_care(s);
}

static int live_more(void *self, int fd)
{
    session *s = self;
    if (!s->began) {
        s->began = true;
        s->end = after(clock_ns(), s->x->live.duration);
        message_note("%s: %s with %s", s->name, s->x->follow ? "following" : "capturing",
                     s->x->backend->name);
    }
    if (fd != PKT_LIVE_BUSY && !is_enough(s))
        packets_wait(s, fd);
    output_care(s);
    return !is_enough(s);
}

static void live_counted(void *self, uint64_t received, uint64_t dropped)
{
    session *s = self;
    if (dropped && !s->dropped)
        message_warning(
            "%s: packets are dropped: they come faster than their rows are written, or in "
            "bursts too large for --buffer",
            s->name);
    s->received = received;
    s->dropped = dropped;
}

static uint64_t packet_number(void *self)
{
    return ++((session *)self)->number;
}

static int rows_push(void *self, const pkt_batch *rows, const double *values, pkt_err *err)
{
    session *s = self;
    if (s->rotate == INT64_MAX)
        s->rotate = after(clock_ns(), s->x->live.rotate_every);
    s->unflushed = true;
    return rotation_push(&s->out, rows, values, err);
}

/* The batch, into rows or into windows. */
static int batch_push(session *s, pkt_err *err)
{
    if (!s->x->features)
        return rows_push(s, s->x->batch, NULL, err);
    const pkt_sink sink = pkt_features_sink(s->x->features);
    return sink.push(sink.self, s->x->batch, err);
}

/* The batch is ours: what is beyond the packets wanted is cut off. */
static int packets_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    session *s = self;
    const uint64_t wanted = s->x->live.packets;
    (void)batch;
    if (s->fault.code != PKT_ERR_NONE) {
        *err = s->fault;
        return -1;
    }
    if (wanted && s->x->batch->rows > wanted - s->packets)
        s->x->batch->rows = (size_t)(wanted - s->packets);
    if (batch_push(s, err) != 0) {
        s->fault = *err;
        return -1;
    }
    s->packets += s->x->batch->rows;
    return wanted && s->packets == wanted ? -1 : 0;
}

/* It is packets_end() that ends them: a run with enough packets is not finished. */
static int packets_finish(void *self, pkt_err *err)
{
    (void)self;
    (void)err;
    return 0;
}

/* All packets were taken: write what is open. An output without rows is complete as well. */
static int packets_end(session *s)
{
    if (s->fault.code != PKT_ERR_NONE)
        return -1;
    if (s->x->features) {
        const pkt_sink sink = pkt_features_sink(s->x->features);
        if (sink.finish(sink.self, &s->fault) != 0)
            return -1;
    }
    return s->out.count || rotation_open(&s->out, &s->fault) == 0
               ? rotation_close(&s->out, &s->fault)
               : -1;
}

/* The output could not be written; a reader that has gone is no trouble. */
static int write_failed(const session *s)
{
    if (s->fault.sys == EPIPE)
        return EXIT_DONE;
    message_error("%s: %s, after %" PRIu64 " rows%s", s->x->path, s->fault.msg,
                  rotation_rows(&s->out), s->out.rotating ? "; files that were finished stay" : "");
    return EXIT_ERROR;
}

/* What the kernel has counted. */
static void counts_print(const session *s, uint64_t missed)
{
    const uint64_t rows = rotation_rows(&s->out);
    if (s->dropped)
        message_warning("%s: %" PRIu64 " rows; the kernel received %" PRIu64 " packets and dropped "
                        "%" PRIu64 " more",
                        s->name, rows, s->received, s->dropped);
    else
        message_note("%s: %" PRIu64 " rows; the kernel received %" PRIu64
                     " packets and dropped none",
                     s->name, rows, s->received);
    if (missed)
        message_warning("%s: the interface itself missed %" PRIu64 " packets", s->name, missed);
}

static int session_run(session *s, const pkt_capture *capture)
{
    const extraction *x = s->x;
    const pkt_sink sink = pkt_sink_make(s, packets_push, packets_finish);
    const uint64_t missed = x->follow ? 0 : pkt_interface_missed(s->name);
    uint64_t rows;
    pkt_err err = {.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
    int bad = capture_rows(x, s->name, capture, &sink, &rows, &err);
    bad = bad && err.code != PKT_ERR_NONE && s->fault.code == PKT_ERR_NONE;
    if (bad && !s->began) {
        message_failure(s->name, &err);
        return EXIT_ERROR;
    }
    const bool unwritten = packets_end(s) != 0;
    int status = EXIT_DONE;
    if (bad) {
        char words[sizeof err.msg + 40];
        error_text(&err, words, sizeof words);
        status = err.code == PKT_ERR_TRUNCATED ? EXIT_DONE : EXIT_ERROR;
        (status ? message_error : message_warning)("%s: %s: %" PRIu64 " %s", s->name, words,
                                                   s->packets, rows_kept(x));
    }
    if (unwritten)
        status = write_failed(s);
    if (!x->follow && (s->dropped || (!s->gone && s->fault.sys != EPIPE)))
        counts_print(s, pkt_interface_missed(s->name) - missed);
    rotation_abandon(&s->out);
    return status;
}

/* A capture that has just been begun may have no header yet. */
static int header_wait(session *s, pkt_capture *capture, pkt_err *err)
{
    struct stat st;
    while (stat(s->name, &st) == 0 && S_ISREG(st.st_mode) && st.st_size < PCAP_FILE_HEADER &&
           live_more(s, PKT_LIVE_PAUSE)) {
    }
    return pkt_capture_open(s->name, capture, err);
}

int live_run(const extraction *x)
{
    const char **labels = x->follow ? labels_open(x) : NULL;
    if (x->follow && !labels) {
        message_error("no memory for labels");
        return EXIT_ERROR;
    }
    session s = {
        .x = x,
        .name = x->follow ? x->captures[0] : x->live.interface,
        .out = {.encoder = x->encoder,
                .fields = &x->fields,
                .threads = x->threads,
                .path = x->path,
                .number_next = x->features ? pkt_features_row_number : packet_number,
                .number_self = x->features ? (void *)x->features : &s,
                .rotating = x->live.rotate_size || x->live.rotate_every,
                .label = labels ? labels[0] : x->label},
        .end = INT64_MAX,
        .flush = clock_ns() + x->live.flush_every,
        .rotate = INT64_MAX,
        .fault = {.code = PKT_ERR_NONE},
    };
    const pkt_live live = {.struct_size = sizeof live,
                           .filter = x->filter,
                           .snaplen = x->live.snaplen,
                           .buffer = x->live.buffer,
                           .immediate = x->live.immediate,
                           .more = live_more,
                           .counted = live_counted,
                           .self = &s};
    if (x->features)
        pkt_features_set_output(x->features, rows_push, &s);
    pkt_capture capture = {
        .struct_size = sizeof capture, .path = s.name, .format = PKT_FORMAT_LIVE};
    pkt_err err = {.pos = PKT_POS_NONE};
    int status = EXIT_ERROR;
    s.out.file = base_name(s.name);
    signals_set();
    if (x->follow && header_wait(&s, &capture, &err) != 0) {
        message_failure(s.name, &err);
    } else {
        capture.live = &live;
        status = session_run(&s, &capture);
    }
    labels_close(x, labels);
    return status;
}
