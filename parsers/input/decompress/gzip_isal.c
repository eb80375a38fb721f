/* gzip (RFC 1952) by ISA-L's igzip. The header of a member is read here: igzip 2.30 refuses a
 * correct CRC of a header that it is given in pieces. */
#include <stdlib.h>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "parsers/input/decompress/codec.h"

/* RFC 1952, section 2.3: fixed bytes, the place of the flags in them, and the flags. */
enum { FIXED_BYTES = 10, METHOD_AT = 2, FLAGS_AT = 3, DEFLATE = 8 };
enum { FLAG_CRC = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16, FLAGS_RESERVED = 0xe0 };

typedef enum header_part { FIXED, EXTRA_SIZE, EXTRA, NAME, COMMENT, CRC, BODY } header_part;

typedef struct gzip_state {
    header_part part; /* that the next byte belongs to */
    size_t at;        /* bytes of the part before it */
    uint32_t crc;     /* of the header's bytes before its CRC */
    uint8_t fixed[FIXED_BYTES];
    uint16_t extra_size, stored_crc;
    struct inflate_state igzip;
} gzip_state;

static bool gzip_detect(const uint8_t *bytes, size_t size)
{
    return size >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

static void member_start(gzip_state *s)
{
    s->part = FIXED;
    s->at = 0;
    s->crc = 0;
    s->extra_size = s->stored_crc = 0;
    isal_inflate_reset(&s->igzip);
}

static int gzip_open(void **state, pkt_err *err)
{
    gzip_state *s = malloc(sizeof *s);
    if (!s)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for igzip");
    isal_inflate_init(&s->igzip);
    s->igzip.crc_flag = ISAL_GZIP_NO_HDR_VER;
    member_start(s);
    *state = s;
    return 0;
}

static int bad(pkt_err *err, const char *reason)
{
    return pkt_fail(err, PKT_ERR_CORRUPT, PKT_POS_NONE, "gzip: %s", reason);
}

static bool has(const gzip_state *s, unsigned flag)
{
    return s->fixed[FLAGS_AT] & flag;
}

/* Is this part of the header complete, or not in it? */
static bool part_ends(const gzip_state *s, bool zero)
{
    switch (s->part) {
    case FIXED:
        return s->at == FIXED_BYTES;
    case EXTRA_SIZE:
        return !has(s, FLAG_EXTRA) || s->at == 2;
    case EXTRA:
        return s->at == s->extra_size;
    case NAME:
        return !has(s, FLAG_NAME) || zero;
    case COMMENT:
        return !has(s, FLAG_COMMENT) || zero;
    case CRC:
        return !has(s, FLAG_CRC) || s->at == 2;
    default:
        return false;
    }
}

static void byte_take(gzip_state *s, uint8_t byte)
{
    if (s->part == FIXED)
        s->fixed[s->at] = byte;
    else if (s->part == EXTRA_SIZE)
        s->extra_size |= (uint16_t)(byte << 8 * s->at);
    else if (s->part == CRC)
        s->stored_crc |= (uint16_t)(byte << 8 * s->at);
    if (s->part != CRC)
        s->crc = crc32_gzip_refl(s->crc, &byte, 1);
    s->at++;
}

/* After a part: is what was read of the header good? 0, or -1 and *err. */
static int part_check(const gzip_state *s, pkt_err *err)
{
    if (s->part == FIXED) {
        if (s->fixed[0] != 0x1f || s->fixed[1] != 0x8b)
            return bad(err, "incorrect header check");
        if (s->fixed[METHOD_AT] != DEFLATE)
            return bad(err, "unknown compression method");
        if (has(s, FLAGS_RESERVED))
            return bad(err, "unknown header flags set");
    }
    if (s->part == CRC && has(s, FLAG_CRC) && s->stored_crc != (s->crc & 0xffff))
        return bad(err, "header crc mismatch");
    return 0;
}

/* Read the header of a member as far as the input goes. 0, or -1 and *err. */
static int header_step(gzip_state *s, decompress_io *io, pkt_err *err)
{
    bool zero = false; /* the byte before was zero, and of this part */
    for (;;) {
        while (part_ends(s, zero)) {
            if (part_check(s, err) != 0)
                return -1;
            s->part++;
            s->at = 0;
            zero = false;
        }
        if (s->part == BODY || io->in_size == 0)
            return 0;
        byte_take(s, *io->in);
        zero = *io->in == 0;
        io->in++;
        io->in_size--;
    }
}

static const char *reason_of(int code)
{
    switch (code) {
    case ISAL_INVALID_BLOCK:
        return "invalid block";
    case ISAL_INVALID_SYMBOL:
        return "invalid code";
    case ISAL_INVALID_LOOKBACK:
        return "invalid distance too far back";
    case ISAL_INCORRECT_CHECKSUM:
        return "incorrect data check or length check";
    default:
        return "data error";
    }
}

static uint32_t clamp(size_t size)
{
    return size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
}

static int gzip_step(void *state, decompress_io *io, pkt_err *err)
{
    gzip_state *s = state;
    if (s->part != BODY && header_step(s, io, err) != 0)
        return -1;
    if (s->part != BODY)
        return 0;
    struct inflate_state *igzip = &s->igzip;
    igzip->next_in = (uint8_t *)(uintptr_t)io->in; /* drops const; igzip only reads */
    igzip->avail_in = clamp(io->in_size);
    igzip->next_out = io->out;
    igzip->avail_out = clamp(io->out_size);
    const int code = isal_inflate(igzip);
    io->in_size -= (size_t)(igzip->next_in - io->in);
    io->in = igzip->next_in;
    io->out_size -= (size_t)(igzip->next_out - io->out);
    io->out = igzip->next_out;
    if (code < 0 || code == ISAL_NEED_DICT)
        return bad(err, reason_of(code));
    return igzip->block_state == ISAL_BLOCK_FINISH;
}

static int gzip_next_member(void *state, pkt_err *err)
{
    (void)err;
    member_start(state);
    return 0;
}

const decompress_codec pkt_codec_gzip = {
    .name = "gzip",
    .padding = 1, /* zeros, as at the end of tape blocks */
    .detect = gzip_detect,
    .open = gzip_open,
    .step = gzip_step,
    .next_member = gzip_next_member,
    .close = free,
};
