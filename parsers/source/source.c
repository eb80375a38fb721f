/* A capture file read through a window, whatever its format. */
#include "parsers/source/source.h"

#include <fcntl.h>
#include <stdlib.h>

#include "parsers/source/probe.h"
#include "parsers/source/reader.h"
#include "parsers/util/error.h"

struct pkt_source {
    pkt_window window;
    const pkt_reader *reader; /* NULL: not open yet */
    void *state;              /* the reader's */
    pkt_format format;
    uint64_t file_size;
    bool ended;
    bool growing;  /* the end of the file is not final */
    pkt_err fault; /* why it ended early, or code PKT_ERR_NONE */
};

/* What has been opened: a regular file, or a pipe as pkt_input_open() gives it. `path`: for
 * messages; NULL: it has none. */
static int source_begin(pkt_source *source, const char *path, pkt_err *err)
{
    struct stat st;
    bool swapped;
    pkt_window *window = &source->window;
    if (window->fd < 0)
        return pkt_fail_open(err, PKT_ERR_IO, "", path ? path : "");
    if (pkt_file_check(window->fd, true, &st, err) != 0)
        return -1;
    source->file_size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    if (pkt_window_fill(window, err) != 0 ||
        pkt_head_detect(window->bytes, window->size, &source->format, &swapped, err) != 0)
        return -1;
    const pkt_reader *reader =
        source->format == PKT_FORMAT_PCAP ? &pkt_reader_pcap : &pkt_reader_pcapng;
    if (reader->open(&source->state, window, swapped, err) != 0)
        return -1;
    source->reader = reader;
    return 0;
}

pkt_source *pkt_source_open_window(const char *path, size_t window_bytes, pkt_err *err)
{
    pkt_source *source = calloc(1, sizeof *source);
    if (!source) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a source");
        return NULL;
    }
    source->window = pkt_window_of(open(path, O_RDONLY | O_CLOEXEC), window_bytes);
    if (source_begin(source, path, err) != 0) {
        pkt_source_close(source);
        return NULL;
    }
    return source;
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

void pkt_source_set_growing(pkt_source *source, bool growing)
{
    source->growing = growing;
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
    return source->file_size;
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
