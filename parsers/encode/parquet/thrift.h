/* As much of Thrift's compact protocol as Parquet's metadata need:
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 * A field names its distance to the field before it in its struct. */
#ifndef PKT_THRIFT_H
#define PKT_THRIFT_H

#include "parsers/util/buffer.h"

enum { THRIFT_TRUE = 1, THRIFT_I32 = 5, THRIFT_I64 = 6, THRIFT_TEXT = 8, THRIFT_LIST = 9 };
enum { THRIFT_STRUCT = 12 };

typedef struct thrift {
    pkt_buffer *out;
    pkt_err *err;
    int bad; /* something could not be written */
} thrift;

static inline void thrift_add(thrift *t, const void *what, size_t size)
{
    t->bad = t->bad || pkt_buffer_add(t->out, what, size, t->err) != 0;
}

static inline void thrift_varint(thrift *t, uint64_t value)
{
    uint8_t bytes[10];
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[n++] = (uint8_t)(value | 0x80);
    bytes[n++] = (uint8_t)value;
    thrift_add(t, bytes, n);
}

/* The number itself, as it stands in a list. */
static inline void thrift_value(thrift *t, int64_t value)
{
    thrift_varint(t, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

static inline void thrift_field(thrift *t, unsigned distance, unsigned type)
{
    thrift_add(t, &(uint8_t){(uint8_t)(distance << 4 | type)}, 1);
}

/* A struct is opened as a field of type THRIFT_STRUCT, or as it is in a list. */
static inline void thrift_struct_end(thrift *t)
{
    thrift_add(t, &(uint8_t){0}, 1);
}

static inline void thrift_number(thrift *t, unsigned distance, unsigned type, int64_t value)
{
    thrift_field(t, distance, type);
    thrift_value(t, value);
}

static inline void thrift_text_value(thrift *t, const char *text, size_t size)
{
    thrift_varint(t, size);
    thrift_add(t, text, size);
}

static inline void thrift_text(thrift *t, unsigned distance, const char *text, size_t size)
{
    thrift_field(t, distance, THRIFT_TEXT);
    thrift_text_value(t, text, size);
}

static inline void thrift_list(thrift *t, unsigned distance, unsigned type, size_t count)
{
    enum { SHORT_LIST = 15 };
    thrift_field(t, distance, THRIFT_LIST);
    unsigned size = count < SHORT_LIST ? (unsigned)count : SHORT_LIST;
    thrift_add(t, &(uint8_t){(uint8_t)(size << 4 | type)}, 1);
    if (count >= SHORT_LIST)
        thrift_varint(t, count);
}

#endif
