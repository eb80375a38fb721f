/* Writes rows of a live capture, or of a capture file that is still being written. */
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cli/extract/extract.h"
#include "cli/extract/rotate.h"
#include "cli/message.h"
#include "parsers/core/containers.h"
#include "parsers/features/inner.h"
#include "parsers/live/interface.h"
#include "parsers/util/clock.h"
#include "parsers/util/error.h"

/* Pause between two reads of a growing file. */
enum { FOLLOW_MS = 20 };

/* Set by the signal handler. */
static volatile sig_atomic_t stop_requested;

typedef struct session {
    const extraction *x;
    const char *name; /* of the interface or the capture */
    rotation out;
    uint64_t packets;           /* pushed */
    uint64_t number;            /* packet number of the last row */
    uint64_t received, dropped; /* by the kernel */
    int64_t end, flush, rotate; /* deadlines, ns of CLOCK_MONOTONIC; INT64_MAX: never */
    pkt_undecoded undecoded;
    bool started, unflushed, reader_closed, removed;
    pkt_err output_error;
} session;

static int64_t clock_ns(void)
{
    return pkt_clock_ns(CLOCK_MONOTONIC);
}

static int64_t deadline(int64_t now, int64_t period)
{
    return period ? now + period : INT64_MAX;
}

static void on_signal(int number)
{
    (void)number;
    stop_requested = 1;
}

/* A second signal kills the process, in case it is blocked by a reader that does not read; but not
 * SIGHUP, of a terminal that was closed: the shell sends one, and the kernel another. nohup has it
 * ignored, so that the capture goes on. */
static void signals_set(void)
{
    struct sigaction hangup;
    struct sigaction action = {.sa_handler = on_signal,
                               .sa_flags = (int)(SA_RESTART | SA_RESETHAND)};
    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN) {
        action.sa_flags = SA_RESTART;
        (void)sigaction(SIGHUP, &action, NULL);
    }
}

static bool must_stop(const session *s)
{
    return stop_requested || s->reader_closed || s->output_error.code != PKT_ERR_NONE ||
           clock_ns() >= s->end;
}

static void output_rotate(session *s, pkt_err *err)
{
    if (rotation_close(&s->out, err) == 0)
        s->rotate = INT64_MAX; /* until the next row */
}

/* Rotate or flush the output if it is time. */
static void output_update(session *s)
{
    const live_request *live = &s->x->live;
    const int64_t now = clock_ns();
    if (s->output_error.code != PKT_ERR_NONE)
        return;
    if (now >= s->rotate) {
        output_rotate(s, &s->output_error);
    } else if (now >= s->flush) {
        s->flush = now + live->flush_every;
        if (s->unflushed)
            (void)rotation_flush(&s->out, &s->output_error);
        s->unflushed = false;
    }
}

/* When no packet is available, end windows by the clock: on an interface, packets have the time of
 * this clock. The clock is read first: a packet that comes after the look at the interface is
 * later. Not for a file, whose packets may have any time. */
static void windows_advance(session *s, struct pollfd *on)
{
    const int64_t now = pkt_clock_ns(CLOCK_REALTIME);
    if (s->x->features && !s->x->follow && s->output_error.code == PKT_ERR_NONE &&
        poll(on, 1, 0) == 0)
        (void)pkt_features_advance(s->x->features, now - PKT_LIVE_DELIVERY_NS, &s->output_error);
}

/* Wait for packets, for the next deadline, or until the reader of the rows closes the pipe. */
static void packets_wait(session *s, int fd)
{
    const int64_t now = clock_ns();
    int64_t wake = now + (int64_t)(fd >= 0 ? PKT_LIVE_POLL_MS : FOLLOW_MS) * 1000000;
    struct pollfd descriptors[] = {{.fd = fd >= 0 ? fd : -1, .events = POLLIN},
                                   {.fd = rotation_descriptor(&s->out)}};
    if (s->unflushed && s->flush < wake)
        wake = s->flush;
    wake = s->rotate < wake ? s->rotate : wake;
    wake = s->end < wake ? s->end : wake;
    const int64_t left = wake > now ? (wake - now + 999999) / 1000000 : 0;
    if (poll(descriptors, 2, (int)left) > 0 && descriptors[1].revents & (POLLERR | POLLHUP))
        s->reader_closed = true;
    else if (!descriptors[0].revents)
        windows_advance(s, descriptors);
}

/* No packet is read with rights that could not be given up. */
static void rights_drop_or_exit(const session *s)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    if (s->x->follow || live_rights_drop(s->x, &err) == 0)
        return;
    message_failure(s->name, &err);
    exit(EXIT_ERROR);
}

/* All that was written is read. A file without a name may still be written by who has it open. */
static void name_check(session *s)
{
    struct stat st;
    if (s->removed || stat(s->name, &st) == 0 || errno != ENOENT)
        return;
    s->removed = true;
    message_warning("%s: the file was removed or renamed: it is still followed, because its writer "
                    "may go on; Ctrl-C ends",
                    s->name);
}

static int live_more(void *self, int fd)
{
    session *s = self;
    if (!s->started) { /* the interface is open, and no packet was read */
        s->started = true;
        rights_drop_or_exit(s);
        s->end = deadline(clock_ns(), s->x->live.duration);
        message_note("%s: %s with %s", s->name, s->x->follow ? "following" : "capturing",
                     s->x->request.backend->name);
    }
    if (s->x->follow && fd == PKT_LIVE_PAUSE)
        name_check(s);
    if (fd != PKT_LIVE_BUSY && !must_stop(s))
        packets_wait(s, fd);
    output_update(s);
    return !must_stop(s);
}

static void counters_update(void *self, uint64_t received, uint64_t dropped)
{
    session *s = self;
    if (dropped && !s->dropped)
        message_warning(
            "%s: packets are dropped: rows are written more slowly than packets arrive, or "
            "--buffer is too small for bursts",
            s->name);
    s->received = received;
    s->dropped = dropped;
}

static uint64_t packet_number_next(void *self)
{
    return ++((session *)self)->number;
}

static int rows_push(void *self, const pkt_batch *rows, const double *values, pkt_err *err)
{
    session *s = self;
    if (s->rotate == INT64_MAX)
        s->rotate = deadline(clock_ns(), s->x->live.rotate_every);
    s->unflushed = true;
    if (rotation_push(&s->out, rows, values, err) != 0)
        return -1;
    if (!s->out.writer) /* the file was large enough and is closed */
        s->rotate = INT64_MAX;
    return 0;
}

/* Push the batch to the output or to the features. */
static int batch_push(session *s, pkt_err *err)
{
    if (!s->x->features)
        return rows_push(s, s->x->batch, NULL, err);
    if (s->x->request.inner)
        pkt_features_take_inner(s->x->batch);
    const pkt_sink sink = pkt_features_sink(s->x->features);
    return sink.push(sink.self, s->x->batch, err);
}

/* Rows above the limit of packets are dropped. `batch` is x->batch, which may be changed. */
static int packets_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    session *s = self;
    const uint64_t wanted = s->x->live.packets;
    (void)batch;
    if (s->output_error.code != PKT_ERR_NONE) {
        *err = s->output_error;
        return -1;
    }
    if (wanted && s->x->batch->rows > wanted - s->packets)
        s->x->batch->rows = (size_t)(wanted - s->packets);
    if (pkt_undecoded_applies(&s->x->request.columns))
        pkt_undecoded_count(&s->undecoded, s->x->batch);
    if (batch_push(s, err) != 0) {
        s->output_error = *err;
        return -1;
    }
    s->packets += s->x->batch->rows;
    return wanted && s->packets == wanted ? -1 : 0;
}

/* Nothing to do: output_finish() completes the output, also of a run stopped by -c. */
static int packets_finish(void *self, pkt_err *err)
{
    (void)self;
    (void)err;
    return 0;
}

/* Write open windows and close the output. An output without rows is also created. */
static int output_finish(session *s)
{
    if (s->output_error.code != PKT_ERR_NONE)
        return -1;
    if (s->x->features) {
        const pkt_sink sink = pkt_features_sink(s->x->features);
        if (sink.finish(sink.self, &s->output_error) != 0)
            return -1;
    }
    return s->out.count || rotation_open(&s->out, &s->output_error) == 0
               ? rotation_close(&s->out, &s->output_error)
               : -1;
}

/* Report a write error. If the reader closed the pipe, this is not an error, and the status stays
 * that of the capture. */
static int write_failed(const session *s, int status)
{
    if (s->output_error.sys == EPIPE)
        return status;
    if (s->out.rotating)
        message_error("%s: %s; %u finished files have %" PRIu64 " rows", s->x->path,
                      s->output_error.msg, s->out.closed, s->out.rows);
    else
        message_error("%s: %s, after %" PRIu64 " rows", s->x->path, s->output_error.msg,
                      rotation_rows(&s->out));
    return EXIT_ERROR;
}

/* Packets that the kernel has received and that were not read. Those after the limit of -c, and
 * after a write error, were not wanted. */
static uint64_t packets_lost(const session *s)
{
    const bool wanted_all = s->output_error.code == PKT_ERR_NONE && !s->reader_closed &&
                            (!s->x->live.packets || s->packets < s->x->live.packets);
    return wanted_all && s->received > s->packets ? s->received - s->packets : 0;
}

static void counters_print(const session *s, uint64_t missed)
{
    const uint64_t rows = s->out.rotating ? s->out.rows : rotation_rows(&s->out);
    const uint64_t lost = packets_lost(s);
    if (s->dropped)
        message_warning("%s: %" PRIu64 " rows; the kernel received %" PRIu64 " packets and dropped "
                        "%" PRIu64 " more",
                        s->name, rows, s->received, s->dropped);
    else
        message_note("%s: %" PRIu64 " rows; the kernel received %" PRIu64
                     " packets and dropped none",
                     s->name, rows, s->received);
    if (lost)
        message_warning("%s: %" PRIu64 " received packets could not be read", s->name, lost);
    if (missed)
        message_warning("%s: the interface hardware dropped %" PRIu64 " packets", s->name, missed);
}

/* Packets that the interface hardware has dropped since its counter was `before`; a removed
 * interface has no counter. */
static uint64_t missed_since(const session *s, uint64_t before)
{
    const uint64_t now = pkt_interface_missed(s->name);
    return now > before ? now - before : 0;
}

static int session_run(session *s, const pkt_capture *capture)
{
    const extraction *x = s->x;
    const pkt_sink sink = pkt_sink_make(s, packets_push, packets_finish);
    const uint64_t missed = x->follow ? 0 : pkt_interface_missed(s->name);
    uint64_t rows;
    pkt_err err = {.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
    int bad = capture_rows(x, s->name, capture, NULL, &sink, &rows, &err);
    bad = bad && err.code != PKT_ERR_NONE && s->output_error.code == PKT_ERR_NONE;
    if (bad && !s->started) {
        message_failure(s->name, &err);
        return EXIT_ERROR;
    }
    const bool failed = output_finish(s) != 0;
    int status = EXIT_DONE;
    if (bad) {
        char text[PKT_ERR_TEXT];
        status = err.code == PKT_ERR_TRUNCATED ? EXIT_DONE : EXIT_ERROR;
        (status ? message_error : message_warning)("%s: %s: %" PRIu64 " %s", s->name,
                                                   pkt_err_text(&err, text), s->packets,
                                                   progress_text(x));
    }
    if (failed)
        status = write_failed(s, status);
    if (!x->follow && (s->dropped || (!s->reader_closed && s->output_error.sys != EPIPE)))
        counters_print(s, missed_since(s, missed));
    pkt_warn_undecoded(&printed_warnings, s->name, &s->undecoded);
    rotation_abandon(&s->out);
    return status;
}

/* Is the file there, and its header not yet written? */
static bool header_is_missing(const session *s)
{
    struct stat st;
    return stat(s->name, &st) == 0 && S_ISREG(st.st_mode) && st.st_size < PCAP_FILE_HEADER;
}

/* Wait until the file header is written. false: the end came first. */
static bool header_wait(session *s)
{
    while (header_is_missing(s) && live_more(s, PKT_LIVE_PAUSE)) {
    }
    return !header_is_missing(s);
}

/* As of an interface without packets: the output has no rows. */
static int headerless_end(session *s)
{
    message_note("%s: %" PRIu64 " rows; the header of the file was not written yet", s->name,
                 rotation_rows(&s->out));
    const int status = output_finish(s) == 0 ? EXIT_DONE : write_failed(s, EXIT_DONE);
    rotation_abandon(&s->out);
    return status;
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
                .fields = &x->request.fields,
                .threads = x->threads,
                .path = x->path,
                .packet_number = x->features ? pkt_features_row_number : packet_number_next,
                .number_self = x->features ? (void *)x->features : &s,
                .rotating = x->live.rotate_size || x->live.rotate_every,
                .size_limit = x->live.rotate_size,
                .label = labels ? labels[0] : x->label},
        .end = INT64_MAX,
        .flush = clock_ns() + x->live.flush_every,
        .rotate = INT64_MAX,
        .output_error = {.code = PKT_ERR_NONE},
    };
    const pkt_live live = {.struct_size = sizeof live,
                           .filter = x->filter,
                           .snaplen = x->live.snaplen,
                           .buffer = x->live.buffer,
                           .immediate = x->live.immediate,
                           .more = live_more,
                           .counted = counters_update,
                           .self = &s};
    if (x->features)
        pkt_features_set_output(x->features, rows_push, &s);
    pkt_capture capture = {
        .struct_size = sizeof capture, .path = s.name, .format = PKT_FORMAT_LIVE};
    pkt_err err = {.pos = PKT_POS_NONE};
    int status = EXIT_ERROR;
    s.out.file = base_name(s.name);
    signals_set();
    if (x->follow && !header_wait(&s)) {
        status = headerless_end(&s);
    } else if (x->follow && pkt_capture_open(s.name, &capture, &err) != 0) {
        message_failure(s.name, &err);
    } else {
        capture.live = &live;
        status = session_run(&s, &capture);
    }
    labels_close(x, labels);
    return status;
}
