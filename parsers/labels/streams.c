#include "parsers/labels/streams.h"

#include <stdlib.h>

#include "parsers/labels/votes.h"
#include "parsers/util/error.h"

/* Streams of a protocol: the votes of each, by number. */
typedef struct protocol {
    uint32_t *lists; /* owned */
    size_t room;
} protocol;

struct pkt_stream_labels {
    protocol protocols[256];
    pkt_votes votes;
};

enum { PROTOCOLS = sizeof(((pkt_stream_labels *)0)->protocols) / sizeof(protocol) };

pkt_stream_labels *pkt_stream_labels_open(void)
{
    return calloc(1, sizeof(pkt_stream_labels));
}

/* Room for the stream. 0, or -1 and *err. */
static int protocol_grow(protocol *p, uint32_t number, pkt_err *err)
{
    if (number < p->room)
        return 0;
    const size_t room = (size_t)number + number / 2 + 1024;
    uint32_t *more = realloc(p->lists, room * sizeof *more);
    if (!more)
        return pkt_fail_memory(err, "labels of streams");
    memset(more + p->room, 0, (room - p->room) * sizeof *more);
    p->lists = more;
    p->room = room;
    return 0;
}

int pkt_stream_labels_add(pkt_stream_labels *l, pkt_stream_key key, uint32_t label, pkt_err *err)
{
    protocol *p = &l->protocols[key.protocol];
    if (!key.has)
        return 0;
    if (protocol_grow(p, key.number, err) != 0)
        return -1;
    return pkt_votes_add(&l->votes, &p->lists[key.number], label, err);
}

bool pkt_stream_labels_get(const pkt_stream_labels *l, pkt_stream_key key, uint32_t *label)
{
    const protocol *p = &l->protocols[key.protocol];
    if (!key.has || key.number >= p->room || p->lists[key.number] == PKT_NO_VOTES)
        return false;
    *label = pkt_votes_count(&l->votes, p->lists[key.number]).label;
    return true;
}

void pkt_stream_labels_count(const pkt_stream_labels *l, uint64_t *streams, uint64_t *several)
{
    *streams = *several = 0;
    for (size_t i = 0; i < PROTOCOLS; i++)
        for (size_t k = 0; k < l->protocols[i].room; k++) {
            const pkt_vote_result got = pkt_votes_count(&l->votes, l->protocols[i].lists[k]);
            *streams += got.total != 0;
            *several += got.several;
        }
}

void pkt_stream_labels_close(pkt_stream_labels *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < PROTOCOLS; i++)
        free(l->protocols[i].lists);
    pkt_votes_free(&l->votes);
    free(l);
}
