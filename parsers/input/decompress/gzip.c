/* gzip (RFC 1952) by zlib. */
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#include "parsers/input/decompress/codec.h"

/* Largest window, and a gzip header; see inflateInit2() in zlib.h. */
enum { WINDOW_BITS = 15 + 16 };

static bool gzip_detect(const uint8_t *bytes, size_t size)
{
    return size >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

static int gzip_open(void **state, pkt_err *err)
{
    z_stream *z = calloc(1, sizeof *z);
    if (z && inflateInit2(z, WINDOW_BITS) == Z_OK) {
        *state = z;
        return 0;
    }
    free(z);
    return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for zlib");
}

static uInt clamp(size_t size)
{
    return size < UINT_MAX ? (uInt)size : UINT_MAX;
}

static int gzip_step(void *state, decompress_io *io, pkt_err *err)
{
    z_stream *z = state;
    z->next_in = (Bytef *)(uintptr_t)io->in; /* drops const; zlib only reads */
    z->avail_in = clamp(io->in_size);
    z->next_out = io->out;
    z->avail_out = clamp(io->out_size);
    int code = inflate(z, Z_NO_FLUSH);
    io->in_size -= (size_t)(z->next_in - io->in);
    io->in = z->next_in;
    io->out_size -= (size_t)(z->next_out - io->out);
    io->out = z->next_out;
    if (code == Z_STREAM_END)
        return 1;
    if (code == Z_OK || code == Z_BUF_ERROR)
        return 0;
    return pkt_fail(err, code == Z_MEM_ERROR ? PKT_ERR_MEMORY : PKT_ERR_CORRUPT, PKT_POS_NONE,
                    "gzip: %s", z->msg ? z->msg : "data error");
}

static int gzip_next_member(void *state, pkt_err *err)
{
    (void)err;
    (void)inflateReset(state); /* fails only for NULL */
    return 0;
}

static void gzip_close(void *state)
{
    (void)inflateEnd(state);
    free(state);
}

const decompress_codec pkt_codec_gzip = {
    .name = "gzip",
    .padding = 1, /* zeros, as at the end of tape blocks */
    .detect = gzip_detect,
    .open = gzip_open,
    .step = gzip_step,
    .next_member = gzip_next_member,
    .close = gzip_close,
};
