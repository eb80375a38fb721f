/* Results of a bench run as JSON: see results/schema.json. All functions return new references. */
#ifndef PKT_RESULTS_H
#define PKT_RESULTS_H

#include "bench/outcome/record.h"

/* Version of results/schema.json of written results. */
#define RESULTS_SCHEMA_VERSION 2

/* Describe a slice. `filter`: expression that selected its packets; NULL: none. */
json_t *slice_json(const suite_slice *slice, const char *filter);
/* Array of the runs of all cells with that role. */
json_t *role_runs_json(const bench_record *record, cell_role role);
/* The complete results file. NULL if memory runs out. */
json_t *results_json(const bench_record *record);

#endif
