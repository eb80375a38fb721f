/* What a decompressor is to decompress.c: a table of functions, a file each. */
#ifndef PKT_CODEC_H
#define PKT_CODEC_H

#include <stdbool.h>

#include "pktbench.h"

enum { UNPACK_MAGIC_MAX = 6 }; /* bytes */

/* What goes in and what comes out; a step moves both on. */
typedef struct decompress_io {
    const uint8_t *in;
    size_t in_size;
    uint8_t *out;
    size_t out_size;
} decompress_io;

typedef struct decompress_codec {
    const char *name;
    /* Zeros that may stand at the end of the file, a multiple of so many bytes; more than 1: also
     * before another member. */
    size_t padding;
    /* Whether a file of the first `size` bytes, which are at least UNPACK_MAGIC_MAX unless it is
     * shorter, is packed so. */
    bool (*is)(const uint8_t *bytes, size_t size);
    /* 0, or -1 and *err. */
    int (*open)(void **state, pkt_err *err);
    /* Unpack some. 1: a member (frame, stream) has ended; 0: there may be more; -1: *err, without a
     * position. No progress is no error. */
    int (*step)(void *state, decompress_io *io, pkt_err *err);
    /* Another member follows. 0, or -1 and *err. */
    int (*again)(void *state, pkt_err *err);
    void (*close)(void *state);
} decompress_codec;

extern const decompress_codec unpack_gzip, unpack_zstd, unpack_xz;

#endif
