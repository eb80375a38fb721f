/* zstd (RFC 8878) by libzstd. */
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "parsers/input/decompress/codec.h"
#include "parsers/source/limits.h"

enum { MAGIC_BYTES = 4, HEADER_BYTES_MAX = 18 }; /* of a frame, RFC 8878 section 3.1.1 */

typedef struct zstd_state {
    ZSTD_DCtx *context;
    size_t begun; /* bytes of this frame that were taken, as far as its header may reach */
} zstd_state;

/* A frame, or one to skip: RFC 8878 sections 3.1.1 and 3.1.2. */
static bool zstd_is(const uint8_t *bytes, size_t size)
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

static int zstd_fault(size_t code, pkt_err *err)
{
    switch (ZSTD_getErrorCode(code)) {
    case ZSTD_error_frameParameter_windowTooLarge:
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE,
                        "zstd: its window takes more than the limit, %llu bytes of memory: pack it "
                        "without --long",
                        (unsigned long long)PKT_MAX_DECOMPRESS_MEMORY);
    case ZSTD_error_memory_allocation:
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for libzstd");
    default:
        return pkt_fail(err, PKT_ERR_CORRUPT, PKT_POS_NONE, "zstd: %s", ZSTD_getErrorName(code));
    }
}

/* A frame's first bytes go one by one. Given more, libzstd also goes to its decoders of the formats
 * before the standard, which may state output that they have not written; and where it has room for
 * all of a frame, it looks for the frame from the first byte of this call on, so that what comes
 * out depends on the room. */
static int zstd_step(void *state, decompress_io *io, pkt_err *err)
{
    zstd_state *s = state;
    const bool in_header = s->begun < HEADER_BYTES_MAX;
    ZSTD_inBuffer in = {io->in, in_header && io->in_size ? 1 : io->in_size, 0};
    ZSTD_outBuffer out = {io->out, io->out_size, 0};
    size_t left = ZSTD_decompressStream(s->context, &out, &in);
    if (ZSTD_isError(left))
        return zstd_fault(left, err);
    if (in_header)
        s->begun += in.pos;
    io->in += in.pos;
    io->in_size -= in.pos;
    io->out += out.pos;
    io->out_size -= out.pos;
    return left == 0;
}

static int zstd_again(void *state, pkt_err *err)
{
    zstd_state *s = state; /* libzstd begins the next frame by itself */
    s->begun = 0;
    (void)err;
    return 0;
}

static void zstd_close(void *state)
{
    zstd_state *s = state;
    (void)ZSTD_freeDCtx(s->context);
    free(s);
}

const decompress_codec unpack_zstd = {
    .name = "zstd",
    .padding = 1,
    .is = zstd_is,
    .open = zstd_open,
    .step = zstd_step,
    .again = zstd_again,
    .close = zstd_close,
};
