#include "parsers/encode/parquet/statistics.h"

#include <endian.h>

#include "parsers/encode/parquet/thrift.h"

/* Bytes of a least or greatest text; file names are not longer. */
enum { TEXT_MAX = 255, TEXT_HEAD = 4 };

/* A value as PLAIN has it. */
typedef struct bound {
    uint8_t number[8];
    const uint8_t *at; /* a text without its length, or `number` */
    size_t size;
} bound;

static void number_set(bound *b, uint64_t bits, size_t width)
{
    bits = htole64(bits);
    memcpy(b->number, &bits, sizeof bits);
    b->at = b->number;
    b->size = width;
}

static void integers_bound(const plain_values *values, bound *least, bound *greatest)
{
    int64_t low = INT64_MAX, high = INT64_MIN;
    for (size_t i = 0; i < values->count; i++) {
        uint64_t bits = 0;
        memcpy(&bits, values->at + i * values->width, values->width);
        bits = le64toh(bits);
        const int64_t value = values->width == 4 ? (int32_t)(uint32_t)bits : (int64_t)bits;
        low = value < low ? value : low;
        high = value > high ? value : high;
    }
    number_set(least, (uint64_t)low, values->width);
    number_set(greatest, (uint64_t)high, values->width);
}

static uint64_t double_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* A bound that is zero is -0 as the least and +0 as the greatest value, says parquet.thrift. */
static void doubles_bound(const plain_values *values, bound *least, bound *greatest)
{
    double low = 0, high = 0;
    for (size_t i = 0; i < values->count; i++) {
        uint64_t bits;
        double value;
        memcpy(&bits, values->at + i * sizeof bits, sizeof bits);
        bits = le64toh(bits);
        memcpy(&value, &bits, sizeof value);
        low = i == 0 || value < low ? value : low;
        high = i == 0 || value > high ? value : high;
    }
    number_set(least, double_bits(low == 0 ? -0.0 : low), sizeof(double));
    number_set(greatest, double_bits(high == 0 ? 0.0 : high), sizeof(double));
}

/* By their bytes, as parquet.thrift orders UTF-8. */
static int texts_order(const bound *a, const bound *b)
{
    const int order = memcmp(a->at, b->at, a->size < b->size ? a->size : b->size);
    return order ? order : (a->size > b->size) - (a->size < b->size);
}

static void texts_bound(const plain_values *values, bound *least, bound *greatest)
{
    const uint8_t *at = values->at;
    for (size_t i = 0; i < values->count; i++) {
        const size_t size = pkt_plain_value_size(values, at);
        const bound text = {.at = at + TEXT_HEAD, .size = size - TEXT_HEAD};
        if (i == 0 || texts_order(&text, least) < 0)
            *least = text;
        if (i == 0 || texts_order(&text, greatest) > 0)
            *greatest = text;
        at += size;
    }
}

int pkt_parquet_statistics_add(const plain_values *values, unsigned type, size_t nulls,
                               pkt_buffer *out, pkt_err *err)
{
    bound least = {.size = 0}, greatest = {.size = 0};
    thrift t = {.out = out, .err = err};
    thrift_number(&t, 3, THRIFT_I64, (int64_t)nulls);
    if (type == PARQUET_BYTES)
        texts_bound(values, &least, &greatest);
    else if (type == PARQUET_DOUBLE)
        doubles_bound(values, &least, &greatest);
    else
        integers_bound(values, &least, &greatest);
    if (values->count && least.size <= TEXT_MAX && greatest.size <= TEXT_MAX) {
        thrift_text(&t, 2, (const char *)greatest.at, greatest.size);
        thrift_text(&t, 1, (const char *)least.at, least.size);
    }
    thrift_struct_end(&t);
    return t.bad ? -1 : 0;
}
