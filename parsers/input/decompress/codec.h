/* Interface between decompress.c and the decompressors, one file each. */
#ifndef PKT_DECOMPRESS_CODEC_H
#define PKT_DECOMPRESS_CODEC_H

#include <stdbool.h>

#include "pktbench.h"

enum { DECOMPRESS_MAGIC_MAX = 6 }; /* length of the longest magic number, bytes */

/* Input and output buffers; step() advances both. */
typedef struct decompress_io {
    const uint8_t *in;
    size_t in_size;
    uint8_t *out;
    size_t out_size;
} decompress_io;

typedef struct decompress_codec {
    const char *name;
    /* Zero bytes allowed at the end of the file: a multiple of this. If it is more than 1, zeros
     * are also allowed between members. */
    size_t padding;
    /* True if the file is in this format. `bytes`: its first bytes, DECOMPRESS_MAGIC_MAX or more,
     * or the complete file if that is shorter. */
    bool (*detect)(const uint8_t *bytes, size_t size);
    /* 0, or -1 and *err. */
    int (*open)(void **state, pkt_err *err);
    /* Decompress from io->in to io->out. 1: end of a member (gzip), frame (zstd) or stream (xz); 0:
     * not at its end; -1 and *err, without position. No progress is not an error. */
    int (*step)(void *state, decompress_io *io, pkt_err *err);
    /* Prepare for another member. 0, or -1 and *err. */
    int (*next_member)(void *state, pkt_err *err);
    void (*close)(void *state);
} decompress_codec;

extern const decompress_codec pkt_codec_gzip, pkt_codec_zstd, pkt_codec_xz;

#endif
