/* What numbering streams as Wireshark does needs of a packet besides its columns. */
#ifndef PKT_DECODE_HINT_H
#define PKT_DECODE_HINT_H

#include <stdint.h>

/* Bytes of a TCP header, up to and with the window, that Wireshark numbers a stream by. */
#define PKT_TCP_STREAM_BYTES 16

typedef enum pkt_hint_kind { PKT_HINT_NONE, PKT_HINT_TCP, PKT_HINT_UDP } pkt_hint_kind;

/* All 0 before a packet is decoded. */
typedef struct pkt_stream_hint {
    uint8_t kind;      /* not PKT_HINT_NONE: of a header that gives no columns, because it is cut or
                        * the IP header claims more bytes than there are, but tells its stream:
                        * ports, and the tcp_ fields */
    uint8_t tcp_sized; /* the data offset stays within the datagram */
    uint8_t vnc_version; /* the segment is VNC's first message, where Wireshark guesses protocols */
    uint16_t udp_length; /* length field of the row's UDP header, also of one without columns */
    uint16_t src_port, dst_port, tcp_flags;
    uint32_t tcp_seq, tcp_ack;
} pkt_stream_hint;

#endif
