/* One sample: a few timed runs of a cell in a fresh child of its worker, each over a slice that was
 * changed since the last one. */
#ifndef PKT_SAMPLE_H
#define PKT_SAMPLE_H

#include "bench/timing/cell.h"

typedef struct sample_plan {
    bench_cell *cell;
    client *worker;
    const char *path;      /* of the slice; not the cell's for a capture without packets */
    const char *first;     /* slice of the first, unranked run; NULL: the same */
    unsigned runs;         /* timed runs; at least 1 */
    size_t evict_bytes;    /* read before each run to evict the caches */
    size_t column;         /* is compared in every row; PKT_COLUMN_COUNT: none */
    double check_below_ns; /* runs shorter than this are followed by one that verifies all columns,
                            * in the same process and without the clock; 0: none */
    double floor_ns;       /* no run can be faster; 0: unknown */
    double seconds;        /* time limit of a request */
} sample_plan;

typedef struct sample_times {
    double first_ns; /* of the first run; 0: unknown */
    /* Of everything else: starting the process, changing the slice, evicting, verifying the runs;
     * not the run that verifies all columns. */
    double change_ns;
    double wall_ns, cpu_ns, counted[COUNTERS]; /* sums of the timed runs */
    uint64_t peak_rss;                         /* bytes, after the last run */
} sample_times;

/* Take a sample. false: the cell has failed, with status and reason. */
bool sample_take(const sample_plan *plan, sample_times *times);

#endif
