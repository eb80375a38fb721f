/* What Juniper routers put before the frames of their interfaces, and multilink Frame Relay.
 *
 *   Juniper: "MGC" flags(1) [length(2) extensions] frame, or protocol(4) and packet
 *   FRF.16:  fragment bits and sequence(2) Frame Relay
 */
#ifndef PKT_LINK_JUNIPER_H
#define PKT_LINK_JUNIPER_H

#include "parsers/link/frame_relay.h"

/* *has_link: a frame follows, else a packet. */
static inline pkt_verdict juniper_step(cursor *c, bool *has_link)
{
    enum {
        HEADER = 4,
        MAGIC = 0x4d4743,
        EXTENDED = 0x80,
        NO_LINK = 0x02,
        LENGTH = 2,
        PROTOCOL = 4
    };
    const uint8_t *h = cursor_take(c, HEADER);
    if (!h)
        return cursor_short(c, HEADER);
    if (be24(h) != MAGIC)
        return PKT_BAD_VALUE;
    *has_link = !(h[3] & NO_LINK);
    if (h[3] & EXTENDED) {
        const uint8_t *length = cursor_take(c, LENGTH);
        if (!length)
            return cursor_short(c, LENGTH);
        if (be16(length) > c->wire)
            return PKT_BAD_LENGTH;
        if (!cursor_take(c, be16(length)))
            return PKT_CUT_BY_SNAPLEN;
    }
    if (!*has_link && !cursor_take(c, PROTOCOL))
        return cursor_short(c, PROTOCOL);
    return PKT_OK;
}

static inline pkt_verdict decode_multilink(cursor c, row *r)
{
    enum { HEADER = 2, WHOLE = 0xc0, CONTROL = 0x20 };
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h)
        return cursor_short(&c, HEADER);
    if (h[0] & CONTROL)
        return PKT_OK;
    if ((h[0] & WHOLE) != WHOLE)
        return PKT_UNSUPPORTED; /* a fragment, not reassembled */
    return decode_frame_relay(c, r);
}

#endif
