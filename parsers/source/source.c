/* A capture file read through a window, whatever its format.
 *
 * The window is 64 KiB: what was just read is still in the private cache when it is decoded, and
 * memory stays bounded. Measured on 10 MB slices in the page cache: a window of 256 KiB takes as
 * long on small packets and 5 % longer on mixed traffic; one mapping of the file as long on small
 * packets and a third longer on mixed traffic, where page faults cost more than copying. */
#include "parsers/source/source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "parsers/source/source_private.h"

/* Of the window at first; it grows for a block that does not fit. Tests take a smaller one, so that
 * it moves and grows. */
#ifndef PKT_WINDOW_BYTES
#define PKT_WINDOW_BYTES (64 << 10)
#endif

/* Reads land on a boundary of so many bytes, a page: copies run from page to page, and processors
 * that compare only the lower 12 bits of addresses take a load for one of the bytes just stored
 * when source and destination are a few bytes apart in them. Measured: read() into a buffer 16
 * bytes behind a page boundary, where malloc() puts large ones, takes 4.5 times as long. */
enum { WINDOW_ALIGN = PKT_WINDOW_BYTES / 16 };

/* The readers ask for no more than PKT_MAX_BLOCK, so that it ends. What was not read yet stays. */
static int window_grow(pkt_source *source, pkt_err *err)
{
    const size_t room = source->room ? 2 * source->room : PKT_WINDOW_BYTES;
    void *bytes = NULL;
    const size_t align = WINDOW_ALIGN < sizeof bytes ? sizeof bytes : WINDOW_ALIGN;
    if (posix_memalign(&bytes, align, room) != 0)
        return pkt_fail(err, PKT_ERR_MEMORY, here(source), "no memory for %zu bytes of it", room);
    if (source->size)
        memcpy(bytes, source->bytes, source->size);
    free(source->bytes);
    source->bytes = bytes;
    source->room = room;
    return 0;
}

/* Drop what was read, and fill the window from a boundary on; what is left stands before it. 0, or
 * -1 and *err. */
static int window_fill(pkt_source *source, pkt_err *err)
{
    const size_t left = source->size - source->at;
    const size_t kept = (left + WINDOW_ALIGN - 1) / WINDOW_ALIGN * WINDOW_ALIGN;
    if (kept >= source->room && window_grow(source, err) != 0)
        return -1;
    if (left)
        memmove(source->bytes + (kept - left), source->bytes + source->at, left);
    /* `base` may pass below 0 and wrap: only with `at` added it is an offset. */
    source->base += source->at - (kept - left);
    source->at = kept - left;
    source->size = kept;
    while (source->size < source->room && !source->whole) {
        ssize_t got = read(source->fd, source->bytes + source->size, source->room - source->size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return pkt_fail(err, PKT_ERR_IO, source->base + source->size, "cannot read: %s",
                            strerror(errno));
        source->size += (size_t)got;
        source->whole = got == 0;
    }
    return 0;
}

/* What has been opened: a regular file, or a pipe as pkt_input_open() gives it. */
static int source_begin(pkt_source *source, pkt_err *err)
{
    struct stat st;
    if (source->fd < 0)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "%s", strerror(errno));
    if (pkt_file_check(source->fd, 1, &st, err) != 0)
        return -1;
    source->file_size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    if (window_fill(source, err) != 0 ||
        pkt_head_detect(source->bytes, source->size, &source->format, &source->swapped, err) != 0)
        return -1;
    return source->format == PKT_FORMAT_PCAP ? pkt_pcap_open(source, err) : 0;
}

pkt_source *pkt_source_open(const char *path, pkt_err *err)
{
    pkt_source *source = calloc(1, sizeof *source);
    if (!source) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a source");
        return NULL;
    }
    source->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (source_begin(source, err) != 0) {
        pkt_source_close(source);
        return NULL;
    }
    return source;
}

void pkt_source_close(pkt_source *source)
{
    if (!source)
        return;
    if (source->fd >= 0)
        close(source->fd);
    free(source->bytes);
    free(source->interfaces);
    free(source);
}

/* What the window holds, and more of the file as long as that is not enough. */
static int read_on(pkt_source *source, pkt_record *records, size_t max, pkt_err *err)
{
    for (;;) {
        err->code = PKT_ERR_NONE;
        int got = source->format == PKT_FORMAT_PCAP ? pkt_pcap_read(source, records, max, err)
                                                    : pkt_pcapng_read(source, records, max, err);
        if (got > 0 || source->whole || (got < 0 && err->code != PKT_ERR_TRUNCATED))
            return got;
        if (window_fill(source, err) != 0)
            return -1;
    }
}

int pkt_source_read(pkt_source *source, pkt_record *records, size_t max, pkt_err *err)
{
    if (!source->ended) {
        int got = read_on(source, records, max, &source->fault);
        if (got > 0)
            return got;
        if (source->growing && (got == 0 || source->fault.code == PKT_ERR_TRUNCATED)) {
            source->whole = 0; /* as far as anybody knows */
            return 0;
        }
        source->ended = 1;
    }
    if (source->fault.code == PKT_ERR_NONE)
        return 0;
    if (err)
        *err = source->fault;
    return -1;
}

void pkt_source_grows(pkt_source *source, int growing)
{
    source->growing = growing;
}

int pkt_source_growing(const pkt_source *source)
{
    return source->growing;
}

int pkt_source_next(pkt_source *source, pkt_record *record, pkt_err *err)
{
    return pkt_source_read(source, record, 1, err);
}

uint64_t pkt_source_size(const pkt_source *source)
{
    return source->file_size;
}

uint64_t pkt_source_offset(const pkt_source *source)
{
    return source->base + source->size;
}

pkt_format pkt_source_format(const pkt_source *source)
{
    return source->format;
}

uint64_t pkt_source_section(const pkt_source *source)
{
    return source->section;
}

uint64_t pkt_source_first(const pkt_source *source)
{
    return source->format == PKT_FORMAT_PCAP ? PCAP_FILE_HEADER : 0;
}

void pkt_source_watched(pkt_source *source, pkt_source_watch watch)
{
    source->watch = watch;
    if (source->format != PKT_FORMAT_PCAP)
        return;
    const pkt_interface interface = pkt_pcap_interface(source);
    if (watch.section)
        watch.section(watch.self, is_big_endian(source));
    if (watch.interface)
        watch.interface(watch.self, &interface);
}

size_t pkt_source_interface(const pkt_source *source)
{
    return source->last;
}

int pkt_source_timed(const pkt_source *source)
{
    return !source->timeless;
}
