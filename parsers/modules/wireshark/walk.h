/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The walk over a packet's outermost headers: row, place, and the numbers of its bytes.
 */
#ifndef PKT_WIRESHARK_WALK_H
#define PKT_WIRESHARK_WALK_H

#include "parsers/modules/wireshark/fields.h"

typedef struct row {
    pkt_batch *batch;
    size_t index;
    uint64_t present;
} row;

#define PUT(r, column, value) ((r)->batch->column[(r)->index] = (value))

/* Where a header would stand, and where the bytes end that it may have. */
typedef struct place {
    size_t at, end; /* offsets in the frame */
} place;

/* What follows an IP header: protocol and lengths. */
typedef struct datagram {
    size_t at;      /* offset of the next header in the frame */
    size_t end;     /* offset of the datagram's end, by its length field */
    uint32_t proto; /* of the next header */
    int version;
    bool rest; /* not the first fragment: no header follows */
} datagram;

static inline uint32_t big_endian(const uint8_t *bytes, size_t count)
{
    uint32_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

static inline uint64_t big_endian64(const uint8_t *bytes, size_t count)
{
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* Fill the link columns. *next: where an IP header would stand. False if the columns describe
 * nothing behind this link. */
bool ws_link_columns(const ws_packet *packet, row *r, place *next);
/* Fill the columns of IP and of what is behind it, if an IP header stands there; *d: what follows
 * it. */
bool ws_network_columns(const ws_packet *packet, row *r, const place *here, datagram *d);

#endif
