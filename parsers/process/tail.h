/* The end of a stream of text: what a program wrote last to its standard error. */
#ifndef PKT_TAIL_H
#define PKT_TAIL_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that are kept. */
#define PKT_TAIL_BYTES ((size_t)64 << 10)

typedef struct pkt_tail {
    char *bytes; /* owned; NULL: nothing was kept */
    size_t size; /* at most 2 * PKT_TAIL_BYTES; the last PKT_TAIL_BYTES of them count */
} pkt_tail;

/* Read once from `fd`, at most PKT_TAIL_BYTES. false: at the end of the stream, or on an error. */
bool pkt_tail_read(pkt_tail *tail, int fd);
/* Copy the last line that is not empty, without its line end, as far as `size` bytes (at least 1)
 * with the final 0 have room. "" if there is none. */
void pkt_tail_line(const pkt_tail *tail, char *line, size_t size);
/* Free the bytes; the tail is then empty. */
void pkt_tail_free(pkt_tail *tail);

#endif
