/* `pktbench bench`: what its parts share. */
#ifndef PKT_BENCHMARK_H
#define PKT_BENCHMARK_H

#include "bench/outcome/gate.h"
#include "bench/outcome/results.h"
#include "bench/timing/output_cells.h"
#include "cli/command.h"
#include "report/formats/table.h"

typedef struct benchmark {
    const arguments *arguments;
    selection selection;
    suite suite;
    gate gate;
    schedule schedule;
    process_runs processes;
    progress progress;
    report_format format;
    const char *reference, *suite_name;
    const char *filter; /* NULL: every packet */
    output_request sinks;
    double budget_s;
    uint64_t seed;
    bool show_values;
} benchmark;

/* Can the results be written where the user wants them? Asked before minutes go by. */
bool bench_output_possible(const benchmark *b);
/* All was measured: write the results, show them, and judge. The exit status. */
int bench_finish(benchmark *b, json_t *context, double started);

#endif
