/* Ethernet frames that another link carries: bridged, RFC 2427 section 4.2 and RFC 2684 section
 * 5.2.
 *
 *   SNAP: 00 80 c2, 00 01 (with frame check sequence) or 00 07 (without it)
 */
#ifndef PKT_LINK_BRIDGED_H
#define PKT_LINK_BRIDGED_H

#include "parsers/decode/ethernet.h"

/* Bytes of a SNAP header: organization(3) type(2). */
enum { SNAP_BYTES = 5 };

/* Ethernet frames inside of another link's. */
static __attribute__((noinline, cold)) pkt_verdict decode_inner_ethernet(cursor c, row *r)
{
    return decode_ethernet(c, r);
}

/* What has an EtherType inside of another link. */
static __attribute__((noinline, cold)) pkt_verdict decode_inner_ethertype(cursor c, row *r,
                                                                          unsigned type)
{
    return decode_ethertype(c, r, type);
}

/* Does a bridged frame follow? *with_fcs: and its frame check sequence. */
static inline bool snap_is_bridged(const uint8_t *snap, bool *with_fcs)
{
    enum { BRIDGED = 0x0080c2, WITH_FCS = 1, WITHOUT_FCS = 7 };
    const unsigned type = be16(snap + 3);
    *with_fcs = type == WITH_FCS;
    return be24(snap) == BRIDGED && (type == WITH_FCS || type == WITHOUT_FCS);
}

static inline pkt_verdict decode_bridged(cursor c, row *r, bool with_fcs)
{
    enum { FCS = 4 };
    if (with_fcs && !cursor_trim(&c, FCS))
        return PKT_TRUNCATED;
    return decode_inner_ethernet(c, r);
}

#endif
