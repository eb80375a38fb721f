/* What it costs to write rows: the cells whose rows go to a sink. */
#ifndef PKT_OUTPUT_CELLS_H
#define PKT_OUTPUT_CELLS_H

#include "bench/timing/schedule.h"

/* Formats, and numbers of threads, in one run, at most. */
#define SINKS_MAX 8u

typedef struct output_request {
    const pkt_encoder *sinks[SINKS_MAX];
    size_t count; /* 0: rows go to the null sink alone */
    unsigned threads[SINKS_MAX];
    size_t thread_count;
} output_request;

/* Names of sinks and numbers of threads, lists with commas; either may be NULL. 0, or -1 and *err.
 */
int outputs_read(output_request *request, const char *sinks, const char *threads, pkt_err *err);
/* Output cells that each main cell gets. */
size_t outputs_count(const output_request *request);
/* Add them for the main cell; there is room. External programs have none: `extract` does not run
 * them. */
void outputs_add(schedule *s, const output_request *request, const bench_cell *main);
/* One run of a cell with a sink that is not timed: are these the rows that were verified, and what
 * do they make? The bytes must be those of the cells before it with another number of threads. */
void output_check(const schedule *s, bench_cell *cell);

#endif
