/* The baseline build of a comparison in the results. */
#ifndef PKT_BASELINE_H
#define PKT_BASELINE_H

#include "bench/comparison/gate.h"
#include "bench/outcome/results.h"

/* Add to the results: the runs of the baseline build, the comparison, and why the gate fails.
 * false: no memory. */
bool baseline_add(const selection *selection, const bench_record *record, const gate *gate,
                  json_t *results);

#endif
