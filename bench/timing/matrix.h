/* Which cells a run has. */
#ifndef PKT_MATRIX_H
#define PKT_MATRIX_H

#include "bench/timing/output_cells.h"

/* Every backend at every level that it offers, slice by slice, with every sink; then the A/A
 * controls, and the cells of the build that is compared with. 0, or -1 and *err; free the schedule
 * in both cases. */
int cells_make(schedule *s, const suite *suite, const selection *selection,
               const output_request *sinks, pkt_err *err);

#endif
