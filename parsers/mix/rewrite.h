/* Addresses of packets replaced by others, with the checksums that depend on them. */
#ifndef PKT_MIX_REWRITE_H
#define PKT_MIX_REWRITE_H

#include <stdbool.h>

#include "pktbench.h"

/* Bytes of an address. */
enum { PKT_MAC_BYTES = 6, PKT_IPV4_BYTES = 4, PKT_IPV6_BYTES = 16 };
/* Room for the text of a map, with its 0. */
enum { PKT_MAP_TEXT = 112 };

/* Addresses that begin with the first `bits` of `from` begin with those of `to` instead. */
typedef struct pkt_address_map {
    uint8_t size; /* bytes of an address: it is the kind of the map */
    uint8_t bits;
    uint8_t from[PKT_IPV6_BYTES], to[PKT_IPV6_BYTES];
    uint64_t hits; /* addresses that were replaced */
} pkt_address_map;

/* A map that a capture uses. */
typedef struct pkt_used_map {
    pkt_address_map *map; /* not owned: it may be used for several captures */
} pkt_used_map;

/* The maps of a capture: for each address, the first one that fits is used. */
typedef struct pkt_rewrite {
    pkt_used_map *maps; /* owned */
    size_t count;
    uint64_t unsearched; /* packets of a link type in which no addresses are looked for */
} pkt_rewrite;

/* OLD=NEW: MAC addresses, or IP addresses of one version, also networks with the same prefix
 * length, "10.0.0.0/24=192.168.1.0/24". 0, or -1 and *err. */
int pkt_address_map_parse(pkt_address_map *map, const char *text, bool mac, pkt_err *err);
/* The text that pkt_address_map_parse() reads. Returns `text`. */
char *pkt_address_map_text(const pkt_address_map *map, char text[PKT_MAP_TEXT]);
/* One more map. 0, or -1 and *err. */
int pkt_rewrite_add(pkt_rewrite *rewrite, pkt_address_map *map, pkt_err *err);

/* Replace the addresses of the packet: those of Ethernet, Linux cooked (SLL, SLL2), ARP, IPv4 and
 * IPv6 headers, behind VLAN tags and PPPoE too. The checksums of IPv4, TCP, UDP, UDP-Lite and
 * ICMPv6 change by the difference (RFC 1624), so that a wrong one stays wrong, and a packet that
 * was cut needs no more bytes. Payloads, tunnelled and quoted headers, and other links stay. */
void pkt_rewrite_packet(pkt_rewrite *rewrite, uint16_t link_type, uint8_t *bytes, size_t size);

#endif
