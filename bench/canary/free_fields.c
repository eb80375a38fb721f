#include "bench/canary/free_fields.h"

#include "parsers/core/numbers.h"

enum {
    SLL_HEADER = 16,
    SLL2_HEADER = 20,
    VLAN_TAGS_MAX = 2,
    DYNAMIC_PORTS = 49152,
    PORT_BITS = 0x3f,
    ICMP_ECHO_REPLY = 0,
    ICMP_ECHO = 8,
    ICMPV6_ECHO = 128,
    ICMPV6_ECHO_REPLY = 129
};

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static void put16(uint8_t *p, uint16_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

/* Offset of the header behind VLAN tags, and its EtherType. Sets places->vlan. */
static size_t tags_skip(const uint8_t *packet, size_t length, size_t at, uint16_t *ether_type,
                        field_places *places)
{
    for (unsigned tags = 0; tags < VLAN_TAGS_MAX; tags++) {
        if ((*ether_type != ETHERTYPE_VLAN && *ether_type != ETHERTYPE_QINQ) ||
            length < at + VLAN_TAG)
            break;
        if (places->vlan == NO_FIELD)
            places->vlan = (uint8_t)at;
        *ether_type = get16(packet + at + 2);
        at += VLAN_TAG;
    }
    return at;
}

/* Offset of the network header; *ether_type: its type, 0: unknown. */
static size_t network_find(const uint8_t *packet, size_t length, uint16_t link_type,
                           uint16_t *ether_type, field_places *places)
{
    *ether_type = 0;
    if (link_type == LINKTYPE_ETHERNET && length >= ETHERNET_HEADER) {
        places->mac = 0;
        *ether_type = get16(packet + 12);
        return tags_skip(packet, length, ETHERNET_HEADER, ether_type, places);
    }
    if (link_type == LINKTYPE_LINUX_SLL && length >= SLL_HEADER) {
        *ether_type = get16(packet + 14);
        return SLL_HEADER;
    }
    if (link_type == LINKTYPE_LINUX_SLL2 && length >= SLL2_HEADER) {
        *ether_type = get16(packet);
        return SLL2_HEADER;
    }
    if ((link_type == LINKTYPE_RAW || link_type == LINKTYPE_IPV4 || link_type == LINKTYPE_IPV6) &&
        length > 0)
        *ether_type = packet[0] >> 4 == 4   ? ETHERTYPE_IPV4
                      : packet[0] >> 4 == 6 ? ETHERTYPE_IPV6
                                            : 0;
    return 0;
}

/* Minimum bytes of the L4 header that are accessed; 0: a protocol without free fields. */
static size_t l4_bytes(unsigned proto)
{
    switch (proto) {
    case PROTO_TCP:
        return TCP_HEADER;
    case PROTO_UDP:
        return UDP_HEADER;
    case PROTO_ICMP:
    case PROTO_ICMPV6:
        return 4;
    default:
        return 0;
    }
}

static void l4_find(size_t length, size_t at, uint8_t proto, field_places *places)
{
    const size_t need = l4_bytes(proto);
    if (need == 0 || length < at + need || at >= NO_FIELD)
        return;
    places->l4 = (uint8_t)at;
    places->proto = proto;
}

static void ipv4_find(const uint8_t *packet, size_t length, size_t at, field_places *places)
{
    const uint8_t *ip = packet + at;
    if (length < at + IPV4_HEADER || ip[0] >> 4 != 4)
        return;
    const size_t header = (size_t)(ip[0] & 15) * 4;
    if (header < IPV4_HEADER || length < at + header)
        return;
    places->ip = (uint8_t)at;
    places->version = 4;
    if ((get16(ip + 6) & 0x1fff) == 0)
        l4_find(length, at + header, ip[9], places);
}

static void ipv6_find(const uint8_t *packet, size_t length, size_t at, field_places *places)
{
    const uint8_t *ip = packet + at;
    if (length < at + IPV6_HEADER || ip[0] >> 4 != 6 || l4_bytes(ip[6]) == 0)
        return;
    places->ip = (uint8_t)at;
    places->version = 6;
    l4_find(length, at + IPV6_HEADER, ip[6], places);
}

void field_places_find(const uint8_t *packet, size_t length, uint16_t link_type,
                       field_places *places)
{
    *places = (field_places){NO_FIELD, NO_FIELD, NO_FIELD, NO_FIELD, 0, 0};
    uint16_t ether_type;
    const size_t at = network_find(packet, length, link_type, &ether_type, places);
    if (ether_type == ETHERTYPE_IPV4)
        ipv4_find(packet, length, at, places);
    else if (ether_type == ETHERTYPE_IPV6)
        ipv6_find(packet, length, at, places);
}

/* The checksums that cover a changed word. NULL: none. */
typedef struct checksums {
    uint8_t *ip, *l4;
    bool optional; /* UDP: 0 means that there is none */
} checksums;

/* RFC 1624, equation 3: HC' = ~(~HC + ~m + m'). */
static void checksum_adjust(uint8_t *sum, uint16_t from, uint16_t to)
{
    uint32_t total = (uint32_t)(uint16_t)~get16(sum) + (uint16_t)~from + to;
    total = (total & 0xffff) + (total >> 16);
    total = (total & 0xffff) + (total >> 16);
    put16(sum, (uint16_t)~total);
}

/* Replace a 16-bit word that both checksums cover. */
static void word_put(uint8_t *at, uint16_t to, const checksums *sums)
{
    const uint16_t from = get16(at);
    if (from == to)
        return;
    put16(at, to);
    if (sums->ip)
        checksum_adjust(sums->ip, from, to);
    if (!sums->l4 || (sums->optional && get16(sums->l4) == 0))
        return;
    checksum_adjust(sums->l4, from, to);
    if (sums->optional && get16(sums->l4) == 0)
        put16(sums->l4, 0xffff);
}

static void word_change(uint8_t *at, uint16_t mask, const checksums *sums)
{
    word_put(at, get16(at) ^ mask, sums);
}

/* The checksum field of the L4 header; NULL: it was not captured. */
static uint8_t *l4_checksum(uint8_t *packet, size_t length, const field_places *p)
{
    if (p->l4 == NO_FIELD)
        return NULL;
    const size_t at = p->l4 + (p->proto == PROTO_TCP ? 16u : p->proto == PROTO_UDP ? 6u : 2u);
    return at + 2 <= length ? packet + at : NULL;
}

static checksums checksums_of(uint8_t *packet, size_t length, const field_places *p)
{
    return (checksums){p->version == 4 ? packet + p->ip + 10 : NULL, l4_checksum(packet, length, p),
                       p->proto == PROTO_UDP};
}

static void mac_change(uint8_t *mac, uint16_t mask)
{
    if ((mac[0] & 1) == 0)
        put16(mac + 4, get16(mac + 4) ^ mask);
}

static void link_change(uint8_t *packet, const field_places *p, const field_masks *m)
{
    if (p->mac != NO_FIELD) {
        mac_change(packet + p->mac, m->mac_dst);
        mac_change(packet + p->mac + 6, m->mac_src);
    }
    if (p->vlan == NO_FIELD)
        return;
    const uint16_t tag = get16(packet + p->vlan), changed = tag ^ m->vlan;
    if ((tag & 0xfff) != 0 && (tag & 0xfff) != 0xfff && (changed & 0xfff) != 0 &&
        (changed & 0xfff) != 0xfff)
        put16(packet + p->vlan, changed);
}

/* Does a checksum of the L4 header cover the addresses? Not that of ICMP for IPv4. */
static const checksums *address_sums(const field_places *p, const checksums *sums, checksums *own)
{
    *own = *sums;
    if (p->proto == PROTO_ICMP)
        own->l4 = NULL;
    return own;
}

static void address_change(uint8_t *address, unsigned version, uint8_t mask, const checksums *sums)
{
    const bool unicast = version == 4 ? address[0] != 0 && address[0] < 224 : address[0] != 0xff;
    if (unicast)
        word_change(address + (version == 4 ? 2 : 14), mask, sums);
}

static void ttl_change(uint8_t *word, bool high_byte, uint8_t mask, const checksums *sums)
{
    const uint8_t ttl = high_byte ? word[0] : word[1];
    if (ttl != 0 && (ttl ^ mask) != 0)
        word_change(word, (uint16_t)(high_byte ? mask << 8 : mask), sums);
}

static void ipv4_change(uint8_t *ip, const field_masks *m, const checksums *sums)
{
    const checksums header = {.ip = sums->ip};
    word_change(ip, m->tos, &header);
    word_change(ip + 4, m->id, &header);
    if (m->dont_fragment && (get16(ip + 6) & 0x3fff) == 0)
        word_change(ip + 6, 0x4000, &header);
    ttl_change(ip + 8, true, m->ttl, &header);
}

static void ipv6_change(uint8_t *ip, const field_masks *m)
{
    const checksums none = {.ip = NULL};
    word_change(ip, (uint16_t)(m->tos << 4), &none);
    ttl_change(ip + 6, false, m->ttl, &none);
}

static void ip_change(uint8_t *packet, const field_places *p, const field_masks *m,
                      const checksums *sums)
{
    uint8_t *ip = packet + p->ip;
    checksums own;
    const checksums *covering = address_sums(p, sums, &own);
    if (p->version == 4)
        ipv4_change(ip, m, sums);
    else
        ipv6_change(ip, m);
    address_change(ip + (p->version == 4 ? 12 : 8), p->version, m->src, covering);
    address_change(ip + (p->version == 4 ? 16 : 24), p->version, m->dst, covering);
}

static void port_change(uint8_t *port, uint8_t mask, const checksums *sums)
{
    if (get16(port) >= DYNAMIC_PORTS)
        word_change(port, mask & PORT_BITS, sums);
}

static void tcp_change(uint8_t *tcp, const field_masks *m, const checksums *sums)
{
    if (tcp[13] & (TCP_SYN | TCP_FIN | TCP_RST))
        return;
    word_change(tcp + 6, m->seq, sums);
    word_change(tcp + 10, m->ack, sums);
    word_change(tcp + 14, m->window, sums);
}

static void l4_change(uint8_t *l4, const field_places *p, const field_masks *m,
                      const checksums *sums)
{
    const checksums covering = {.l4 = sums->l4, .optional = sums->optional};
    if (p->proto == PROTO_ICMP || p->proto == PROTO_ICMPV6) {
        const bool v4 = p->proto == PROTO_ICMP;
        if (l4[0] == (v4 ? ICMP_ECHO : ICMPV6_ECHO) ||
            l4[0] == (v4 ? ICMP_ECHO_REPLY : ICMPV6_ECHO_REPLY))
            word_change(l4, m->icmp_code, &covering);
        return;
    }
    port_change(l4, m->src_port, &covering);
    port_change(l4 + 2, m->dst_port, &covering);
    if (p->proto == PROTO_TCP)
        tcp_change(l4, m, &covering);
}

void free_fields_change(uint8_t *packet, size_t length, const field_places *p, const field_masks *m)
{
    link_change(packet, p, m);
    if (p->ip == NO_FIELD)
        return;
    const checksums sums = checksums_of(packet, length, p);
    ip_change(packet, p, m, &sums);
    if (p->l4 != NO_FIELD)
        l4_change(packet + p->l4, p, m, &sums);
}

void free_fields_join(uint8_t *to, size_t length, const field_places *to_places,
                      const uint8_t *from, const field_places *from_places)
{
    const checksums sums = checksums_of(to, length, to_places);
    const checksums ports = {.l4 = sums.l4, .optional = sums.optional};
    const size_t at = to_places->version == 4 ? 12 : 8, bytes = to_places->version == 4 ? 8 : 32;
    for (size_t i = 0; i < bytes; i += 2)
        word_put(to + to_places->ip + at + i, get16(from + from_places->ip + at + i), &sums);
    word_put(to + to_places->l4, get16(from + from_places->l4), &ports);
    word_put(to + to_places->l4 + 2, get16(from + from_places->l4 + 2), &ports);
}
