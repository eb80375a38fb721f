/* Packet bytes -> columns. No I/O, no allocation, no globals; safe on any bytes. */
#ifndef PKT_DECODE_H
#define PKT_DECODE_H

#include "decode/hint.h"
#include "pktbench.h"
#include "source/source.h"

/* Limits on nesting; deeper is PKT_UNSUPPORTED. */
#define PKT_MAX_VLAN_TAGS 8
#define PKT_MAX_MPLS_LABELS 16
#define PKT_MAX_IP_EXTENSIONS 16

/* Write the frames columns of the record into a cleared row of the batch. */
void pkt_decode_frame(const pkt_record *record, pkt_batch *batch, size_t index);
/* The same, and the headers columns. */
void pkt_decode_headers(const pkt_record *record, pkt_batch *batch, size_t index);
/* The same, and what numbering streams needs besides. */
void pkt_decode_flows(const pkt_record *record, pkt_batch *batch, size_t index,
                      pkt_stream_hint *hint);

#endif
