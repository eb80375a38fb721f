/* LINKTYPE_ numbers of files, DLT_ numbers of libpcap: https://www.tcpdump.org/linktypes.html */
#ifndef PKT_LINK_TYPE_H
#define PKT_LINK_TYPE_H

#include "parsers/core/numbers.h"
#include "pktbench.h"

/* Files of some systems have 12 or 14 for raw IP: the column link_type has LINKTYPE_RAW for them
 * all. */
static inline uint16_t link_type_common(uint16_t link_type)
{
    return link_type == 12 || link_type == 14 ? LINKTYPE_RAW : link_type;
}

/* The two differ in a few numbers alone; all others are returned as they are. */
int pkt_link_type_to_dlt(uint16_t link_type);
uint16_t pkt_link_type_of_dlt(int dlt);

#endif
