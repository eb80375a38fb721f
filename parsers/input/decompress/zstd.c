/* zstd (RFC 8878) by libzstd. */
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "parsers/input/decompress/codec.h"
#include "parsers/source/limits.h"

enum { MAGIC_BYTES = 4, HEADER_BYTES_MAX = 18 }; /* of a frame, RFC 8878 section 3.1.1 */

typedef struct zstd_state {
    ZSTD_DCtx *context;
    size_t header_bytes; /* bytes read of this frame, counted up to HEADER_BYTES_MAX */
} zstd_state;

/* A Zstandard frame or a skippable frame, RFC 8878 sections 3.1.1 and 3.1.2. */
static bool zstd_detect(const uint8_t *bytes, size_t size)
{
    uint32_t magic = 0;
    for (size_t i = 0; i < MAGIC_BYTES && i < size; i++)
        magic |= (uint32_t)bytes[i] << 8 * i;
    return magic == ZSTD_MAGICNUMBER ||
           (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
}

static int zstd_open(void **state, pkt_err *err)
{
    zstd_state *s = calloc(1, sizeof *s);
    if (s)
        s->context = ZSTD_createDCtx();
    if (!s || !s->context) {
        free(s);
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for libzstd");
    }
    (void)ZSTD_DCtx_setParameter(s->context, ZSTD_d_windowLogMax, PKT_MAX_DECOMPRESS_WINDOW_LOG);
    *state = s;
    return 0;
}

static int zstd_error(size_t code, pkt_err *err)
{
    switch (ZSTD_getErrorCode(code)) {
    case ZSTD_error_frameParameter_windowTooLarge:
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE,
                        "zstd: the window needs more than the limit of %llu bytes of memory; "
                        "compress without --long",
                        (unsigned long long)PKT_MAX_DECOMPRESS_MEMORY);
    case ZSTD_error_memory_allocation:
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for libzstd");
    default:
        return pkt_fail(err, PKT_ERR_CORRUPT, PKT_POS_NONE, "zstd: %s", ZSTD_getErrorName(code));
    }
}

/* The header of a frame is passed byte by byte, for two reasons. With more bytes, libzstd may use
 * its decoders of pre-standard formats, which can report output that they did not write. And if the
 * output buffer is large enough for a complete frame, libzstd decodes it in one step from the first
 * byte of the call; the result then depends on the buffer's size. */
static int zstd_step(void *state, decompress_io *io, pkt_err *err)
{
    zstd_state *s = state;
    const bool in_header = s->header_bytes < HEADER_BYTES_MAX;
    ZSTD_inBuffer in = {io->in, in_header && io->in_size ? 1 : io->in_size, 0};
    ZSTD_outBuffer out = {io->out, io->out_size, 0};
    size_t left = ZSTD_decompressStream(s->context, &out, &in);
    if (ZSTD_isError(left))
        return zstd_error(left, err);
    if (in_header)
        s->header_bytes += in.pos;
    io->in += in.pos;
    io->in_size -= in.pos;
    io->out += out.pos;
    io->out_size -= out.pos;
    return left == 0;
}

static int zstd_next_member(void *state, pkt_err *err)
{
    zstd_state *s = state; /* libzstd starts the next frame itself */
    s->header_bytes = 0;
    (void)err;
    return 0;
}

static void zstd_close(void *state)
{
    zstd_state *s = state;
    (void)ZSTD_freeDCtx(s->context);
    free(s);
}

const decompress_codec pkt_codec_zstd = {
    .name = "zstd",
    .padding = 1,
    .detect = zstd_detect,
    .open = zstd_open,
    .step = zstd_step,
    .next_member = zstd_next_member,
    .close = zstd_close,
};
