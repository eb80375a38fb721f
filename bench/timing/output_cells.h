/* Cells that write their rows to a sink, to measure the cost of output. */
#ifndef PKT_OUTPUT_CELLS_H
#define PKT_OUTPUT_CELLS_H

#include "bench/timing/schedule.h"

/* Maximum sinks, and maximum numbers of threads, in one run. */
#define SINKS_MAX 8u

typedef struct output_request {
    const pkt_encoder *sinks[SINKS_MAX];
    size_t count; /* 0: only the null sink */
    unsigned threads[SINKS_MAX];
    size_t thread_count;
    bool data_frames[DATA_FRAME_KINDS]; /* wanted kinds */
    const data_frame_ways *ways;        /* to them; the caller sets it. NULL: none */
} output_request;

/* Parse comma-separated lists of sink names and numbers of threads; either may be NULL. 0, or -1
 * and *err. */
int outputs_read(output_request *request, const char *sinks, const char *threads, pkt_err *err);
/* Is any kind of data frame wanted? */
bool outputs_data_frames(const output_request *request);
/* Number of output cells per main cell. */
size_t outputs_count(const output_request *request);
/* Add the output cells of a main cell; the caller has allocated room. External programs get none:
 * `extract` does not run them. */
void outputs_add(schedule *s, const output_request *request, const bench_cell *main);
/* Run a cell with a sink once, untimed. Compares its rows with the verified rows and sets the
 * output bytes and their digest. Output must equal that of earlier cells that differ only in the
 * number of threads. The cell fails otherwise. */
void output_check(const schedule *s, bench_cell *cell);

#endif
