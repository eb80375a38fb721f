/* Tags between the Ethernet addresses and the EtherType of the payload. Each kind has an EtherType
 * of its own and ends with the next EtherType.
 *
 *   VLAN, IEEE 802.1Q clause 9.6:       control(2) type(2)
 *   Cisco metadata (CMD):               version(1) length(1) options(2) security group(2) type(2)
 *   VN-Tag:                             source and destination(4) type(2)
 *   time tag of Cisco switches:         time stamp(6) type(2)
 *   time tag of Arista switches:        subtype(2) version(2) time stamp(8, or 6) type(2)
 *   Gigamon header:                     length, with itself(1) fields type(2)
 *   E-Tag, IEEE 802.1BR clause 7.5:     control(6) type(2)
 *   R-Tag, IEEE 802.1CB clause 7.8:     reserved(2) sequence(2) type(2)
 *   HSR, IEC 62439-3 clause 5.7:        path and size(2) sequence(2) type(2)
 *   I-TAG, IEEE 802.1Q clause 9.7:      service(4) destination(6) source(6) type(2)
 *   MACsec, IEEE 802.1AE clause 9.3:    flags(1) short length(1) packet number(4) [channel(8)]
 *                                       type(2) ... check value(16)
 *   Ethernet bridging, RFC 1701:        destination(6) source(6) type(2)
 */
#ifndef PKT_DECODE_TAGS_H
#define PKT_DECODE_TAGS_H

#include "parsers/decode/cursor.h"

static inline bool is_vlan(unsigned type)
{
    return type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ || type == ETHERTYPE_QINQ_OLD;
}

/* Bytes of a tag that is no VLAN tag, with the type that ends it; 0: not a tag. Of a kind that has
 * several sizes: the least. */
static inline size_t tag_size(unsigned type)
{
    switch (type) {
    case ETHERTYPE_GIGAMON:
        return 3;
    case ETHERTYPE_VN_TAG:
    case ETHERTYPE_R_TAG:
    case ETHERTYPE_HSR:
        return 6;
    case ETHERTYPE_CISCO_CMD:
    case ETHERTYPE_TIME_TAG:
    case ETHERTYPE_E_TAG:
    case ETHERTYPE_MACSEC:
        return 8;
    case ETHERTYPE_ARISTA:
        return 12;
    case ETHERTYPE_BRIDGED:
        return 14;
    case ETHERTYPE_I_TAG:
        return 18;
    default:
        return 0;
    }
}

/* The type that ends a tag: the last 2 bytes of it. A length is no EtherType. Some links have tags,
 * but no EtherType of their own (NULL, NFLOG). */
ALWAYS_INLINE void tag_type(row *r, const uint8_t *at, unsigned *type)
{
    *type = be16(at);
    if (r->present & PKT_HAS_LINK)
        PUT(r, eth_type, (uint16_t)(*type < ETHERTYPE_MIN ? 0 : *type));
}

/* Skip VLAN tags. *type: the first tag's EtherType; becomes the EtherType after the last tag. */
ALWAYS_INLINE pkt_verdict decode_vlan(cursor *c, row *r, unsigned *type)
{
    enum { TAG = 4 };
    for (size_t i = 0; is_vlan(*type); i++) {
        if (i == PKT_MAX_VLAN_TAGS)
            return PKT_UNSUPPORTED;
        const uint8_t *h = cursor_take(c, TAG);
        if (!h)
            return cursor_short(c, TAG);
        if (!(r->present & PKT_HAS_VLAN))
            PUT(r, vlan_id, be16(h) & 0x0fff);
        r->present |= PKT_HAS_VLAN;
        tag_type(r, h + 2, type);
    }
    return PKT_OK;
}

/* *opaque: the payload is encrypted. */
static inline pkt_verdict decode_macsec(cursor *c, row *r, unsigned *type, bool *opaque)
{
    enum { TAG = 6, CHANNEL = 8, TYPE = 2, CHECK_VALUE = 16 };
    enum { VERSION = 0x80, HAS_CHANNEL = 0x20, ENCRYPTED = 0x0c, SHORT_LENGTH = 0x3f };
    const uint8_t *h = cursor_take(c, TAG);
    if (!h)
        return cursor_short(c, TAG);
    if (h[0] & VERSION)
        return PKT_BAD_VALUE;
    const size_t rest = (h[0] & HAS_CHANNEL ? CHANNEL : 0) + TYPE;
    *opaque = h[0] & ENCRYPTED;
    if (*opaque)
        return PKT_OK;
    const uint8_t *end = cursor_take(c, rest);
    if (!end)
        return cursor_short(c, rest);
    const size_t size = h[1] & SHORT_LENGTH; /* from the type on, if it is below 48 */
    if (size && (size < TYPE || size - TYPE + CHECK_VALUE > c->wire))
        return PKT_BAD_LENGTH;
    if (size)
        cursor_narrow(c, size - TYPE);
    else if (!cursor_trim(c, CHECK_VALUE))
        return PKT_TRUNCATED;
    tag_type(r, end + rest - TYPE, type);
    return PKT_OK;
}

/* Wireshark's packet-avsp.c. *opaque: another subtype or version, whose size is not known. */
static inline pkt_verdict decode_arista(cursor *c, row *r, unsigned *type, bool *opaque)
{
    enum { FIXED = 4, TIME = 1, TYPE = 2, UTC = 0x0100, BITS_64 = 0x0010, BITS_48 = 0x0020 };
    const uint8_t *h = cursor_take(c, FIXED);
    if (!h)
        return cursor_short(c, FIXED);
    const unsigned version = be16(h + 2) & ~(unsigned)UTC; /* or TAI */
    *opaque = be16(h) != TIME || (version != BITS_64 && version != BITS_48);
    if (*opaque)
        return PKT_OK;
    const size_t rest = (version == BITS_64 ? 8 : 6) + TYPE;
    h = cursor_take(c, rest);
    if (!h)
        return cursor_short(c, rest);
    tag_type(r, h + rest - TYPE, type);
    return PKT_OK;
}

/* Wireshark's packet-gmhdr.c. */
static inline pkt_verdict decode_gigamon(cursor *c, row *r, unsigned *type)
{
    enum { TYPE = 2 };
    if (!c->captured)
        return cursor_short(c, 1);
    const size_t length = c->at[0];
    if (!length || length > c->wire)
        return PKT_BAD_LENGTH;
    const uint8_t *h = cursor_take(c, length + TYPE);
    if (!h)
        return cursor_short(c, length + TYPE);
    tag_type(r, h + length, type);
    return PKT_OK;
}

/* Skip a tag of any kind. *opaque: what follows it cannot be read; *type is that of the tag. */
static inline pkt_verdict decode_tag(cursor *c, row *r, unsigned *type, bool *opaque)
{
    if (is_vlan(*type))
        return decode_vlan(c, r, type);
    if (*type == ETHERTYPE_MACSEC)
        return decode_macsec(c, r, type, opaque);
    if (*type == ETHERTYPE_ARISTA)
        return decode_arista(c, r, type, opaque);
    if (*type == ETHERTYPE_GIGAMON)
        return decode_gigamon(c, r, type);
    const size_t size = tag_size(*type);
    const uint8_t *h = cursor_take(c, size);
    if (!h)
        return cursor_short(c, size);
    tag_type(r, h + size - 2, type);
    return PKT_OK;
}

/* Skip tags of all kinds. */
static inline pkt_verdict decode_tags(cursor *c, row *r, unsigned *type)
{
    pkt_verdict verdict = PKT_OK;
    bool opaque = false;
    for (size_t i = 0; verdict == PKT_OK && !opaque && (is_vlan(*type) || tag_size(*type)); i++) {
        if (i == PKT_MAX_TAGS)
            return PKT_UNSUPPORTED;
        verdict = decode_tag(c, r, type, &opaque);
    }
    return verdict;
}

#endif
