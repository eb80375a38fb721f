/* What the fuzz targets share. Each target is one function over bytes, driven by libFuzzer or by
 * replay.c. */
#ifndef PKT_TEST_FUZZ_H
#define PKT_TEST_FUZZ_H

#include <stdbool.h>

#include "pktbench.h"

/* libFuzzer's entry; safe on any bytes, 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Say `words` and abort unless the invariant holds. */
void must(bool holds, const char *words);

/* The bytes as a file in memory. The path is static storage, and the file the same one at every
 * call. */
const char *memory_file(const uint8_t *data, size_t size);

/* The cell of the row: `size` bytes of it can be compared. */
const uint8_t *cell_at(const pkt_batch *batch, size_t row, size_t column);
/* Whether the row has the same value in both. */
bool same_cell(const pkt_batch *a, size_t a_row, const pkt_batch *b, size_t b_row, size_t column);

#endif
