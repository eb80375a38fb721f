/* Compare two sets of results, run by run. Uses only their JSON. */
#ifndef PKT_COMPARISON_H
#define PKT_COMPARISON_H

#include "bench/comparison/gate.h"
#include "bench/comparison/sides.h"

/* Status of a run that the old side offers, and that was not measured because the new side does
 * not. */
#define OFFERED "offered"

/* {paired, threshold, error, smallest_share, cells, means, failures}: see `comparison` in
 * results/schema.json. `paired`: both sides took turns in each block, and are compared block by
 * block. A new reference; NULL if memory runs out. */
json_t *comparison_json(const comparison_side *old, const comparison_side *fresh, bool paired,
                        const gate *gate);
/* Write the comparison of a build with itself (A/A control) to comparison.aa. */
void comparison_aa(json_t *comparison, const json_t *aa);
/* What a condition of the gate asks for and no run has on both sides, in words; NULL: nothing. */
const char *comparison_unmeasured(const json_t *comparison, const gate *gate);
/* Add every reason why the gate fails to comparison.failures, as text. Returns their number. */
size_t comparison_judge(json_t *comparison, const gate *gate);

#endif
