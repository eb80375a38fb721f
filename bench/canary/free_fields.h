/* The free fields of a packet: fields that no decoder depends on to find or read another one, such
 * as addresses, TTL and sequence numbers. They can be changed without changing any other cell of
 * the packet's row. */
#ifndef PKT_FREE_FIELDS_H
#define PKT_FREE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NO_FIELD 0xff

/* Where a packet's headers lie, as offsets from its first byte; NO_FIELD: there is none. */
typedef struct field_places {
    uint8_t mac;     /* Ethernet header */
    uint8_t vlan;    /* tag control information of the outermost VLAN tag */
    uint8_t ip;      /* outermost IP header */
    uint8_t l4;      /* TCP, UDP, ICMP or ICMPv6 header right behind it */
    uint8_t version; /* 4 or 6; 0: no IP header */
    uint8_t proto;   /* of the L4 header */
} field_places;

/* Bits to invert in each field; 0: leave the field as it is. Two changes with the same masks cancel
 * each other out. */
typedef struct field_masks {
    uint16_t mac_src, mac_dst;  /* in the last two bytes of unicast addresses */
    uint8_t vlan;               /* in the low bits of the VLAN id */
    uint8_t tos;                /* TOS, traffic class */
    uint16_t id;                /* IPv4 identification */
    bool dont_fragment;         /* of IPv4 packets that are no fragments */
    uint8_t ttl;                /* TTL, hop limit */
    uint8_t src, dst;           /* in the last byte of unicast IP addresses */
    uint8_t src_port, dst_port; /* in the low six bits of dynamic ports (RFC 6335, section 6) */
    uint16_t seq, ack;          /* in the low bits; of TCP packets without SYN, FIN and RST */
    uint8_t window;             /* in the low bits */
    uint8_t icmp_code;          /* of echo requests and replies */
} field_masks;

/* Find the headers of a packet of `length` captured bytes. Handles Ethernet with up to two VLAN
 * tags, Linux cooked captures and raw IP; IPv6 without extension headers. */
void field_places_find(const uint8_t *packet, size_t length, uint16_t link_type,
                       field_places *places);
/* Change the packet. Checksums are adjusted as in RFC 1624, so a valid one stays valid. The headers
 * must be whole. */
void free_fields_change(uint8_t *packet, size_t length, const field_places *places,
                        const field_masks *masks);
/* Give the packet `to` the addresses and ports of `from`: both have the same IP version and the
 * same L4 protocol, TCP or UDP. Checksums are adjusted. */
void free_fields_join(uint8_t *to, size_t length, const field_places *to_places,
                      const uint8_t *from, const field_places *from_places);

#endif
