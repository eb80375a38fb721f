/* Whole programs, as a user pays for them: timed by hyperfine. */
#ifndef PKT_PROCESSES_H
#define PKT_PROCESSES_H

#include "bench/timing/schedule.h"

/* Rounds of whole processes, at most, when the budget decides; and at least. */
#define PROCESS_ROUNDS_MAX 10
#define PROCESS_ROUNDS_MIN 3

typedef struct process_run {
    const backend *backend;
    const suite_slice *slice;
    pkt_level level;
    run_status status;
    char reason[REASON_BYTES];
    double *wall_s, *empty_wall_s; /* one a round, on the slice and on a capture without packets */
    size_t count;
} process_run;

typedef struct process_runs {
    process_run *runs;
    size_t count;
    unsigned rounds;
} process_runs;

/* Time `pktbench extract --format none` of every cell that is above `frames`, or is its backend's
 * highest level: each round one call of hyperfine with the commands in random order, as long as
 * `seconds` last. Cells that are not timed are left out. 0, or -1 and *err; free *out in both
 * cases. */
int processes_run(process_runs *out, const schedule *schedule, const suite *suite, double seconds,
                  pkt_err *err);
void processes_free(process_runs *runs);

#endif
