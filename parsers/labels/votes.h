/* Lists that say how many packets have each label: of a stream, or of a window. All lists of a pool
 * share its memory, which grows with the labels that are in them, not with packets. */
#ifndef PKT_LABEL_VOTES_H
#define PKT_LABEL_VOTES_H

#include <stdbool.h>

#include "pktbench.h"

/* A list is the index of its first entry in the pool. */
#define PKT_NO_VOTES UINT32_C(0)

typedef struct pkt_vote pkt_vote;

/* Zeroed at first. */
typedef struct pkt_votes {
    pkt_vote *at; /* owned; entry 0 is none */
    size_t count, room;
    uint32_t unused; /* list of entries that were given back */
} pkt_votes;

/* What a list says. */
typedef struct pkt_vote_result {
    uint32_t label;   /* of most packets; of equally many, the one that was added first */
    uint64_t packets; /* with this label */
    uint64_t total;   /* packets; 0: the list is empty */
    bool several;     /* there are other labels */
} pkt_vote_result;

/* One more packet of the list has this label. 0, or -1 and *err. */
int pkt_votes_add(pkt_votes *votes, uint32_t *list, uint32_t label, pkt_err *err);
pkt_vote_result pkt_votes_count(const pkt_votes *votes, uint32_t list);
/* The list is empty from here, and its entries serve others. */
void pkt_votes_clear(pkt_votes *votes, uint32_t *list);
void pkt_votes_free(pkt_votes *votes);

#endif
