/* Everything that a bench run leaves behind. */
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
    bool partial;        /* the run goes on: some of its blocks are done */
    json_t *context;     /* of machine_describe(), taken before the run */
    json_t *conformance; /* of conformance_run(); NULL: not asked for */
    json_t *options;     /* the command line's, file names without folders */
} bench_record;

#endif
