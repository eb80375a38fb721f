#include "parsers/input/part.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/source/probe.h"
#include "parsers/util/atomic_file.h"
#include "parsers/util/error.h"
#include "parsers/util/pump.h"

enum { CHUNK_BYTES = 256 << 10 };

struct pkt_part_input {
    pkt_capture capture;
    uint64_t start, stop; /* offsets in the file */
    size_t preface_size;
    uint8_t *preface; /* owned */
    int fd;
    pkt_pump pump;
    pkt_err fault; /* the thread's until the pump stops */
    uint8_t bytes[CHUNK_BYTES];
};

/* Write the bytes [start, stop) of the file. */
static void range_write(pkt_part_input *p)
{
    uint64_t at = p->start;
    while (at < p->stop) {
        const uint64_t left = p->stop - at;
        const size_t wanted = left < sizeof p->bytes ? (size_t)left : sizeof p->bytes;
        const ssize_t got = pread(p->fd, p->bytes, wanted, (off_t)at);
        if (got < 0)
            pkt_fail(&p->fault, PKT_ERR_IO, at, "cannot be read: %s", strerror(errno));
        else if (got == 0)
            pkt_fail(&p->fault, PKT_ERR_TRUNCATED, at, "ends inside the part: it has changed");
        if (got <= 0 || pkt_pump_write(&p->pump, p->bytes, (size_t)got) != 0)
            return;
        at += (uint64_t)got;
    }
}

static void part_produce(void *self)
{
    pkt_part_input *p = self;
    if (pkt_pump_write(&p->pump, p->preface, p->preface_size) == 0)
        range_write(p);
}

/* The format by the preface, or by the first bytes of a part that has none. */
static int format_detect(pkt_part_input *p, pkt_err *err)
{
    uint8_t head[PKT_HEAD_BYTES];
    bool swapped;
    if (p->preface_size)
        return pkt_head_detect(p->preface, p->preface_size, &p->capture.format, &swapped, err);
    const ssize_t got = pread(p->fd, head, sizeof head, (off_t)p->start);
    if (got < 0)
        return pkt_fail(err, PKT_ERR_IO, p->start, "cannot be read: %s", strerror(errno));
    return pkt_head_detect(head, (size_t)got, &p->capture.format, &swapped, err);
}

static int part_begin(pkt_part_input *p, const char *path, const pkt_part *part, pkt_err *err)
{
    struct stat st;
    p->preface = malloc(part->preface_size + 1);
    if (!p->preface)
        return pkt_fail_memory(err, "a part");
    memcpy(p->preface, part->preface, part->preface_size);
    p->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (p->fd < 0)
        return pkt_fail_open(err, PKT_ERR_IO, "", path);
    if (pkt_file_check(p->fd, false, &st, err) != 0)
        return -1;
    if (part->start > part->stop || part->stop > (uint64_t)st.st_size)
        return pkt_fail(err, PKT_ERR_TRUNCATED, part->stop, "is shorter than when it was planned");
    if (format_detect(p, err) != 0 || pkt_pump_open(&p->pump, err) != 0 ||
        pkt_pump_start(&p->pump, part_produce, p, err) != 0)
        return -1;
    p->capture.path = p->pump.path;
    return 0;
}

pkt_part_input *pkt_part_open(const char *path, const pkt_part *part, pkt_err *err)
{
    pkt_part_input *p = malloc(sizeof *p);
    if (!p) {
        pkt_fail_memory(err, "a part");
        return NULL;
    }
    memset(p, 0, offsetof(pkt_part_input, bytes));
    p->capture.struct_size = sizeof p->capture;
    p->start = part->start;
    p->stop = part->stop;
    p->preface_size = part->preface_size;
    p->fd = -1;
    p->pump = pkt_pump_of(NULL);
    if (part_begin(p, path, part, err) == 0)
        return p;
    pkt_part_close(p);
    return NULL;
}

const pkt_capture *pkt_part_capture(const pkt_part_input *input)
{
    return &input->capture;
}

int pkt_part_end(pkt_part_input *input, int bad, pkt_err *err)
{
    pkt_pump_stop(&input->pump);
    if (input->fault.code != PKT_ERR_NONE) {
        *err = input->fault;
        return -1;
    }
    if (bad && err->pos != PKT_POS_NONE && err->pos >= input->preface_size)
        err->pos += input->start - input->preface_size;
    return bad;
}

void pkt_part_close(pkt_part_input *input)
{
    if (!input)
        return;
    pkt_pump_stop(&input->pump);
    if (input->fd >= 0)
        close(input->fd);
    free(input->preface);
    free(input);
}
