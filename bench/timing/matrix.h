/* The cells of a run. */
#ifndef PKT_MATRIX_H
#define PKT_MATRIX_H

#include "bench/timing/output_cells.h"

/* Create the cells of a run: for each slice, every backend at every level that it offers, with
 * every sink; then the A/A controls, the cells of other inputs, of features and of data frames, and
 * the cells of the baseline build. 0, or -1 and *err; free the schedule in both cases. */
int cells_make(schedule *s, const suite *suite, const selection *selection,
               const output_request *sinks, pkt_err *err);

#endif
