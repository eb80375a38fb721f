/* A cell as text, for CSV and messages. */
#ifndef PKT_CELL_TEXT_H
#define PKT_CELL_TEXT_H

#include "pktbench.h"

/* Format one shown cell as text, without its presence test. Returns the length (< PKT_CELL_TEXT).
 */
#define PKT_CELL_TEXT 48
size_t pkt_cell_text(const pkt_batch *batch, size_t row, size_t column, char text[PKT_CELL_TEXT]);

#endif
