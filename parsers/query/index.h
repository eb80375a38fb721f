/* Places between packets of a plain capture, kept in a file beside it, CAPTURE.pktindex, so that a
 * large capture is walked through once. */
#ifndef PKT_QUERY_INDEX_H
#define PKT_QUERY_INDEX_H

#include "parsers/util/buffer.h"

typedef struct pkt_index {
    uint8_t *bytes; /* owned: the file */
    size_t size, at;
    uint64_t left;    /* places that were not given yet */
    uint64_t capture; /* bytes of it */
} pkt_index;

/* A place in front of a packet; the preface is the index's. */
typedef struct pkt_place {
    uint64_t at, packets;
    uint8_t *preface;
    size_t preface_size;
} pkt_place;

/* 1; 0: the capture has no index; -1 and *err, which names it: it is of another file, or damaged.
 * Close it after 1. */
int pkt_index_open(pkt_index *index, const char *capture, pkt_err *err);
/* The next place, in order. 1, or 0: no more. */
int pkt_index_next(pkt_index *index, pkt_place *place);
void pkt_index_close(pkt_index *index);

/* An index that is being made. Zeroed at first. */
typedef struct pkt_index_draft {
    pkt_buffer bytes;
    uint64_t places;
} pkt_index_draft;

/* Before the walk through the capture. 0, or -1 and *err. */
int pkt_index_begin(pkt_index_draft *draft, const char *capture, pkt_err *err);
/* The part begins at a place. `self`: the draft. 0, or -1 and *err. */
int pkt_index_add(void *self, const pkt_part *part, pkt_err *err);
/* After the walk: write the file, whole or not at all. 0, or -1 and *err. */
int pkt_index_end(pkt_index_draft *draft, const char *capture, pkt_err *err);
void pkt_index_draft_close(pkt_index_draft *draft);

#endif
