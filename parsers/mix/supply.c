#include "parsers/mix/supply.h"

#include "parsers/mix/sorted.h"
#include "parsers/util/error.h"

struct pkt_mix_supply {
    pkt_mix_feed *feed;
    pkt_mix_origin *origin;
    bool by_time;
    uint64_t number;        /* of the packet read last */
    pkt_mix_expected *over; /* passed over, by number; owned */
    size_t count, room;
};

pkt_mix_supply *pkt_mix_supply_open(pkt_mix_origin *origin, bool by_time, pkt_err *err)
{
    pkt_mix_supply *s = calloc(1, sizeof *s);
    if (!s) {
        (void)pkt_fail_memory(err, "a capture");
        return NULL;
    }
    s->origin = origin;
    s->by_time = by_time;
    s->feed = pkt_mix_feed_open(origin, err);
    if (s->feed)
        return s;
    free(s);
    return NULL;
}

/* The next packet of the capture, as it must be in the mixture: 1, 0 or -1. */
static int expected_read(pkt_mix_supply *s, pkt_mix_expected *e, pkt_err *err)
{
    const int got = pkt_mix_feed_next(s->feed, &e->packet, err);
    if (got <= 0)
        return got;
    e->bytes.size = 0;
    if (pkt_buffer_reserve(&e->bytes, e->packet.cap_len + 1, err) != 0 ||
        pkt_buffer_add(&e->bytes, e->packet.data, e->packet.cap_len, err) != 0)
        return -1;
    e->packet.data = e->bytes.at;
    pkt_rewrite_packet(&s->origin->rewrite, e->packet.link_type, e->bytes.at, e->packet.cap_len);
    s->number = e->packet.number;
    return 1;
}

/* Keep a packet that was passed over. 0, or -1 and *err. */
static int over_keep(pkt_mix_supply *s, const pkt_mix_expected *e, pkt_err *err)
{
    if (s->count == s->room) {
        const size_t room = 2 * s->room + 16;
        pkt_mix_expected *more = realloc(s->over, room * sizeof *more);
        if (!more)
            return pkt_fail_memory(err, "packets out of order");
        s->over = more;
        s->room = room;
    }
    pkt_mix_expected *kept = &s->over[s->count];
    *kept = (pkt_mix_expected){.packet = e->packet};
    if (pkt_buffer_reserve(&kept->bytes, e->packet.cap_len + 1, err) != 0)
        return -1;
    (void)pkt_buffer_add(&kept->bytes, e->bytes.at, e->packet.cap_len, NULL);
    kept->packet.data = kept->bytes.at;
    s->count++;
    return 0;
}

/* Out of those that were passed over. */
static pkt_mix_supplied over_take(pkt_mix_supply *s, uint64_t number, pkt_mix_expected *e)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->over[i].packet.number != number)
            continue;
        pkt_buffer_free(&e->bytes);
        *e = s->over[i];
        memmove(&s->over[i], &s->over[i + 1], (s->count - i - 1) * sizeof *s->over);
        s->count--;
        return PKT_SUPPLY_FOUND;
    }
    return PKT_SUPPLY_AGAIN;
}

pkt_mix_supplied pkt_mix_supply_take(pkt_mix_supply *s, uint64_t number, pkt_mix_expected *expected,
                                     pkt_err *err)
{
    if (number <= s->number)
        return over_take(s, number, expected);
    for (;;) {
        const int got = expected_read(s, expected, err);
        if (got <= 0)
            return got ? PKT_SUPPLY_FAILED : PKT_SUPPLY_NONE;
        if (s->number == number)
            return PKT_SUPPLY_FOUND;
        if (over_keep(s, expected, err) != 0)
            return PKT_SUPPLY_FAILED;
        if (!s->by_time || s->count > PKT_MIX_SORT_PACKETS)
            return PKT_SUPPLY_GAP;
    }
}

pkt_mix_interface *pkt_mix_supply_interface(pkt_mix_supply *s, size_t index)
{
    return pkt_mix_feed_interface(s->feed, index);
}

uint64_t pkt_mix_supply_missing(const pkt_mix_supply *s, const int64_t *before_ns)
{
    if (s->count == 0 || (before_ns && s->over[0].packet.ts_ns >= *before_ns))
        return 0;
    return s->over[0].packet.number;
}

int pkt_mix_supply_rest(pkt_mix_supply *s, uint64_t *number, pkt_err *err)
{
    pkt_mix_packet packet;
    *number = pkt_mix_supply_missing(s, NULL);
    if (*number)
        return 1;
    const int got = pkt_mix_feed_next(s->feed, &packet, err);
    *number = got > 0 ? packet.number : 0;
    return got;
}

uint64_t pkt_mix_supply_backwards(const pkt_mix_supply *s)
{
    return pkt_mix_feed_backwards(s->feed);
}

const pkt_err *pkt_mix_supply_cut(const pkt_mix_supply *s)
{
    return pkt_mix_feed_cut(s->feed);
}

void pkt_mix_supply_close(pkt_mix_supply *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++)
        pkt_buffer_free(&s->over[i].bytes);
    free(s->over);
    pkt_mix_feed_close(s->feed);
    free(s);
}
