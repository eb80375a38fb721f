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

void pkt_window_close(pkt_window *window)
{
    if (window->fd >= 0)
        close(window->fd);
    free(window->bytes);
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

/* The bytes from `at` on are moved to just before a boundary, so that the next read lands on it. */
int pkt_window_fill(pkt_window *window, pkt_err *err)
{
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
        ssize_t got = read(window->fd, window->bytes + window->size, window->room - window->size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return pkt_fail(err, PKT_ERR_IO, window->base + window->size, "cannot read: %s",
                            strerror(errno));
        window->size += (size_t)got;
        window->at_end = got == 0;
    }
    return 0;
}
