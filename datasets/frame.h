/* One generated packet: its bytes, and what the generator meant by them (the truth).
 *
 * A frame is built from the outside in: frame_begin(), a link header, an IP header, a transport
 * header, payload, frame_end(). The truth is filled from the arguments of these calls, never by
 * reading bytes back. Headers inside a tunnel are payload, and written by payload_*(). */
#ifndef PKT_FRAME_H
#define PKT_FRAME_H

#include <stdbool.h>

#include "datasets/random.h"
#include "pktbench.h"

/* Longest frame, bytes: Ethernet without a frame check sequence. */
#define FRAME_MAX 1514
/* Shortest frame that Ethernet sends, bytes; shorter ones are padded. */
#define FRAME_MIN 60
/* Headers of a frame that each may be cut off by a snaplen. */
#define FRAME_STEPS_MAX 24
/* Bytes behind the longest frame: fields of a header that did not fit can still be stored. */
#define FRAME_SPARE 64

/* All columns of a row. */
typedef struct truth_row {
#define PKT_X(name, type, level, has, format_as, doc) type name;
    PKT_COLUMNS(PKT_X)
#undef PKT_X
} truth_row;

/* A header: how many bytes must be captured for it to give what it gives. */
typedef struct frame_step {
    size_t end;
    uint64_t gives;    /* PKT_HAS_ bits */
    uint8_t ip_proto;  /* protocol known once it was read; 0: as before */
    uint16_t eth_type; /* the same */
    uint8_t verdict;   /* a pkt_verdict that ends the packet here; 0: it goes on */
} frame_step;

typedef struct frame {
    uint8_t bytes[FRAME_MAX + FRAME_SPARE];
    size_t size;        /* so far, at most FRAME_MAX */
    const char *defect; /* why the scenario's calls make no frame: it is not written; NULL: none */
    truth_row truth;
    frame_step steps[FRAME_STEPS_MAX];
    size_t step_count;
    size_t ip, l4, pppoe; /* offsets of the headers; 0: none */
    size_t captured;      /* of the bytes, at most; 0: all */
    const uint8_t *tail;  /* what the datagram goes on with in other fragments, tail_size bytes */
    size_t tail_size;
    bool unpadded, wrong_checksum;
    bool oversized; /* IP claims more bytes than there are: no columns behind it */
} frame;

typedef struct address {
    uint64_t hi, lo; /* IPv4: hi 0, address in the low 32 bits of lo */
    int version;     /* 4 or 6 */
} address;

/* Somebody on the network. */
typedef struct host {
    uint64_t mac;
    address ip;
} host;

static inline address address4(uint32_t value)
{
    return (address){0, value, 4};
}

static inline address address6(uint64_t hi, uint64_t lo)
{
    return (address){hi, lo, 6};
}

void frame_begin(frame *f);
/* Append bytes; what does not fit into FRAME_MAX is left out, and f->defect is set. */
void put_bytes(frame *f, const void *bytes, size_t size);
void put_text(frame *f, const char *text);
void put_u8(frame *f, unsigned value);
void put_u16(frame *f, unsigned value);
void put_u32(frame *f, uint32_t value);
void put_random(frame *f, random_state *random, size_t size);
void put_mac(frame *f, uint64_t mac);
void put_address(frame *f, address a);

/* Link headers. */
void frame_ethernet(frame *f, uint64_t source, uint64_t destination, unsigned type);
/* 802.3: the field is the length of what follows, filled by frame_end(). */
void frame_8023(frame *f, uint64_t source, uint64_t destination);
/* IEEE 802.1Q tag; the type before it says so. */
void frame_vlan(frame *f, unsigned id, unsigned type);
/* One entry of an MPLS label stack (RFC 3032). */
void frame_mpls(frame *f, unsigned label, bool bottom);
/* PPPoE session header (RFC 2516) with the PPP protocol; the length is filled by frame_end(). */
void frame_pppoe(frame *f, unsigned session, unsigned protocol);
/* IEEE 802.2 header with an 8-bit control field. */
void frame_llc(frame *f, unsigned dsap, unsigned ssap, unsigned control);
/* SNAP header (RFC 1042) with an EtherType, which is no EtherType of the columns. */
void frame_snap(frame *f, unsigned type);

/* IP header by the version of the addresses; `id` is used by IPv4 alone. Lengths and the header
 * checksum are filled by frame_end(). */
void frame_ip(frame *f, address source, address destination, unsigned proto, unsigned ttl,
              unsigned id);
/* Options of the IPv4 header just put: `size` bytes of no operation, a multiple of 4, at most 40.
 */
void frame_ip_options(frame *f, size_t size);
/* The IPv4 header just put is that of a fragment; `offset` in bytes, a multiple of 8. */
void frame_fragment(frame *f, bool more, unsigned offset);
/* IPv6 hop-by-hop header with a router alert (RFC 2711), then `proto`. */
void frame_hop_by_hop(frame *f, unsigned proto);
/* IPv6 extension header of 8-byte words filled with padding (RFC 8200 section 4), then `proto`. */
void frame_extension(frame *f, unsigned proto, unsigned words);
/* IPv6 fragment header of a datagram in one piece (RFC 6946), then `proto`. */
void frame_fragment6(frame *f, unsigned proto, uint32_t id);
/* Authentication header (RFC 4302) with 12 bytes of check value, then `proto`. */
void frame_ah(frame *f, unsigned proto, random_state *random);

typedef struct tcp_header {
    uint16_t source, destination, flags, window;
    uint32_t seq, ack;
    const uint8_t *options; /* option_size bytes, a multiple of 4 */
    size_t option_size;
} tcp_header;
void frame_tcp(frame *f, const tcp_header *header);
/* UDP or UDP-Lite that covers all, by the IP header. */
void frame_udp(frame *f, unsigned source, unsigned destination);
/* ICMP or ICMPv6, by the IP header; `rest` is the second word of the header. */
void frame_icmp(frame *f, unsigned type, unsigned code, uint32_t rest);

/* The last header put is the last one that can be read, for this reason. */
void frame_verdict(frame *f, pkt_verdict verdict);
/* Note a header that has been put with put_*(): see frame_step. What passes FRAME_STEPS_MAX is left
 * out, and f->defect is set. */
void frame_step_add(frame *f, uint16_t gives, unsigned ip_proto, unsigned eth_type);

/* Lengths, checksums, padding, and the rest of the truth. */
void frame_end(frame *f);

/* RFC 1071, over `size` bytes on top of a partial `sum`, folded and complemented. */
uint16_t checksum(const uint8_t *bytes, size_t size, uint32_t sum);
void store_u16(uint8_t *at, unsigned value);

/* What can still be read of the frame if `captured` bytes of it are. */
truth_row frame_truth(const frame *f, size_t captured);
/* Does its transport header tell its stream, even if it gives no columns? A cut TCP header does
 * from 16 bytes on, and one in a datagram whose length is a lie. */
bool frame_has_stream(const frame *f, size_t captured);

#endif
