/* What a run found, as JSON: see results/schema.json. All functions give new references. */
#ifndef PKT_RESULTS_H
#define PKT_RESULTS_H

#include "bench/outcome/record.h"

/* Version of results/schema.json that is written. */
#define RESULTS_SCHEMA_VERSION 2

/* `filter`: that the slice has passed; NULL. */
json_t *slice_json(const suite_slice *slice, const char *filter);
/* The runs of the cells of that role, an array. */
json_t *role_runs_json(const bench_record *record, cell_role role);
/* The results file, schema and all. NULL without memory. */
json_t *results_json(const bench_record *record);

#endif
