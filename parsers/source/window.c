#include "parsers/source/window.h"

#include <stdlib.h>
#include <unistd.h>

/* Reads land on a boundary of a sixteenth of the first window, which is a page: copies run from
 * page to page, and processors that compare only the lower 12 bits of addresses take a load for one
 * of the bytes just stored when source and destination are a few bytes apart in them. Measured:
 * read() into a buffer 16 bytes behind a page boundary, where malloc() puts large ones, takes 4.5
 * times as long. */
enum { ALIGN_PART = 16 };

pkt_window pkt_window_of(int fd, size_t first_size)
{
    return (pkt_window){.fd = fd, .align = first_size / ALIGN_PART};
}

int pkt_window_map(pkt_window *window, size_t piece, pkt_err *err)
{
    window->mapping = pkt_mapping_open(window->fd, piece, err);
    return window->mapping ? 0 : -1;
}

void pkt_window_close(pkt_window *window)
{
    if (window->fd >= 0)
        close(window->fd);
    if (!window->direct)
        free(window->bytes);
    pkt_mapping_close(window->mapping);
    *window = (pkt_window){.fd = -1};
}

/* Double the room and keep the bytes. 0, or -1 and *err. */
static int window_grow(pkt_window *window, pkt_err *err)
{
    const size_t room = window->room ? 2 * window->room : window->align * ALIGN_PART;
    void *bytes = NULL;
    const size_t align = window->align < sizeof bytes ? sizeof bytes : window->align;
    if (posix_memalign(&bytes, align, room) != 0)
        return pkt_fail(err, PKT_ERR_MEMORY, pkt_window_offset(window),
                        "no memory for %zu bytes of it", room);
    if (window->size)
        memcpy(bytes, window->bytes, window->size);
    free(window->bytes);
    window->bytes = bytes;
    window->room = room;
    return 0;
}

/* Map the piece that begins with the next record, and has more of the file than the window has. */
static int window_remap(pkt_window *window, pkt_err *err)
{
    const uint64_t offset = pkt_window_offset(window);
    const size_t left = window->size - window->at;
    if (pkt_mapping_check(window->mapping, offset, err) != 0)
        return -1;
    window->at_end = offset + left >= pkt_mapping_file_size(window->mapping);
    if (window->at_end)
        return 0;
    /* Doubled, as a window is: of a long record, each piece has more. */
    const int bad = pkt_mapping_move(window->mapping, offset, 2 * left + 1, err);
    window->bytes = (uint8_t *)(uintptr_t)pkt_mapping_bytes(window->mapping);
    window->size = pkt_mapping_size(window->mapping);
    window->base = pkt_mapping_offset(window->mapping);
    window->at = window->size ? (size_t)(offset - window->base) : 0;
    return bad;
}

int pkt_window_direct(pkt_window *window, pkt_err *err)
{
    const uint64_t offset = pkt_window_offset(window);
    free(window->bytes);
    window->bytes = NULL;
    window->room = window->size = window->at = 0;
    window->base = offset;
    window->direct = true;
    return window_remap(window, err);
}

/* More of the file behind the window, as read(). */
static ssize_t window_read(const pkt_window *window, pkt_err *err)
{
    uint8_t *to = window->bytes + window->size;
    const size_t room = window->room - window->size;
    ssize_t got;
    if (window->mapping)
        return pkt_mapping_copy(window->mapping, window->base + window->size, to, room, err);
    do
        got = read(window->fd, to, room);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return pkt_fail(err, PKT_ERR_IO, window->base + window->size, "cannot read: %s",
                        strerror(errno));
    return got;
}

/* The bytes from `at` on are moved to just before a boundary, so that the next read lands on it. */
int pkt_window_fill(pkt_window *window, pkt_err *err)
{
    if (window->direct)
        return window_remap(window, err);
    const size_t left = window->size - window->at;
    const size_t kept = (left + window->align - 1) & ~(window->align - 1);
    if (kept >= window->room && window_grow(window, err) != 0)
        return -1;
    if (left)
        memmove(window->bytes + (kept - left), window->bytes + window->at, left);
    /* `base` may pass below 0 and wrap: only with `at` added it is an offset. */
    window->base += window->at - (kept - left);
    window->at = kept - left;
    window->size = kept;
    while (window->size < window->room && !window->at_end) {
        const ssize_t got = window_read(window, err);
        if (got < 0)
            return -1;
        window->size += (size_t)got;
        window->at_end = got == 0;
    }
    return 0;
}
