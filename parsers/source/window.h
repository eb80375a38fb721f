/* The part of a capture file that is in memory. source.c opens and closes it; a container reader
 * takes records from it, and sees nothing else of the source. */
#ifndef PKT_WINDOW_H
#define PKT_WINDOW_H

#include <stdbool.h>

#include "parsers/source/mapping.h"
#include "pktbench.h"

/* First size of a window. 64 KiB: what was just read is still in the private cache when it is
 * decoded, and memory stays bounded. Measured on 10 MB slices in the page cache: a window of 256
 * KiB takes as long on small packets and 5 % longer on mixed traffic. A mapping can be faster, see
 * `direct`. */
#define PKT_WINDOW_BYTES ((size_t)64 << 10)

typedef struct pkt_window {
    int fd;               /* owned; -1: not open */
    uint8_t *bytes;       /* owned */
    size_t room;          /* bytes allocated, a power of 2; 0: none yet */
    size_t align;         /* reads land on a multiple of it; a power of 2 */
    size_t size;          /* bytes filled */
    size_t at;            /* where the next record or block starts; a reader moves it on */
    uint64_t base;        /* offset in the file of the first byte, modulo 2^64 */
    bool at_end;          /* the file ends with the window */
    pkt_mapping *mapping; /* owned; NULL: the file is read with read() */
    bool direct;          /* `bytes` are the mapping's, else copies out of it */
} pkt_window;

/* A window on the open file `fd`, which it takes over; `first_size` is a power of 2, at least 64.
 * Nothing is read or allocated yet. */
pkt_window pkt_window_of(int fd, size_t first_size);
/* Read the file by a mapping instead. Nothing has been read yet. 0, or -1 and *err. */
int pkt_window_map(pkt_window *window, size_t piece, pkt_err *err);
/* From here on, the window is a piece of the mapping, whose bytes can change at any time. Nothing
 * has been taken from it but the file header. 0, or -1 and *err. */
int pkt_window_direct(pkt_window *window, pkt_err *err);
void pkt_window_close(pkt_window *window);
/* Drop what lies before `at`, and read until the window is full or the file ends. A window with no
 * room left grows: readers refuse blocks above PKT_MAX_BLOCK, so growth is bounded. 0, or -1 and
 * *err. */
int pkt_window_fill(pkt_window *window, pkt_err *err);

/* Offset in the file of the next record or block. */
static inline uint64_t pkt_window_offset(const pkt_window *window)
{
    return window->base + window->at;
}

#endif
