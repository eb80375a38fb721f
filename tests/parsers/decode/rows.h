/* Decoding of literal bytes, for tests: hexadecimal in, the row as words out. */
#ifndef PKT_TEST_ROWS_H
#define PKT_TEST_ROWS_H

#include "pktbench.h"

/* Bytes of `hex` (blanks are skipped) into `bytes`, at most `size` of them. Returns how many. */
size_t hex_bytes(const char *hex, uint8_t *bytes, size_t size);
/* Decode as the headers level does: `captured` bytes of a packet of `wire` bytes. */
void decode_row(uint16_t link_type, const uint8_t *bytes, size_t captured, size_t wire,
                pkt_batch *batch);
/* "verdict column=value column=value ...": every cell of row 0 above the frames columns that
 * applies, in column order. The text has room for all. */
#define ROW_WORDS 1024
void row_text(const pkt_batch *batch, char words[ROW_WORDS]);

#endif
