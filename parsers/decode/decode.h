/* Packet bytes -> columns. No I/O, no allocation, no globals; safe on any bytes. */
#ifndef PKT_DECODE_H
#define PKT_DECODE_H

#include "parsers/core/record.h"
#include "parsers/decode/hint.h"
#include "pktbench.h"

/* Limits on nesting; deeper is PKT_UNSUPPORTED. */
#define PKT_MAX_VLAN_TAGS 8
#define PKT_MAX_MPLS_LABELS 16
#define PKT_MAX_IP_EXTENSIONS 16

/* Write the frames columns of `count` records into cleared rows of the batch, from row `first`. */
void pkt_decode_frames(const pkt_record *records, size_t count, pkt_batch *batch, size_t first);
/* The same, and the headers columns. */
void pkt_decode_headers(const pkt_record *records, size_t count, pkt_batch *batch, size_t first);
/* The same, and what numbering streams needs besides: hints[i] is of records[i]. */
void pkt_decode_flows(const pkt_record *records, size_t count, pkt_batch *batch, size_t first,
                      pkt_stream_hint *hints);

#endif
