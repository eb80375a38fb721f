/* SPDX-License-Identifier: MIT
 *
 * A part of pktbench.h: levels, verdicts, columns, sets of columns, and batches of rows.
 */
#ifndef PKTBENCH_COLUMNS_H
#define PKTBENCH_COLUMNS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Seen from outside the shared object, whatever -fvisibility says. */
#if defined(__GNUC__)
#define PKT_EXPORT __attribute__((visibility("default")))
#else
#define PKT_EXPORT
#endif

/* Rows of a batch, at most. */
#define PKT_BATCH_ROWS 256u

/* Bytes of a batch's text arena. */
#define PKT_BATCH_TEXT 65536u

/* What a row holds: the work that every backend does alike at this level. */
typedef enum pkt_level {
    PKT_LEVEL_FRAMES,  /* time, lengths, link type */
    PKT_LEVEL_HEADERS, /* + link, IP and TCP/UDP/ICMP header columns */
    PKT_LEVEL_FLOWS,   /* + stream number and direction */
    PKT_LEVEL_DISSECT, /* the headers columns, and every layer dissected up to the application */
    PKT_LEVEL_APP,     /* the headers columns, and fields of application protocols */
    PKT_LEVEL_INNER,   /* the headers columns, and those of the innermost header of tunnels */
    PKT_LEVEL_COUNT
} pkt_level;

/* The first problem met in a packet. Columns already read stay, later ones are absent.
 * CUT_BY_SNAPLEN is only ever due to the capture's snaplen: a longer capture may end it. */
typedef enum pkt_verdict {
    PKT_OK, /* every header that the columns describe was read, or is of no known kind */
    PKT_CUT_BY_SNAPLEN, /* a header runs past the captured bytes, but not past the packet */
    PKT_TRUNCATED,      /* a header runs past the packet itself */
    PKT_BAD_LENGTH,     /* a length field contradicts its header or what is left of the packet */
    PKT_BAD_VALUE,      /* a field has a value that its specification does not allow */
    PKT_FRAGMENT,       /* not the first fragment of a datagram: there is no L4 header */
    PKT_UNSUPPORTED,    /* the link type has no decoder, or headers nest deeper than the limit */
    PKT_VERDICT_COUNT
} pkt_verdict;

/* The application protocol of a packet, found by its ports, then by its first bytes. */
typedef enum pkt_app {
    PKT_APP_NONE,
    PKT_APP_DNS,
    PKT_APP_MDNS,
    PKT_APP_LLMNR,
    PKT_APP_TLS,
    PKT_APP_HTTP,
    PKT_APP_SSDP,
    PKT_APP_MQTT,
    PKT_APP_DHCP,
    PKT_APP_COAP,
    PKT_APP_COUNT
} pkt_app;

/* Bits of the column `app_part`: why a value of the application protocol is missing. */
#define PKT_PART_CONTINUES 1u /* it goes on in another segment, which reassembly would add */
#define PKT_PART_LONG 2u      /* a text is longer than PKT_TEXT_MAX */

/* Longest cell of a text column, bytes; a longer value is left out. */
#define PKT_TEXT_MAX 1024u

/* Bits of the column `present`: which groups of columns the row has. A cell whose bit is clear is 0
 * in the batch, an empty cell in CSV, a null in Arrow and Parquet. A text cell has its own null. */
#define PKT_HAS_LINK UINT64_C(0x0001)  /* eth_src, eth_dst, eth_type */
#define PKT_HAS_VLAN UINT64_C(0x0002)  /* vlan_id */
#define PKT_HAS_IP UINT64_C(0x0004)    /* ip_version, ip_proto, ip_ttl, ip_tos, ip_len, addresses */
#define PKT_HAS_FRAG UINT64_C(0x0008)  /* ip_id, ip_flags, frag_off: IPv4, and IPv6 fragments */
#define PKT_HAS_L4 UINT64_C(0x0010)    /* l4_hlen, payload_len: TCP, UDP, UDP-Lite, ICMP, ICMPv6 */
#define PKT_HAS_PORTS UINT64_C(0x0020) /* src_port, dst_port: TCP, UDP, UDP-Lite */
#define PKT_HAS_ICMP UINT64_C(0x0040)  /* icmp_type, icmp_code: ICMP, ICMPv6 */
#define PKT_HAS_STREAM UINT64_C(0x0080)       /* stream, stream_dir */
#define PKT_HAS_TCP UINT64_C(0x0100)          /* tcp_flags, tcp_seq, tcp_ack, tcp_window */
#define PKT_HAS_ARP UINT64_C(0x0200)          /* arp_op */
#define PKT_HAS_ARP_IP UINT64_C(0x0400)       /* arp_src_ip, arp_dst_ip: the ARP is for IPv4 */
#define PKT_HAS_APP UINT64_C(0x0800)          /* app_proto, app_part, app_verdict */
#define PKT_HAS_DNS UINT64_C(0x1000)          /* dns_response */
#define PKT_HAS_DNS_RCODE UINT64_C(0x2000)    /* dns_rcode: responses */
#define PKT_HAS_DNS_QRY UINT64_C(0x4000)      /* dns_qry_type: there is a question */
#define PKT_HAS_DNS_A UINT64_C(0x8000)        /* dns_a: there is an A record */
#define PKT_HAS_TLS UINT64_C(0x10000)         /* tls_hs_type: there is a handshake message */
#define PKT_HAS_TLS_VERSION UINT64_C(0x20000) /* tls_version: there is a hello */
#define PKT_HAS_HTTP_STATUS UINT64_C(0x40000) /* http_status: responses */
#define PKT_HAS_MQTT UINT64_C(0x80000)        /* mqtt_type */
#define PKT_HAS_COAP UINT64_C(0x100000)       /* coap_code */
#define PKT_HAS_IN_IP UINT64_C(0x200000)      /* in_ip_ columns, in_src, in_dst */
#define PKT_HAS_IN_L4 UINT64_C(0x400000)      /* in_l4_hlen, in_payload_len */
#define PKT_HAS_IN_PORTS UINT64_C(0x800000)   /* in_src_port, in_dst_port */
#define PKT_HAS_IN_TCP UINT64_C(0x1000000)    /* in_tcp_flags */
#define PKT_HAS_IN_KEY UINT64_C(0x2000000)    /* in_key */

/* How a column is shown as text. */
typedef enum pkt_format_as {
    PKT_AS_NUMBER,  /* decimal */
    PKT_AS_MAC,     /* 48-bit address, 02:00:00:00:00:01 */
    PKT_AS_ADDRESS, /* first half (high 64 bits) of an IP address; shown whole under the name
                     * without `_hi`; IPv4 has it 0 and the address in the low 32 bits of `_lo` */
    PKT_AS_VERDICT, /* name of a pkt_verdict */
    PKT_AS_TEXT,    /* a pkt_text: bytes in the batch's arena */
    PKT_AS_HIDDEN,  /* second half of an address, or `present`: not shown by itself */
    PKT_AS_IPV4,    /* 32-bit IPv4 address, 192.0.2.1 */
    PKT_AS_APP      /* name of a pkt_app */
} pkt_format_as;

/* A cell of a text column: bytes as they are on the wire, in the batch's arena. */
typedef struct pkt_text {
    uint32_t offset; /* in the arena; PKT_TEXT_NULL: the row has no value, whatever `length` is */
    uint32_t length; /* bytes; 0: an empty value */
} pkt_text;
#define PKT_TEXT_NULL UINT32_MAX

/* Columns that a build adds to its own copy of the contract, for tests of appended columns. */
#ifndef PKT_EXTRA_COLUMNS
#define PKT_EXTRA_COLUMNS(X)
#endif

/* The columns. X(name, C type, level, present bit or 0, format, meaning).
 * Values are in host byte order. Append-only: a new column goes to the end. */
#define PKT_COLUMNS(X)                                                                             \
    X(ts_ns, int64_t, FRAMES, 0, NUMBER, "capture time, ns since 1970-01-01 UTC; 0: none")         \
    X(cap_len, uint32_t, FRAMES, 0, NUMBER, "captured length, bytes")                              \
    X(wire_len, uint32_t, FRAMES, 0, NUMBER, "original length, bytes")                             \
    X(link_type, uint16_t, FRAMES, 0, NUMBER, "LINKTYPE_ number of the packet's interface")        \
    X(verdict, uint8_t, FRAMES, 0, VERDICT, "first problem met in the packet")                     \
    X(present, uint64_t, FRAMES, 0, HIDDEN, "PKT_HAS_ bits: which columns the row has")            \
    X(eth_src, uint64_t, HEADERS, PKT_HAS_LINK, MAC, "source MAC address, 0 if the link has none") \
    X(eth_dst, uint64_t, HEADERS, PKT_HAS_LINK, MAC, "destination MAC address")                    \
    X(eth_type, uint16_t, HEADERS, PKT_HAS_LINK, NUMBER, "last EtherType; 0: 802.3 length")        \
    X(vlan_id, uint16_t, HEADERS, PKT_HAS_VLAN, NUMBER, "VLAN of the outermost tag, 12 bits")      \
    X(ip_version, uint8_t, HEADERS, PKT_HAS_IP, NUMBER, "4 or 6")                                  \
    X(ip_proto, uint8_t, HEADERS, PKT_HAS_IP, NUMBER, "protocol after IPv6 extensions and AH")     \
    X(ip_ttl, uint8_t, HEADERS, PKT_HAS_IP, NUMBER, "time to live, hop limit")                     \
    X(ip_tos, uint8_t, HEADERS, PKT_HAS_IP, NUMBER, "DSCP and ECN: TOS, traffic class")            \
    X(ip_len, uint32_t, HEADERS, PKT_HAS_IP, NUMBER, "as the header says; IPv6: 40 + payload")     \
    X(ip_id, uint32_t, HEADERS, PKT_HAS_FRAG, NUMBER, "identification")                            \
    X(ip_flags, uint8_t, HEADERS, PKT_HAS_FRAG, NUMBER, "DF 2, MF 1")                              \
    X(frag_off, uint16_t, HEADERS, PKT_HAS_FRAG, NUMBER, "fragment offset, bytes")                 \
    X(src_hi, uint64_t, HEADERS, PKT_HAS_IP, ADDRESS, "source IP address, high half")              \
    X(src_lo, uint64_t, HEADERS, PKT_HAS_IP, HIDDEN, "source IP address, low half")                \
    X(dst_hi, uint64_t, HEADERS, PKT_HAS_IP, ADDRESS, "destination IP address, high half")         \
    X(dst_lo, uint64_t, HEADERS, PKT_HAS_IP, HIDDEN, "destination IP address, low half")           \
    X(src_port, uint16_t, HEADERS, PKT_HAS_PORTS, NUMBER, "source port")                           \
    X(dst_port, uint16_t, HEADERS, PKT_HAS_PORTS, NUMBER, "destination port")                      \
    X(l4_hlen, uint8_t, HEADERS, PKT_HAS_L4, NUMBER, "L4 header, bytes: TCP by its data offset")   \
    X(payload_len, uint32_t, HEADERS, PKT_HAS_L4, NUMBER, "bytes after the L4 header, by ip_len")  \
    X(tcp_flags, uint16_t, HEADERS, PKT_HAS_TCP, NUMBER, "12 bits, FIN = 1")                       \
    X(tcp_seq, uint32_t, HEADERS, PKT_HAS_TCP, NUMBER, "sequence number, as on the wire")          \
    X(tcp_ack, uint32_t, HEADERS, PKT_HAS_TCP, NUMBER, "acknowledgement number, as on the wire")   \
    X(tcp_window, uint16_t, HEADERS, PKT_HAS_TCP, NUMBER, "window, unscaled")                      \
    X(icmp_type, uint8_t, HEADERS, PKT_HAS_ICMP, NUMBER, "ICMP or ICMPv6 type")                    \
    X(icmp_code, uint8_t, HEADERS, PKT_HAS_ICMP, NUMBER, "ICMP or ICMPv6 code")                    \
    X(stream, uint32_t, FLOWS, PKT_HAS_STREAM, NUMBER, "stream number, counted per protocol")      \
    X(stream_dir, uint8_t, FLOWS, PKT_HAS_STREAM, NUMBER,                                          \
      "0: as the stream's first packet, 1: back")                                                  \
    X(arp_op, uint16_t, HEADERS, PKT_HAS_ARP, NUMBER, "ARP operation: 1 request, 2 reply")         \
    X(arp_src_ip, uint32_t, HEADERS, PKT_HAS_ARP_IP, IPV4, "ARP sender's IPv4 address")            \
    X(arp_dst_ip, uint32_t, HEADERS, PKT_HAS_ARP_IP, IPV4, "ARP target's IPv4 address")            \
    X(app_proto, uint8_t, APP, PKT_HAS_APP, APP, "application protocol")                           \
    X(app_part, uint8_t, APP, PKT_HAS_APP, NUMBER,                                                 \
      "1: a value continues in another segment, 2: a text is too long")                            \
    X(app_verdict, uint8_t, APP, PKT_HAS_APP, VERDICT,                                             \
      "first problem met in the application protocol")                                             \
    X(dns_response, uint8_t, APP, PKT_HAS_DNS, NUMBER, "0: query, 1: response")                    \
    X(dns_rcode, uint8_t, APP, PKT_HAS_DNS_RCODE, NUMBER, "response code, 4 bits")                 \
    X(dns_qry_name, pkt_text, APP, 0, TEXT,                                                        \
      "first question: labels joined by '.'; empty: the root")                                     \
    X(dns_qry_type, uint16_t, APP, PKT_HAS_DNS_QRY, NUMBER, "first question: type")                \
    X(dns_a, uint32_t, APP, PKT_HAS_DNS_A, IPV4, "address of the first A record")                  \
    X(tls_hs_type, uint8_t, APP, PKT_HAS_TLS, NUMBER, "type of the first handshake message")       \
    X(tls_sni, pkt_text, APP, 0, TEXT, "server name of the first client hello")                    \
    X(tls_version, uint16_t, APP, PKT_HAS_TLS_VERSION, NUMBER,                                     \
      "first of supported_versions, else version of the hello")                                    \
    X(tls_alpn, pkt_text, APP, 0, TEXT, "first application protocol of the hello's ALPN")          \
    X(http_method, pkt_text, APP, 0, TEXT, "method of the first HTTP or SSDP request")             \
    X(http_status, uint16_t, APP, PKT_HAS_HTTP_STATUS, NUMBER,                                     \
      "status of the first HTTP or SSDP response")                                                 \
    X(http_host, pkt_text, APP, 0, TEXT, "first Host header")                                      \
    X(mqtt_type, uint8_t, APP, PKT_HAS_MQTT, NUMBER, "type of the first MQTT packet")              \
    X(mqtt_topic, pkt_text, APP, 0, TEXT, "first topic of PUBLISH or SUBSCRIBE")                   \
    X(dhcp_hostname, pkt_text, APP, 0, TEXT, "DHCP option 12")                                     \
    X(coap_code, uint8_t, APP, PKT_HAS_COAP, NUMBER, "CoAP code, 8 bits")                          \
    X(coap_uri_path, pkt_text, APP, 0, TEXT, "first Uri-Path option")                              \
    X(in_ip_version, uint8_t, INNER, PKT_HAS_IN_IP, NUMBER, "innermost IP header: 4 or 6")         \
    X(in_ip_proto, uint8_t, INNER, PKT_HAS_IN_IP, NUMBER, "as ip_proto, of the innermost")         \
    X(in_ip_ttl, uint8_t, INNER, PKT_HAS_IN_IP, NUMBER, "as ip_ttl, of the innermost")             \
    X(in_ip_len, uint32_t, INNER, PKT_HAS_IN_IP, NUMBER, "as ip_len, of the innermost")            \
    X(in_src_hi, uint64_t, INNER, PKT_HAS_IN_IP, ADDRESS, "innermost source address, high half")   \
    X(in_src_lo, uint64_t, INNER, PKT_HAS_IN_IP, HIDDEN, "innermost source address, low half")     \
    X(in_dst_hi, uint64_t, INNER, PKT_HAS_IN_IP, ADDRESS, "innermost destination, high half")      \
    X(in_dst_lo, uint64_t, INNER, PKT_HAS_IN_IP, HIDDEN, "innermost destination, low half")        \
    X(in_src_port, uint16_t, INNER, PKT_HAS_IN_PORTS, NUMBER, "innermost source port")             \
    X(in_dst_port, uint16_t, INNER, PKT_HAS_IN_PORTS, NUMBER, "innermost destination port")        \
    X(in_l4_hlen, uint8_t, INNER, PKT_HAS_IN_L4, NUMBER, "as l4_hlen, of the innermost")           \
    X(in_payload_len, uint32_t, INNER, PKT_HAS_IN_L4, NUMBER, "as payload_len, of the innermost")  \
    X(in_tcp_flags, uint16_t, INNER, PKT_HAS_IN_TCP, NUMBER, "as tcp_flags, of the innermost")     \
    X(in_key, uint32_t, INNER, PKT_HAS_IN_KEY, NUMBER,                                             \
      "number of the innermost tunnel that has one: GRE key, PPTP call, VNI, GTP tunnel")          \
    PKT_EXTRA_COLUMNS(X)

typedef enum pkt_column {
#define PKT_X(name, type, level, has, format_as, doc) PKT_COL_##name,
    PKT_COLUMNS(PKT_X)
#undef PKT_X
        PKT_COLUMN_COUNT
} pkt_column;

/* A set of columns: use the functions and macros below, not the words. */
#define PKT_SET_WORDS 4u
#define PKT_SET_COLUMNS ((size_t)64 * PKT_SET_WORDS)
typedef struct pkt_column_set {
    uint64_t word[PKT_SET_WORDS];
} pkt_column_set;

/* Constant sets, for backend tables. A set is written as a macro of one parameter, a word's number,
 * that combines PKT_FRAMES_WORD(), PKT_HEADERS_WORD(), PKT_FLOWS_WORD(), PKT_APP_WORD(),
 * PKT_INNER_WORD() and PKT_IN_WORD() with | & ~: #define COLUMNS(word) (PKT_HEADERS_WORD(word) &
 * ~PKT_IN_WORD(word, verdict)) .columns = PKT_SET(COLUMNS)
 */
#define PKT_SET(words)                                                                             \
    {                                                                                              \
        {                                                                                          \
            words(0), words(1), words(2), words(3)                                                 \
        }                                                                                          \
    }
#define PKT_IN_WORD(w, column)                                                                     \
    (PKT_COL_##column / 64 == (w) ? UINT64_C(1) << PKT_COL_##column % 64 : UINT64_C(0))
#define PKT_UP_TO(last, w, name, level)                                                            \
    | (PKT_LEVEL_##level <= PKT_LEVEL_##last ? PKT_IN_WORD(w, name) : UINT64_C(0))
#define PKT_FRAMES_0(name, type, level, has, format_as, doc) PKT_UP_TO(FRAMES, 0, name, level)
#define PKT_FRAMES_1(name, type, level, has, format_as, doc) PKT_UP_TO(FRAMES, 1, name, level)
#define PKT_FRAMES_2(name, type, level, has, format_as, doc) PKT_UP_TO(FRAMES, 2, name, level)
#define PKT_FRAMES_3(name, type, level, has, format_as, doc) PKT_UP_TO(FRAMES, 3, name, level)
#define PKT_HEADERS_0(name, type, level, has, format_as, doc) PKT_UP_TO(HEADERS, 0, name, level)
#define PKT_HEADERS_1(name, type, level, has, format_as, doc) PKT_UP_TO(HEADERS, 1, name, level)
#define PKT_HEADERS_2(name, type, level, has, format_as, doc) PKT_UP_TO(HEADERS, 2, name, level)
#define PKT_HEADERS_3(name, type, level, has, format_as, doc) PKT_UP_TO(HEADERS, 3, name, level)
#define PKT_FLOWS_0(name, type, level, has, format_as, doc) PKT_UP_TO(FLOWS, 0, name, level)
#define PKT_FLOWS_1(name, type, level, has, format_as, doc) PKT_UP_TO(FLOWS, 1, name, level)
#define PKT_FLOWS_2(name, type, level, has, format_as, doc) PKT_UP_TO(FLOWS, 2, name, level)
#define PKT_FLOWS_3(name, type, level, has, format_as, doc) PKT_UP_TO(FLOWS, 3, name, level)
#define PKT_OF_LEVEL(of, w, name, level)                                                           \
    | (PKT_LEVEL_##level <= PKT_LEVEL_HEADERS || PKT_LEVEL_##level == PKT_LEVEL_##of               \
           ? PKT_IN_WORD(w, name)                                                                  \
           : UINT64_C(0))
#define PKT_APP_0(name, type, level, has, format_as, doc) PKT_OF_LEVEL(APP, 0, name, level)
#define PKT_APP_1(name, type, level, has, format_as, doc) PKT_OF_LEVEL(APP, 1, name, level)
#define PKT_APP_2(name, type, level, has, format_as, doc) PKT_OF_LEVEL(APP, 2, name, level)
#define PKT_APP_3(name, type, level, has, format_as, doc) PKT_OF_LEVEL(APP, 3, name, level)
#define PKT_INNER_0(name, type, level, has, format_as, doc) PKT_OF_LEVEL(INNER, 0, name, level)
#define PKT_INNER_1(name, type, level, has, format_as, doc) PKT_OF_LEVEL(INNER, 1, name, level)
#define PKT_INNER_2(name, type, level, has, format_as, doc) PKT_OF_LEVEL(INNER, 2, name, level)
#define PKT_INNER_3(name, type, level, has, format_as, doc) PKT_OF_LEVEL(INNER, 3, name, level)
/* Evaluated once: a set that repeated these expressions would be slow to compile. */
__extension__ enum {
#define PKT_X(x)                                                                                   \
    x##_WORD_0 = UINT64_C(0) PKT_COLUMNS(x##_0), x##_WORD_1 = UINT64_C(0) PKT_COLUMNS(x##_1),      \
    x##_WORD_2 = UINT64_C(0) PKT_COLUMNS(x##_2), x##_WORD_3 = UINT64_C(0) PKT_COLUMNS(x##_3)
    PKT_X(PKT_FRAMES),
    PKT_X(PKT_HEADERS),
    PKT_X(PKT_FLOWS),
    PKT_X(PKT_APP),
    PKT_X(PKT_INNER)
#undef PKT_X
};
#define PKT_WORD(x, w)                                                                             \
    ((w) == 0   ? (uint64_t)x##_WORD_0                                                             \
     : (w) == 1 ? (uint64_t)x##_WORD_1                                                             \
     : (w) == 2 ? (uint64_t)x##_WORD_2                                                             \
                : (uint64_t)x##_WORD_3)
#define PKT_FRAMES_WORD(w) PKT_WORD(PKT_FRAMES, w)
#define PKT_HEADERS_WORD(w) PKT_WORD(PKT_HEADERS, w)
#define PKT_FLOWS_WORD(w) PKT_WORD(PKT_FLOWS, w)
#define PKT_APP_WORD(w) PKT_WORD(PKT_APP, w)
#define PKT_INNER_WORD(w) PKT_WORD(PKT_INNER, w)
/* All columns of a level, as constants. */
#define PKT_FRAMES_COLUMNS PKT_SET(PKT_FRAMES_WORD)
#define PKT_HEADERS_COLUMNS PKT_SET(PKT_HEADERS_WORD)
#define PKT_FLOWS_COLUMNS PKT_SET(PKT_FLOWS_WORD)
#define PKT_APP_COLUMNS PKT_SET(PKT_APP_WORD)
#define PKT_INNER_COLUMNS PKT_SET(PKT_INNER_WORD)

/* Is the column in the set? `column` is below PKT_SET_COLUMNS in all of these. */
static inline int pkt_set_has(const pkt_column_set *set, size_t column)
{
    return (int)(set->word[column / 64] >> column % 64 & 1);
}
static inline void pkt_set_add(pkt_column_set *set, size_t column)
{
    set->word[column / 64] |= UINT64_C(1) << column % 64;
}
static inline void pkt_set_remove(pkt_column_set *set, size_t column)
{
    set->word[column / 64] &= ~(UINT64_C(1) << column % 64);
}
/* The columns that are in both sets, in either set, in `a` and not in `b`. */
static inline pkt_column_set pkt_set_and(pkt_column_set a, pkt_column_set b)
{
    for (size_t i = 0; i < PKT_SET_WORDS; i++)
        a.word[i] &= b.word[i];
    return a;
}
static inline pkt_column_set pkt_set_or(pkt_column_set a, pkt_column_set b)
{
    for (size_t i = 0; i < PKT_SET_WORDS; i++)
        a.word[i] |= b.word[i];
    return a;
}
static inline pkt_column_set pkt_set_minus(pkt_column_set a, pkt_column_set b)
{
    for (size_t i = 0; i < PKT_SET_WORDS; i++)
        a.word[i] &= ~b.word[i];
    return a;
}
/* How many columns are in the set. */
static inline size_t pkt_set_count(const pkt_column_set *set)
{
    size_t count = 0;
    for (size_t i = 0; i < PKT_SET_COLUMNS; i++)
        count += (size_t)pkt_set_has(set, i);
    return count;
}

/* Up to PKT_BATCH_ROWS rows, one array a column, made by pkt_batch_new(). The driver clears the
 * columns of the run before every pkt_backend.next(): numbers are 0, text cells are null. A backend
 * writes what it has and clears nothing; columns that the run does not have may hold anything. The
 * row's number in the capture is not a column: sinks count. */
struct pkt_err;
typedef struct pkt_batch {
    size_t struct_size; /* of this struct, as the library made it */
    size_t capacity;    /* rows, PKT_BATCH_ROWS */
    size_t rows;        /* set by the driver after next() */
    char *text;         /* the arena of text cells, the library's */
    size_t text_used;   /* bytes of it, 0 after clearing; a backend appends and adds */
    size_t text_room;   /* bytes of it in all: at least PKT_BATCH_TEXT */
#define PKT_X(name, type, level, has, format_as, doc) type name[PKT_BATCH_ROWS];
    PKT_COLUMNS(PKT_X)
#undef PKT_X
} pkt_batch;

/* The cell `ts_ns` of a time. A time outside of 1677-09-21 to 2262-04-11, which 64 bits do not
 * hold, gives the nearest that they do. `nanoseconds` are 0 to 999999999; a broken record may have
 * other 32-bit numbers. */
static inline int64_t pkt_time_ns(int64_t seconds, int64_t nanoseconds)
{
    const int64_t second = 1000000000;
    const int64_t carry = seconds < 0; /* the first nanoseconds of all are a part of a second */
    int64_t ns;
    if (__builtin_mul_overflow(seconds + carry, second, &ns) ||
        __builtin_add_overflow(ns, nanoseconds - carry * second, &ns))
        return seconds < 0 ? INT64_MIN : INT64_MAX;
    return ns;
}

/* Description of a column, for code that handles columns by number. */
typedef struct pkt_column_info {
    const char *name;
    const char *doc;
    size_t size;      /* bytes of a cell: 1, 2, 4 or 8; 8 of a text column */
    size_t offset;    /* bytes, of the column's array in pkt_batch */
    uint64_t present; /* PKT_HAS_ bit of the column's group; 0: every row has the cell, or the cell
                       * has a null of its own */
    pkt_level level;
    pkt_format_as format_as;
} pkt_column_info;

/* How many columns this library has: at least PKT_COLUMN_COUNT of any older header. */
PKT_EXPORT size_t pkt_column_count(void);
/* The column's description, in static storage. NULL if there is no such column. */
PKT_EXPORT const pkt_column_info *pkt_column_at(size_t column);
/* The columns that a row of this level has; an empty set if out of range. */
PKT_EXPORT pkt_column_set pkt_level_columns(pkt_level level);
/* Short names in static storage: "headers", "bad-length", ... NULL if out of range. */
PKT_EXPORT const char *pkt_level_name(pkt_level level);
PKT_EXPORT const char *pkt_verdict_name(pkt_verdict verdict);
/* "dns", "tls", ...: Wireshark's names; "" of PKT_APP_NONE. */
PKT_EXPORT const char *pkt_app_name(pkt_app app);

/* A batch, all cells cleared; the caller frees it with pkt_batch_free(). NULL and *err without
 * memory. */
PKT_EXPORT pkt_batch *pkt_batch_new(struct pkt_err *err);
/* `batch` may be NULL. */
PKT_EXPORT void pkt_batch_free(pkt_batch *batch);
/* Clear the columns of the set, as the driver does before next(), and forget all rows and text. */
PKT_EXPORT void pkt_batch_clear(pkt_batch *batch, const pkt_column_set *columns);

/* Append `length` bytes to the arena, and set the text cell of that row. 0, or -1 if they do not
 * fit: the batch is unchanged. A backend that ends its batch as soon as less room is left than its
 * longest row takes never sees -1, and no value depends on where a batch ends. */
static inline int pkt_batch_text(pkt_batch *batch, pkt_text *cell, const void *bytes, size_t length)
{
    if (length > batch->text_room - batch->text_used)
        return -1;
    if (length)
        memcpy(batch->text + batch->text_used, bytes, length);
    cell->offset = (uint32_t)batch->text_used;
    cell->length = (uint32_t)length;
    batch->text_used += length;
    return 0;
}

#ifdef __cplusplus
}
#endif
#endif
