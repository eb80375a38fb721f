#include "parsers/labels/parquet/thrift.h"

/* Structs and lists in one another, at most; the metadata of Parquet have fewer. */
enum { DEPTH_MOST = 16 };

static uint8_t byte_read(thrift_reader *r)
{
    if (r->at == r->end)
        r->bad = true;
    return r->bad ? 0 : *r->at++;
}

uint64_t pkt_thrift_varint(thrift_reader *r)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const uint8_t byte = byte_read(r);
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return r->bad ? 0 : value;
    }
    r->bad = true;
    return 0;
}

int64_t pkt_thrift_number(thrift_reader *r)
{
    const uint64_t value = pkt_thrift_varint(r);
    return (int64_t)(value >> 1 ^ (0 - (value & 1)));
}

thrift_text pkt_thrift_text(thrift_reader *r)
{
    const uint64_t size = pkt_thrift_varint(r);
    const thrift_text text = {(const char *)r->at, (size_t)size};
    if (size > (uint64_t)(r->end - r->at))
        r->bad = true;
    if (r->bad)
        return (thrift_text){"", 0};
    r->at += size;
    return text;
}

size_t pkt_thrift_list(thrift_reader *r, unsigned *type)
{
    enum { LONG = 15 };
    const uint8_t head = byte_read(r);
    const uint64_t count = head >> 4 == LONG ? pkt_thrift_varint(r) : head >> 4;
    *type = head & 15;
    if (count > (uint64_t)(r->end - r->at)) /* an element has a byte at least */
        r->bad = true;
    return r->bad ? 0 : (size_t)count;
}

unsigned pkt_thrift_field(thrift_reader *r, int *id)
{
    const uint8_t head = byte_read(r);
    if (head == THRIFT_STOP)
        return THRIFT_STOP;
    const int64_t next = head >> 4 ? *id + (head >> 4) : pkt_thrift_number(r);
    if (next < 0 || next > INT16_MAX)
        r->bad = true;
    *id = r->bad ? 0 : (int)next;
    return r->bad ? THRIFT_STOP : head & 15;
}

static void value_pass(thrift_reader *r, unsigned type, unsigned depth);

static void elements_pass(thrift_reader *r, unsigned depth)
{
    unsigned type;
    const size_t count = pkt_thrift_list(r, &type);
    for (size_t i = 0; i < count && !r->bad; i++)
        if (type == THRIFT_TRUE || type == THRIFT_FALSE)
            (void)byte_read(r);
        else
            value_pass(r, type, depth);
}

static void value_pass(thrift_reader *r, unsigned type, unsigned depth)
{
    int id = 0;
    if (depth == DEPTH_MOST)
        r->bad = true;
    switch (r->bad ? THRIFT_STOP : type) {
    case THRIFT_TRUE:
    case THRIFT_FALSE:
        break;
    case THRIFT_BYTE:
        (void)byte_read(r);
        break;
    case THRIFT_I16:
    case THRIFT_I32:
    case THRIFT_I64:
        (void)pkt_thrift_varint(r);
        break;
    case THRIFT_DOUBLE:
        for (int i = 0; i < 8; i++)
            (void)byte_read(r);
        break;
    case THRIFT_TEXT:
        (void)pkt_thrift_text(r);
        break;
    case THRIFT_LIST:
    case THRIFT_SET:
        elements_pass(r, depth + 1);
        break;
    case THRIFT_STRUCT:
        for (unsigned t; (t = pkt_thrift_field(r, &id)) != THRIFT_STOP;)
            value_pass(r, t, depth + 1);
        break;
    default: /* Parquet has no maps */
        r->bad = true;
    }
}

void pkt_thrift_pass(thrift_reader *r, unsigned type)
{
    value_pass(r, type, 0);
}
