/* One cell of a run: backend, slice, level, and the sink of its rows. */
#ifndef PKT_CELL_H
#define PKT_CELL_H

#include "bench/agreement/check.h"
#include "bench/canary/proof.h"
#include "bench/data_frames/data_frames.h"
#include "bench/statistics/statistics.h"
#include "bench/worker/counters.h"
#include "bench/worker/run.h"
#include "parsers/rows/rows.h"

/* A cell is slow if one run takes longer than this. */
#define SLOW_NS 50e6

typedef struct timing_sample {
    unsigned block, round;
    double wall_ns, cpu_ns; /* of one run; for a prefix: its share of a run over the whole slice */
    double start_ns;        /* for a prefix: wall time of a run without packets that was taken
                             * off; else 0 */
    double first_ns;        /* of the unranked first run of the process; 0: unknown */
    double counted[COUNTERS]; /* hardware counters, of one run; 0: not available */
} timing_sample;

/* What is taken off the time of a run: the least that was measured, since a busy machine delays
 * some. 0: unknown. */
typedef struct taken_off {
    double wall_ns, cpu_ns;
} taken_off;

/* What the cell measures, relative to its `base` cell. */
typedef enum cell_role {
    ROLE_MAIN,       /* rows go to the null sink; no base */
    ROLE_PARSE,      /* external program that parses alone and builds no column */
    ROLE_OUTPUT,     /* the rows are written to `sink` */
    ROLE_AA_CONTROL, /* A/A control: the same backend in another process */
    ROLE_INPUT,      /* the slice in another layout, as the user has it, or cold; see `base` */
    ROLE_FEATURES,   /* the packets end in rows of features */
    ROLE_DATA_FRAME, /* the rows end in a data frame of Python, by `way`; no base */
    ROLE_BASELINE    /* the baseline build's cell for a MAIN or an OUTPUT base; same sink */
} cell_role;

typedef struct bench_cell {
    const backend *backend;
    const suite_slice *slice;
    pkt_level level;
    cell_role role;
    const struct bench_cell *base;        /* NULL: ROLE_MAIN, ROLE_DATA_FRAME, or a file as it is */
    const data_frame_way *way;            /* ROLE_DATA_FRAME: of the run; else NULL */
    const pkt_features_request *features; /* ROLE_FEATURES: of the schedule; else NULL */
    uint64_t feature_rows, feature_cells; /* rows, and cells that were computed plainly too */
    bool cold;                         /* the slice is removed from the page cache before a run */
    const pkt_encoder *sink;           /* NULL: rows are counted and discarded */
    unsigned threads;                  /* threads that write rows */
    uint64_t output_bytes;             /* per run; 0: unknown */
    uint64_t output_digest;            /* XXH3-64 of the output */
    check check;                       /* its status also covers errors of timed runs */
    const proof *proof;                /* of its timed runs; NULL: the slice is not changed */
    unsigned runs;                     /* runs per sample */
    pid_t warm;                        /* worker that made the warm-up runs of this cell last */
    taken_off exchange;                /* with an external program, without work */
    taken_off start;                   /* of a prefix: a run without packets */
    double first_ns;                   /* wall time of the first run of a process; 0: unknown */
    uint64_t first_packets;            /* that the first run of a sample reads; 0: unknown */
    double run_ns;                     /* first estimate of the time of a later run */
    double change_ns;                  /* of the probe: see sample_times */
    uint64_t instructions;             /* per run, counted by callgrind; 0: unknown */
    uint64_t peak_rss;                 /* bytes; 0: unknown */
    const suite_slice *position_slice; /* measured in eighths; NULL: `slice` */
    double part_ns[POSITION_PARTS];    /* cost of each eighth of the packets; all 0: unknown */
    timing_sample *samples;            /* owned */
    size_t sample_count, sample_room;
    observation_list peaks; /* peak memory in the process of a block, bytes; comparisons only */
    bool settled;           /* a comparison needs no more samples of the cell */
} bench_cell;

/* Name for messages: "raw headers", "raw headers > csv", "raw headers > csv x2", "dpkt headers,
 * parse alone". */
#define CELL_NAME 128
const char *cell_name(const bench_cell *cell, char name[CELL_NAME]);
/* Does a run of the cell build the columns? False for ROLE_PARSE. */
bool cell_builds_columns(const bench_cell *cell);
/* Checksum that a timed run of the cell must return; "": no run was verified. */
const char *cell_checksum(const bench_cell *cell);
/* Can the cell be timed? True for status ok, differs and unchecked. */
bool cell_is_timed(const bench_cell *cell);
/* Set status and reason, and discard the samples. */
void cell_fail(bench_cell *cell, run_status status, const char *reason);
/* What a run of the cell counts for: over a prefix with its share of the start-up, because a run
 * over the whole slice pays that once too. */
double cell_charge(const bench_cell *cell, double run_ns, double start_ns);
/* Keep the least of what was measured. */
void taken_off_add(taken_off *least, double wall_ns, double cpu_ns);
/* Give a cell and those that are compared with it (A/A control, baseline) the same estimate of
 * their run time, that of the slowest: it decides how many runs and rounds a sample has, and what
 * its first run reads. */
void cells_even(bench_cell *cells, size_t count);
/* Add a sample. The cell fails if memory runs out. */
void cell_sample_add(bench_cell *cell, const timing_sample *sample);
/* Add the sink and its threads, and `cold`, to a request for the cell's worker. */
void cell_sink_ask(const bench_cell *cell, json_t *request);
/* The slice over which the cost by position is measured. */
const suite_slice *cell_position_slice(const bench_cell *cell);
/* Measure the cost of each eighth of that slice with a loaded worker, in part_ns. It stays unknown
 * if a request fails or takes longer than `request_s` seconds. */
void cell_positions(bench_cell *cell, client *worker, double request_s);
void cell_free(bench_cell *cell);

#endif
