/* The only way to packet bytes: take n of them (one check a header), then load numbers from what
 * was taken.
 *
 * A cursor has two ends: how many bytes were captured, and how many the packet had on the wire.
 * Length fields narrow it, so that what lies behind a datagram (Ethernet padding) is not its
 * payload.
 */
#ifndef PKT_CURSOR_H
#define PKT_CURSOR_H

#include "parsers/core/numbers.h"
#include "parsers/decode/hint.h"
#include "pktbench.h"

/* Left to itself gcc 12 makes calls of the layers: measured, the small packets of a real capture
 * then take 1.4 times as long. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

typedef struct cursor {
    const uint8_t *at;
    size_t captured; /* bytes that can be read at `at` */
    size_t wire;     /* bytes that were there on the wire, never fewer than `captured` */
} cursor;

/* Why the lengths of a transport header may pass the packet's end. */
enum pkt_open_ended {
    NO_LENGTH = 1, /* the IP header gives none */
    GOES_ON = 2    /* the datagram does so in other fragments */
};

/* The row being written, and what of it applies so far. */
typedef struct row {
    pkt_batch *batch;
    size_t index;
    uint64_t present;
    pkt_stream_hint *hint; /* takes what is no column; NULL: not asked for */
} row;

/* How decoding ended, for functions that are not inlined: a row that they could write to would have
 * to live in memory on the whole way of a packet. */
typedef struct outcome {
    pkt_verdict verdict;
    uint64_t present;
} outcome;

/* Set a cell of the row. */
#define PUT(r, column, value) ((r)->batch->column[(r)->index] = (value))

/* The next n bytes, which must not all be read; NULL if they were not captured. */
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

/* Why n bytes could not be taken: the capture ended, or the packet did. */
ALWAYS_INLINE pkt_verdict cursor_short(const cursor *c, size_t n)
{
    return n > c->wire ? PKT_TRUNCATED : PKT_CUT_BY_SNAPLEN;
}

/* The packet goes on for n bytes at most. */
ALWAYS_INLINE void cursor_narrow(cursor *c, size_t n)
{
    if (n < c->wire)
        c->wire = n;
    if (n < c->captured)
        c->captured = n;
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

static inline uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline uint64_t be64(const uint8_t *p)
{
    return (uint64_t)be32(p) << 32 | be32(p + 4);
}

#endif
