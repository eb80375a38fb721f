/* Numbers as text, at the end of what `text` points to; each returns the new end. */
#ifndef PKT_DIGITS_H
#define PKT_DIGITS_H

#include <stdint.h>
#include <string.h>

#define PKT_NS_PER_S UINT64_C(1000000000)

/* Two digits at a time: half the divisions. */
static inline char *put_pair(char *text, uint32_t value)
{
    static const char pairs[] =
        "00010203040506070809101112131415161718192021222324252627282930313233"
        "34353637383940414243444546474849505152535455565758596061626364656667"
        "6869707172737475767778798081828384858687888990919293949596979899";
    memcpy(text, pairs + (size_t)2 * value, 2);
    return text + 2;
}

static inline char *put_four(char *text, uint32_t value)
{
    return put_pair(put_pair(text, value / 100), value % 100);
}

/* Below 10,000. */
static inline char *put_short(char *text, uint32_t value)
{
    if (value >= 1000)
        return put_four(text, value);
    if (value >= 100) {
        *text++ = (char)('0' + value / 100);
        return put_pair(text, value % 100);
    }
    if (value >= 10)
        return put_pair(text, value);
    *text = (char)('0' + value);
    return text + 1;
}

static inline char *put_u32(char *text, uint32_t value)
{
    if (value < 10000)
        return put_short(text, value);
    if (value < 100000000)
        return put_four(put_short(text, value / 10000), value % 10000);
    text = put_short(text, value / 100000000);
    value %= 100000000;
    return put_four(put_four(text, value / 10000), value % 10000);
}

/* Nine digits, zeros in front. */
static inline char *put_nine(char *text, uint32_t value)
{
    *text++ = (char)('0' + value / 100000000);
    value %= 100000000;
    return put_four(put_four(text, value / 10000), value % 10000);
}

static inline char *put_u64(char *text, uint64_t value)
{
    if (value <= UINT32_MAX)
        return put_u32(text, (uint32_t)value);
    uint64_t upper = value / PKT_NS_PER_S;
    uint32_t lower = (uint32_t)(value % PKT_NS_PER_S);
    if (upper <= UINT32_MAX)
        return put_nine(put_u32(text, (uint32_t)upper), lower);
    text = put_u32(text, (uint32_t)(upper / PKT_NS_PER_S)); /* 64 bits have 20 digits */
    return put_nine(put_nine(text, (uint32_t)(upper % PKT_NS_PER_S)), lower);
}

static inline char *put_i64(char *text, int64_t value)
{
    if (value >= 0)
        return put_u64(text, (uint64_t)value);
    *text++ = '-';
    return put_u64(text, 0 - (uint64_t)value);
}

/* 48 bits, 02:00:00:00:00:01. */
static inline char *put_mac(char *text, uint64_t address)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < 6; i++) {
        unsigned byte = address >> (40 - 8 * i) & 0xff;
        text[3 * i] = digits[byte >> 4];
        text[3 * i + 1] = digits[byte & 15];
        text[3 * i + 2] = ':'; /* the last one is written over */
    }
    return text + 17;
}

static inline char *put_ipv4(char *text, uint32_t address)
{
    text = put_short(text, address >> 24);
    *text++ = '.';
    text = put_short(text, address >> 16 & 255);
    *text++ = '.';
    text = put_short(text, address >> 8 & 255);
    *text++ = '.';
    return put_short(text, address & 255);
}

/* Few digits where they say it, else 17: what is read back is the same number. Nothing for NaN,
 * `inf`, `-inf`. At most 25 characters. */
char *pkt_put_double(char *text, double value);

/* RFC 5952. */
char *pkt_put_ipv6(char *text, uint64_t high, uint64_t low);

#endif
