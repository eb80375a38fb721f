/* Headers of tunnels, each with the number that tells its tunnels apart, and what follows it.
 *
 *   GRE, RFC 2784 and 2890:  flags(2) EtherType(2) [checksum(4)] [key(4)] [sequence(4)]
 *   GRE in UDP, RFC 8086:    the same, at port 4754
 *   EoIP of MikroTik:        the same, of version 1 and type 6400; the key is length(2) tunnel(2)
 *   metadata of Cisco:       type(2) version(1) length(1) options(2) group(2), in GRE of type 8909
 *   PPTP, RFC 2637:          flags(2) 880b length(2) call(2) [sequence(4)] [acknowledgement(4)] PPP
 *   ERSPAN II, III:          header(8 or 12) [platform(8)], in GRE with a sequence number
 *   EtherIP, RFC 3378:       version(4 bits) reserved(12 bits) Ethernet
 *   Ethernet, RFC 8986:      nothing before it, in IP protocol 143
 *   VXLAN, RFC 7348:         flags(1) reserved(2) next(1) network(3) reserved(1), next as of GPE
 *   Geneve, RFC 8926:        options(6 bits) flags(8) EtherType(2) network(3) reserved(1) options
 *   GTP-U, 3GPP TS 29.281:   flags(1) type(1) length(2) tunnel(4) [sequence(2) number(1) next(1)]
 *                            { length(1) ... next(1) }
 *   L2TP, RFC 2661:          flags(2) [length(2)] tunnel(2) session(2) [sequence(4)] [offset(2)]
 *                            PPP
 *   Teredo, RFC 4380:        [origin(8)] IPv6
 */
#ifndef PKT_TUNNEL_STEPS_H
#define PKT_TUNNEL_STEPS_H

#include "parsers/decode/ethernet.h"

/* What is inside, and where its tunnel's number stands. */
typedef struct tunnel_inside {
    enum {
        INSIDE_NOTHING, /* or nothing that is decoded */
        INSIDE_TYPE,    /* what `type` says, an EtherType */
        INSIDE_IP,      /* by its version */
        INSIDE_ETHERNET,
        INSIDE_MPLS,
        INSIDE_PPP
    } kind;
    unsigned type;
    bool has_key;
    uint32_t key;
} tunnel_inside;

static const tunnel_inside tunnel_nothing = {INSIDE_NOTHING, 0, false, 0};

static inline tunnel_inside tunnel_of_type(unsigned type)
{
    return type == ETHERTYPE_BRIDGED ? (tunnel_inside){INSIDE_ETHERNET, 0, false, 0}
           : type >= ETHERTYPE_MIN   ? (tunnel_inside){INSIDE_TYPE, type, false, 0}
                                     : tunnel_nothing;
}

/* `sequence`: GRE has a sequence number; without it, there is no header. */
static inline tunnel_inside erspan_step(cursor *c, bool third, bool sequence)
{
    enum { SECOND = 8, THIRD = 12, PLATFORM = 8, HAS_PLATFORM = 1, KIND = 0x7c, IP = 2 };
    if (!third) {
        if (sequence && !cursor_take(c, SECOND))
            return tunnel_nothing;
        return (tunnel_inside){INSIDE_ETHERNET, 0, false, 0};
    }
    const uint8_t *h = cursor_take(c, THIRD);
    if (!h || (h[11] & HAS_PLATFORM && !cursor_take(c, PLATFORM)))
        return tunnel_nothing;
    return (tunnel_inside){(h[10] & KIND) >> 2 == IP ? INSIDE_IP : INSIDE_ETHERNET, 0, false, 0};
}

static inline tunnel_inside pptp_step(cursor *c, unsigned flags)
{
    enum { CALL = 4, SEQUENCE = 0x1000, ACKNOWLEDGEMENT = 0x0080 };
    const uint8_t *h = cursor_take(c, CALL);
    const size_t rest = (flags & SEQUENCE ? 4 : 0) + (flags & ACKNOWLEDGEMENT ? 4 : 0);
    if (!h || !cursor_take(c, rest))
        return tunnel_nothing;
    return (tunnel_inside){INSIDE_PPP, 0, true, be16(h + 2)};
}

/* Types that only GRE has. */
enum { GRE_PPP = 0x880b, GRE_EOIP = 0x6400 };

/* Behind the header of GRE, by its type. */
static inline tunnel_inside gre_inside(cursor *c, unsigned type, bool sequence)
{
    enum { ERSPAN = 0x88be, ERSPAN_3 = 0x22eb, WCCP = 0x883e, WCCP_HEADER = 4, METADATA = 8 };
    if (type == ETHERTYPE_CISCO_CMD) { /* as of Wireshark's packet-cisco-metadata.c */
        const uint8_t *h = cursor_take(c, METADATA);
        if (!h || be16(h) == ETHERTYPE_CISCO_CMD)
            return tunnel_nothing;
        type = be16(h);
    }
    if (type == ERSPAN || type == ERSPAN_3)
        return erspan_step(c, type == ERSPAN_3, sequence);
    if (type == GRE_PPP)
        return (tunnel_inside){INSIDE_PPP, 0, false, 0};
    if (type == GRE_EOIP)
        return (tunnel_inside){INSIDE_ETHERNET, 0, false, 0};
    if (type != WCCP)
        return tunnel_of_type(type);
    if (c->captured && c->at[0] >> 4 != 4 && !cursor_take(c, WCCP_HEADER))
        return tunnel_nothing;
    return (tunnel_inside){INSIDE_TYPE, ETHERTYPE_IPV4, false, 0};
}

static inline tunnel_inside gre_step(cursor *c)
{
    enum { HEADER = 4, WORD = 4, VERSION = 0x0007, ENHANCED = 1 };
    enum { CHECKSUM = 0x8000, ROUTING = 0x4000, KEY = 0x2000, SEQUENCE = 0x1000 };
    const uint8_t *h = cursor_take(c, HEADER), *key = NULL;
    if (!h)
        return tunnel_nothing;
    const unsigned flags = be16(h), type = be16(h + 2);
    if ((flags & VERSION) == ENHANCED && type == GRE_PPP)
        return pptp_step(c, flags);
    if ((flags & VERSION) > ENHANCED || flags & ROUTING ||
        (flags & CHECKSUM && !cursor_take(c, WORD)) ||
        (flags & KEY && !(key = cursor_take(c, WORD))) ||
        (flags & SEQUENCE && !cursor_take(c, WORD)))
        return tunnel_nothing;
    tunnel_inside inside = gre_inside(c, type, (flags & SEQUENCE) != 0);
    inside.has_key = key != NULL;
    inside.key = key ? be32(key) : 0;
    return inside;
}

static inline tunnel_inside vxlan_step(cursor *c, bool generic)
{
    enum { HEADER = 8, IPV4 = 1, IPV6 = 2, ETHERNET = 3 };
    const uint8_t *h = cursor_take(c, HEADER);
    if (!h)
        return tunnel_nothing;
    /* As in Wireshark, the network counts though the flag that it is valid may be 0. */
    tunnel_inside inside = {INSIDE_ETHERNET, 0, true, be24(h + 4)};
    if (generic && (h[3] == IPV4 || h[3] == IPV6))
        inside.kind = INSIDE_IP;
    else if (generic && h[3] != ETHERNET)
        return tunnel_nothing;
    return inside;
}

static inline tunnel_inside geneve_step(cursor *c)
{
    enum { HEADER = 8, VERSION = 0xc0, LENGTH = 0x3f, WORD = 4 };
    const uint8_t *h = cursor_take(c, HEADER);
    if (!h || h[0] & VERSION || !cursor_take(c, (size_t)(h[0] & LENGTH) * WORD))
        return tunnel_nothing;
    tunnel_inside inside = tunnel_of_type(be16(h + 2));
    inside.has_key = true;
    inside.key = be24(h + 4);
    return inside;
}

/* Extension headers; `next`: the first one's type. False: cut, or one of no bytes. */
static inline bool gtp_extensions(cursor *c, unsigned next)
{
    enum { WORD = 4 };
    for (size_t i = 0; next; i++) {
        if (i == PKT_MAX_IP_EXTENSIONS || !c->captured)
            return false;
        const size_t size = (size_t)c->at[0] * WORD;
        const uint8_t *h = size ? cursor_take(c, size) : NULL;
        if (!h)
            return false;
        next = h[size - 1];
    }
    return true;
}

/* Is it Ethernet (3GPP TS 23.501 section 5.6.10.2), not IP? No field says it: as Wireshark does, by
 * the EtherType, where the first byte is not that of IP. */
static inline bool gtp_is_ethernet(const cursor *c)
{
    enum { HEADER = 14, IPV4_FIRST = 0x45, IPV4_LAST = 0x4e };
    if (c->captured <= HEADER || c->at[0] >> 4 == 6 ||
        (c->at[0] >= IPV4_FIRST && c->at[0] <= IPV4_LAST))
        return false;
    const unsigned type = be16(c->at + 12);
    return type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6;
}

static inline tunnel_inside gtp_step(cursor *c)
{
    enum { HEADER = 8, OPTIONAL = 4, VERSION_AND_KIND = 0xf0, ONE = 0x30, PACKET = 0xff };
    enum { EXTENDED = 0x04, ANY_OPTIONAL = 0x07 };
    const uint8_t *h = cursor_take(c, HEADER);
    if (!h || (h[0] & VERSION_AND_KIND) != ONE || h[1] != PACKET)
        return tunnel_nothing;
    cursor_narrow(c, be16(h + 2));
    if (h[0] & ANY_OPTIONAL) {
        const uint8_t *optional = cursor_take(c, OPTIONAL);
        if (!optional || (h[0] & EXTENDED && !gtp_extensions(c, optional[3])))
            return tunnel_nothing;
    }
    return (tunnel_inside){gtp_is_ethernet(c) ? INSIDE_ETHERNET : INSIDE_IP, 0, true, be32(h + 4)};
}

static inline tunnel_inside l2tp_step(cursor *c)
{
    enum { FLAGS = 2, IDS = 4, LENGTH = 2, SEQUENCE = 4, OFFSET = 2, VERSION = 0x000f, TWO = 2 };
    enum { CONTROL = 0x8000, HAS_LENGTH = 0x4000, HAS_SEQUENCE = 0x0800, HAS_OFFSET = 0x0200 };
    const uint8_t *h = cursor_take(c, FLAGS);
    if (!h)
        return tunnel_nothing;
    const unsigned flags = be16(h);
    const uint8_t *offset = NULL;
    if ((flags & VERSION) != TWO || flags & CONTROL ||
        !cursor_take(c, (flags & HAS_LENGTH ? LENGTH : 0) + IDS) ||
        (flags & HAS_SEQUENCE && !cursor_take(c, SEQUENCE)) ||
        (flags & HAS_OFFSET &&
         (!(offset = cursor_take(c, OFFSET)) || !cursor_take(c, be16(offset)))))
        return tunnel_nothing;
    return (tunnel_inside){INSIDE_PPP, 0, false, 0};
}

/* Before IPv6, whose first byte is not 0: an authentication, then an origin. */
static inline tunnel_inside teredo_step(cursor *c)
{
    enum { INDICATOR = 2, AUTHENTICATION = 1, LENGTHS = 4, NONCE = 9, ORIGIN = 8 };
    if (c->captured >= LENGTHS && be16(c->at) == AUTHENTICATION &&
        !cursor_take(c, (size_t)LENGTHS + c->at[2] + c->at[3] + NONCE))
        return tunnel_nothing;
    if (c->captured >= INDICATOR && be16(c->at) == 0 && !cursor_take(c, ORIGIN))
        return tunnel_nothing;
    return (tunnel_inside){INSIDE_TYPE, ETHERTYPE_IPV6, false, 0};
}

/* *known: the port is that of a tunnel. */
static inline tunnel_inside tunnel_of_port(cursor *c, unsigned port, bool *known)
{
    *known = true;
    switch (port) {
    case PORT_L2TP:
        return l2tp_step(c);
    case PORT_GTP_U:
        return gtp_step(c);
    case PORT_TEREDO:
        return teredo_step(c);
    case PORT_VXLAN:
    case PORT_VXLAN_GPE:
        return vxlan_step(c, port == PORT_VXLAN_GPE);
    case PORT_GENEVE:
        return geneve_step(c);
    case PORT_MPLS:
        return (tunnel_inside){INSIDE_MPLS, 0, false, 0};
    case PORT_GRE:
        return gre_step(c);
    default:
        *known = false;
        return tunnel_nothing;
    }
}

/* The lower port decides, then the higher one, as in Wireshark. `c`: at the UDP header. */
static inline tunnel_inside udp_step(cursor *c)
{
    bool known;
    const uint8_t *h = cursor_take(c, UDP_HEADER);
    if (!h)
        return tunnel_nothing;
    const unsigned src = be16(h), dst = be16(h + 2), lower = src < dst ? src : dst;
    const tunnel_inside inside = tunnel_of_port(c, lower, &known);
    return known ? inside : tunnel_of_port(c, src + dst - lower, &known);
}

/* `c`: behind an IP header whose protocol is `proto`. */
static inline tunnel_inside tunnel_step(cursor *c, unsigned proto)
{
    enum { ETHERIP_HEADER = 2 };
    switch (proto) {
    case PROTO_IPV4:
        return (tunnel_inside){INSIDE_TYPE, ETHERTYPE_IPV4, false, 0};
    case PROTO_IPV6:
        return (tunnel_inside){INSIDE_TYPE, ETHERTYPE_IPV6, false, 0};
    case PROTO_GRE:
        return gre_step(c);
    case PROTO_MPLS:
        return (tunnel_inside){INSIDE_MPLS, 0, false, 0};
    case PROTO_ETHERIP:
        return cursor_take(c, ETHERIP_HEADER) ? (tunnel_inside){INSIDE_ETHERNET, 0, false, 0}
                                              : tunnel_nothing;
    case PROTO_ETHERNET:
        return (tunnel_inside){INSIDE_ETHERNET, 0, false, 0};
    case PROTO_UDP:
        return udp_step(c);
    default:
        return tunnel_nothing;
    }
}

#endif
