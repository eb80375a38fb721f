/* One sample: a few timed runs of a cell in a fresh child of its worker, each over a slice that was
 * changed since the last one. */
#ifndef PKT_SAMPLE_H
#define PKT_SAMPLE_H

#include "bench/sample/sample_plan.h"

/* Take a sample. false: the cell has failed, with status and reason. */
bool sample_take(const sample_plan *plan, sample_times *times);

#endif
