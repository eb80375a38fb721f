/* Application protocols: bytes after a TCP or UDP header to the columns of level `app`. One segment
 * at a time, without reassembly or memory of earlier packets: retransmissions count, and the first
 * value in the segment is taken. No I/O, no allocation, no globals; safe for any input bytes. */
#ifndef PKT_APP_H
#define PKT_APP_H

#include "parsers/decode/hint.h"
#include "pktbench.h"

/* The most text that a row can have, bytes: two values of PKT_TEXT_MAX. A batch must end before its
 * arena has less room. */
#define PKT_APP_ROW_TEXT ((size_t)2 * PKT_TEXT_MAX)

/* Rows that the arena certainly has room for. 0: the batch ends here. */
static inline size_t pkt_app_rows_fit(const pkt_batch *batch)
{
    return (batch->text_room - batch->text_used) / PKT_APP_ROW_TEXT;
}

/* At the begin of a batch. -1 and *err: it was not made by pkt_batch_new(). */
static inline int pkt_app_room_check(const pkt_batch *batch, pkt_err *err)
{
    return batch->text_room >= PKT_BATCH_TEXT
               ? 0
               : pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "the batch has no arena for texts");
}

/* Columns that the decoders fill and the run does not have: the backend must clear them. */
pkt_column_set pkt_app_columns_left(const pkt_request *request);
/* Fill the columns of level `app` in `count` rows from `first` on, whose header columns are filled;
 * those without a payload have none. */
void pkt_app_rows(const pkt_payload *payloads, size_t count, pkt_batch *batch, size_t first);

#endif
