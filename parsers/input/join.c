#include "parsers/input/join.h"

#include <stdlib.h>

#include "parsers/core/containers.h"
#include "parsers/core/numbers.h"
#include "parsers/input/input.h"
#include "parsers/source/filter.h"
#include "parsers/source/source.h"
#include "parsers/util/buffer.h"

enum { FLUSH_BYTES = 64 << 10 };
enum { TSRESOL_NS = 9 };
/* Times of pcapng are not negative. Packets before 1970 belong to an interface whose if_tsoffset is
 * this: the earliest second that 64 bits of nanoseconds can express. */
#define EARLY_S INT64_C(-9223372037)

/* A queue of the numbers of packets that are in the pipe or in the backend. */
typedef struct numbers {
    pthread_mutex_t lock;
    uint64_t *at;
    size_t first, count, room;
} numbers;

struct pkt_join {
    char *const *paths;
    size_t count, current;
    pkt_filter *filter;
    pkt_input *input;
    pkt_source *source;
    pkt_record record; /* read and not used yet, if `pending` */
    bool pending, numbered, strict;
    uint64_t number, timeless; /* of the packet read last; packets without a time */
    uint64_t used;             /* packets that the filter took */
    pkt_join_cut *cuts;        /* of `count`, the thread's until the pump stops */
    size_t cut_count;
    size_t links; /* link types so far; each has two interfaces: from 1970 on, and before */
    uint16_t link_types[PKT_MAX_FILTER_LINKS];
    pkt_buffer out;
    numbers numbers;
    pkt_pump pump;
    pkt_err fault; /* the thread's until the pump stops */
    pkt_capture capture;
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

uint64_t pkt_join_number(void *join)
{
    numbers *n = &((pkt_join *)join)->numbers;
    uint64_t number = 0;
    pthread_mutex_lock(&n->lock);
    if (n->count) {
        number = n->at[n->first++];
        n->count--;
    }
    pthread_mutex_unlock(&n->lock);
    return number;
}

static int capture_close(pkt_join *join, int bad, pkt_err *err)
{
    pkt_source_close(join->source);
    join->source = NULL;
    if (join->input)
        bad = pkt_input_end(join->input, bad, err);
    pkt_input_close(join->input);
    join->input = NULL;
    return bad;
}

/* Keep *err if the capture is only truncated: 0, and the next one may be read. Else -1. */
static int cut_take(pkt_join *join, const pkt_err *err)
{
    if (join->strict || err->code != PKT_ERR_TRUNCATED)
        return -1;
    join->cuts[join->cut_count++] =
        (pkt_join_cut){.path = join->paths[join->current], .packets = join->used, .err = *err};
    return 0;
}

/* The capture has ended with `bad` (0 or -1) and *err. 0 if the next one may be read. */
static int capture_end(pkt_join *join, int bad, pkt_err *err)
{
    return capture_close(join, bad, err) == 0 ? 0 : cut_take(join, err);
}

/* Without a source after it, the capture is truncated and has ended. */
static int capture_open(pkt_join *join, pkt_err *err)
{
    join->input = pkt_input_open_for(join->paths[join->current], &join->pump, err);
    if (!join->input) /* as a compressed one that ends within its first bytes */
        return cut_take(join, err);
    join->source = pkt_source_open(pkt_input_capture(join->input)->path, err);
    return join->source ? 0 : capture_end(join, -1, err);
}

/* The next record of all captures: 1, 0 at the end, -1 and *err. */
static int record_next(pkt_join *join, pkt_err *err)
{
    if (join->pending) {
        join->pending = false;
        return 1;
    }
    for (;;) {
        const int got = join->source ? pkt_source_next(join->source, &join->record, err) : 0;
        if (got > 0)
            return got;
        if (join->source && capture_end(join, got, err) != 0)
            return -1;
        if (join->current + 1 == join->count)
            return 0;
        join->current++;
        if (capture_open(join, err) != 0)
            return -1;
    }
}

/* -1: the pump's reader has closed the pipe. */
static int out_flush(pkt_join *join)
{
    const size_t size = join->out.size;
    join->out.size = 0;
    return pkt_pump_write(&join->pump, join->out.at, size);
}

static int section_add(pkt_join *join, pkt_err *err)
{
    const uint32_t words[] = {PCAPNG_SECTION, 28, PCAPNG_ORDER_MAGIC, 1, UINT32_MAX,
                              UINT32_MAX,     28};
    return pkt_buffer_add(&join->out, words, sizeof words, err);
}

static int interface_add(pkt_join *join, uint16_t link_type, int64_t offset_s, pkt_err *err)
{
    enum { TOTAL = 48 };
    const uint16_t resolution[] = {PCAPNG_IF_TSRESOL, 1}, offset[] = {PCAPNG_IF_TSOFFSET, 8};
    const uint8_t value[] = {TSRESOL_NS, 0, 0, 0};
    uint32_t words[TOTAL / 4] = {PCAPNG_INTERFACE, TOTAL, link_type};
    memcpy(&words[4], resolution, sizeof resolution);
    memcpy(&words[5], value, sizeof value);
    memcpy(&words[6], offset, sizeof offset);
    memcpy(&words[7], &offset_s, sizeof offset_s);
    words[TOTAL / 4 - 1] = TOTAL;
    return pkt_buffer_add(&join->out, words, sizeof words, err);
}

/* The link type's interface for times from 1970 on; that for times before is the next one. Both are
 * written when the link type is new. -1 and *err. */
static int interface_of(pkt_join *join, uint16_t link_type, pkt_err *err)
{
    for (size_t i = 0; i < join->links; i++)
        if (join->link_types[i] == link_type)
            return 2 * (int)i;
    if (join->links == PKT_MAX_FILTER_LINKS)
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "more than %u link types to join",
                        PKT_MAX_FILTER_LINKS);
    if (interface_add(join, link_type, 0, err) != 0 ||
        interface_add(join, link_type, EARLY_S, err) != 0)
        return -1;
    join->link_types[join->links] = link_type;
    return 2 * (int)join->links++;
}

/* On error, the output may have a part of the block. */
static int packet_add(pkt_join *join, pkt_err *err)
{
    enum { FIXED = 28, TOTAL = 4 };
    static const uint8_t zeros[4];
    const pkt_record *r = &join->record;
    const int interface = interface_of(join, r->link_type, err);
    const uint32_t pad = (4 - r->cap_len % 4) % 4, total = FIXED + r->cap_len + pad + TOTAL;
    const bool early = r->ts_ns < 0;
    const uint64_t time = (uint64_t)r->ts_ns - (early ? (uint64_t)EARLY_S * NS_PER_S : 0);
    const uint32_t head[] = {PCAPNG_ENHANCED_PACKET,
                             total,
                             (uint32_t)interface + early,
                             (uint32_t)(time >> 32),
                             (uint32_t)time,
                             r->cap_len,
                             r->wire_len};
    if (interface < 0 || pkt_buffer_add(&join->out, head, sizeof head, err) != 0 ||
        pkt_buffer_add(&join->out, r->data, r->cap_len, err) != 0 ||
        pkt_buffer_add(&join->out, zeros, pad, err) != 0)
        return -1;
    return pkt_buffer_add(&join->out, &total, sizeof total, err);
}

/* Write the record, if the filter takes it. 0, or -1 and *err. */
static int record_use(pkt_join *join, pkt_err *err)
{
    join->number++;
    int wanted = join->filter ? pkt_filter_match(join->filter, &join->record, err) : 1;
    if (wanted <= 0)
        return wanted;
    join->timeless += !pkt_source_has_time(join->source);
    if (join->numbered && number_keep(&join->numbers, join->number, err) != 0)
        return -1;
    const size_t whole = join->out.size;
    join->used++;
    if (packet_add(join, err) == 0)
        return 0;
    join->out.size = whole; /* the backend must not take it for a truncated capture */
    return -1;
}

static void join_produce(void *self)
{
    pkt_join *join = self;
    pkt_err err = {.code = PKT_ERR_NONE, .pos = PKT_POS_NONE}, ignored;
    int got = 1;
    while (got > 0 && (got = record_next(join, &err)) > 0) {
        if (record_use(join, &err) != 0)
            got = -1;
        else if (join->out.size >= FLUSH_BYTES && out_flush(join) != 0)
            got = 0;
    }
    (void)out_flush(join); /* packets before a fault are rows */
    /* A reader that closed the pipe needs no more packets: the fault does not matter. */
    if (got < 0 && pkt_pump_is_read(&join->pump))
        join->fault = err;
    (void)capture_close(join, 0, &ignored); /* first: its thread uses our pump */
}

/* Open the first capture, try the filter on its first packet, and begin the output, before the
 * thread starts. */
static int join_begin(pkt_join *join, const char *filter, pkt_err *err)
{
    if (filter && !(join->filter = pkt_filter_open(filter, err)))
        return -1;
    if (pkt_pump_open(&join->pump, err) != 0 || capture_open(join, err) != 0)
        return -1;
    join->pending = join->source && pkt_source_next(join->source, &join->record, NULL) > 0;
    if (filter && join->pending && pkt_filter_match(join->filter, &join->record, err) < 0)
        return -1;
    if (section_add(join, err) != 0 || pkt_pump_start(&join->pump, join_produce, join, err) != 0)
        return -1;
    join->capture = (pkt_capture){
        .struct_size = sizeof join->capture, .path = join->pump.path, .format = PKT_FORMAT_PCAPNG};
    return 0;
}

pkt_join *pkt_join_open(char *const *paths, size_t count, const char *filter, unsigned flags,
                        pkt_err *err)
{
    pkt_join *join = calloc(1, sizeof *join);
    pkt_join_cut *cuts = calloc(count, sizeof *cuts);
    if (!join || !cuts) {
        free(join);
        free(cuts);
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a capture");
        return NULL;
    }
    join->paths = paths;
    join->count = count;
    join->cuts = cuts;
    join->numbered = flags & PKT_JOIN_NUMBERED && filter;
    join->strict = flags & PKT_JOIN_STRICT;
    join->pump = pkt_pump_of(NULL);
    pthread_mutex_init(&join->numbers.lock, NULL);
    if (join_begin(join, filter, err) == 0)
        return join;
    pkt_join_close(join);
    return NULL;
}

const pkt_capture *pkt_join_capture(const pkt_join *join)
{
    return &join->capture;
}

const char *pkt_join_path(const pkt_join *join)
{
    return join->paths[join->current];
}

size_t pkt_join_count(const pkt_join *join)
{
    return join->current + 1;
}

const pkt_join_cut *pkt_join_cut_at(const pkt_join *join, size_t index)
{
    return index < join->cut_count ? &join->cuts[index] : NULL;
}

int pkt_join_end(pkt_join *join, int bad, pkt_err *err)
{
    pkt_pump_stop(&join->pump);
    if (join->fault.code == PKT_ERR_NONE || bad)
        return bad;
    *err = join->fault;
    return -1;
}

uint64_t pkt_join_packets(const pkt_join *join)
{
    return join->number;
}

uint64_t pkt_join_timeless(const pkt_join *join)
{
    return join->timeless;
}

void pkt_join_close(pkt_join *join)
{
    pkt_err err;
    if (!join)
        return;
    /* A thread that ran has closed it. Otherwise it goes first: its own thread uses our pump. */
    if (!join->pump.running)
        (void)capture_close(join, 0, &err);
    pkt_pump_stop(&join->pump);
    pkt_filter_close(join->filter);
    pkt_buffer_free(&join->out);
    pthread_mutex_destroy(&join->numbers.lock);
    free(join->numbers.at);
    free(join->cuts);
    free(join);
}
