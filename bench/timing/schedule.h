/* Schedule of the timed runs: order, blocks, rounds and processes. */
#ifndef PKT_SCHEDULE_H
#define PKT_SCHEDULE_H

#include "bench/sample/cell.h"
#include "bench/sample/proofs.h"
#include "bench/sample/slice_guard.h"
#include "datasets/random.h"

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

/* Load times of a backend, ns: one per process. */
typedef struct load_times {
    const backend *backend;
    observation_list list;
} load_times;

/* Packets of the first, unranked run of slow cells. */
#define FIRST_RUN_PACKETS 5000
/* How long a comparison goes on: see stages.h. */
typedef struct stage_rule {
    double threshold;  /* of the change, a fraction; blocks are added for it. 0: no stages */
    double error;      /* probability of one false alarm or more */
    unsigned tests;    /* tests of a compared cell */
    unsigned first;    /* blocks of the first stage */
    bool rounds_fixed; /* the user set the rounds */
    double planned_s;  /* estimated time of the blocks that were run */
} stage_rule;

typedef struct schedule {
    bench_cell *cells;
    size_t cell_count;
    load_times loads[SELECTION_MAX];
    size_t load_count;
    unsigned blocks, rounds; /* rounds per block; 0: as many as the budget allows */
    unsigned rounds_max;
    unsigned block; /* current block */
    unsigned blocks_done;
    unsigned slow_blocks;   /* number of blocks in which slow cells run */
    double sample_ns;       /* minimum duration of a sample */
    double budget_s;        /* time for the timed runs */
    double deadline_s;      /* when they should end, by pkt_seconds_now(); 0: after all rounds */
    double sample_evict_ns; /* maximum time to evict caches in a sample; 0: SAMPLE_EVICT_NS */
    double request_s;       /* timeout of a request */
    size_t evict_bytes;     /* bytes read before every run to evict caches */
    double evict_ns;        /* estimated time to evict caches once */
    pkt_features_request features; /* rows of this set are measured too; set NULL: none */
    bool compares; /* two builds are compared: all processes of a block run on one processor, the
                      next block on the next one, and the memory of each process is measured */
    stage_rule stages;
    double started_s; /* pkt_seconds_now() at the first block */
    /* Called after every block: may add blocks after the last one, or end the run. NULL: as
     * planned. */
    void (*go_on)(struct schedule *self);
    bool positions;     /* measure the cost of each eighth of a slice */
    suite *suite;       /* for the prefixes of first runs; NULL: the whole slice is used */
    proofs *proofs;     /* owned; NULL: no slice is changed */
    slice_guard *guard; /* owned; NULL: without a suite, or before the probe */
    random_state random;
    uint64_t draw; /* seed of the columns that are compared */
    /* Called after every block, when all its processes have ended and nothing is timed. May be
     * NULL. */
    void (*block_done)(void *self);
    void *self;
    const pkt_notices *notices; /* owned by the caller; NULL: no notices */
} schedule;

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
