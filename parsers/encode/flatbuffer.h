/* As much of FlatBuffers (https://flatbuffers.dev/internals/) as Arrow's metadata need. A buffer is
 * built from its end to its beginning, because what is referred to must be there first; positions
 * are counted from the end. */
#ifndef PKT_FLATBUFFER_H
#define PKT_FLATBUFFER_H

#include "pktbench.h"

/* Bytes of a buffer, at most: PKT_MAX_FIELDS fields take less than 120 each. */
#define PKT_MAX_FLATBUFFER 16384u
/* Fields of a table, at most. */
#define PKT_MAX_SLOTS 8u

typedef struct flatbuffer {
    uint8_t bytes[PKT_MAX_FLATBUFFER];
    size_t used;   /* at the end of bytes */
    size_t widest; /* alignment met so far */
    int full;      /* something had no room: the result is no good */
    size_t table;  /* where the table that is being built ends */
    size_t slots[PKT_MAX_SLOTS];
    size_t slot_count;
} flatbuffer;

void pkt_flatbuffer_begin(flatbuffer *fb);
/* The root: the finished buffer, aligned to 8; NULL if it did not fit. */
const uint8_t *pkt_flatbuffer_finish(flatbuffer *fb, size_t root, size_t *size);

size_t pkt_flatbuffer_string(flatbuffer *fb, const char *text, size_t size);
/* A vector of references to what stands at these positions. */
size_t pkt_flatbuffer_references(flatbuffer *fb, const size_t *positions, size_t count);
/* A vector of structs of 64-bit numbers: `count` of `width` numbers each. */
size_t pkt_flatbuffer_structs(flatbuffer *fb, const int64_t *numbers, size_t count, size_t width);

/* A table: begin, any slots, end. A slot that is not set has its default, 0. */
void pkt_flatbuffer_table(flatbuffer *fb);
void pkt_flatbuffer_number(flatbuffer *fb, size_t slot, size_t size, uint64_t value);
void pkt_flatbuffer_reference(flatbuffer *fb, size_t slot, size_t position);
size_t pkt_flatbuffer_end(flatbuffer *fb);

#endif
