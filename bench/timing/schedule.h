/* Schedule of the timed runs: order, blocks, rounds and processes. */
#ifndef PKT_SCHEDULE_H
#define PKT_SCHEDULE_H

#include "bench/timing/plan.h"

/* Minimum duration of a sample unless the user sets another one; shorter runs are repeated. Short
 * samples are less often disturbed by other programs. */
#define SAMPLE_NS 1e6
/* Maximum runs per sample, and maximum time to evict caches per sample. */
#define SAMPLE_RUNS_MAX 1000
#define SAMPLE_EVICT_NS 100e6
/* Maximum rounds per block if the budget sets them, and minimum rounds for quick cells. */
#define ROUNDS_MAX 20
#define ROUNDS_MIN 3
/* Maximum rounds per block if two builds are compared and take turns. */
#define TURNS_MAX 60
/* Limits of the memory that is read before a run to evict caches: in bytes, and as a fraction (1/N)
 * of the machine's memory. Every process of a block allocates this much. */
#define EVICT_BYTES_MAX ((size_t)128 << 20)
#define EVICT_MEMORY_PART 32
/* Minimum blocks for slow cells, even if they exceed the budget. */
#define BLOCKS_MIN 3

/* Packets of the first, unranked run of slow cells. */
#define FIRST_RUN_PACKETS 5000

/* Run each cell once in a fresh process to measure peak memory and estimate the run time; then the
 * cost of each eighth, if `positions` is set. */
void schedule_probe(schedule *schedule);
/* Set slow_blocks, rounds and the runs per sample. */
void schedule_plan(schedule *schedule);
/* Estimated time of the plan in seconds; `rounds` are those of quick cells. */
double schedule_seconds(const schedule *schedule);
/* The same of one more block, in which slow cells run. */
double schedule_block_seconds(const schedule *schedule);
/* Run all blocks. A cell that fails gets a status and a reason; its samples are discarded. */
void schedule_run(schedule *schedule);
void schedule_free(schedule *schedule);

#endif
