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
    &pkt_codec_gzip,
#endif
#ifdef PKTBENCH_ZSTD
    &pkt_codec_zstd,
#endif
#ifdef PKTBENCH_LZMA
    &pkt_codec_xz,
#endif
    NULL,
};

struct pkt_decompress {
    const decompress_codec *codec; /* NULL: not compressed */
    void *state;
    int fd;
    const pkt_pump *pump; /* receives the output; NULL: none */
    int at_eof;           /* of the descriptor */
    int between_members;  /* after the end of a member */
    uint64_t read;        /* bytes read from the descriptor */
    uint64_t zeros;       /* zero bytes after the last member, before `in` */
    const uint8_t *in;    /* part of `input` not used yet: in_size bytes */
    size_t in_size;
    pkt_err error;
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

/* Read from the descriptor, which may be non-blocking, and append to `in`. 0, or -1 and *err. */
static int input_fill(pkt_decompress *d, pkt_err *err)
{
    ssize_t got;
    if (d->in_size == 0)
        d->in = d->input;
    uint8_t *end = d->input + (d->in - d->input) + d->in_size;
    /* A named pipe is read without waiting first: if its writer closed it before it was opened,
     * poll() never reports the end. */
    bool waits = !(fcntl(d->fd, F_GETFL) & O_NONBLOCK);
    do {
        if (waits && !pkt_pump_wait(d->pump, d->fd)) {
            if (err)
                err->code = PKT_ERR_NONE;
            return -1;
        }
        got = read(d->fd, end, (size_t)(d->input + INPUT_BYTES - end));
        waits = true;
    } while (got < 0 && (errno == EINTR || errno == EAGAIN));
    if (got < 0)
        return pkt_fail(err, PKT_ERR_IO, d->read, "cannot read: %s", strerror(errno));
    d->at_eof = got == 0;
    d->read += (uint64_t)got;
    d->in_size += (size_t)got;
    return 0;
}

static const decompress_codec *codec_find(const pkt_decompress *d)
{
    for (size_t i = 0; codecs[i]; i++)
        if (codecs[i]->detect(d->in, d->in_size))
            return codecs[i];
    return NULL;
}

pkt_decompress *pkt_decompress_open(int fd, const pkt_pump *pump, pkt_err *err)
{
    pkt_decompress *d = malloc(sizeof *d);
    if (!d) {
        close(fd);
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for an input buffer");
        return NULL;
    }
    memset(d, 0, offsetof(pkt_decompress, input));
    d->fd = fd;
    d->pump = pump;
    int bad = 0;
    while (!bad && !d->at_eof && d->in_size < DECOMPRESS_MAGIC_MAX)
        bad = input_fill(d, err);
    d->codec = bad ? NULL : codec_find(d);
    if (d->codec)
        bad = d->codec->open(&d->state, err);
    if (!bad)
        return d;
    d->codec = NULL;
    pkt_decompress_close(d);
    return NULL;
}

void pkt_decompress_close(pkt_decompress *d)
{
    if (!d)
        return;
    if (d->codec)
        d->codec->close(d->state);
    close(d->fd);
    free(d);
}

/* After the end of a member: start the next one. 1: started; 0: end of the file; -1 and *err. */
static int next_member(pkt_decompress *d, pkt_err *err)
{
    const size_t padding = d->codec->padding;
    for (;;) {
        while (d->in_size && *d->in == 0) {
            d->in++;
            d->in_size--;
            d->zeros++;
        }
        if (d->in_size || d->at_eof)
            break;
        if (input_fill(d, err) != 0)
            return -1;
    }
    if (d->zeros % padding != 0 || (d->zeros && d->in_size && padding == 1))
        return pkt_fail(err, PKT_ERR_CORRUPT, pkt_decompress_taken(d) - d->zeros,
                        "%s: %" PRIu64 " zero bytes after the compressed data", d->codec->name,
                        d->zeros);
    if (!d->in_size)
        return 0;
    d->zeros = 0;
    if (d->codec->next_member(d->state, err) != 0)
        return -1;
    d->between_members = 0;
    return 1;
}

/* Decompress at least one byte. 1; 0 at the end; -1 and *err. */
static int codec_read(pkt_decompress *d, decompress_io *io, pkt_err *err)
{
    const size_t wanted = io->out_size;
    while (io->out_size == wanted) {
        if (d->in_size == 0 && !d->at_eof && input_fill(d, err) != 0)
            return -1;
        int more = d->between_members ? next_member(d, err) : 1;
        if (more != 1)
            return more;
        io->in = d->in;
        io->in_size = d->in_size;
        int done = d->codec->step(d->state, io, err);
        bool stuck = done == 0 && io->in_size == d->in_size && io->out_size == wanted;
        d->in = io->in;
        d->in_size = io->in_size;
        if (done < 0) {
            if (err->pos == PKT_POS_NONE)
                err->pos = pkt_decompress_taken(d);
            return -1;
        }
        d->between_members = done;
        if (stuck && (d->at_eof || d->in_size))
            return pkt_fail(err, PKT_ERR_TRUNCATED, d->read, "%s: truncated", d->codec->name);
    }
    return 1;
}

static ssize_t plain_read(pkt_decompress *d, uint8_t *bytes, size_t size, pkt_err *err)
{
    if (d->in_size == 0 && !d->at_eof && input_fill(d, err) != 0)
        return -1;
    size_t count = d->in_size < size ? d->in_size : size;
    memcpy(bytes, d->in, count);
    d->in += count;
    d->in_size -= count;
    return (ssize_t)count;
}

ssize_t pkt_decompress_read(pkt_decompress *d, uint8_t *bytes, size_t size, pkt_err *err)
{
    if (d->error.code == PKT_ERR_NONE) {
        d->error.pos = PKT_POS_NONE;
        if (!d->codec) {
            ssize_t got = plain_read(d, bytes, size, &d->error);
            if (got >= 0)
                return got;
        } else {
            decompress_io io = {.out = bytes, .out_size = size};
            int got = codec_read(d, &io, &d->error);
            /* Return the bytes before the error; the next call returns the error. */
            if (got >= 0 || io.out_size < size)
                return (ssize_t)(size - io.out_size);
        }
    }
    if (err)
        *err = d->error;
    return -1;
}
