/* Any link but Ethernet. */
#ifndef PKT_DECODE_LINK_H
#define PKT_DECODE_LINK_H

#include "parsers/decode/cursor.h"

/* Decode a packet of this link type; defined above this folder, in parsers/link. */
decode_result pkt_decode_link(cursor c, row r, uint16_t link_type);

#endif
