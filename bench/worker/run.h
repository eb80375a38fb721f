/* One run of a backend over a slice, in this process or in a forked child of it. */
#ifndef PKT_RUN_H
#define PKT_RUN_H

#include <signal.h>
#include <stdbool.h>

#include "bench/worker/counters.h"
#include "parsers/features/request.h"
#include "parsers/rows/rows.h"
#include "parsers/sink/sink.h"
#include "parsers/util/parse.h"
#include "pktbench.h"

/* A slice is divided into this many parts, each with its own cost. */
#define POSITION_PARTS 8

typedef enum run_kind {
    RUN_TIMED,     /* to the sink; measures time, and hashes a cell of every row */
    RUN_POSITIONS, /* rows are only counted; reads the clock after each eighth of the rows */
    RUN_VERIFY,    /* to the digest sink, and to the null sink for the checksum */
    RUN_ROWS,      /* to a CSV file */
    RUN_FEATURES,  /* rows of features, to a file of values */
    RUN_OUTPUT     /* to the sink, and to the null sink for the checksum; hashes the output */
} run_kind;

typedef struct run_job {
    run_kind kind;
    const char *path; /* of the slice */
    pkt_level level;
    pkt_flow_choice flows;
    const pkt_encoder *sink;       /* RUN_TIMED, RUN_OUTPUT: output format; NULL: the null sink */
    unsigned threads;              /* of the writer */
    bool cold;                     /* RUN_TIMED: the slice is first removed from the page cache */
    pkt_features_request features; /* RUN_TIMED, RUN_FEATURES: rows of this set; set NULL: none */
    const char *csv;               /* RUN_ROWS, RUN_FEATURES: file to write */
    bool keep;               /* RUN_ROWS: keep the file after a failure, with the rows before it */
    uint64_t packets;        /* RUN_POSITIONS: expected number of rows */
    const sigset_t *signals; /* RUN_TIMED: mask to set when the clock has started; NULL: none */
    pkt_mosaic mosaic;       /* RUN_TIMED: which cells are hashed; empty: none */
} run_job;

/* Result of a run. Plain data: a forked child sends it through a pipe. */
typedef struct run_outcome {
    bool failed;                /* with the reason in `err` */
    int signal;                 /* that killed the forked child; 0: none */
    uint64_t wall_ns;           /* from open to the last row, or to the last byte written */
    uint64_t cpu_ns;            /* user and system time of the process and its ended children in
                                 * this interval */
    uint64_t counted[COUNTERS]; /* hardware counters in this interval; 0: unavailable */
    uint64_t rows;
    uint64_t checksum;
    uint64_t feature_rows; /* with features; `checksum` is then the digest of their values */
    uint64_t bytes;        /* written by the sink */
    uint64_t bytes_digest; /* RUN_OUTPUT: XXH3-64 of these bytes */
    uint64_t peak_rss;     /* peak resident set size of the process so far, in bytes */
    pkt_column_set columns;
    uint64_t digest[PKT_COLUMN_COUNT]; /* RUN_VERIFY */
    uint64_t mosaic;                   /* RUN_TIMED: digest of the hashed cells */
    uint64_t part_ns[POSITION_PARTS];  /* RUN_POSITIONS: wall time of each part */
    pkt_err err;
} run_outcome;

/* Run the job, in a forked child if backend->fork_each_run. `batch`: scratch space. */
void run_once(const pkt_backend *backend, void *context, pkt_batch *batch, const run_job *job,
              run_outcome *outcome);
/* The same, always in this process. */
void run_here(const pkt_backend *backend, void *context, pkt_batch *batch, const run_job *job,
              run_outcome *outcome);
/* Memory for caches_evict(), written once: pages that are only allocated share one page of zeros.
 * The caller frees it. NULL: `bytes` is 0, or memory is exhausted. */
uint8_t *caches_memory(size_t bytes);
/* Read memory, to evict everything else from the caches. */
void caches_evict(const uint8_t *memory, size_t bytes);
/* Time to evict caches by reading `bytes` of memory, in nanoseconds; 0 if memory is exhausted. */
double run_evict_ns(size_t bytes);
/* VmHWM of this process, in bytes; 0: unavailable. */
uint64_t peak_rss_bytes(void);

#endif
