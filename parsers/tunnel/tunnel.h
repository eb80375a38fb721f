/* Packets inside of packets: the innermost IP header of a tunnel, with what is behind it. */
#ifndef PKT_TUNNEL_H
#define PKT_TUNNEL_H

#include "parsers/decode/hint.h"
#include "pktbench.h"

/* Tunnels in tunnels that are entered. */
enum { PKT_TUNNELS_MOST = 8 };

/* Fill the columns in_ of rows [first, first + count), which pkt_decode_flows() has filled, and
 * whose records are still there. `scratch` holds any row. */
void pkt_decode_inner(const pkt_stream_hint *hints, size_t count, pkt_batch *batch, size_t first,
                      pkt_batch *scratch);

#endif
