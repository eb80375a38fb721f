/* A sample as it is asked for, and what those of native backends and of external programs share. */
#ifndef PKT_SAMPLE_PLAN_H
#define PKT_SAMPLE_PLAN_H

#include <jansson.h>

#include "bench/sample/cell.h"

typedef struct sample_plan {
    bench_cell *cell;
    client *worker;
    const char *path;      /* of the slice; not the cell's for a capture without packets */
    const char *first;     /* slice of the first, unranked run; NULL: the same */
    unsigned runs;         /* timed runs; of a backend that is no external program, also 0 */
    size_t evict_bytes;    /* read before each run to evict the caches */
    size_t column;         /* of external programs, and where the slice is not changed: compared in
                            * every row; PKT_COLUMN_COUNT: no column is compared */
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
    uint64_t peak_rss; /* bytes, after the first run; of an external program, after the last */
} sample_times;

/* Ask the worker; on failure the cell fails. Takes the reference; returns a new one. */
json_t *sample_ask(const sample_plan *p, json_t *request);
/* A slice as it was. */
typedef struct slice_bytes {
    uint8_t *bytes; /* the caller frees it; NULL: it could not be read */
    size_t size;
} slice_bytes;

/* Read the slice as it is now. */
slice_bytes sample_slice_read(const suite_slice *slice);
/* Write them to a name that no run has seen. The caller frees the name. NULL: it failed. */
char *sample_slice_write(const suite_slice *slice, const slice_bytes *kept);
/* A run returned other cells of the column (PKT_COLUMN_COUNT: it is not known of which) than the
 * changed slice has. `wrong`: so does another process that is not timed; the backend is then wrong
 * about the changed packets. Otherwise it did not read them. */
void sample_mismatch(const sample_plan *p, size_t column, bool wrong);
/* Is a run of this time possible? Otherwise the cell fails. */
bool sample_time_possible(const sample_plan *p, double wall_ns, double cpu_ns);

#endif
