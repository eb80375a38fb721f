/* IEEE 802.11 clause 9, and the headers that capture systems put before its frames. All numbers are
 * little-endian, except in Prism and AVS headers.
 *
 *   control(2) duration(2) address(6) address(6) address(6) sequence(2)
 *   [address(6)] [QoS control(2)] [HT control(4)]  data frames only
 *   [mesh control(6, 12 or 18)]  LLC, or what wlan_other_body() has
 */
#ifndef PKT_LINK_IEEE80211_H
#define PKT_LINK_IEEE80211_H

#include "parsers/decode/llc.h"
#include "parsers/link/bridged.h"

/* Bits of the frame control field: first byte, second byte. */
enum {
    WLAN_VERSION = 0x03,
    WLAN_TYPE = 0x0c,
    WLAN_MANAGEMENT = 0x00,
    WLAN_DATA = 0x08,
    WLAN_NO_DATA = 0x40, /* of data frames */
    WLAN_QOS = 0x80,     /* of data frames */
    WLAN_TO_DS = 0x01,
    WLAN_FROM_DS = 0x02,
    WLAN_MORE_FRAGMENTS = 0x04,
    WLAN_PROTECTED = 0x40,
    WLAN_HT_CONTROL = 0x80
};

enum { WLAN_HEADER = 24, WLAN_FCS = 4 };

/* What a capture system says about a frame. */
typedef struct wlan_frame {
    bool fcs;    /* the frame check sequence is at its end */
    bool padded; /* the header is padded to 4 bytes */
} wlan_frame;

/* Bytes of a data frame's header. `h`: frame control. */
static inline size_t wlan_data_header(const uint8_t *h)
{
    const unsigned both = WLAN_TO_DS | WLAN_FROM_DS;
    const bool qos = h[0] & WLAN_QOS;
    return WLAN_HEADER + ((h[1] & both) == both ? 6u : 0u) + (qos ? 2u : 0u) +
           (qos && h[1] & WLAN_HT_CONTROL ? 4u : 0u);
}

/* Offsets of the addresses. */
enum { WLAN_FIRST = 4, WLAN_SECOND = 10, WLAN_THIRD = 16, WLAN_FOURTH = 24 };

/* Destination and source by To DS and From DS: table 9-30. `direction`: 0 in management frames. */
static inline const uint8_t *wlan_destination(const uint8_t *h, unsigned direction)
{
    return h + (direction & WLAN_TO_DS ? WLAN_THIRD : WLAN_FIRST);
}

static inline const uint8_t *wlan_source(const uint8_t *h, unsigned direction)
{
    return h + (!(direction & WLAN_FROM_DS) ? WLAN_SECOND
                : direction & WLAN_TO_DS    ? WLAN_FOURTH
                                            : WLAN_THIRD);
}

static inline void wlan_addresses(const uint8_t *h, unsigned direction, row *r)
{
    r->present |= PKT_HAS_LINK;
    PUT(r, eth_dst, be48(wlan_destination(h, direction)));
    PUT(r, eth_src, be48(wlan_source(h, direction)));
}

/* Does SNAP begin `at` bytes from here, as far as can be seen? */
static inline bool wlan_is_snap(const cursor *c, size_t at)
{
    enum { SNAP = 0xaaaa };
    return c->captured < at + 2 || be16(c->at + at) == SNAP;
}

/* QoS control of a data frame, which says whether it holds an A-MSDU, and a mesh control; NULL:
 * none. `h`: a header of `size` bytes. */
static inline const uint8_t *wlan_qos(const uint8_t *h, size_t size)
{
    enum { QOS = 2, HT = 4 };
    return h[0] & WLAN_QOS ? h + size - QOS - (h[1] & WLAN_HT_CONTROL ? HT : 0) : NULL;
}

/* Bytes that a mesh control field, 9.2.4.7.3, has if the body begins with one; 0: its flags, the
 * first byte, would not be valid. */
static inline size_t wlan_mesh_size(const cursor *c, const uint8_t *h)
{
    enum { EXTENDED = 0x03, RESERVED = 3, FIXED = 6, ADDRESS = 6 };
    const unsigned flags = c->at[0];
    if (!(h[1] & WLAN_FROM_DS) || flags & ~(unsigned)EXTENDED || flags == RESERVED)
        return 0;
    return FIXED + flags * ADDRESS;
}

/* Bytes of a mesh control field; 0: there is none. Capture systems may leave out the QoS control,
 * or its bit for it; and outside of a mesh, that bit has another meaning. Therefore, as Wireshark
 * does, the flags must be valid, and SNAP must follow; the bit decides only where the packet ends
 * before that. */
static inline size_t wlan_mesh(const cursor *c, const uint8_t *h)
{
    enum { PRESENT = 0x01, SNAP = 2 };
    const size_t size = wlan_mesh_size(c, h);
    if (!size)
        return 0;
    const uint8_t *qos = wlan_qos(h, wlan_data_header(h));
    const bool has_mesh =
        c->captured < size + SNAP ? qos && qos[1] & PRESENT : wlan_is_snap(c, size);
    return has_mesh ? size : 0;
}

/* Does an Ethernet frame begin with the addresses of the header `h`: with one of them, or both? */
static inline bool wlan_is_ethernet(const cursor *c, size_t at, const uint8_t *h, bool both)
{
    enum { ADDRESS = 6, ADDRESSES = 12 };
    const bool dst =
        c->captured >= at + ADDRESS && memcmp(c->at + at, wlan_destination(h, h[1]), ADDRESS) == 0;
    const bool src = c->captured >= at + ADDRESSES &&
                     memcmp(c->at + at + ADDRESS, wlan_source(h, h[1]), ADDRESS) == 0;
    return both ? dst && src : dst || src;
}

/* An EtherType that may stand in place of LLC. */
static inline bool wlan_is_type(unsigned type)
{
    return type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6 || type == ETHERTYPE_ARP ||
           type == ETHERTYPE_RARP || type == ETHERTYPE_MPLS || type == ETHERTYPE_MPLS_UPSTREAM ||
           type == ETHERTYPE_PPPOE_SESSION;
}

/* Bytes of the body that tell which kind it is, see below. */
static inline size_t wlan_deciding(const cursor *c, const uint8_t *h)
{
    enum { ADDRESSES = 12, BEHIND_ZEROS = 18, SNAP = 2 };
    const size_t mesh = wlan_mesh_size(c, h) + SNAP;
    const size_t others = be16(c->at) == 0 ? BEHIND_ZEROS : ADDRESSES;
    return mesh > others ? mesh : others;
}

/* Some captures have other bodies than SNAP. As Wireshark does: behind a mesh control, LLC; an
 * Ethernet frame, if it has the destination of the header `h`, or its source, or both behind 6
 * bytes that begin with two zeros; LLC behind two zeros, or the sequence control once more; an
 * EtherType in place of LLC (IEEE 802, EPD); LLC. `c` has 2 bytes. */
static __attribute__((noinline, cold)) decode_result wlan_other_body(cursor c, row r,
                                                                     const uint8_t *h)
{
    enum { BEFORE_LLC = 2, BEFORE_ETHERNET = 6, SEQUENCE = 22 };
    const unsigned type = be16(c.at);
    const size_t mesh = wlan_mesh(&c, h);
    pkt_verdict verdict;
    if (c.captured < c.wire && c.captured < wlan_deciding(&c, h)) {
        verdict = PKT_CUT_BY_SNAPLEN;
    } else if (mesh) {
        verdict = cursor_take(&c, mesh) ? decode_llc(c, &r) : cursor_short(&c, mesh);
    } else if (wlan_is_ethernet(&c, 0, h, false)) {
        verdict = decode_inner_ethernet(c, &r);
    } else if (type == 0 && wlan_is_ethernet(&c, BEFORE_ETHERNET, h, true)) {
        (void)cursor_take(&c, BEFORE_ETHERNET);
        verdict = decode_inner_ethernet(c, &r);
    } else if (type == 0 || type == be16(h + SEQUENCE)) {
        (void)cursor_take(&c, BEFORE_LLC);
        verdict = decode_llc(c, &r);
    } else if (wlan_is_type(type)) {
        (void)cursor_take(&c, BEFORE_LLC);
        verdict = decode_inner_ethertype(c, &r, type);
    } else {
        verdict = decode_llc(c, &r);
    }
    return (decode_result){verdict, r.present};
}

static inline pkt_verdict wlan_body(cursor c, row *r, const uint8_t *h)
{
    if (__builtin_expect(wlan_is_snap(&c, 0), 1))
        return decode_llc(c, r);
    const decode_result end = wlan_other_body(c, *r, h);
    r->present = end.present;
    return end.verdict;
}

/* Skip the header of the first subframe of an A-MSDU, 9.3.2.2.2: destination(6) source(6)
 * length(2), big-endian. */
static inline pkt_verdict wlan_amsdu(cursor *c, row *r)
{
    enum { HEADER = 14 };
    const uint8_t *h = cursor_take(c, HEADER);
    if (!h)
        return cursor_short(c, HEADER);
    r->present |= PKT_HAS_LINK;
    PUT(r, eth_dst, be48(h));
    PUT(r, eth_src, be48(h + 6));
    const size_t length = be16(h + 12);
    if (length > c->wire)
        return PKT_BAD_LENGTH;
    cursor_narrow(c, length);
    return PKT_OK;
}

/* `c`: behind the header `h` of `size` bytes; `padding` bytes follow. */
static inline pkt_verdict wlan_data(cursor c, row *r, const uint8_t *h, size_t size, size_t padding)
{
    enum { AMSDU = 0x80, FRAGMENT = 0x0f };
    const bool opaque = h[0] & WLAN_NO_DATA || h[1] & WLAN_PROTECTED;
    const bool fragment = h[1] & WLAN_MORE_FRAGMENTS || h[22] & FRAGMENT;
    const uint8_t *qos = wlan_qos(h, size);
    const bool amsdu = !opaque && !fragment && qos && qos[0] & AMSDU;
    if (!amsdu) /* its addresses are those of the subframe */
        wlan_addresses(h, h[1], r);
    if (opaque)
        return PKT_OK;
    if (fragment)
        return PKT_UNSUPPORTED; /* not reassembled */
    if (!cursor_take(&c, padding))
        return cursor_short(&c, padding);
    const pkt_verdict verdict = amsdu ? wlan_amsdu(&c, r) : PKT_OK;
    if (verdict != PKT_OK)
        return verdict;
    return amsdu ? decode_llc(c, r) : wlan_body(c, r, h);
}

static inline pkt_verdict decode_ieee80211(cursor c, row *r, wlan_frame frame)
{
    enum { CONTROL = 2, PADDING = 3 };
    if (frame.fcs && !cursor_trim(&c, WLAN_FCS))
        return PKT_TRUNCATED;
    if (c.captured < CONTROL)
        return cursor_short(&c, CONTROL);
    const unsigned type = c.at[0] & WLAN_TYPE;
    if (c.at[0] & WLAN_VERSION)
        return PKT_UNSUPPORTED;
    if (type != WLAN_DATA && type != WLAN_MANAGEMENT)
        return PKT_OK; /* control frames do not have both addresses */
    const size_t size = type == WLAN_DATA ? wlan_data_header(c.at) : WLAN_HEADER;
    const uint8_t *h = cursor_take(&c, size);
    if (!h)
        return cursor_short(&c, size);
    if (type == WLAN_MANAGEMENT) {
        wlan_addresses(h, 0, r);
        return PKT_OK;
    }
    return wlan_data(c, r, h, size, frame.padded ? (0 - size) & PADDING : 0);
}

/* https://www.radiotap.org: the field Flags, which follows the presence words and the field TSFT;
 * 0: there is none. `h`: a header of `length` bytes. */
static inline unsigned radiotap_flags(const uint8_t *h, size_t length)
{
    enum { WORD = 4, TSFT = 1, FLAGS = 2, TIME = 8 };
    size_t at = WORD;
    uint32_t word = 0, present = 0;
    do {
        if (at + WORD > length)
            return 0;
        word = le32(h + at);
        if (at == WORD)
            present = word;
        at += WORD;
    } while (word >> 31);
    if (present & TSFT)
        at = ((at + TIME - 1) & ~(size_t)(TIME - 1)) + TIME;
    return present & FLAGS && at < length ? h[at] : 0;
}

/* A header of `length` bytes, of which `c` is behind the first `fixed`. NULL: *verdict says why. */
static inline const uint8_t *wlan_capture_header(cursor *c, size_t fixed, size_t length,
                                                 pkt_verdict *verdict)
{
    *verdict = PKT_BAD_LENGTH;
    if (length < fixed || length - fixed > c->wire)
        return NULL;
    const uint8_t *rest = cursor_take(c, length - fixed);
    *verdict = rest ? PKT_OK : PKT_CUT_BY_SNAPLEN;
    return rest ? rest - fixed : NULL;
}

/* version(1) padding(1) length(2) presence(4) ... */
static inline pkt_verdict decode_radiotap(cursor c, row *r)
{
    enum { FIXED = 8, FCS = 0x10, PADDED = 0x20 };
    pkt_verdict verdict;
    const uint8_t *h = cursor_take(&c, FIXED);
    if (!h)
        return cursor_short(&c, FIXED);
    if (h[0] != 0)
        return PKT_BAD_VALUE;
    const size_t length = le16(h + 2);
    if (!wlan_capture_header(&c, FIXED, length, &verdict))
        return verdict;
    const unsigned flags = radiotap_flags(h, length);
    return decode_ieee80211(c, r, (wlan_frame){flags & FCS, flags & PADDED});
}

/* AVS: version(4) length(4) ..., big-endian. */
static inline pkt_verdict decode_avs(cursor c, row *r)
{
    enum { FIXED = 8, VERSIONS = 0x80211 };
    pkt_verdict verdict;
    const uint8_t *h = cursor_take(&c, FIXED);
    if (!h)
        return cursor_short(&c, FIXED);
    if (be32(h) >> 12 != VERSIONS)
        return PKT_BAD_VALUE;
    if (!wlan_capture_header(&c, FIXED, be32(h + 4), &verdict))
        return verdict;
    return decode_ieee80211(c, r, (wlan_frame){false, false});
}

/* The message code of a Prism header, in either byte order. */
static inline bool prism_code(uint32_t code)
{
    enum { MONITOR = 0x44, OTHER = 0x41 };
    return code == MONITOR || code == OTHER;
}

/* Prism: 144 bytes; some drivers write AVS headers under the same link type. */
static inline pkt_verdict decode_prism(cursor c, row *r)
{
    enum { CODE = 4, HEADER = 144, AVS = 0x80211 };
    if (c.captured < CODE)
        return cursor_short(&c, CODE);
    if (be32(c.at) >> 12 == AVS)
        return decode_avs(c, r);
    const bool is_prism = prism_code(be32(c.at)) || prism_code(le32(c.at));
    if (is_prism && !cursor_take(&c, HEADER))
        return cursor_short(&c, HEADER);
    return decode_ieee80211(c, r, (wlan_frame){false, false});
}

/* PPI, https://www.tcpdump.org/linktypes/LINKTYPE_PPI.html: the flags of the field 802.11-Common
 * say whether there is a frame check sequence. `h`: a header of `length` bytes. */
static inline bool ppi_has_fcs(const uint8_t *h, size_t length)
{
    enum { FIXED = 8, FIELD = 4, COMMON = 2, FLAGS = 8, HAS_FCS = 1, ALIGNED = 1, WORD = 3 };
    for (size_t at = FIXED; at + FIELD <= length;) {
        const size_t size = le16(h + at + 2);
        if (le16(h + at) == COMMON && size > FLAGS && at + FIELD + FLAGS < length)
            return h[at + FIELD + FLAGS] & HAS_FCS;
        at += FIELD + (h[1] & ALIGNED ? (size + WORD) & ~(size_t)WORD : size);
    }
    return false;
}

/* version(1) flags(1) length(2) link type(4) ... *link_type: of the frame after it. */
static inline pkt_verdict ppi_step(cursor *c, uint32_t *link_type, bool *fcs)
{
    enum { FIXED = 8 };
    pkt_verdict verdict;
    const uint8_t *h = cursor_take(c, FIXED);
    if (!h)
        return cursor_short(c, FIXED);
    if (h[0] != 0)
        return PKT_BAD_VALUE;
    const size_t length = le16(h + 2);
    *link_type = le32(h + 4);
    if (!wlan_capture_header(c, FIXED, length, &verdict))
        return verdict;
    *fcs = ppi_has_fcs(h, length);
    return PKT_OK;
}

#endif
