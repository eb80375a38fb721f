/* What numbering streams needs of a packet besides its columns. */
#ifndef PKT_DECODE_HINT_H
#define PKT_DECODE_HINT_H

#include <stdint.h>

/* Bytes of a TCP header, up to and with the window, that Wireshark numbers a stream by. */
#define PKT_TCP_STREAM_BYTES 16

typedef struct pkt_stream_hint {
    uint16_t udp_length; /* of a row that has a UDP or UDP-Lite header: its length field */
    /* The TCP header gives no columns, for it is not whole, but its first PKT_TCP_STREAM_BYTES were
     * captured. The fields below are what stands there, and hold nothing else otherwise. */
    uint8_t tcp_cut;
    uint8_t tcp_sized; /* the data offset stays within the datagram */
    uint16_t src_port, dst_port, tcp_flags;
    uint32_t tcp_seq, tcp_ack;
} pkt_stream_hint;

#endif
