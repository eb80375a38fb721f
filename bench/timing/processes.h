/* Whole processes timed by hyperfine, including start-up. */
#ifndef PKT_PROCESSES_H
#define PKT_PROCESSES_H

#include "bench/timing/schedule.h"

/* Maximum and minimum rounds; the time limit decides between them. */
#define PROCESS_ROUNDS_MAX 10
#define PROCESS_ROUNDS_MIN 1

typedef struct process_run {
    const backend *backend;
    const suite_slice *slice;
    pkt_level level;
    run_status status;
    char reason[REASON_BYTES];
    double *wall_s, *empty_wall_s; /* one per round: the slice; a capture without packets */
    size_t count;
} process_run;

typedef struct process_runs {
    process_run *runs;
    size_t count;
    unsigned rounds;
} process_runs;

/* Time `pktbench extract --format none` (or the driver of an external program) for every timed main
 * cell above level `frames`, or at the highest level of its backend. Each round is one call of
 * hyperfine with the commands in random order. Rounds repeat for up to `seconds`. 0, or -1 and
 * *err; free *out in both cases. */
int processes_run(process_runs *out, const schedule *schedule, const suite *suite, double seconds,
                  pkt_err *err);
/* Seconds of PROCESS_ROUNDS_MAX rounds, estimated from the times of runs. */
double processes_seconds(const schedule *schedule);
void processes_free(process_runs *runs);

#endif
