/* Two sets of results compared with each other, run by run. Sees nothing but their JSON. */
#ifndef PKT_COMPARISON_H
#define PKT_COMPARISON_H

#include <jansson.h>
#include <stdbool.h>

#include "bench/outcome/gate.h"

/* Chance that a gate over unchanged programs calls one run or more slower, at most. */
#define GATE_ERROR 0.01
/* The smallest change that a run could see: it is found in this part of such runs. */
#define GATE_POWER 0.8

/* One side: results of one or more runs, pooled. */
typedef struct comparison_side {
    json_t *const *results; /* each with `slices` and `runs` */
    size_t count;
} comparison_side;

/* What changed: {paired, threshold, error, cells, means, failures}, as results/schema.json has it
 * under `comparison`. `paired`: the processes of one block took turns, and are compared with each
 * other. A new reference; NULL without memory. */
json_t *comparison_json(const comparison_side *old, const comparison_side *fresh, bool paired,
                        const gate *gate);
/* Keep in comparison.aa what a comparison of a build with itself found. */
void comparison_aa(json_t *comparison, const json_t *aa);
/* Add every reason why the check fails to comparison.failures, as text. How many there are. */
size_t comparison_judge(json_t *comparison, const gate *gate);

#endif
