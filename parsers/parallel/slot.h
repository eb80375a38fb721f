/* A piece of a capture and its rows. */
#ifndef PKT_SLOT_H
#define PKT_SLOT_H

#include "parsers/backends/raw_rows.h"
#include "parsers/core/direct.h"
#include "parsers/flow/streams.h"
#include "parsers/source/filter.h"
#include "parsers/source/piece.h"

/* A batch, and what its packets need besides. */
typedef struct slot_batch {
    pkt_batch *batch;       /* owned */
    pkt_stream_hint *hints; /* owned: of its rows; NULL where none are asked for */
} slot_batch;

typedef struct pkt_slot {
    pkt_piece piece;
    uint64_t first; /* packets before the piece */
    pkt_raw_rows rows;
    pkt_filter *filter; /* NULL: all packets */
    uint64_t *numbers;  /* owned: with a filter, of the packets of the rows */
    size_t numbered;    /* room there */
    uint64_t timeless;  /* of these packets, those without a time */
    slot_batch *at;     /* owned */
    size_t count, room; /* batches with rows; allocated */
    pkt_buffer made;    /* of the rows, by the request's `direct` */
    pkt_err fault;      /* why there are no more rows than these, or code PKT_ERR_NONE */
} pkt_slot;

/* What the rows of all slots need. */
typedef struct pkt_slot_request {
    const pkt_run_plan *plan;
    const char *filter;         /* NULL: none */
    const pkt_streams *streams; /* NULL: none */
    const pkt_direct *direct;   /* NULL: none */
} pkt_slot_request;

/* 0, or -1 and *err; the slot is zeroed, and to be closed in any case. */
int pkt_slot_open(pkt_slot *slot, const pkt_slot_request *request, pkt_err *err);
/* Decode the records of the piece to batches. */
void pkt_slot_decode(pkt_slot *slot, const pkt_slot_request *request);
void pkt_slot_close(pkt_slot *slot);

#endif
