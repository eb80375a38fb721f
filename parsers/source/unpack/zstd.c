/* zstd (RFC 8878) by libzstd. */
#include <zstd.h>
#include <zstd_errors.h>

#include "source/limits.h"
#include "source/unpack/codec.h"

static int zstd_open(void **state, pkt_err *err)
{
    ZSTD_DCtx *context = ZSTD_createDCtx();
    if (!context)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for libzstd");
    (void)ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, PKT_MAX_UNPACK_WINDOW_LOG);
    *state = context;
    return 0;
}

static int zstd_fault(size_t code, pkt_err *err)
{
    switch (ZSTD_getErrorCode(code)) {
    case ZSTD_error_frameParameter_windowTooLarge:
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE,
                        "zstd: its window takes more than the limit, %llu bytes of memory: pack it "
                        "without --long",
                        (unsigned long long)PKT_MAX_UNPACK_MEMORY);
    case ZSTD_error_memory_allocation:
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for libzstd");
    default:
        return pkt_fail(err, PKT_ERR_CORRUPT, PKT_POS_NONE, "zstd: %s", ZSTD_getErrorName(code));
    }
}

static int zstd_step(void *state, unpack_io *io, pkt_err *err)
{
    ZSTD_inBuffer in = {io->in, io->in_size, 0};
    ZSTD_outBuffer out = {io->out, io->out_size, 0};
    size_t left = ZSTD_decompressStream(state, &out, &in);
    io->in += in.pos;
    io->in_size -= in.pos;
    io->out += out.pos;
    io->out_size -= out.pos;
    return ZSTD_isError(left) ? zstd_fault(left, err) : left == 0;
}

static int zstd_again(void *state, pkt_err *err)
{
    (void)state; /* the next frame is begun by the next step */
    (void)err;
    return 0;
}

static void zstd_close(void *state)
{
    (void)ZSTD_freeDCtx(state);
}

const unpack_codec unpack_zstd = {
    .name = "zstd",
    .magic = {0x28, 0xb5, 0x2f, 0xfd},
    .magic_size = 4,
    .open = zstd_open,
    .step = zstd_step,
    .again = zstd_again,
    .close = zstd_close,
};
