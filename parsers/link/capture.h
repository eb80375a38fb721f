/* Headers that capture systems put before packets: https://www.tcpdump.org/linktypes.html
 *
 *   BSD loopback (NULL, LOOP):  address family(4): NULL in the byte order of the capturing machine,
 *                               LOOP big-endian
 *     NULL of other systems:    address family(2) 0(2), or 0(2) EtherType(2), or PPP in HDLC
 *                               framing
 *
 *   OpenBSD filter log (PFLOG): length(1) address family(1) ..., padded to 4 bytes
 *
 *   Linux filter log (NFLOG):   address family(1) version(1) resource(2) { attribute }
 *     attribute:                length(2) type(2) value, padded to 4 bytes, in the byte order of
 *                               the capturing machine; that of type 1: EtherType(2) hook(1)
 *                               padding(1), big-endian
 *
 *   Darwin (PKTAP):             length(4) record type(4) link type(4) ..., little-endian
 *
 *   Endace (ERF):               time(8) type(1) flags(1) lengths(6) { extension(8) } [offset(2)]
 */
#ifndef PKT_LINK_CAPTURE_H
#define PKT_LINK_CAPTURE_H

#include "parsers/link/bridged.h"

/* No LINKTYPE_ number. */
#define PKT_NO_LINK UINT32_MAX

/* AF_INET is 2 on all systems; AF_INET6 differs. */
enum { BSD_INET = 2, BSD_INET6 = 24, FREEBSD_INET6 = 28, DARWIN_INET6 = 30, FAMILY_MAX = 255 };

static inline pkt_verdict decode_family(cursor c, row *r, unsigned family)
{
    switch (family) {
    case BSD_INET:
        return decode_ipv4(c, r);
    case BSD_INET6:
    case FREEBSD_INET6:
    case DARWIN_INET6:
        return decode_ipv6(c, r);
    default:
        return PKT_OK;
    }
}

/* The address family, or EtherType, of a header of NULL. As dissect_null of Wireshark, which reads
 * it on a little-endian machine. */
static inline uint32_t null_number(const uint8_t *h)
{
    enum { BYTE = 8, HALF = 16, LOW_BYTE = 0xff, SHORT_FAMILIES = 6 };
    const uint32_t number = le32(h), upper = number >> HALF;
    if (upper) /* a family of 16 bits there, or all bytes are in the other order */
        return upper < SHORT_FAMILIES ? upper : be32(h);
    const bool swapped = !(number & LOW_BYTE) && number >> BYTE < SHORT_FAMILIES;
    return swapped ? number >> BYTE : number;
}

static inline pkt_verdict decode_null(cursor c, row *r)
{
    enum { HEADER = 4, PPP_IN_HDLC = 0xff03 };
    const cursor whole = c;
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h)
        return cursor_short(&c, HEADER);
    if (be16(h) == PPP_IN_HDLC)
        return decode_ppp_hdlc(whole, r);
    const uint32_t number = null_number(h);
    if (number <= FAMILY_MAX)
        return decode_family(c, r, number);
    /* Like Wireshark, only the lower half of a number that is no family. */
    return (uint16_t)number < ETHERTYPE_MIN ? PKT_BAD_VALUE
                                            : decode_inner_ethertype(c, r, (uint16_t)number);
}

static inline pkt_verdict decode_loop(cursor c, row *r)
{
    enum { HEADER = 4 };
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h)
        return cursor_short(&c, HEADER);
    return be32(h) > FAMILY_MAX ? PKT_BAD_VALUE : decode_family(c, r, be32(h));
}

static inline pkt_verdict decode_pflog(cursor c, row *r)
{
    enum { FIXED = 2, LEAST = 45, ALIGNMENT = 3 };
    const uint8_t *h = cursor_take(&c, FIXED);
    if (!h)
        return cursor_short(&c, FIXED);
    const size_t length = ((size_t)h[0] + ALIGNMENT) & ~(size_t)ALIGNMENT;
    if (h[0] < LEAST || length - FIXED > c.wire)
        return PKT_BAD_LENGTH;
    if (!cursor_take(&c, length - FIXED))
        return PKT_CUT_BY_SNAPLEN;
    return decode_family(c, r, h[1]);
}

/* What the attributes before the packet say, and whether there is one. */
typedef struct nflog_attributes {
    bool found;
    unsigned type; /* an EtherType; 0: none */
} nflog_attributes;

/* Skip to the value of the attribute that holds the packet, and limit the cursor to it. */
static inline pkt_verdict nflog_payload(cursor *c, nflog_attributes *a)
{
    enum { HEADER = 4, PACKET = 1, PACKET_BYTES = 4, PAYLOAD = 9, TYPE = 0x7fff, TYPES = 0x100 };
    enum { ALIGNMENT = 3 };
    *a = (nflog_attributes){false, 0};
    for (int big = -1; c->wire;) {
        const uint8_t *h = cursor_take(c, HEADER);
        if (!h)
            return cursor_short(c, HEADER);
        if (big < 0) /* the first attribute shows the byte order */
            big = be16(h) >= HEADER && (be16(h + 2) & TYPE) && (be16(h + 2) & TYPE) < TYPES;
        const size_t length = big ? be16(h) : le16(h);
        const unsigned type = (big ? be16(h + 2) : le16(h + 2)) & TYPE;
        if (length < HEADER || length - HEADER > c->wire)
            return PKT_BAD_LENGTH;
        if (type == PAYLOAD) {
            a->found = true;
            cursor_narrow(c, length - HEADER);
            return PKT_OK;
        }
        size_t rest = ((length + ALIGNMENT) & ~(size_t)ALIGNMENT) - HEADER;
        if (rest > c->wire)
            rest = c->wire; /* the last one needs no padding */
        const uint8_t *value = cursor_take(c, rest);
        if (!value)
            return cursor_short(c, rest);
        if (type == PACKET && length - HEADER == PACKET_BYTES)
            a->type = be16(value);
    }
    return PKT_OK;
}

static inline pkt_verdict decode_nflog(cursor c, row *r)
{
    enum { HEADER = 4, LINUX_INET6 = 10 };
    nflog_attributes a;
    const uint8_t *h = cursor_take(&c, HEADER);
    if (!h)
        return cursor_short(&c, HEADER);
    const pkt_verdict verdict = nflog_payload(&c, &a);
    if (verdict != PKT_OK || !a.found)
        return verdict;
    if (a.type) /* the family of a bridge or of ARP says nothing of the packet */
        return a.type < ETHERTYPE_MIN ? PKT_OK : decode_inner_ethertype(c, r, a.type);
    return *h == BSD_INET ? decode_ipv4(c, r) : *h == LINUX_INET6 ? decode_ipv6(c, r) : PKT_OK;
}

/* *link_type: of the packet after the header; PKT_NO_LINK: there is no packet. */
static inline pkt_verdict pktap_step(cursor *c, uint32_t *link_type)
{
    enum { FIXED = 12, LEAST = 108, PACKET = 1 };
    const uint8_t *h = cursor_take(c, FIXED);
    if (!h)
        return cursor_short(c, FIXED);
    const size_t length = le32(h);
    if (length < LEAST || length - FIXED > c->wire)
        return PKT_BAD_LENGTH;
    *link_type = le32(h + 4) == PACKET ? le32(h + 8) : PKT_NO_LINK;
    return cursor_take(c, length - FIXED) ? PKT_OK : PKT_CUT_BY_SNAPLEN;
}

/* PKT_UNSUPPORTED: the record has no Ethernet frame. */
static inline pkt_verdict erf_step(cursor *c)
{
    enum { HEADER = 16, EXTENSION = 8, OFFSET = 2, TYPE = 0x7f, EXTENDED = 0x80, LIMIT = 16 };
    enum { ETHERNET = 2, COLOR = 11, DSM_COLOR = 16, COLOR_HASH = 20 };
    const uint8_t *h = cursor_take(c, HEADER);
    if (!h)
        return cursor_short(c, HEADER);
    const unsigned type = h[8] & TYPE;
    bool extended = h[8] & EXTENDED;
    for (size_t i = 0; extended; i++) {
        if (i == LIMIT)
            return PKT_UNSUPPORTED;
        if (!(h = cursor_take(c, EXTENSION)))
            return cursor_short(c, EXTENSION);
        extended = h[0] & EXTENDED;
    }
    if (type != ETHERNET && type != COLOR && type != DSM_COLOR && type != COLOR_HASH)
        return PKT_UNSUPPORTED;
    return cursor_take(c, OFFSET) ? PKT_OK : cursor_short(c, OFFSET);
}

#endif
