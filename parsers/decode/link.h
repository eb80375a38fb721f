/* Any link but Ethernet. */
#ifndef PKT_DECODE_LINK_H
#define PKT_DECODE_LINK_H

#include "parsers/core/record.h"
#include "parsers/decode/cursor.h"

/* Decode a packet of any link type into the row, whose columns of level frames are filled; defined
 * above this folder, in parsers/link. All arguments are in registers: a row or a cursor would go
 * through memory. */
decode_result pkt_decode_link(const pkt_record *record, pkt_batch *batch, size_t index,
                              pkt_stream_hint *hint, pkt_payload *payload);

#endif
