/* Shared by the fuzz targets. Each target is one function over bytes, called by libFuzzer or by
 * replay.c. */
#ifndef PKT_TEST_FUZZ_H
#define PKT_TEST_FUZZ_H

#include <stdbool.h>

#include "pktbench.h"

/* Entry point of libFuzzer; safe for any bytes. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A target may change inputs itself, for mutations that bytes alone seldom reach: `data` has room
 * for `max_size` bytes. Returns the new size. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
/* What libFuzzer, or replay.c, does otherwise. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* Print `text`, which says what does not hold, and abort. */
_Noreturn void must_fail(const char *text);
/* Do so unless the invariant holds. Inline: clang's analyzer knows what holds behind it. */
static inline void must(bool holds, const char *text)
{
    if (!holds)
        must_fail(text);
}

/* Write the bytes to a file in memory. Returns its path (static storage); every call uses the same
 * file. */
const char *memory_file(const uint8_t *data, size_t size);

/* Pointer to the cell of the row, of `size` bytes. */
const uint8_t *cell_at(const pkt_batch *batch, size_t row, size_t column);
/* True if the cell has the same value in both. */
bool same_cell(const pkt_batch *a, size_t a_row, const pkt_batch *b, size_t b_row, size_t column);

#endif
