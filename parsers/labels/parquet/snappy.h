/* Snappy: https://github.com/google/snappy/blob/main/format_description.txt */
#ifndef PKT_SNAPPY_H
#define PKT_SNAPPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Unpack into exactly `out_size` bytes. false: the input is damaged, or is of another size. */
bool pkt_snappy_unpack(const uint8_t *in, size_t size, uint8_t *out, size_t out_size);

#endif
