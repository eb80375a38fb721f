/* The only access to packet bytes: take n bytes (one bounds check per header), then load fields
 * from them.
 *
 * A cursor has two limits: the bytes captured, and the bytes on the wire. Length fields of headers
 * reduce both, to exclude bytes after the datagram (Ethernet padding) from its payload.
 */
#ifndef PKT_CURSOR_H
#define PKT_CURSOR_H

#include <stdbool.h>

#include "parsers/core/numbers.h"
#include "parsers/decode/hint.h"
#include "pktbench.h"

/* Limits of nesting; more gives PKT_UNSUPPORTED. */
#define PKT_MAX_VLAN_TAGS 8
#define PKT_MAX_TAGS 8 /* tags of other kinds, and groups of VLAN tags after them */
#define PKT_MAX_MPLS_LABELS 16
#define PKT_MAX_IP_EXTENSIONS 16

/* By default gcc 12 does not inline the layers. Measured: small packets of a real capture then take
 * 1.4 times as long. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

typedef struct cursor {
    const uint8_t *at;
    size_t captured; /* captured bytes from `at` on */
    size_t wire;     /* bytes on the wire from `at` on, >= captured */
} cursor;

/* Why the length in a transport header may exceed the packet. */
enum pkt_length_flags {
    NO_LENGTH = 1, /* the length in the IP header is 0 */
    FRAGMENTED = 2 /* the datagram continues in other fragments */
};

/* The row to fill, and which of its columns are set. */
typedef struct row {
    pkt_batch *batch;
    size_t index;
    uint64_t present;      /* PKT_HAS_ bits */
    pkt_stream_hint *hint; /* what stream numbering needs besides columns; NULL: not wanted */
    pkt_payload *payload;  /* of 0 bytes on the wire at first; NULL: not wanted */
} row;

/* Result of a decoder that is not inlined. It takes its row by value: with a pointer to it, the row
 * could not stay in registers. */
typedef struct decode_result {
    pkt_verdict verdict;
    uint64_t present;
} decode_result;

/* Set a cell of the row. */
#define PUT(r, column, value) ((r)->batch->column[(r)->index] = (value))

/* Skip n bytes and return a pointer to them; NULL if they were not captured. */
ALWAYS_INLINE const uint8_t *cursor_take(cursor *c, size_t n)
{
    if (n > c->captured)
        return NULL;
    const uint8_t *bytes = c->at;
    c->at += n;
    c->captured -= n;
    c->wire -= n;
    return bytes;
}

/* The verdict if n bytes could not be taken: truncated on the wire, or cut by snaplen. */
ALWAYS_INLINE pkt_verdict cursor_short(const cursor *c, size_t n)
{
    return n > c->wire ? PKT_TRUNCATED : PKT_CUT_BY_SNAPLEN;
}

/* The bytes of the cursor are the payload. */
ALWAYS_INLINE void payload_set(const row *r, const cursor *c, int is_stream)
{
    if (r->payload)
        *r->payload = (pkt_payload){c->at, c->captured, c->wire, is_stream};
}

/* Limit the packet to n more bytes. */
ALWAYS_INLINE void cursor_narrow(cursor *c, size_t n)
{
    if (n < c->wire)
        c->wire = n;
    if (n < c->captured)
        c->captured = n;
}

/* Remove n bytes from the packet's end: a trailer. False if the packet is shorter. */
ALWAYS_INLINE bool cursor_trim(cursor *c, size_t n)
{
    if (n > c->wire)
        return false;
    cursor_narrow(c, c->wire - n);
    return true;
}

ALWAYS_INLINE uint16_t be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

ALWAYS_INLINE uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint32_t be24(const uint8_t *p)
{
    return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static inline uint64_t be48(const uint8_t *p)
{
    return (uint64_t)be16(p) << 32 | be32(p + 2);
}

static inline uint16_t le16(const uint8_t *p)
{
    return (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline uint64_t be64(const uint8_t *p)
{
    return (uint64_t)be32(p) << 32 | be32(p + 4);
}

#endif
