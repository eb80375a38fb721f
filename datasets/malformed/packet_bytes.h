/* The bytes of cases: hexadecimal text to captures. */
#ifndef PKT_MALFORMED_PACKET_BYTES_H
#define PKT_MALFORMED_PACKET_BYTES_H

#include "datasets/malformed/case.h"

/* Largest capture of a case without packets, and largest packet: Ethernet and an IPv4 datagram. */
#define MALFORMED_BYTES_MAX (14 + 65535)

/* The bytes of a packet, or of a file. */
typedef struct malformed_bytes {
    size_t size;
    uint32_t wire; /* original length of a packet */
    uint8_t at[MALFORMED_BYTES_MAX];
} malformed_bytes;

/* The bytes of the case's file. 0, or -1 and *err: they are not hexadecimal, or too many. */
int malformed_file_bytes(const malformed_case *c, malformed_bytes *bytes, pkt_err *err);
/* The bytes of its packet `index`, with the headers before a payload. */
int malformed_packet_bytes(const malformed_case *c, size_t index, malformed_bytes *bytes,
                           pkt_err *err);
/* How often its packets and rows are repeated. */
static inline size_t malformed_times(const malformed_case *c)
{
    return c->times ? c->times : 1;
}

#endif
