#include "parsers/input/join.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "parsers/input/input.h"
#include "parsers/source/filter.h"
#include "parsers/util/buffer.h"

enum { FLUSH_BYTES = 64 << 10, PIPE_BYTES = 1 << 20 };
/* pcapng: https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/ */
enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 6,
    ORDER_MAGIC = 0x1a2b3c4d
};
enum { OPTION_TSRESOL = 9, TSRESOL_NS = 9, OPTION_TSOFFSET = 14 };
/* pcapng's times are not negative. Those before 1970 are of an interface whose times begin here,
 * the last second before all that 64 bits of nanoseconds hold. */
#define EARLY_S INT64_C(-9223372037)
#define NS_PER_S 1000000000u

/* Numbers of packets on their way to the rows; as many as the pipe and the backend hold. */
typedef struct numbers {
    pthread_mutex_t lock;
    uint64_t *at;
    size_t first, count, room;
} numbers;

struct pkt_feed {
    char *const *paths;
    size_t count, current;
    pkt_filter *filter;
    pkt_input *input;
    pkt_source *source;
    pkt_record record; /* read and not used yet, if `pending` */
    bool pending, running, numbered;
    uint64_t number, timeless; /* packets used that have no time */
    size_t links; /* link types met; each has two interfaces: from 1970 on, and before */
    uint16_t link_types[PKT_MAX_FILTER_LINKS];
    pkt_bytes out;
    numbers numbers;
    int pipe_out, pipe_in;
    pthread_t thread;
    pkt_err fault; /* the thread's until it has been joined */
    char path[32];
    pkt_slice slice;
};

static int number_keep(numbers *n, uint64_t number, pkt_err *err)
{
    int bad = 0;
    pthread_mutex_lock(&n->lock);
    if (n->first + n->count == n->room) {
        size_t room = n->count * 2 + 1024;
        uint64_t *at = malloc(room * sizeof *at);
        if (at && n->count)
            memcpy(at, n->at + n->first, n->count * sizeof *at);
        bad = at ? 0 : pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for packet numbers");
        if (at) {
            free(n->at);
            n->at = at;
            n->room = room;
            n->first = 0;
        }
    }
    if (!bad)
        n->at[n->first + n->count++] = number;
    pthread_mutex_unlock(&n->lock);
    return bad;
}

uint64_t pkt_feed_number(void *feed)
{
    numbers *n = &((pkt_feed *)feed)->numbers;
    uint64_t number = 0;
    pthread_mutex_lock(&n->lock);
    if (n->count) {
        number = n->at[n->first++];
        n->count--;
    }
    pthread_mutex_unlock(&n->lock);
    return number;
}

static int capture_open(pkt_feed *feed, pkt_err *err)
{
    feed->input = pkt_input_open(feed->paths[feed->current], err);
    if (!feed->input)
        return -1;
    feed->source = pkt_source_open(pkt_input_slice(feed->input)->path, err);
    return feed->source ? 0 : -1;
}

static int capture_close(pkt_feed *feed, int bad, pkt_err *err)
{
    pkt_source_close(feed->source);
    feed->source = NULL;
    if (feed->input)
        bad = pkt_input_end(feed->input, bad, err);
    pkt_input_close(feed->input);
    feed->input = NULL;
    return bad;
}

/* The next record of all captures: 1, 0 at the end, -1 and *err. */
static int record_next(pkt_feed *feed, pkt_err *err)
{
    if (feed->pending) {
        feed->pending = false;
        return 1;
    }
    while (feed->source) {
        int got = pkt_source_next(feed->source, &feed->record, err);
        if (got > 0)
            return got;
        if (capture_close(feed, got, err) != 0)
            return -1;
        if (feed->current + 1 < feed->count) {
            feed->current++;
            if (capture_open(feed, err) != 0)
                return -1;
        }
    }
    return 0;
}

static int out_flush(pkt_feed *feed)
{
    const uint8_t *at = feed->out.at;
    size_t size = feed->out.size;
    feed->out.size = 0;
    while (size > 0) {
        ssize_t put = write(feed->pipe_in, at, size);
        if (put < 0 && errno != EINTR)
            return -1; /* nobody reads any more */
        at += put > 0 ? put : 0;
        size -= put > 0 ? (size_t)put : 0;
    }
    return 0;
}

static int section_add(pkt_feed *feed, pkt_err *err)
{
    const uint32_t words[] = {BLOCK_SECTION, 28, ORDER_MAGIC, 1, UINT32_MAX, UINT32_MAX, 28};
    return pkt_bytes_add(&feed->out, words, sizeof words, err);
}

static int interface_add(pkt_feed *feed, uint16_t link_type, int64_t offset_s, pkt_err *err)
{
    enum { TOTAL = 48 };
    const uint16_t resolution[] = {OPTION_TSRESOL, 1}, offset[] = {OPTION_TSOFFSET, 8};
    const uint8_t value[] = {TSRESOL_NS, 0, 0, 0};
    uint32_t words[TOTAL / 4] = {BLOCK_INTERFACE, TOTAL, link_type};
    memcpy(&words[4], resolution, sizeof resolution);
    memcpy(&words[5], value, sizeof value);
    memcpy(&words[6], offset, sizeof offset);
    memcpy(&words[7], &offset_s, sizeof offset_s);
    words[TOTAL / 4 - 1] = TOTAL;
    return pkt_bytes_add(&feed->out, words, sizeof words, err);
}

/* Of the link type, written when it is met first: the interface for times from 1970 on, which the
 * one for times before follows. -1 and *err. */
static int interface_of(pkt_feed *feed, uint16_t link_type, pkt_err *err)
{
    for (size_t i = 0; i < feed->links; i++)
        if (feed->link_types[i] == link_type)
            return 2 * (int)i;
    if (feed->links == PKT_MAX_FILTER_LINKS)
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "more than %u link types to join",
                        PKT_MAX_FILTER_LINKS);
    if (interface_add(feed, link_type, 0, err) != 0 ||
        interface_add(feed, link_type, EARLY_S, err) != 0)
        return -1;
    feed->link_types[feed->links] = link_type;
    return 2 * (int)feed->links++;
}

static int packet_add(pkt_feed *feed, pkt_err *err)
{
    enum { FIXED = 28, TOTAL = 4 };
    static const uint8_t zeros[4];
    const pkt_record *r = &feed->record;
    const int interface = interface_of(feed, r->link_type, err);
    const uint32_t pad = (4 - r->cap_len % 4) % 4, total = FIXED + r->cap_len + pad + TOTAL;
    const bool early = r->ts_ns < 0;
    const uint64_t time = (uint64_t)r->ts_ns - (early ? (uint64_t)EARLY_S * NS_PER_S : 0);
    const uint32_t head[] = {BLOCK_PACKET,
                             total,
                             (uint32_t)interface + early,
                             (uint32_t)(time >> 32),
                             (uint32_t)time,
                             r->cap_len,
                             r->wire_len};
    if (interface < 0 || pkt_bytes_add(&feed->out, head, sizeof head, err) != 0 ||
        pkt_bytes_add(&feed->out, r->data, r->cap_len, err) != 0 ||
        pkt_bytes_add(&feed->out, zeros, pad, err) != 0)
        return -1;
    return pkt_bytes_add(&feed->out, &total, sizeof total, err);
}

/* The record at hand, if it is wanted. 0, or -1 and *err. */
static int record_use(pkt_feed *feed, pkt_err *err)
{
    feed->number++;
    int wanted = feed->filter ? pkt_filter_match(feed->filter, &feed->record, err) : 1;
    if (wanted <= 0)
        return wanted;
    feed->timeless += !pkt_source_timed(feed->source);
    if (feed->numbered && number_keep(&feed->numbers, feed->number, err) != 0)
        return -1;
    return packet_add(feed, err);
}

static void *feed_run(void *argument)
{
    pkt_feed *feed = argument;
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &broken_pipe, NULL);
    pkt_err err = {.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
    int got = section_add(feed, &err) == 0 ? 1 : -1;
    while (got > 0 && (got = record_next(feed, &err)) > 0) {
        if (record_use(feed, &err) != 0)
            got = -1;
        else if (feed->out.size >= FLUSH_BYTES && out_flush(feed) != 0)
            got = 0;
    }
    (void)out_flush(feed); /* rows before a fault stand */
    if (got < 0)
        feed->fault = err;
    close(feed->pipe_in);
    return NULL;
}

static int thread_start(pkt_feed *feed, pkt_err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "no pipe for it: %s", strerror(errno));
    feed->pipe_out = ends[0];
    feed->pipe_in = ends[1];
    (void)fcntl(feed->pipe_in, F_SETPIPE_SZ, PIPE_BYTES); /* only quicker */
    (void)snprintf(feed->path, sizeof feed->path, "/proc/self/fd/%d", feed->pipe_out);
    feed->slice = (pkt_slice){.path = feed->path, .format = PKT_FORMAT_PCAPNG};
    errno = pthread_create(&feed->thread, NULL, feed_run, feed);
    if (errno) {
        close(feed->pipe_in);
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "no thread for it: %s", strerror(errno));
    }
    feed->running = true;
    return 0;
}

/* The first capture is opened, and the filter tried on its first packet, before anything runs. */
static int feed_begin(pkt_feed *feed, const char *filter, pkt_err *err)
{
    if (filter && !(feed->filter = pkt_filter_open(filter, err)))
        return -1;
    if (capture_open(feed, err) != 0)
        return -1;
    feed->pending = pkt_source_next(feed->source, &feed->record, NULL) > 0;
    if (filter && feed->pending && pkt_filter_match(feed->filter, &feed->record, err) < 0)
        return -1;
    return thread_start(feed, err);
}

pkt_feed *pkt_feed_open(char *const *paths, size_t count, const char *filter, int numbered,
                        pkt_err *err)
{
    pkt_feed *feed = calloc(1, sizeof *feed);
    if (!feed) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a capture");
        return NULL;
    }
    feed->paths = paths;
    feed->count = count;
    feed->numbered = numbered && filter;
    feed->pipe_out = -1;
    pthread_mutex_init(&feed->numbers.lock, NULL);
    if (feed_begin(feed, filter, err) == 0)
        return feed;
    pkt_feed_close(feed);
    return NULL;
}

const pkt_slice *pkt_feed_slice(const pkt_feed *feed)
{
    return &feed->slice;
}

const char *pkt_feed_path(const pkt_feed *feed)
{
    return feed->paths[feed->current];
}

/* When our reading end is closed as well, the thread meets a broken pipe. */
static void thread_stop(pkt_feed *feed)
{
    if (feed->pipe_out >= 0)
        close(feed->pipe_out);
    feed->pipe_out = -1;
    if (feed->running)
        pthread_join(feed->thread, NULL);
    feed->running = false;
}

int pkt_feed_end(pkt_feed *feed, int bad, pkt_err *err)
{
    thread_stop(feed);
    if (feed->fault.code == PKT_ERR_NONE || bad)
        return bad;
    *err = feed->fault;
    return -1;
}

uint64_t pkt_feed_timeless(const pkt_feed *feed)
{
    return feed->timeless;
}

void pkt_feed_close(pkt_feed *feed)
{
    pkt_err err;
    if (!feed)
        return;
    thread_stop(feed);
    (void)capture_close(feed, 0, &err);
    pkt_filter_close(feed->filter);
    pkt_bytes_free(&feed->out);
    pthread_mutex_destroy(&feed->numbers.lock);
    free(feed->numbers.at);
    free(feed);
}
