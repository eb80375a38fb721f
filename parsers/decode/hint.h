/* What is needed of a packet besides its columns: for stream numbers, to be those of Wireshark, for
 * application protocols, and for tunnels. */
#ifndef PKT_DECODE_HINT_H
#define PKT_DECODE_HINT_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of a TCP header, up to the window field, that Wireshark needs to number a stream. */
#define PKT_TCP_STREAM_BYTES 16

typedef enum pkt_hint_kind { PKT_HINT_NONE, PKT_HINT_TCP, PKT_HINT_UDP } pkt_hint_kind;

/* Bytes of the packet, from the transport header to the end of the datagram. */
typedef struct pkt_transport_place {
    const uint8_t *at; /* NULL: there is none, as in a later fragment */
    uint32_t captured, wire;
} pkt_transport_place;

/* All 0 before a packet is decoded. */
typedef struct pkt_stream_hint {
    /* Not PKT_HINT_NONE: the transport header fills no columns, because it is cut or the IP length
     * exceeds the packet. Its ports and tcp_ fields are here instead. */
    uint8_t kind;
    uint8_t tcp_sized;   /* 1: the TCP header length is within the datagram */
    uint8_t vnc_version; /* 1: Wireshark recognizes the payload as VNC by heuristics */
    uint16_t udp_length; /* length field of the UDP header, also of one that fills no columns */
    uint16_t src_port, dst_port, tcp_flags;
    uint32_t tcp_seq, tcp_ack;
    pkt_transport_place transport;
} pkt_stream_hint;

/* Bytes after a TCP or UDP header, up to the end of the datagram. */
typedef struct pkt_payload {
    const uint8_t *at;
    size_t captured;
    size_t wire;   /* bytes, at least `captured`; 0: there are none, or the headers have a problem,
                    * and   the other members are not set */
    int is_stream; /* 1: TCP */
} pkt_payload;

#endif
