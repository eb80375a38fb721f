/* Set the cells of one row to 0: clearing a whole batch, some 100 KB, takes longer than decoding.
 */
#ifndef PKT_TESTS_ROW_CLEAR_H
#define PKT_TESTS_ROW_CLEAR_H

#include <string.h>

#include "pktbench.h"

static inline void row_clear(pkt_batch *batch, size_t row)
{
#define PKT_X(name, type, level, has, format_as, doc)                                              \
    memset(&batch->name[row], 0, sizeof batch->name[row]);
    PKT_COLUMNS(PKT_X)
#undef PKT_X
}

#endif
