/* All data of a bench run. */
#ifndef PKT_RECORD_H
#define PKT_RECORD_H

#include "bench/timing/processes.h"

typedef struct bench_record {
    const suite *suite;
    const selection *selection;
    const schedule *schedule;
    const process_runs *processes;
    uint64_t seed;
    double elapsed_s, budget_s;
    const char *suite_name;
    bool show_values;
    bool partial;        /* the run has not ended; only some blocks are done */
    json_t *context;     /* from machine_describe(), before the run */
    json_t *conformance; /* from conformance_run(); NULL: not requested */
    json_t *record_runs; /* of programs that write flow records; NULL: none */
    json_t *options;     /* command-line options; file names without folders */
} bench_record;

#endif
