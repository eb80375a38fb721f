/* xz (https://tukaani.org/xz/xz-file-format.txt) by liblzma. */
#include <lzma.h>
#include <stdlib.h>

#include "parsers/input/decompress/codec.h"
#include "parsers/source/limits.h"

static int xz_begin(lzma_stream *stream, pkt_err *err)
{
    if (lzma_stream_decoder(stream, PKT_MAX_DECOMPRESS_MEMORY, 0) == LZMA_OK)
        return 0;
    return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for liblzma");
}

static bool xz_detect(const uint8_t *bytes, size_t size)
{
    static const uint8_t magic[] = {0xfd, '7', 'z', 'X', 'Z', 0};
    return size >= sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
}

static int xz_open(void **state, pkt_err *err)
{
    static const lzma_stream init = LZMA_STREAM_INIT;
    lzma_stream *stream = malloc(sizeof *stream);
    if (!stream)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for liblzma");
    *stream = init;
    if (xz_begin(stream, err) != 0) {
        free(stream);
        return -1;
    }
    *state = stream;
    return 0;
}

static int xz_error(lzma_ret code, pkt_err *err)
{
    switch (code) {
    case LZMA_MEMLIMIT_ERROR:
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE,
                        "xz: the dictionary needs more than the limit of %llu bytes of memory; "
                        "compress with xz -9 or lower",
                        (unsigned long long)PKT_MAX_DECOMPRESS_MEMORY);
    case LZMA_MEM_ERROR:
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for liblzma");
    case LZMA_OPTIONS_ERROR:
        return pkt_fail(err, PKT_ERR_FORMAT, PKT_POS_NONE, "xz: options not supported by liblzma");
    case LZMA_FORMAT_ERROR:
        return pkt_fail(err, PKT_ERR_CORRUPT, PKT_POS_NONE, "xz: not an xz stream");
    default:
        return pkt_fail(err, PKT_ERR_CORRUPT, PKT_POS_NONE, "xz: data error");
    }
}

static int xz_step(void *state, decompress_io *io, pkt_err *err)
{
    lzma_stream *stream = state;
    stream->next_in = io->in;
    stream->avail_in = io->in_size;
    stream->next_out = io->out;
    stream->avail_out = io->out_size;
    lzma_ret code = lzma_code(stream, LZMA_RUN);
    io->in = stream->next_in;
    io->in_size = stream->avail_in;
    io->out = stream->next_out;
    io->out_size = stream->avail_out;
    if (code == LZMA_STREAM_END)
        return 1;
    return code == LZMA_OK || code == LZMA_BUF_ERROR ? 0 : xz_error(code, err);
}

static int xz_next_member(void *state, pkt_err *err)
{
    return xz_begin(state, err);
}

static void xz_close(void *state)
{
    lzma_end(state);
    free(state);
}

const decompress_codec pkt_codec_xz = {
    .name = "xz",
    .padding = 4, /* section 2.2: Stream Padding */
    .detect = xz_detect,
    .open = xz_open,
    .step = xz_step,
    .next_member = xz_next_member,
    .close = xz_close,
};
