/* What a run found, as JSON: see results/schema.json. */
#ifndef PKT_RESULTS_H
#define PKT_RESULTS_H

#include "processes.h"

/* Version of results/schema.json that is written. */
#define RESULTS_SCHEMA_VERSION 1

/* `show_values`: addresses in differences may be shown; otherwise they are null. New references. */
json_t *agreement_json(const check *check, bool show_values);
json_t *slice_json(const suite_slice *slice);

/* Everything that a bench run leaves behind. */
typedef struct bench_record {
    const suite *suite;
    const lineup *lineup;
    const schedule *schedule;
    const process_runs *processes;
    uint64_t seed;
    double elapsed_s, budget_s;
    const char *suite_name;
    bool show_values;
    json_t *context; /* of machine_describe(), taken before the run */
    json_t *options; /* the command line's, file names without folders */
} bench_record;

/* The results file, schema and all; a new reference, NULL without memory. */
json_t *results_json(const bench_record *record);

#endif
