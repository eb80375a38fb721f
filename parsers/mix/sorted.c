#include "parsers/mix/sorted.h"

#include <stdlib.h>

#include "parsers/util/error.h"

/* A packet with its own bytes. */
typedef struct kept {
    pkt_mix_packet packet;
    uint8_t bytes[];
} kept;

typedef struct place {
    kept *one; /* owned */
} place;

struct pkt_mix_sorted {
    pkt_mix_feed *feed;
    const pkt_mix_origin *origin;
    kept *given; /* the packet that was given last */
    place *heap; /* the earliest one is the first; PKT_MIX_SORT_PACKETS of room */
    size_t count, bytes, room;
    int64_t last_ns; /* of the packet that was given last */
    bool ended;
};

static bool is_before(const kept *a, const kept *b)
{
    return a->packet.ts_ns != b->packet.ts_ns ? a->packet.ts_ns < b->packet.ts_ns
                                              : a->packet.number < b->packet.number;
}

static size_t bytes_of(const kept *one)
{
    return sizeof *one + one->packet.cap_len;
}

static void heap_push(pkt_mix_sorted *s, kept *one)
{
    size_t at = s->count++;
    for (size_t above = (at - 1) / 2; at > 0 && is_before(one, s->heap[above].one);
         at = above, above = (at - 1) / 2)
        s->heap[at] = s->heap[above];
    s->heap[at].one = one;
    s->bytes += bytes_of(one);
}

static kept *heap_pop(pkt_mix_sorted *s)
{
    kept *first = s->heap[0].one, *last = s->heap[--s->count].one;
    size_t at = 0;
    for (size_t below = 1; below < s->count; below = 2 * at + 1) {
        below += below + 1 < s->count && is_before(s->heap[below + 1].one, s->heap[below].one);
        if (!is_before(s->heap[below].one, last))
            break;
        s->heap[at] = s->heap[below];
        at = below;
    }
    s->heap[at].one = last;
    s->bytes -= bytes_of(first);
    return first;
}

/* Read ahead as far as there is room. 0, or -1 and *err. */
static int fill(pkt_mix_sorted *s, pkt_err *err)
{
    while (!s->ended && s->count < PKT_MIX_SORT_PACKETS && (s->count == 0 || s->bytes < s->room)) {
        pkt_mix_packet packet;
        const int got = pkt_mix_feed_next(s->feed, &packet, err);
        s->ended = got == 0;
        if (got <= 0)
            return got;
        kept *one = malloc(sizeof *one + packet.cap_len);
        if (!one)
            return pkt_fail_memory(err, "packets to sort");
        one->packet = packet;
        one->packet.data = one->bytes;
        memcpy(one->bytes, packet.data, packet.cap_len);
        heap_push(s, one);
    }
    return 0;
}

int pkt_mix_sorted_next(pkt_mix_sorted *s, pkt_mix_packet *packet, pkt_err *err)
{
    if (fill(s, err) != 0)
        return -1;
    free(s->given);
    s->given = s->count ? heap_pop(s) : NULL;
    if (!s->given)
        return 0;
    *packet = s->given->packet;
    if (packet->ts_ns < s->last_ns) {
        pkt_fail(
            err, PKT_ERR_LIMIT, PKT_POS_NONE,
            "packet %llu is earlier than packets that are too far before it to be put in order "
            "(%zu packets or %zu bytes): sort the capture first, with reordercap",
            (unsigned long long)packet->number, PKT_MIX_SORT_PACKETS, s->room);
        return pkt_err_about(err, s->origin->path);
    }
    s->last_ns = packet->ts_ns;
    return 1;
}

pkt_mix_sorted *pkt_mix_sorted_open(pkt_mix_feed *feed, const pkt_mix_origin *origin, size_t bytes,
                                    pkt_err *err)
{
    pkt_mix_sorted *s = calloc(1, sizeof *s);
    if (s)
        s->heap = malloc(PKT_MIX_SORT_PACKETS * sizeof *s->heap);
    if (!s || !s->heap) {
        free(s);
        (void)pkt_fail_memory(err, "packets to sort");
        return NULL;
    }
    s->feed = feed;
    s->origin = origin;
    s->room = bytes;
    return s;
}

void pkt_mix_sorted_close(pkt_mix_sorted *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++)
        free(s->heap[i].one);
    free(s->given);
    free(s->heap);
    free(s);
}
