/* The other side of `bench --baseline` in the results. */
#ifndef PKT_BASELINE_H
#define PKT_BASELINE_H

#include "bench/outcome/gate.h"
#include "bench/outcome/results.h"

/* Add the other build's cells: one for each of the first `firsts` that it can run; there is room.
 * false: a message was printed. */
bool baseline_cells(const selection *selection, schedule *s, size_t firsts);
/* Put the other build's runs, what changed since then, and the gate's verdict into the results.
 * false: no memory. */
bool baseline_add(const selection *selection, const bench_record *record, const gate *gate,
                  json_t *results);
/* Has any run of the comparison instruction counts on both sides? */
bool instructions_compared(const json_t *comparison);

#endif
