/* Limits on the input. Every limit of the readers is defined here and listed in the documentation;
 * tests/parsers/source/test_containers.py exceeds each of them. Limits of the decoders are defined
 * in parsers/decode/limits.h. */
#ifndef PKT_LIMITS_H
#define PKT_LIMITS_H

#include <stddef.h>
#include <stdint.h>

/* Largest captured length of a record, bytes (libpcap's MAXIMUM_SNAPLEN). A larger one is taken as
 * corrupt. */
#define PKT_MAX_RECORD 262144u
/* Largest pcapng block, bytes. The number of sections is not limited. */
#define PKT_MAX_BLOCK ((size_t)16 << 20)
/* Largest number of interfaces in a pcapng section. */
#define PKT_MAX_INTERFACES 65536u
/* Finest if_tsresol: with 10^-19 s and 2^-63 s, the units of a second still fit into 64 bits. */
#define PKT_MAX_DECIMAL_RESOLUTION 19u
#define PKT_MAX_BINARY_RESOLUTION 63u

/* Memory of a decompressor, bytes: `xz -9` takes 65 MiB, `zstd --ultra -22` has a window of 128. */
#define PKT_MAX_DECOMPRESS_WINDOW_LOG 27
#define PKT_MAX_DECOMPRESS_MEMORY ((uint64_t)1 << PKT_MAX_DECOMPRESS_WINDOW_LOG)
/* Where decompression writes a file: largest ratio of its size to that of the input, checked once
 * the file is larger than PKT_FREE_DECOMPRESS_BYTES. Deflate cannot exceed 1032. Input that is
 * streamed needs no such limit. */
#define PKT_MAX_DECOMPRESS_RATIO 1000u
#define PKT_FREE_DECOMPRESS_BYTES ((uint64_t)64 << 20)

#endif
