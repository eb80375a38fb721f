#include "parsers/input/decompress/decompress.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "parsers/input/decompress/codec.h"

enum { INPUT_BYTES = 128 << 10, CODECS_MAX = 4 };

static const decompress_codec *const codecs[CODECS_MAX] = {
#ifdef PKTBENCH_ZLIB
    &unpack_gzip,
#endif
#ifdef PKTBENCH_ZSTD
    &unpack_zstd,
#endif
#ifdef PKTBENCH_LZMA
    &unpack_xz,
#endif
    NULL,
};

struct pkt_decompress {
    const decompress_codec *codec; /* NULL: bytes as they are */
    void *state;
    int fd;
    const pkt_pump *pump; /* where the bytes go; NULL */
    int ended;            /* the descriptor has no more */
    int between;          /* a member has ended, and none has begun */
    uint64_t read;        /* bytes from the descriptor */
    uint64_t zeros;       /* behind the last member, before what is at hand */
    const uint8_t *in;    /* of `input`, what was not taken yet */
    size_t in_size;
    pkt_err fault;
    uint8_t input[INPUT_BYTES];
};

const char *pkt_decompress_name(size_t index)
{
    return index < CODECS_MAX && codecs[index] ? codecs[index]->name : NULL;
}

const char *pkt_decompress_format(const pkt_decompress *decompress)
{
    return decompress->codec ? decompress->codec->name : NULL;
}

uint64_t pkt_decompress_taken(const pkt_decompress *decompress)
{
    return decompress->read - decompress->in_size;
}

/* Bytes from the descriptor, behind those at hand. 0, or -1 and *err. Standard input may be
 * non-blocking. */
static int input_add(pkt_decompress *u, pkt_err *err)
{
    ssize_t got;
    if (u->in_size == 0)
        u->in = u->input;
    uint8_t *end = u->input + (u->in - u->input) + u->in_size;
    /* A named pipe is read without waiting first: of one whose writer had gone before it was
     * opened, poll() never reports the end. */
    bool waits = !(fcntl(u->fd, F_GETFL) & O_NONBLOCK);
    do {
        if (waits && !pkt_pump_wait(u->pump, u->fd)) {
            if (err)
                err->code = PKT_ERR_NONE;
            return -1;
        }
        got = read(u->fd, end, (size_t)(u->input + INPUT_BYTES - end));
        waits = true;
    } while (got < 0 && (errno == EINTR || errno == EAGAIN));
    if (got < 0)
        return pkt_fail(err, PKT_ERR_IO, u->read, "cannot read: %s", strerror(errno));
    u->ended = got == 0;
    u->read += (uint64_t)got;
    u->in_size += (size_t)got;
    return 0;
}

static const decompress_codec *codec_find(const pkt_decompress *u)
{
    for (size_t i = 0; codecs[i]; i++)
        if (codecs[i]->is(u->in, u->in_size))
            return codecs[i];
    return NULL;
}

pkt_decompress *pkt_decompress_open(int fd, const pkt_pump *pump, pkt_err *err)
{
    pkt_decompress *u = malloc(sizeof *u);
    if (!u) {
        close(fd);
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for its first bytes");
        return NULL;
    }
    memset(u, 0, offsetof(pkt_decompress, input));
    u->fd = fd;
    u->pump = pump;
    int bad = 0;
    while (!bad && !u->ended && u->in_size < UNPACK_MAGIC_MAX)
        bad = input_add(u, err);
    u->codec = bad ? NULL : codec_find(u);
    if (u->codec)
        bad = u->codec->open(&u->state, err);
    if (!bad)
        return u;
    u->codec = NULL;
    pkt_decompress_close(u);
    return NULL;
}

void pkt_decompress_close(pkt_decompress *u)
{
    if (!u)
        return;
    if (u->codec)
        u->codec->close(u->state);
    close(u->fd);
    free(u);
}

/* Behind a member: is there another one? 1, 0 at the end, -1. */
static int member_begin(pkt_decompress *u, pkt_err *err)
{
    const size_t padding = u->codec->padding;
    for (;;) {
        while (u->in_size && *u->in == 0) {
            u->in++;
            u->in_size--;
            u->zeros++;
        }
        if (u->in_size || u->ended)
            break;
        if (input_add(u, err) != 0)
            return -1;
    }
    if (u->zeros % padding != 0 || (u->zeros && u->in_size && padding == 1))
        return pkt_fail(err, PKT_ERR_CORRUPT, pkt_decompress_taken(u) - u->zeros,
                        "%s: %" PRIu64 " bytes of zeros stand behind its data", u->codec->name,
                        u->zeros);
    if (!u->in_size)
        return 0;
    u->zeros = 0;
    if (u->codec->again(u->state, err) != 0)
        return -1;
    u->between = 0;
    return 1;
}

/* Until there is something. 1, 0 at the end, -1 and *err. */
static int codec_read(pkt_decompress *u, decompress_io *io, pkt_err *err)
{
    const size_t wanted = io->out_size;
    while (io->out_size == wanted) {
        if (u->in_size == 0 && !u->ended && input_add(u, err) != 0)
            return -1;
        int more = u->between ? member_begin(u, err) : 1;
        if (more != 1)
            return more;
        io->in = u->in;
        io->in_size = u->in_size;
        int done = u->codec->step(u->state, io, err);
        bool stuck = done == 0 && io->in_size == u->in_size && io->out_size == wanted;
        u->in = io->in;
        u->in_size = io->in_size;
        if (done < 0) {
            if (err->pos == PKT_POS_NONE)
                err->pos = pkt_decompress_taken(u);
            return -1;
        }
        u->between = done;
        if (stuck && (u->ended || u->in_size))
            return pkt_fail(err, PKT_ERR_TRUNCATED, u->read, "%s: is cut", u->codec->name);
    }
    return 1;
}

static ssize_t plain_read(pkt_decompress *u, uint8_t *bytes, size_t size, pkt_err *err)
{
    if (u->in_size == 0 && !u->ended && input_add(u, err) != 0)
        return -1;
    size_t count = u->in_size < size ? u->in_size : size;
    memcpy(bytes, u->in, count);
    u->in += count;
    u->in_size -= count;
    return (ssize_t)count;
}

ssize_t pkt_decompress_read(pkt_decompress *u, uint8_t *bytes, size_t size, pkt_err *err)
{
    if (u->fault.code == PKT_ERR_NONE) {
        u->fault.pos = PKT_POS_NONE;
        if (!u->codec) {
            ssize_t got = plain_read(u, bytes, size, &u->fault);
            if (got >= 0)
                return got;
        } else {
            decompress_io io = {.out = bytes, .out_size = size};
            int got = codec_read(u, &io, &u->fault);
            /* What came out before a fault goes first; the fault is said at the next call. */
            if (got >= 0 || io.out_size < size)
                return (ssize_t)(size - io.out_size);
        }
    }
    if (err)
        *err = u->fault;
    return -1;
}
