#include "parsers/labels/parquet/snappy.h"

#include <string.h>

typedef struct unpacking {
    const uint8_t *in, *in_end;
    uint8_t *out, *at, *end;
} unpacking;

/* A little-endian number of so many bytes. */
static bool number_take(unpacking *u, size_t bytes, size_t *number)
{
    if ((size_t)(u->in_end - u->in) < bytes)
        return false;
    *number = 0;
    for (size_t i = 0; i < bytes; i++)
        *number |= (size_t)u->in[i] << (8 * i);
    u->in += bytes;
    return true;
}

/* The size of what is unpacked, as the input has it. */
static bool size_take(unpacking *u, uint64_t *size)
{
    *size = 0;
    for (unsigned shift = 0; shift < 35 && u->in < u->in_end; shift += 7) {
        const uint8_t byte = *u->in++;
        *size |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

static bool literal_copy(unpacking *u, unsigned tag)
{
    enum { SHORT_MOST = 60 };
    size_t size = tag >> 2;
    if (size >= SHORT_MOST && !number_take(u, size - SHORT_MOST + 1, &size))
        return false;
    if (size >= (size_t)(u->in_end - u->in) || size >= (size_t)(u->end - u->at))
        return false;
    memcpy(u->at, u->in, size + 1);
    u->at += size + 1;
    u->in += size + 1;
    return true;
}

/* Bytes that were written before, which may overlap with those that are written. */
static bool earlier_copy(unpacking *u, unsigned tag)
{
    const unsigned kind = tag & 3;
    size_t offset, size = kind == 1 ? (tag >> 2 & 7) + 4 : (tag >> 2) + 1;
    if (!number_take(u, kind == 3 ? 4 : kind, &offset))
        return false;
    if (kind == 1)
        offset |= (size_t)(tag >> 5) << 8;
    if (offset == 0 || offset > (size_t)(u->at - u->out) || size > (size_t)(u->end - u->at))
        return false;
    for (; size; size--, u->at++)
        *u->at = *(u->at - offset);
    return true;
}

bool pkt_snappy_unpack(const uint8_t *in, size_t size, uint8_t *out, size_t out_size)
{
    unpacking u = {in, in + size, out, out, out + out_size};
    uint64_t told;
    if (!size_take(&u, &told) || told != out_size)
        return false;
    while (u.in < u.in_end) {
        const unsigned tag = *u.in++;
        if (!((tag & 3) == 0 ? literal_copy : earlier_copy)(&u, tag))
            return false;
    }
    return u.at == u.end;
}
