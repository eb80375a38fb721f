/* What the timed runs are planned to be, and how far they are. */
#ifndef PKT_PLAN_H
#define PKT_PLAN_H

#include "bench/sample/cell.h"
#include "bench/sample/proofs.h"
#include "bench/sample/slice_guard.h"
#include "datasets/random.h"

/* Load times of a backend, ns: one per process. */
typedef struct load_times {
    const backend *backend;
    observation_list list;
} load_times;

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

#endif
