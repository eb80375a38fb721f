/* Stream numbers and directions, by the rules that Wireshark's tcp.stream and udp.stream follow. A
 * pass over rows that were decoded at the level `headers`. */
#ifndef PKT_FLOW_STREAMS_H
#define PKT_FLOW_STREAMS_H

#include "parsers/decode/hint.h"
#include "pktbench.h"

typedef struct pkt_streams pkt_streams;

/* Uses the capture's flow_rule and max_flows, and fills its flow_report. `cleared`: the columns
 * that are cleared before every batch, as those of the request. NULL and *err without memory. */
pkt_streams *pkt_streams_open(const pkt_capture *capture, const pkt_column_set *cleared,
                              pkt_err *err);
/* Clear what numbering reads and nobody has cleared: call it before a batch's rows are decoded. */
void pkt_streams_clear(const pkt_streams *streams, pkt_batch *batch);
/* Fill stream and stream_dir of `count` rows of the batch, from `first` on, which follow those of
 * the last call. `hints`: one for each of them, from pkt_decode_flows(); a header that gives no
 * columns, but has a hint, gets a stream like others. 0, or -1 and *err. */
int pkt_streams_number(pkt_streams *streams, pkt_batch *batch, size_t first, size_t count,
                       const pkt_stream_hint *hints, pkt_err *err);
void pkt_streams_close(pkt_streams *streams);

#endif
