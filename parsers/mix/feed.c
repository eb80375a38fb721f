#include "parsers/mix/feed.h"

#include <stdlib.h>

#include "parsers/input/input.h"
#include "parsers/source/source.h"
#include "parsers/util/error.h"

struct pkt_mix_feed {
    const pkt_mix_origin *origin;
    pkt_input *input;
    pkt_source *source;
    pkt_record record; /* the first one, while `pending` */
    bool pending, ended;
    uint64_t number, backwards;
    int64_t last_ns; /* of the packet before, in the file */
    pkt_err cut;
    pkt_mix_interface *interfaces; /* owned, all so far */
    size_t interface_count;
    size_t *current; /* owned: those of the current section, as indices of `interfaces` */
    size_t current_count, current_room;
    bool no_memory;
};

static const char *shown(const pkt_mix_feed *feed)
{
    return pkt_input_shown(feed->origin->path);
}

/* The index of an interface like it; a new one at the end if there is none. -1 without memory. */
static int64_t interface_find(pkt_mix_feed *feed, size_t number, const pkt_interface *like)
{
    for (size_t i = 0; i < feed->interface_count; i++) {
        const pkt_mix_interface *one = &feed->interfaces[i];
        if (one->number == number && one->link_type == like->link_type &&
            one->snaplen == like->snaplen)
            return (int64_t)i;
    }
    pkt_mix_interface *more = realloc(feed->interfaces, (feed->interface_count + 1) * sizeof *more);
    if (!more)
        return -1;
    feed->interfaces = more;
    more[feed->interface_count] = (pkt_mix_interface){
        .number = number, .link_type = like->link_type, .snaplen = like->snaplen, .out = -1};
    return (int64_t)feed->interface_count++;
}

static void section_begins(void *self, bool big_endian)
{
    pkt_mix_feed *feed = self;
    (void)big_endian;
    feed->current_count = 0;
}

static void interface_comes(void *self, const pkt_interface *interface)
{
    pkt_mix_feed *feed = self;
    const int64_t index = interface_find(feed, feed->current_count, interface);
    if (feed->current_count == feed->current_room) {
        const size_t room = feed->current_room * 2 + 4;
        size_t *more = realloc(feed->current, room * sizeof *more);
        if (more) {
            feed->current = more;
            feed->current_room = room;
        }
    }
    feed->no_memory |= index < 0 || feed->current_count == feed->current_room;
    if (!feed->no_memory)
        feed->current[feed->current_count++] = (size_t)index;
}

/* The capture has ended with `bad` and *err: 0, or -1. What comes before a cut counts. */
static int capture_end(pkt_mix_feed *feed, int bad, pkt_err *err)
{
    feed->ended = true;
    pkt_source_close(feed->source); /* first: the input's thread may wait for it to read on */
    feed->source = NULL;
    bad = pkt_input_end(feed->input, bad, err);
    if (bad && err->code == PKT_ERR_TRUNCATED) {
        feed->cut = *err;
        return 0;
    }
    return bad ? pkt_err_about(err, shown(feed)) : 0;
}

/* The next record of the file: 1, 0, or -1. */
static int record_read(pkt_mix_feed *feed, pkt_err *err)
{
    *err = (pkt_err){.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
    if (feed->ended)
        return 0;
    const int got = pkt_source_next(feed->source, &feed->record, err);
    if (got <= 0)
        return capture_end(feed, got, err);
    feed->number++;
    if (feed->no_memory)
        return pkt_fail_memory(err, "interfaces");
    if (pkt_source_has_time(feed->source))
        return 1;
    pkt_fail(err, PKT_ERR_FORMAT, feed->record.start,
             "packet %llu has no time (a simple packet block), and a mixture is in order of time",
             (unsigned long long)feed->number);
    return pkt_err_about(err, shown(feed));
}

bool pkt_mix_feed_first(const pkt_mix_feed *feed, int64_t *ts_ns)
{
    *ts_ns = feed->record.ts_ns;
    return feed->pending;
}

int pkt_mix_feed_next(pkt_mix_feed *feed, pkt_mix_packet *packet, pkt_err *err)
{
    const pkt_record *r = &feed->record;
    const int got = feed->pending ? 1 : record_read(feed, err);
    if (got <= 0)
        return got;
    feed->pending = false;
    feed->backwards += feed->number > 1 && r->ts_ns < feed->last_ns;
    feed->last_ns = r->ts_ns;
    *packet = (pkt_mix_packet){
        .data = r->data,
        .cap_len = r->cap_len,
        .wire_len = r->wire_len,
        .link_type = r->link_type,
        .interface = feed->current[pkt_source_interface(feed->source)],
        .number = feed->number,
    };
    if (pkt_mix_time(&feed->origin->times, r->ts_ns, &packet->ts_ns) == 0)
        return 1;
    pkt_fail(
        err, PKT_ERR_LIMIT, r->start,
        "the new time of packet %llu is before 1970 or after 2262, which a mixture cannot hold",
        (unsigned long long)feed->number);
    return pkt_err_about(err, shown(feed));
}

static int feed_begin(pkt_mix_feed *feed, pkt_err *err)
{
    feed->input = pkt_input_open(feed->origin->path, err);
    if (!feed->input)
        return pkt_err_about(err, shown(feed));
    feed->source = pkt_source_open(pkt_input_capture(feed->input)->path, err);
    if (!feed->source) {
        (void)pkt_input_end(feed->input, -1, err);
        return pkt_err_about(err, shown(feed));
    }
    const pkt_source_callbacks callbacks = {section_begins, interface_comes, feed};
    pkt_source_set_callbacks(feed->source, &callbacks);
    const int got = record_read(feed, err);
    feed->pending = got > 0;
    return got < 0 ? -1 : 0;
}

pkt_mix_feed *pkt_mix_feed_open(const pkt_mix_origin *origin, pkt_err *err)
{
    pkt_mix_feed *feed = calloc(1, sizeof *feed);
    if (!feed) {
        (void)pkt_fail_memory(err, "a capture");
        return NULL;
    }
    feed->origin = origin;
    if (feed_begin(feed, err) == 0)
        return feed;
    pkt_mix_feed_close(feed);
    return NULL;
}

pkt_mix_interface *pkt_mix_feed_interface(pkt_mix_feed *feed, size_t index)
{
    return &feed->interfaces[index];
}

uint64_t pkt_mix_feed_backwards(const pkt_mix_feed *feed)
{
    return feed->backwards;
}

const pkt_err *pkt_mix_feed_cut(const pkt_mix_feed *feed)
{
    return feed->cut.code == PKT_ERR_NONE ? NULL : &feed->cut;
}

void pkt_mix_feed_close(pkt_mix_feed *feed)
{
    if (!feed)
        return;
    pkt_source_close(feed->source); /* first: the input's thread writes to it */
    pkt_input_close(feed->input);
    free(feed->interfaces);
    free(feed->current);
    free(feed);
}
