/* Who is timed: the cells of a run. */
#ifndef PKT_CELLS_H
#define PKT_CELLS_H

#include "bench/timing/output_cells.h"

/* Every backend at every level that it offers, slice by slice, with every sink; then the aa, and
 * the other build's. false: a message was printed. */
bool cells_make(schedule *s, suite *suite, const selection *selection, const output_request *sinks);

#endif
