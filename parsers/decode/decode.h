/* Decodes packet bytes into columns. No I/O, no allocation, no globals; safe for any input bytes.
 */
#ifndef PKT_DECODE_H
#define PKT_DECODE_H

#include "parsers/core/record.h"
#include "parsers/decode/hint.h"
#include "pktbench.h"

/* Fill the columns of level frames for `count` records, in the batch's rows from `first` on. These
 * rows must be cleared. */
void pkt_decode_frames(const pkt_record *records, size_t count, pkt_batch *batch, size_t first);
/* Fill also the columns of level headers. */
void pkt_decode_headers(const pkt_record *records, size_t count, pkt_batch *batch, size_t first);
/* Fill also hints[i] for records[i], which stream numbering needs. */
void pkt_decode_flows(const pkt_record *records, size_t count, pkt_batch *batch, size_t first,
                      pkt_stream_hint *hints);
/* The columns of level headers, and payloads[i] of records[i]. */
void pkt_decode_payloads(const pkt_record *records, size_t count, pkt_batch *batch, size_t first,
                         pkt_payload *payloads);
/* The same, and hints[i]. */
void pkt_decode_all(const pkt_record *records, size_t count, pkt_batch *batch, size_t first,
                    pkt_stream_hint *hints, pkt_payload *payloads);

#endif
