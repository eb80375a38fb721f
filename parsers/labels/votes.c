#include "parsers/labels/votes.h"

#include <stdlib.h>

#include "parsers/util/error.h"

/* A label of a list. */
struct pkt_vote {
    uint64_t packets;
    uint32_t label;
    uint32_t next; /* index of the list's next entry; PKT_NO_VOTES: none */
};

static int room_make(pkt_votes *v, pkt_err *err)
{
    if (v->count < v->room)
        return 0;
    const size_t room = v->room + v->room / 2 + 1024;
    pkt_vote *more = room < UINT32_MAX ? realloc(v->at, room * sizeof *more) : NULL;
    if (!more)
        return pkt_fail_memory(err, "labels");
    v->at = more;
    v->room = room;
    v->count = v->count ? v->count : 1;
    return 0;
}

/* A new entry: its index, or PKT_NO_VOTES and *err. */
static uint32_t vote_new(pkt_votes *v, uint32_t label, pkt_err *err)
{
    uint32_t index = v->unused;
    if (index != PKT_NO_VOTES) {
        v->unused = v->at[index].next;
    } else {
        if (room_make(v, err) != 0)
            return PKT_NO_VOTES;
        index = (uint32_t)v->count++;
    }
    v->at[index] = (pkt_vote){.label = label, .packets = 1};
    return index;
}

int pkt_votes_add(pkt_votes *v, uint32_t *list, uint32_t label, pkt_err *err)
{
    uint32_t last = PKT_NO_VOTES;
    for (uint32_t at = *list; at != PKT_NO_VOTES; at = v->at[at].next) {
        if (v->at[at].label == label) {
            v->at[at].packets++;
            return 0;
        }
        last = at;
    }
    const uint32_t fresh = vote_new(v, label, err);
    if (fresh == PKT_NO_VOTES)
        return -1;
    if (last == PKT_NO_VOTES)
        *list = fresh;
    else
        v->at[last].next = fresh;
    return 0;
}

pkt_vote_result pkt_votes_count(const pkt_votes *v, uint32_t list)
{
    pkt_vote_result result = {.total = 0};
    for (uint32_t at = list; at != PKT_NO_VOTES; at = v->at[at].next) {
        const pkt_vote *one = &v->at[at];
        result.several = result.several || at != list;
        result.total += one->packets;
        if (one->packets > result.packets) {
            result.packets = one->packets;
            result.label = one->label;
        }
    }
    return result;
}

void pkt_votes_clear(pkt_votes *v, uint32_t *list)
{
    while (*list != PKT_NO_VOTES) {
        const uint32_t at = *list;
        *list = v->at[at].next;
        v->at[at].next = v->unused;
        v->unused = at;
    }
}

void pkt_votes_free(pkt_votes *v)
{
    free(v->at);
    *v = (pkt_votes){.at = NULL};
}
