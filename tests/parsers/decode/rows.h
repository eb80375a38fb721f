/* Decodes literal bytes, for tests: hexadecimal text to a row as text. */
#ifndef PKT_TEST_ROWS_H
#define PKT_TEST_ROWS_H

#include "pktbench.h"

/* Parse `hex` (spaces are skipped) into `bytes`, at most `size`. Returns the number of bytes. */
size_t hex_bytes(const char *hex, uint8_t *bytes, size_t size);
/* Decode a packet at level headers into the first row: `captured` of its `wire` bytes. The other
 * rows stay as they are. */
void decode_row(uint16_t link_type, const uint8_t *bytes, size_t captured, size_t wire,
                pkt_batch *batch);
/* The same of an Ethernet frame, with the columns of level app. *batch: of pkt_batch_new(). */
void decode_app_row(const uint8_t *bytes, size_t captured, size_t wire, pkt_batch *batch);
/* "verdict column=value column=value ...": every present cell of row 0 except those of level
 * frames, in column order. ROW_TEXT bytes are enough for all columns. */
#define ROW_TEXT 1024
void row_text(const pkt_batch *batch, char text[ROW_TEXT]);

#endif
