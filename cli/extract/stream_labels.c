#include "cli/extract/stream_labels.h"

#include <stdlib.h>

#include "parsers/util/error.h"

/* A label of a stream, and how many of its packets have it. */
typedef struct vote {
    uint64_t packets;
    uint32_t label;
    uint32_t next; /* index of the stream's next vote; 0: none */
} vote;

/* Streams of a protocol: the index of the first vote, by number; 0: none. */
typedef struct protocol {
    uint32_t *first; /* owned */
    size_t room;
} protocol;

struct stream_labels {
    protocol protocols[256];
    vote *votes; /* owned; votes[0] is none */
    size_t count, room;
};

stream_labels *stream_labels_open(void)
{
    stream_labels *l = calloc(1, sizeof *l);
    if (l)
        l->count = 1;
    return l;
}

/* Room for the stream. 0, or -1 and *err. */
static int protocol_grow(protocol *p, uint32_t number, pkt_err *err)
{
    if (number < p->room)
        return 0;
    const size_t room = (size_t)number + number / 2 + 1024;
    uint32_t *more = realloc(p->first, room * sizeof *more);
    if (!more)
        return pkt_fail_memory(err, "labels of streams");
    memset(more + p->room, 0, (room - p->room) * sizeof *more);
    p->first = more;
    p->room = room;
    return 0;
}

/* A new vote: its index, or 0 and *err. */
static uint32_t vote_new(stream_labels *l, uint32_t label, pkt_err *err)
{
    if (l->count >= l->room) {
        const size_t room = l->room + l->room / 2 + 1024;
        vote *more = room < UINT32_MAX ? realloc(l->votes, room * sizeof *more) : NULL;
        if (!more) {
            (void)pkt_fail_memory(err, "labels of streams");
            return 0;
        }
        l->votes = more;
        l->room = room;
    }
    l->votes[l->count] = (vote){.label = label};
    return (uint32_t)l->count++;
}

int stream_labels_add(stream_labels *l, stream_key key, uint32_t label, pkt_err *err)
{
    protocol *p = &l->protocols[key.protocol];
    if (!key.has)
        return 0;
    if (protocol_grow(p, key.number, err) != 0)
        return -1;
    uint32_t at = p->first[key.number], last = 0;
    while (at && l->votes[at].label != label) {
        last = at;
        at = l->votes[at].next;
    }
    if (!at) {
        at = vote_new(l, label, err);
        if (!at)
            return -1;
        if (last)
            l->votes[last].next = at;
        else
            p->first[key.number] = at;
    }
    l->votes[at].packets++;
    return 0;
}

bool stream_labels_get(const stream_labels *l, stream_key key, uint32_t *label)
{
    const protocol *p = &l->protocols[key.protocol];
    if (!key.has || key.number >= p->room)
        return false;
    const uint32_t first = p->first[key.number];
    uint32_t most = first;
    for (uint32_t at = first; at; at = l->votes[at].next)
        if (l->votes[at].packets > l->votes[most].packets)
            most = at;
    if (most)
        *label = l->votes[most].label;
    return most != 0;
}

void stream_labels_count(const stream_labels *l, uint64_t *streams, uint64_t *several)
{
    *streams = *several = 0;
    for (size_t i = 0; i < sizeof l->protocols / sizeof l->protocols[0]; i++)
        for (size_t k = 0; k < l->protocols[i].room; k++) {
            const uint32_t first = l->protocols[i].first[k];
            *streams += first != 0;
            *several += first != 0 && l->votes[first].next != 0;
        }
}

void stream_labels_close(stream_labels *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < sizeof l->protocols / sizeof l->protocols[0]; i++)
        free(l->protocols[i].first);
    free(l->votes);
    free(l);
}
