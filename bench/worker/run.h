/* One run of a backend over a slice, in this process or in a forked child of it. */
#ifndef PKT_RUN_H
#define PKT_RUN_H

#include <stdbool.h>

#include "bench/worker/counters.h"
#include "parsers/rows/rows.h"
#include "parsers/util/parse.h"
#include "pktbench.h"

/* Parts of a slice whose cost is told apart. */
#define POSITION_PARTS 8

typedef enum run_kind {
    RUN_TIMED,     /* into the sink, between two readings of the clocks */
    RUN_POSITIONS, /* into the null sink, the clock being read at every eighth of the rows too */
    RUN_VERIFY,    /* into the digest sink, and the null sink for its checksum */
    RUN_ROWS,      /* into a CSV file */
    RUN_OUTPUT /* into the sink, and the null sink for its checksum; what is written is hashed */
} run_kind;

typedef struct run_job {
    run_kind kind;
    const char *path; /* of the slice */
    pkt_level level;
    pkt_flow_choice flows;
    const pkt_encoder *sink; /* RUN_TIMED, RUN_OUTPUT: of this format; NULL: the null sink */
    unsigned threads;        /* that write */
    const char *csv;         /* RUN_ROWS: file to write */
    bool keep;               /* RUN_ROWS: also the rows before a failure */
    uint64_t packets;        /* RUN_POSITIONS: rows that there will be */
    const uint8_t *evict;    /* memory to walk over before a timed run, so that caches hold nothing
                              * of the slice; NULL: none */
    size_t evict_bytes;
} run_job;

/* What came of it. Plain data: a forked child hands it over through a pipe. */
typedef struct run_outcome {
    bool failed;                /* `err` says why */
    int signal;                 /* the forked child died of it; 0: it did not */
    uint64_t wall_ns;           /* open to the last row pushed, or its last byte written */
    uint64_t cpu_ns;            /* user and system time of the process in between */
    uint64_t counted[COUNTERS]; /* by the processor in between; 0: not known */
    uint64_t rows;
    uint64_t checksum;
    uint64_t bytes;        /* that the sink wrote */
    uint64_t bytes_digest; /* RUN_OUTPUT: XXH3-64 of them */
    uint64_t peak_rss;     /* bytes, of the process that ran, up to now */
    pkt_column_set columns;
    uint64_t digest[PKT_COLUMN_COUNT]; /* RUN_VERIFY */
    uint64_t part_ns[POSITION_PARTS];  /* RUN_POSITIONS: wall time of each part */
    pkt_err err;
} run_outcome;

/* Forks if the backend asks for it. `batch` is scratch space. */
void run_once(const pkt_backend *backend, void *context, pkt_batch *batch, const run_job *job,
              run_outcome *outcome);
/* How long a walk over so much memory takes. */
double run_evict_ns(size_t bytes);
/* VmHWM of this process, bytes; 0 where it cannot be told. */
uint64_t peak_rss_bytes(void);

#endif
