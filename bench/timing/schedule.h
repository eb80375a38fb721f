/* The timed part: who runs when, in which process. */
#ifndef PKT_SCHEDULE_H
#define PKT_SCHEDULE_H

#include "bench/timing/cell.h"
#include "datasets/random.h"

/* A sample lasts at least this long unless the user says otherwise; shorter runs are repeated.
 * Short samples often find the machine at rest. */
#define SAMPLE_NS 1e6
/* A backend is slow whose run is longer than this. */
#define SLOW_NS 50e6
/* Runs of one sample, at most; and what the walks before them may take. */
#define SAMPLE_RUNS_MAX 1000
#define SAMPLE_EVICT_NS 100e6
/* Rounds of a block, at most, when the budget decides; and at least, for quick runs. */
#define ROUNDS_MAX 20
#define ROUNDS_MIN 3
/* The same where two builds take turns. */
#define TURNS_MAX 60
/* Memory that is walked over before a run, at most, and as a part of what the machine has: every
 * process of a block holds as much. */
#define EVICT_BYTES_MAX ((size_t)128 << 20)
#define EVICT_MEMORY_PART 32
/* Blocks that even a backend gets whose runs do not fit the budget. */
#define BLOCKS_MIN 3

/* How long a backend took to load. */
typedef struct load_times {
    const backend *backend;
    double ns[64]; /* the first of them, one a block */
    size_t count;
} load_times;

typedef struct schedule {
    bench_cell *cells;
    size_t cell_count;
    load_times loads[SELECTION_MAX];
    size_t load_count;
    unsigned blocks, rounds; /* rounds of a block; 0: as many as the budget allows */
    unsigned rounds_max;
    unsigned block; /* that runs now */
    unsigned blocks_done;
    unsigned slow_blocks; /* of the blocks, those that slow backends take part in */
    double sample_ns;     /* a sample lasts at least this long */
    double budget_s;      /* for the timed part */
    double request_s;     /* that a run may take */
    size_t evict_bytes;   /* walked over before every run */
    double evict_ns;      /* which takes about so long */
    bool one_cpu;         /* all processes of a block share a processor, the blocks take turns */
    bool positions;       /* find out what each eighth of a slice costs */
    random_state random;
    /* Called after every block, when none of its processes is left: nothing is timed then. May be
     * NULL. */
    void (*block_done)(void *self);
    void *self;
    const pkt_notices *notices; /* the caller's; NULL: nobody takes them */
} schedule;

/* One run each in a fresh process that did nothing else: peak memory, and how long a run takes;
 * then what each eighth costs, if that is wanted. */
void schedule_probe(schedule *schedule);
/* Set blocks, rounds and the runs of a sample. */
void schedule_plan(schedule *schedule);
/* What the plan takes, seconds. */
double schedule_seconds(const schedule *schedule);
/* Run it. Cells that fail on the way lose their samples and get a status. */
void schedule_run(schedule *schedule);
void schedule_free(schedule *schedule);

#endif
