/* What an input may ask of us. Every limit of the readers stands here and in the README (Limits);
 * tests/source/test_containers.py passes each of them. Decoders have their own beside their loops.
 */
#ifndef PKT_LIMITS_H
#define PKT_LIMITS_H

#include <stddef.h>
#include <stdint.h>

/* Largest captured length of a record, bytes (libpcap's MAXIMUM_SNAPLEN). More is corruption. */
#define PKT_MAX_RECORD 262144u
/* Largest pcapng block, bytes. Sections are not nested and not counted: any number of them. */
#define PKT_MAX_BLOCK ((size_t)16 << 20)
/* Interfaces of a pcapng section, at most. */
#define PKT_MAX_INTERFACES 65536u
/* Finest if_tsresol: 10^-19 s and 2^-63 s are the last whose units a second fit into 64 bits. */
#define PKT_MAX_DECIMAL_RESOLUTION 19u
#define PKT_MAX_BINARY_RESOLUTION 63u

/* Memory of a decompressor, bytes: `xz -9` takes 65 MiB, `zstd --ultra -22` has a window of 128. */
#define PKT_MAX_DECOMPRESS_WINDOW_LOG 27
#define PKT_MAX_DECOMPRESS_MEMORY ((uint64_t)1 << PKT_MAX_DECOMPRESS_WINDOW_LOG)
/* Where decompression makes a file: bytes for a byte of the input, at most, once it is larger than
 * the free part. Deflate itself ends at 1032. Input that is streamed needs no such limit. */
#define PKT_MAX_DECOMPRESS_RATIO 1000u
#define PKT_FREE_DECOMPRESS_BYTES ((uint64_t)64 << 20)

#endif
