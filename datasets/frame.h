/* One generated packet: its bytes, and its truth, the column values that a decoder must return.
 *
 * Build a frame from the outside in: frame_begin(), a link header, an IP header, a transport
 * header, payload, frame_end(). The truth is set from the arguments of these calls, never by
 * decoding the bytes. Headers inside a tunnel are payload: write them with put_*(). */
#ifndef PKT_FRAME_H
#define PKT_FRAME_H

#include <stdbool.h>

#include "datasets/random.h"
#include "pktbench.h"

/* Longest Ethernet frame without frame check sequence, bytes. */
#define FRAME_MAX 1514
/* Shortest Ethernet frame without frame check sequence, bytes; shorter frames are padded. */
#define FRAME_MIN 60
/* Largest number of headers in a frame. */
#define FRAME_HEADERS_MAX 24
/* Bytes after the longest frame, because fields of a header that did not fit are still stored. */
#define FRAME_SPARE 64

/* All columns of a row, in their order, which leaves gaps. */
typedef struct truth_row { // NOLINT(clang-analyzer-optin.performance.Padding)
#define PKT_X(name, type, level, has, format_as, doc) type name;
    PKT_COLUMNS(PKT_X)
#undef PKT_X
} truth_row;

/* A header, and the columns that become known when it is captured. */
typedef struct frame_header {
    size_t end;        /* bytes of the frame up to the end of this header */
    uint64_t present;  /* PKT_HAS_ bits of its columns */
    uint8_t ip_proto;  /* new value of the column; 0: unchanged */
    uint16_t eth_type; /* new value of the column; 0: unchanged */
    uint8_t verdict;   /* a pkt_verdict if decoding ends after this header; 0: it continues */
} frame_header;

/* A value of the application protocol. */
typedef struct frame_value {
    size_t end;        /* bytes of the frame that must be captured for it */
    pkt_column column; /* at level app */
    uint64_t number;
    pkt_text text; /* in frame_app.text */
} frame_value;

/* Most values of a frame, and bytes of its texts. */
enum { FRAME_VALUES_MAX = 8, FRAME_TEXT_MAX = 512 };

/* The application protocol of a frame. */
typedef struct frame_app {
    pkt_app proto; /* PKT_APP_NONE: the payload is of no known one */
    size_t known;  /* bytes of the frame after which it is known */
    size_t end;    /* bytes of the frame that a decoder reads */
    unsigned part; /* PKT_PART_ bits */
    frame_value values[FRAME_VALUES_MAX];
    size_t count, text_size;
    char text[FRAME_TEXT_MAX];
} frame_app;

typedef struct frame {
    uint8_t bytes[FRAME_MAX + FRAME_SPARE];
    size_t size;        /* bytes put, at most FRAME_MAX */
    const char *label;  /* name of the traffic that it is of; NULL: that of the scenario */
    const char *defect; /* why the frame is invalid: dataset_write() fails; NULL: no defect */
    truth_row truth;
    frame_header headers[FRAME_HEADERS_MAX];
    size_t header_count;
    size_t ip, l4, pppoe; /* offsets of the headers; 0: none */
    size_t captured;      /* limit of the captured length, bytes; 0: none */
    const uint8_t *tail;  /* rest of the datagram, sent in other fragments: tail_size bytes */
    size_t tail_size;
    frame_app app;
    bool unpadded, wrong_checksum;
    bool oversized; /* the IP length exceeds the frame: no columns after the IP header */
} frame;

typedef struct address {
    uint64_t hi, lo; /* IPv4: hi 0, address in the low 32 bits of lo */
    int version;     /* 4 or 6 */
} address;

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
/* Append bytes. If they would exceed FRAME_MAX, they are left out and f->defect is set. */
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
/* IEEE 802.3 header with a length field, which frame_end() sets. */
void frame_8023(frame *f, uint64_t source, uint64_t destination);
/* IEEE 802.1Q tag; `type` is the EtherType after it. */
void frame_vlan(frame *f, unsigned id, unsigned type);
/* One entry of an MPLS label stack (RFC 3032). */
void frame_mpls(frame *f, unsigned label, bool bottom);
/* PPPoE session header (RFC 2516) with the PPP protocol; frame_end() sets the length. */
void frame_pppoe(frame *f, unsigned session, unsigned protocol);
/* IEEE 802.2 header with an 8-bit control field. */
void frame_llc(frame *f, unsigned dsap, unsigned ssap, unsigned control);
/* SNAP header (RFC 1042) with an EtherType; the column eth_type does not show this one. */
void frame_snap(frame *f, unsigned type);

/* IPv4 or IPv6 header, by the version of the addresses; `id` is used by IPv4 only. frame_end() sets
 * the lengths and the header checksum. */
void frame_ip(frame *f, address source, address destination, unsigned proto, unsigned ttl,
              unsigned id);
/* Add options to the IPv4 header just put: `size` bytes of no-operation, a multiple of 4, at most
 * 40. */
void frame_ip_options(frame *f, size_t size);
/* Make the IPv4 header just put that of a fragment; `offset` in bytes, a multiple of 8. */
void frame_fragment(frame *f, bool more, unsigned offset);
/* In the next four, `proto` is the next header. */
/* IPv6 hop-by-hop header with a router alert (RFC 2711). */
void frame_hop_by_hop(frame *f, unsigned proto);
/* IPv6 extension header of `words` 8-byte words, filled with padding (RFC 8200 section 4). */
void frame_extension(frame *f, unsigned proto, unsigned words);
/* IPv6 fragment header of an unfragmented datagram (RFC 6946). */
void frame_fragment6(frame *f, unsigned proto, uint32_t id);
/* Authentication header (RFC 4302) with a check value of 12 bytes. */
void frame_ah(frame *f, unsigned proto, random_state *random);

typedef struct tcp_header {
    uint16_t source, destination, flags, window;
    uint32_t seq, ack;
    const uint8_t *options; /* option_size bytes, a multiple of 4 */
    size_t option_size;
} tcp_header;
void frame_tcp(frame *f, const tcp_header *header);
/* UDP or UDP-Lite (with full coverage), by the protocol of the IP header. */
void frame_udp(frame *f, unsigned source, unsigned destination);
/* ICMP or ICMPv6, by the protocol of the IP header; `rest`: bytes 4 to 7 of the header. */
void frame_icmp(frame *f, unsigned type, unsigned code, uint32_t rest);

typedef struct arp_end {
    uint64_t mac; /* 0: not known yet */
    address ip;   /* IPv4 */
} arp_end;
/* ARP for IPv4 over Ethernet (RFC 826). */
void frame_arp(frame *f, unsigned operation, arp_end sender, arp_end target);

/* Decoding ends after the last header put, with this verdict. */
void frame_verdict(frame *f, pkt_verdict verdict);
/* Record that a header ends here; the arguments are those of frame_header. A header above
 * FRAME_HEADERS_MAX is left out, and f->defect is set. */
void frame_header_add(frame *f, uint64_t present, unsigned ip_proto, unsigned eth_type);

/* What is put next is the payload, of that protocol. Its values follow with the calls below, each
 * after the bytes that a decoder needs for it. */
void frame_app_begin(frame *f, pkt_app proto);
/* The protocol is known by the bytes up to here, and not by the ports alone. */
void frame_app_known(frame *f);
/* A value of a column; the last one of a column counts. */
void frame_app_number(frame *f, pkt_column column, uint64_t number);
void frame_app_text(frame *f, pkt_column column, const char *text, size_t size);
/* A decoder reads up to here; `part`: PKT_PART_ bits that are known then. Otherwise it reads all of
 * the payload. */
void frame_app_end(frame *f, unsigned part);

/* Set lengths and checksums, add padding, complete the truth. */
void frame_end(frame *f);

/* Internet checksum (RFC 1071) of `size` bytes, starting from a partial `sum`. */
uint16_t checksum(const uint8_t *bytes, size_t size, uint32_t sum);
void store_u16(uint8_t *at, unsigned value);

/* The port, or one beside it if an application protocol owns that: for payloads of no protocol. */
unsigned frame_port(unsigned port);

/* The expected row if `captured` bytes of the frame are captured. */
truth_row frame_truth(const frame *f, size_t captured);
/* Add the columns of level app to that row. Its text cells point into f->app.text. */
void frame_app_truth(const frame *f, size_t captured, truth_row *row);
/* True if the transport header identifies a stream, even if it fills no columns: 16 bytes of a TCP
 * header are enough, also in a datagram whose IP length is wrong. */
bool frame_has_stream(const frame *f, size_t captured);

#endif
