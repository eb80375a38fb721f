/* What a run found, as JSON: see results/schema.json. */
#ifndef PKT_RESULTS_H
#define PKT_RESULTS_H

#include "bench/timing/processes.h"

/* Version of results/schema.json that is written. */
#define RESULTS_SCHEMA_VERSION 2

/* `show_values`: addresses in differences may be shown; otherwise they are null. New references. */
json_t *agreement_json(const check *check, bool show_values);
/* `filter`: that the slice has passed; NULL. */
json_t *slice_json(const suite_slice *slice, const char *filter);

/* Everything that a bench run leaves behind. */
typedef struct bench_record {
    const suite *suite;
    const selection *selection;
    const schedule *schedule;
    const process_runs *processes;
    uint64_t seed;
    double elapsed_s, budget_s;
    const char *suite_name;
    bool show_values;
    json_t *context;     /* of machine_describe(), taken before the run */
    json_t *conformance; /* of conformance_run(); NULL: not asked for */
    json_t *options;     /* the command line's, file names without folders */
} bench_record;

/* The rows of the study's table for which its libraries were measured; an array, mostly empty. */
json_t *study_json(const bench_record *record);
/* How many packets, if only the slice's first ones were read; else null. */
json_t *slice_prefix_json(const suite_slice *slice);
/* Times of `cell` over those of `other` in the same rounds, a packet each, wall or CPU; null
 * without pairs. */
json_t *cells_ratio(const bench_cell *cell, const bench_cell *other, bool cpu, uint64_t seed);
/* Seconds for the whole slice at the measured cost of a packet, as a summary. */
json_t *cell_slice_seconds(const bench_cell *cell, uint64_t seed);

/* The runs of the build that is compared with, and of the aa; arrays. */
json_t *old_runs_json(const bench_record *record);
json_t *aa_runs_json(const bench_record *record);
/* The results file, schema and all; a new reference, NULL without memory. */
json_t *results_json(const bench_record *record);

#endif
