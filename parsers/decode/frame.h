/* The columns of level frames, for readers that give one packet at a time. */
#ifndef PKT_DECODE_FRAME_H
#define PKT_DECODE_FRAME_H

#include "parsers/core/record.h"
#include "pktbench.h"

/* Fill the columns of level frames in row `index`, which must be cleared. */
static inline __attribute__((always_inline)) void pkt_decode_frame(const pkt_record *record,
                                                                   pkt_batch *batch, size_t index)
{
    batch->ts_ns[index] = record->ts_ns;
    batch->cap_len[index] = record->cap_len;
    batch->wire_len[index] = record->wire_len;
    batch->link_type[index] = record->link_type;
    if (record->cap_len > record->wire_len)
        batch->verdict[index] = PKT_BAD_LENGTH;
}

#endif
