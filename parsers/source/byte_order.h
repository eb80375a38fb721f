/* Numbers in the byte order of a capture file. */
#ifndef PKT_BYTE_ORDER_H
#define PKT_BYTE_ORDER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "parsers/core/containers.h"

/* `swapped`: the file has the other byte order than this machine. */
static inline uint16_t file_u16(const uint8_t *p, bool swapped)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return swapped ? __builtin_bswap16(v) : v;
}

static inline uint32_t file_u32(const uint8_t *p, bool swapped)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return swapped ? __builtin_bswap32(v) : v;
}

static inline uint64_t file_u64(const uint8_t *p, bool swapped)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return swapped ? __builtin_bswap64(v) : v;
}

/* Does a classic pcap file begin so, in either byte order? *swapped: not in this machine's. */
static inline bool pcap_order(const uint8_t *magic, bool *swapped)
{
    const uint32_t native = file_u32(magic, false), other = file_u32(magic, true);
    *swapped = other == PCAP_MAGIC_US || other == PCAP_MAGIC_NS || other == PCAP_MAGIC_MODIFIED;
    return *swapped || native == PCAP_MAGIC_US || native == PCAP_MAGIC_NS ||
           native == PCAP_MAGIC_MODIFIED;
}

/* The byte order by the byte-order magic of a pcapng section; false if it is none. */
static inline bool pcapng_order(const uint8_t *magic, bool *swapped)
{
    const uint32_t order = file_u32(magic, false);
    if (order != PCAPNG_ORDER_MAGIC && order != __builtin_bswap32(PCAPNG_ORDER_MAGIC))
        return false;
    *swapped = order != PCAPNG_ORDER_MAGIC;
    return true;
}

static inline bool file_is_big_endian(bool swapped)
{
    return swapped != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
}

#endif
