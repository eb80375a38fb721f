/* The build that a run was compared with, in its results. */
#ifndef PKT_BASELINE_H
#define PKT_BASELINE_H

#include "bench/outcome/gate.h"
#include "bench/outcome/results.h"

/* Add the other build's runs, what changed since then, and why the gate fails to the results.
 * false: no memory. */
bool baseline_add(const selection *selection, const bench_record *record, const gate *gate,
                  json_t *results);
/* Has any run of the comparison instruction counts on both sides? */
bool instructions_compared(const json_t *comparison);

#endif
