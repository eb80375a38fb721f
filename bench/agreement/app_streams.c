#include "bench/agreement/app_streams.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "parsers/core/numbers.h"

/* Both ends of a packet; the smaller one first. */
typedef struct ends {
    uint64_t address[2][2];
    uint64_t port[2]; /* as wide as the others: no padding is hashed */
} ends;

/* Rows that were the first of their stream, by their ends: open addressing. */
typedef struct first_rows {
    const rowset *set;
    uint64_t *slots; /* number of the row, from 1; 0: free */
    size_t mask;
} first_rows;

/* *swapped: the source is not the smaller end. */
static ends ends_of(const rowset *set, uint64_t row, bool *swapped)
{
    size_t i;
    const pkt_batch *b = rowset_at(set, row, &i);
    const ends e = {{{b->src_hi[i], b->src_lo[i]}, {b->dst_hi[i], b->dst_lo[i]}},
                    {b->src_port[i], b->dst_port[i]}};
    const ends other = {{{b->dst_hi[i], b->dst_lo[i]}, {b->src_hi[i], b->src_lo[i]}},
                        {b->dst_port[i], b->src_port[i]}};
    *swapped = memcmp(&other, &e, sizeof e) < 0;
    return *swapped ? other : e;
}

/* The slot of the first row with the ends of this one, or the free one for it. */
static uint64_t *slot_find(const first_rows *rows, const ends *wanted)
{
    size_t place = (size_t)XXH3_64bits(wanted, sizeof *wanted) & rows->mask;
    for (;; place = (place + 1) & rows->mask) {
        bool swapped;
        uint64_t *slot = &rows->slots[place];
        if (!*slot)
            return slot;
        const ends e = ends_of(rows->set, *slot - 1, &swapped);
        if (memcmp(&e, wanted, sizeof e) == 0)
            return slot;
    }
}

/* The row is the first one of this stream. */
static void stream_meet(const first_rows *rows, app_stream *streams, uint32_t number, uint64_t row)
{
    bool swapped, swapped_first;
    size_t i;
    const ends e = ends_of(rows->set, row, &swapped);
    uint64_t *slot = slot_find(rows, &e);
    streams[number] = (app_stream){.first = number, .met = true};
    if (!*slot) {
        *slot = row + 1;
        return;
    }
    (void)ends_of(rows->set, *slot - 1, &swapped_first);
    streams[number].first = rowset_at(rows->set, *slot - 1, &i)->stream[i];
    streams[number].begun = true;
    streams[number].flipped = swapped != swapped_first;
}

/* Has the row a UDP stream and ports? */
static bool is_udp(const pkt_batch *batch, size_t i)
{
    const uint64_t both = PKT_HAS_STREAM | PKT_HAS_PORTS;
    return (batch->present[i] & both) == both && batch->ip_proto[i] != PROTO_TCP;
}

static bool has_ends(const rowset *set)
{
    static const size_t needed[] = {PKT_COL_present,  PKT_COL_src_lo,   PKT_COL_dst_lo,
                                    PKT_COL_src_port, PKT_COL_dst_port, PKT_COL_ip_proto};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (!pkt_set_has(&set->columns, needed[i]))
            return false;
    return true;
}

app_stream *app_streams_find(const rowset *set, uint64_t rows)
{
    size_t room = 16;
    while (room < 2 * (size_t)rows)
        room *= 2;
    app_stream *streams = calloc((size_t)rows + 1, sizeof *streams);
    first_rows firsts = {set, calloc(room, sizeof *firsts.slots), room - 1};
    for (uint64_t row = 0; streams && firsts.slots && has_ends(set) && row < rows; row++) {
        size_t i;
        const pkt_batch *batch = rowset_at(set, row, &i);
        const uint32_t number = batch->stream[i];
        if (is_udp(batch, i) && number < rows && !streams[number].met)
            stream_meet(&firsts, streams, number, row);
    }
    if (!firsts.slots) {
        free(streams);
        streams = NULL;
    }
    free(firsts.slots);
    return streams;
}
