#include "parsers/mix/rewrite.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "parsers/core/numbers.h"
#include "parsers/util/error.h"

enum { PPPOE_HEADER = 6, PPP_TYPE = 2, MAX_TAGS = 8, MAX_EXTENSIONS = 16 };
enum { SLL_HEADER = 16, SLL2_HEADER = 20, NULL_HEADER = 4 };

static unsigned be16(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static void be16_put(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* What the maps of a packet are used with. */
typedef struct maps {
    pkt_rewrite *all;
    uint16_t link_type;
} maps;

static bool begins_with(const uint8_t *address, const pkt_address_map *map)
{
    const size_t whole = map->bits / 8u;
    const unsigned rest = map->bits % 8u;
    return memcmp(address, map->from, whole) == 0 &&
           (!rest || (address[whole] ^ map->from[whole]) >> (8 - rest) == 0);
}

static void begin_with(uint8_t *address, const pkt_address_map *map)
{
    const size_t whole = map->bits / 8u;
    const unsigned rest = map->bits % 8u;
    memcpy(address, map->to, whole);
    if (rest) {
        const unsigned kept = 0xffu >> rest;
        address[whole] = (uint8_t)((map->to[whole] & ~kept) | (address[whole] & kept));
    }
}

/* Replace the address. Returns what that adds to a sum of one's complement over it: RFC 1624
 * section 3, ~m + m' for each of its words; 0: nothing. */
static uint32_t address_map(const maps *m, uint8_t *address, size_t size)
{
    for (size_t i = 0; i < m->all->count; i++) {
        pkt_address_map *map = m->all->maps[i].map;
        uint8_t old[PKT_IPV6_BYTES];
        uint32_t sum = 0;
        if (map->size != size || !begins_with(address, map))
            continue;
        memcpy(old, address, size);
        begin_with(address, map);
        map->hits++;
        if (memcmp(old, address, size) == 0)
            return 0; /* adding 0xffff would make 0 of a checksum of 0xffff */
        for (size_t k = 0; k < size; k += 2)
            sum += (0xffffu ^ be16(old + k)) + be16(address + k);
        return sum;
    }
    return 0;
}

/* HC' = ~(~HC + ~m + m'). */
static void checksum_mend(uint8_t *field, uint32_t change)
{
    uint32_t sum = (0xffffu ^ be16(field)) + change;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    be16_put(field, 0xffffu ^ sum);
}

/* The checksum of the transport header is over the addresses too. */
static void transport_mend(uint8_t *at, size_t size, unsigned protocol, uint32_t change)
{
    const bool udp = protocol == PROTO_UDP || protocol == PROTO_UDPLITE;
    const size_t field = protocol == PROTO_TCP ? 16 : udp ? 6 : 2;
    if (protocol != PROTO_TCP && protocol != PROTO_ICMPV6 && !udp)
        return;
    if (!change || size < field + 2 || (protocol == PROTO_UDP && be16(at + field) == 0))
        return; /* UDP: 0 is none */
    checksum_mend(at + field, change);
    if (udp && be16(at + field) == 0)
        be16_put(at + field, 0xffff);
}

static void ipv4_rewrite(const maps *m, uint8_t *at, size_t size)
{
    if (size < IPV4_HEADER || at[0] >> 4 != 4)
        return;
    const size_t header = (size_t)(at[0] & 15) * 4;
    const unsigned offset = be16(at + 6) & 0x1fffu, protocol = at[9];
    const uint32_t change =
        address_map(m, at + 12, PKT_IPV4_BYTES) + address_map(m, at + 16, PKT_IPV4_BYTES);
    if (!change)
        return;
    checksum_mend(at + 10, change);
    if (header >= IPV4_HEADER && header <= size && offset == 0 && protocol != PROTO_ICMPV6)
        transport_mend(at + header, size - header, protocol, change);
}

/* Bytes of an IPv6 extension header; 0: it is none, or is not all there. */
static size_t extension_size(const uint8_t *at, size_t size, unsigned protocol)
{
    size_t length = 0;
    if (size < 8)
        return 0;
    if (protocol == PROTO_HOP_BY_HOP || protocol == PROTO_ROUTING || protocol == PROTO_DESTINATION)
        length = ((size_t)at[1] + 1) * 8;
    else if (protocol == PROTO_AH)
        length = ((size_t)at[1] + 2) * 4;
    else if (protocol == PROTO_FRAGMENT)
        length = 8;
    return length <= size ? length : 0;
}

static void ipv6_rewrite(const maps *m, uint8_t *at, size_t size)
{
    if (size < IPV6_HEADER || at[0] >> 4 != 6)
        return;
    unsigned protocol = at[6];
    const uint32_t source = address_map(m, at + 8, PKT_IPV6_BYTES);
    uint32_t destination = address_map(m, at + 24, PKT_IPV6_BYTES);
    at += IPV6_HEADER;
    size -= IPV6_HEADER;
    for (size_t i = 0, length; i < MAX_EXTENSIONS; i++, at += length, size -= length) {
        length = extension_size(at, size, protocol);
        if (!length)
            break;
        if (protocol == PROTO_ROUTING && at[3] > 0)
            destination = 0; /* the checksum is over the last address of the route */
        if (protocol == PROTO_FRAGMENT && be16(at + 2) >> 3)
            return;
        protocol = at[0];
    }
    transport_mend(at, size, protocol, source + destination);
}

/* RFC 826, of Ethernet and IPv4. */
static void arp_rewrite(const maps *m, uint8_t *at, size_t size)
{
    enum { SENDER = 8, TARGET = 18, ARP_SIZE = 28 };
    if (size < ARP_SIZE || be16(at + 2) != ETHERTYPE_IPV4 || at[4] != PKT_MAC_BYTES ||
        at[5] != PKT_IPV4_BYTES)
        return;
    (void)address_map(m, at + SENDER, PKT_MAC_BYTES);
    (void)address_map(m, at + SENDER + PKT_MAC_BYTES, PKT_IPV4_BYTES);
    (void)address_map(m, at + TARGET, PKT_MAC_BYTES);
    (void)address_map(m, at + TARGET + PKT_MAC_BYTES, PKT_IPV4_BYTES);
}

static void ip_rewrite(const maps *m, uint8_t *at, size_t size)
{
    ipv4_rewrite(m, at, size);
    ipv6_rewrite(m, at, size); /* each looks at the version */
}

static bool is_tag(unsigned type)
{
    return type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ || type == ETHERTYPE_QINQ_OLD;
}

/* What an EtherType says that it is. */
static void typed_rewrite(const maps *m, unsigned type, uint8_t *at, size_t size)
{
    for (size_t i = 0; i < MAX_TAGS && is_tag(type) && size >= VLAN_TAG; i++) {
        type = be16(at + 2);
        at += VLAN_TAG;
        size -= VLAN_TAG;
    }
    if (type == ETHERTYPE_IPV4)
        ipv4_rewrite(m, at, size);
    else if (type == ETHERTYPE_IPV6)
        ipv6_rewrite(m, at, size);
    else if (type == ETHERTYPE_ARP || type == ETHERTYPE_RARP)
        arp_rewrite(m, at, size);
    else if (type == ETHERTYPE_PPPOE_SESSION && size > PPPOE_HEADER + PPP_TYPE)
        ip_rewrite(m, at + PPPOE_HEADER + PPP_TYPE, size - PPPOE_HEADER - PPP_TYPE);
}

/* One address, if it has the size of a MAC address. */
static void cooked_rewrite(const maps *m, uint8_t *bytes, size_t size)
{
    const bool second = m->link_type == LINKTYPE_LINUX_SLL2;
    const size_t header = second ? SLL2_HEADER : SLL_HEADER, address = second ? 12 : 6;
    if (size < header)
        return;
    if ((second ? bytes[11] : be16(bytes + 4)) == PKT_MAC_BYTES)
        (void)address_map(m, bytes + address, PKT_MAC_BYTES);
    typed_rewrite(m, be16(bytes + (second ? 0 : 14)), bytes + header, size - header);
}

void pkt_rewrite_packet(pkt_rewrite *rewrite, uint16_t link_type, uint8_t *bytes, size_t size)
{
    const maps m = {rewrite, link_type};
    if (!rewrite->count)
        return;
    switch (link_type) {
    case LINKTYPE_ETHERNET:
        if (size < ETHERNET_HEADER)
            return;
        (void)address_map(&m, bytes, PKT_MAC_BYTES);
        (void)address_map(&m, bytes + PKT_MAC_BYTES, PKT_MAC_BYTES);
        typed_rewrite(&m, be16(bytes + ETHERNET_ADDRESSES), bytes + ETHERNET_HEADER,
                      size - ETHERNET_HEADER);
        return;
    case LINKTYPE_LINUX_SLL:
    case LINKTYPE_LINUX_SLL2:
        cooked_rewrite(&m, bytes, size);
        return;
    case LINKTYPE_NULL:
    case LINKTYPE_LOOP:
        if (size > NULL_HEADER)
            ip_rewrite(&m, bytes + NULL_HEADER, size - NULL_HEADER);
        return;
    case LINKTYPE_RAW:
    case LINKTYPE_IPV4:
    case LINKTYPE_IPV6:
        ip_rewrite(&m, bytes, size);
        return;
    default:
        rewrite->unsearched++;
    }
}

/* Six bytes with colons between. */
static bool mac_parse(const char *text, uint8_t *address)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    for (size_t i = 0; i < PKT_MAC_BYTES; i++, text += 3) {
        const char *high = *text ? strchr(digits, text[0]) : NULL;
        const char *low = high && text[1] ? strchr(digits, text[1]) : NULL;
        if (!low || text[2] != (i + 1 < PKT_MAC_BYTES ? ':' : '\0'))
            return false;
        address[i] = (uint8_t)((high - digits) % 16 << 4 | (low - digits) % 16);
    }
    return true;
}

/* An address, or a network: "ADDRESS/BITS". */
static bool ip_parse(const char *text, uint8_t *address, uint8_t *size, uint8_t *bits)
{
    char plain[64], *slash, *end = NULL;
    if ((size_t)snprintf(plain, sizeof plain, "%s", text) >= sizeof plain)
        return false;
    slash = strchr(plain, '/');
    if (slash)
        *slash = '\0';
    const bool six = strchr(plain, ':') != NULL;
    *size = six ? PKT_IPV6_BYTES : PKT_IPV4_BYTES;
    *bits = (uint8_t)(*size * 8);
    if (inet_pton(six ? AF_INET6 : AF_INET, plain, address) != 1)
        return false;
    if (!slash)
        return true;
    const unsigned long length = strtoul(slash + 1, &end, 10);
    if (slash[1] < '0' || slash[1] > '9' || *end || length > *bits)
        return false;
    *bits = (uint8_t)length;
    return true;
}

static int side_parse(const char *text, bool mac, uint8_t *address, uint8_t *size, uint8_t *bits,
                      pkt_err *err)
{
    *size = PKT_MAC_BYTES;
    *bits = PKT_MAC_BYTES * 8;
    if (mac ? mac_parse(text, address) : ip_parse(text, address, size, bits))
        return 0;
    return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "'%s' is no %s", text,
                    mac ? "MAC address, such as 02:00:00:00:00:01"
                        : "IP address, such as 192.168.1.20, or network, such as 192.168.1.0/24");
}

int pkt_address_map_parse(pkt_address_map *map, const char *text, bool mac, pkt_err *err)
{
    char from[PKT_MAP_TEXT];
    uint8_t size, bits;
    *map = (pkt_address_map){.size = 0};
    const char *equals = strchr(text, '=');
    if (!equals || (size_t)(equals - text) >= sizeof from)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "'%s' must be OLD=NEW", text);
    (void)snprintf(from, sizeof from, "%.*s", (int)(equals - text), text);
    if (side_parse(from, mac, map->from, &map->size, &map->bits, err) != 0 ||
        side_parse(equals + 1, mac, map->to, &size, &bits, err) != 0)
        return -1;
    if (size != map->size)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "'%s': IPv4 cannot become IPv6, nor IPv6 IPv4", text);
    if (bits != map->bits)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "'%s': both networks must have the same prefix length", text);
    return 0;
}

static size_t side_text(const pkt_address_map *map, const uint8_t *address, char *text, size_t room)
{
    if (map->size == PKT_MAC_BYTES)
        return (size_t)snprintf(text, room, "%02x:%02x:%02x:%02x:%02x:%02x", address[0], address[1],
                                address[2], address[3], address[4], address[5]);
    (void)inet_ntop(map->size == PKT_IPV4_BYTES ? AF_INET : AF_INET6, address, text,
                    (socklen_t)room);
    size_t size = strlen(text);
    if (map->bits != map->size * 8)
        size += (size_t)snprintf(text + size, room - size, "/%u", (unsigned)map->bits);
    return size;
}

char *pkt_address_map_text(const pkt_address_map *map, char text[PKT_MAP_TEXT])
{
    size_t size = side_text(map, map->from, text, PKT_MAP_TEXT);
    text[size++] = '=';
    (void)side_text(map, map->to, text + size, PKT_MAP_TEXT - size);
    return text;
}

int pkt_rewrite_add(pkt_rewrite *rewrite, pkt_address_map *map, pkt_err *err)
{
    pkt_used_map *more = realloc(rewrite->maps, (rewrite->count + 1) * sizeof *more);
    if (!more)
        return pkt_fail_memory(err, "address maps");
    rewrite->maps = more;
    more[rewrite->count++].map = map;
    return 0;
}
