/* Columns of headers by the layers that PcapPlusPlus makes of a packet. It makes none of SNAP, of
 * MPLS in PPP, and of what is in first fragments and in UDP-Lite: for them there are lines of our
 * own.
 */
#ifndef PKT_PCAPPLUSPLUS_HEADERS_H
#define PKT_PCAPPLUSPLUS_HEADERS_H

#include "pktbench.h"

#include <Packet.h>

/* Parses `raw` into `packet`, which then points to it, and writes the columns of level headers into
 * row `at`, of which all cells are 0; with `is_app`, those of app.h too. May throw std::bad_alloc.
 */
void pcapplusplus_header_columns(pkt_batch &batch, size_t at, bool is_app, pcpp::Packet &packet,
                                 pcpp::RawPacket &raw);

#endif
