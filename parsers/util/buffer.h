/* Bytes that grow. */
#ifndef PKT_BUFFER_H
#define PKT_BUFFER_H

#include <stdlib.h>

#include "pktbench.h"

typedef struct pkt_buffer {
    uint8_t *at; /* owned */
    size_t size, room;
} pkt_buffer;

/* Room for `more` bytes behind those that are there. 0, or -1 and *err. */
static inline int pkt_buffer_reserve(pkt_buffer *bytes, size_t more, pkt_err *err)
{
    if (bytes->room - bytes->size >= more)
        return 0;
    size_t room = 2 * bytes->room > bytes->size + more ? 2 * bytes->room : bytes->size + more;
    uint8_t *at = realloc(bytes->at, room);
    if (!at)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for %zu bytes of rows", room);
    bytes->at = at;
    bytes->room = room;
    return 0;
}

static inline int pkt_buffer_add(pkt_buffer *bytes, const void *what, size_t size, pkt_err *err)
{
    if (pkt_buffer_reserve(bytes, size, err) != 0)
        return -1;
    if (size && bytes->at)
        memcpy(bytes->at + bytes->size, what, size);
    bytes->size += size;
    return 0;
}

static inline void pkt_buffer_free(pkt_buffer *bytes)
{
    free(bytes->at);
    *bytes = (pkt_buffer){0};
}

#endif
