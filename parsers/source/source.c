/* A capture file read through a window, whatever its format. */
#include "parsers/source/source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "parsers/source/probe.h"
#include "parsers/source/reader.h"
#include "parsers/util/error.h"

struct pkt_source {
    pkt_window window;
    const pkt_reader *reader; /* NULL: not open yet */
    void *state;              /* the reader's */
    pkt_format format;
    const char *path;
    struct stat file; /* as it was opened */
    pkt_source_way way;
    bool ended;
    bool growing;  /* the end of the file is not final */
    bool followed; /* it was so at any time */
    uint64_t stop; /* of a part of the file; 0: all of it */
    pkt_err fault; /* why it ended early, or code PKT_ERR_NONE */
};

static const pkt_reader *reader_choose(const pkt_source *source)
{
    if (source->format == PKT_FORMAT_PCAPNG)
        return &pkt_reader_pcapng;
    switch (source->way) {
    case PKT_SOURCE_HEADS:
        return &pkt_reader_pcap_heads;
    case PKT_SOURCE_RECORDS:
        return &pkt_reader_pcap_records;
    default:
        return &pkt_reader_pcap;
    }
}

/* What has been opened: a regular file, or a pipe as pkt_input_open() gives it. `piece`: of a
 * mapping; 0: it is read with read(). */
static int source_begin(pkt_source *source, size_t piece, pkt_err *err)
{
    bool swapped;
    pkt_window *window = &source->window;
    if (window->fd < 0)
        return pkt_fail_open(err, PKT_ERR_IO, "", source->path);
    if (pkt_file_check(window->fd, true, &source->file, err) != 0)
        return -1;
    const bool mapped = piece && pkt_mapping_possible(window->fd);
    if (mapped && pkt_window_map(window, piece, err) != 0)
        return -1;
    if (pkt_window_fill(window, err) != 0 ||
        pkt_head_detect(window->bytes, window->size, &source->format, &swapped, err) != 0)
        return -1;
    if (!mapped || source->format != PKT_FORMAT_PCAP)
        source->way = PKT_SOURCE_COPIES;
    const pkt_reader *reader = reader_choose(source);
    if (reader->open(&source->state, window, swapped, err) != 0)
        return -1;
    source->reader = reader;
    return source->way == PKT_SOURCE_COPIES ? 0 : pkt_window_direct(window, err);
}

static pkt_source *source_open(const char *path, pkt_source_way way, size_t window_bytes,
                               size_t piece, pkt_err *err)
{
    pkt_source *source = calloc(1, sizeof *source);
    if (!source) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a source");
        return NULL;
    }
    source->path = path;
    source->way = way;
    source->window = pkt_window_of(open(path, O_RDONLY | O_CLOEXEC), window_bytes);
    if (source_begin(source, piece, err) != 0) {
        pkt_source_close(source);
        return NULL;
    }
    return source;
}

pkt_source *pkt_source_open_window(const char *path, size_t window_bytes, pkt_err *err)
{
    return source_open(path, PKT_SOURCE_COPIES, window_bytes, 0, err);
}

pkt_source *pkt_source_open_mapped(const char *path, pkt_source_way way, size_t piece, pkt_err *err)
{
    return source_open(path, way, PKT_WINDOW_BYTES, piece, err);
}

pkt_source *pkt_source_open(const char *path, pkt_err *err)
{
    return pkt_source_open_window(path, PKT_WINDOW_BYTES, err);
}

void pkt_source_close(pkt_source *source)
{
    if (!source)
        return;
    if (source->reader)
        source->reader->close(source->state);
    pkt_window_close(&source->window);
    free(source);
}

/* What the window holds, and more of the file as long as that is not enough. */
static int read_on(pkt_source *source, pkt_record *records, size_t max, pkt_err *err)
{
    for (;;) {
        err->code = PKT_ERR_NONE;
        int got = source->reader->read(source->state, records, max, err);
        if (got > 0 || source->window.at_end || (got < 0 && err->code != PKT_ERR_TRUNCATED))
            return got;
        if (pkt_window_fill(&source->window, err) != 0)
            return -1;
    }
}

/* Is the file still what it was when it was opened? A network file system may set the time of a
 * change long after it. */
static int file_check(const pkt_source *source, uint64_t from, pkt_err *err)
{
    struct stat now;
    if (source->window.mapping)
        return pkt_mapping_check(source->window.mapping, from, err);
    if (fstat(source->window.fd, &now) != 0)
        return pkt_fail(err, PKT_ERR_IO, from, "%s", strerror(errno));
    if (pkt_file_unchanged(&source->file, &now, from, err) == 0)
        return 0;
    if (err->code == PKT_ERR_TRUNCATED || pkt_mapping_possible(source->window.fd))
        return -1;
    err->code = PKT_ERR_NONE;
    return 0;
}

/* At the end of the file: 0, or -1 and *err if it is another one now. */
static int end_check(const pkt_source *source, pkt_err *err)
{
    struct stat named;
    const uint64_t at = pkt_window_offset(&source->window);
    if (!S_ISREG(source->file.st_mode) || source->followed || source->stop)
        return 0;
    if (file_check(source, at, err) != 0)
        return -1;
    if (stat(source->path, &named) == 0 &&
        (named.st_ino != source->file.st_ino || named.st_dev != source->file.st_dev))
        return pkt_fail(err, PKT_ERR_CORRUPT, at,
                        "was replaced by another file while it was read: these are the packets of "
                        "the old one");
    return 0;
}

pkt_source_way pkt_source_way_of(const pkt_source *source)
{
    return source->way;
}

int pkt_source_check(pkt_source *source, uint64_t from, pkt_err *err)
{
    if (!source->window.mapping || pkt_mapping_check(source->window.mapping, from, err) == 0)
        return 0;
    source->fault = *err;
    source->ended = true;
    return -1;
}

void pkt_source_rest(const pkt_source *source, const pkt_record *record, uint8_t *to)
{
    const pkt_window *window = &source->window;
    const uint64_t data = record->end - record->cap_len - window->base;
    if (record->cap_len > PKT_SOURCE_HEAD)
        memcpy(to + PKT_SOURCE_HEAD, window->bytes + data + PKT_SOURCE_HEAD,
               record->cap_len - PKT_SOURCE_HEAD);
}

int pkt_source_read(pkt_source *source, pkt_record *records, size_t max, pkt_err *err)
{
    if (!source->ended) {
        int got = read_on(source, records, max, &source->fault);
        if (got > 0)
            return got;
        if (source->growing && (got == 0 || source->fault.code == PKT_ERR_TRUNCATED)) {
            source->window.at_end = false; /* read again at the next call */
            return 0;
        }
        source->ended = true;
        if (got == 0)
            (void)end_check(source, &source->fault);
    }
    if (source->fault.code == PKT_ERR_NONE)
        return 0;
    if (err)
        *err = source->fault;
    return -1;
}

int pkt_source_next(pkt_source *source, pkt_record *record, pkt_err *err)
{
    return pkt_source_read(source, record, 1, err);
}

/* Of pieces: they begin behind it, on a page. */
enum { HEAD_BYTES = 4096 };

/* The window has what a reader must have read before the part; or the beginning of the part, if
 * that is nothing. */
static int part_window(pkt_window *window, const pkt_part *part, pkt_err *err)
{
    const uint64_t size = part->stop - part->start;
    window->room = part->preface_size ? part->preface_size : HEAD_BYTES;
    window->bytes = malloc(window->room);
    window->base = part->start - part->preface_size;
    window->size = part->preface_size;
    if (!window->bytes)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a source");
    if (part->preface_size) {
        memcpy(window->bytes, part->preface, part->preface_size);
        return 0;
    }
    const ssize_t got = pread(window->fd, window->bytes,
                              size < HEAD_BYTES ? (size_t)size : HEAD_BYTES, (off_t)part->start);
    if (got < 0)
        return pkt_fail(err, PKT_ERR_IO, part->start, "cannot read: %s", strerror(errno));
    window->size = (size_t)got;
    return 0;
}

static int part_begin(pkt_source *source, const pkt_part *part, pkt_err *err)
{
    pkt_window *window = &source->window;
    bool swapped;
    if (window->fd < 0)
        return pkt_fail_open(err, PKT_ERR_IO, "", source->path);
    if (pkt_file_check(window->fd, false, &source->file, err) != 0)
        return -1;
    if (part->start > part->stop || part->stop > (uint64_t)source->file.st_size)
        return pkt_fail(err, PKT_ERR_TRUNCATED, part->stop, "is shorter than when it was planned");
    source->stop = part->stop;
    if (part_window(window, part, err) != 0)
        return -1;
    if (pkt_head_detect(window->bytes, window->size, &source->format, &swapped, err) != 0)
        return -1;
    const pkt_reader *reader = reader_choose(source);
    if (reader->open(&source->state, window, swapped, err) != 0)
        return -1;
    source->reader = reader;
    return 0;
}

pkt_source *pkt_source_open_pieces(const char *path, const pkt_part *part, pkt_err *err)
{
    if (!part)
        return pkt_source_open_window(path, HEAD_BYTES, err);
    pkt_source *source = calloc(1, sizeof *source);
    if (!source) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a source");
        return NULL;
    }
    source->path = path;
    source->window = pkt_window_of(open(path, O_RDONLY | O_CLOEXEC), HEAD_BYTES);
    if (part_begin(source, part, err) != 0) {
        pkt_source_close(source);
        return NULL;
    }
    return source;
}

uint64_t pkt_source_pieces(const pkt_source *source)
{
    return pkt_source_offset(source);
}

/* All records of the window, which has the piece and what was left of the one before. 0; -1 and
 * *err: what follows is no record. */
static int records_find(pkt_source *source, pkt_piece *piece, bool times, pkt_err *err)
{
    int got = 1;
    while (got > 0) {
        if (pkt_piece_reserve(piece, err) != 0)
            return -1;
        err->code = PKT_ERR_NONE;
        got = source->reader->read(source->state, piece->records + piece->count,
                                   times ? 1 : piece->room - piece->count, err);
        if (times && got > 0)
            piece->timeless[piece->count] = !pkt_source_has_time(source);
        piece->count += got > 0 ? (size_t)got : 0;
    }
    return got == 0 || (err->code == PKT_ERR_TRUNCATED && !source->window.at_end) ? 0 : -1;
}

/* Keep what is left of the window in the bytes that are the source's own. 0, or -1 and *err. */
static int rest_keep(pkt_window *window, const pkt_window *own, pkt_err *err)
{
    const uint8_t *rest = window->bytes + window->at;
    const size_t left = window->size - window->at;
    const uint64_t offset = pkt_window_offset(window);
    window->bytes = own->bytes;
    window->at = window->size = 0;
    window->base = offset;
    if (left > own->room) {
        uint8_t *more = realloc(own->bytes, left);
        if (!more)
            return pkt_fail(err, PKT_ERR_MEMORY, offset, "no memory for %zu bytes of it", left);
        window->bytes = more;
        window->room = left;
    }
    if (left)
        memcpy(window->bytes, rest, left);
    window->size = left;
    return 0;
}

/* Find records in the piece, with the window moved there. 0, or -1 and *err. */
static int piece_walk(pkt_source *source, pkt_piece *piece, bool times, pkt_err *err)
{
    pkt_window *window = &source->window;
    const pkt_window own = *window;
    const size_t left = own.size - own.at;
    if (pkt_piece_front(piece, left, err) != 0)
        return -1;
    uint8_t *bytes = piece->bytes + piece->front - left;
    if (left)
        memcpy(bytes, own.bytes + own.at, left);
    window->base = pkt_window_offset(&own);
    window->bytes = bytes;
    window->at = 0;
    window->size = left + piece->size;
    window->at_end = piece->size < PKT_PIECE_BYTES && piece->fault.code == PKT_ERR_NONE;
    const int bad = records_find(source, piece, times, err);
    pkt_err kept;
    if (rest_keep(window, &own, &kept) != 0 && !bad) {
        *err = kept;
        return -1;
    }
    return bad;
}

bool pkt_source_walk(pkt_source *source, pkt_piece *piece, bool times)
{
    pkt_err err = {.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
    int bad = piece_walk(source, piece, times, &err);
    if (!bad && piece->fault.code != PKT_ERR_NONE) {
        err = piece->fault;
        bad = -1;
    }
    const uint64_t end = piece->offset + piece->size;
    if ((!bad || err.code == PKT_ERR_TRUNCATED) && source->window.at_end && end < source->stop)
        bad = pkt_fail(&err, PKT_ERR_TRUNCATED, end, "ends inside the part: it has changed");
    if (!bad && !source->window.at_end)
        return true;
    source->fault = (pkt_err){.code = PKT_ERR_NONE, .pos = PKT_POS_NONE};
    if (bad)
        source->fault = err;
    else
        (void)end_check(source, &source->fault);
    source->ended = true;
    return false;
}

void pkt_source_set_growing(pkt_source *source, bool growing)
{
    source->growing = growing;
    source->followed |= growing;
}

bool pkt_source_is_growing(const pkt_source *source)
{
    return source->growing;
}

int pkt_source_descriptor(const pkt_source *source)
{
    return source->window.fd;
}

uint64_t pkt_source_size(const pkt_source *source)
{
    return S_ISREG(source->file.st_mode) ? (uint64_t)source->file.st_size : 0;
}

uint64_t pkt_source_offset(const pkt_source *source)
{
    return source->window.base + source->window.size;
}

uint64_t pkt_source_position(const pkt_source *source)
{
    return pkt_window_offset(&source->window);
}

pkt_format pkt_source_format(const pkt_source *source)
{
    return source->format;
}

void pkt_source_set_callbacks(pkt_source *source, const pkt_source_callbacks *callbacks)
{
    source->reader->set_callbacks(source->state, callbacks);
}

uint64_t pkt_source_section(const pkt_source *source)
{
    return source->reader->origin(source->state).section;
}

size_t pkt_source_interface(const pkt_source *source)
{
    return source->reader->origin(source->state).interface;
}

bool pkt_source_has_time(const pkt_source *source)
{
    return source->reader->origin(source->state).has_time;
}
