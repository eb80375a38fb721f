/* What it costs to hand rows over: --sink and --threads. */
#ifndef PKT_SINKS_H
#define PKT_SINKS_H

#include "bench/timing/schedule.h"

/* Formats, and numbers of threads, in one run, at most. */
#define SINKS_MAX 8u

typedef struct output_request {
    const pkt_encoder *sinks[SINKS_MAX];
    size_t count; /* 0: rows go to the null sink alone */
    unsigned threads[SINKS_MAX];
    size_t thread_count;
} output_request;

/* Words of both lists; either may be NULL. false: a message was printed. */
bool outputs_read(output_request *request, const char *sinks, const char *threads);
/* Rows that each run gets besides its own. */
size_t outputs_rows(const output_request *request);
/* Add them for the cell, whose rows go to the null sink; there is room. Programs of their own have
 * none: `extract` does not run them. */
void outputs_add(schedule *s, const output_request *request, const bench_cell *cell);
/* One run that is not timed: are these the rows that were verified, and what do they make? The
 * bytes must be those of the cells before it with another number of threads. */
void output_check(const schedule *s, bench_cell *cell);
/* Say where rows went in the run's JSON; nothing for the null sink. */
void output_describe(const bench_cell *cell, json_t *run);

#endif
