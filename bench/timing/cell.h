/* One (backend, slice, level) of a run, and where its rows go. */
#ifndef PKT_CELL_H
#define PKT_CELL_H

#include "bench/agreement/check.h"
#include "bench/worker/counters.h"
#include "bench/worker/run.h"
#include "parsers/rows/rows.h"

typedef struct timing_sample {
    unsigned block, round;
    double wall_ns, cpu_ns;   /* of one run; of a prefix: its share of a run over all packets */
    double start_ns;          /* of a prefix: wall time of a run without packets; else 0 */
    double counted[COUNTERS]; /* the same, by the processor's counters; 0: there are none */
} timing_sample;

/* What the cell is beside the cell that it belongs to, its `base`. */
typedef enum cell_role {
    ROLE_MAIN,       /* of its own: rows go to the null sink; no base */
    ROLE_COLUMNS,    /* an external program that builds the columns too */
    ROLE_OUTPUT,     /* the rows are written to `sink` */
    ROLE_AA_CONTROL, /* the same backend in another process, the A/A line */
    ROLE_BASELINE    /* the same by the build that is compared with; its base is a MAIN or an OUTPUT
                      * cell, and has the same sink */
} cell_role;

typedef struct bench_cell {
    const backend *backend;
    const suite_slice *slice;
    pkt_level level;
    cell_role role;
    const struct bench_cell *base;     /* NULL: ROLE_MAIN */
    const pkt_encoder *sink;           /* NULL: rows are counted and thrown away */
    unsigned threads;                  /* that write */
    uint64_t output_bytes;             /* of a run; 0: not known */
    uint64_t output_digest;            /* XXH3-64 of them */
    check check;                       /* its status also tells what became of the timing */
    unsigned runs;                     /* of a sample */
    double run_ns;                     /* first estimate */
    uint64_t instructions;             /* of a run, by callgrind; 0: not known */
    uint64_t peak_rss;                 /* bytes; 0: not known */
    const suite_slice *position_slice; /* that is cut into eighths; NULL: `slice` */
    double part_ns[POSITION_PARTS];    /* cost of each eighth of the packets; all 0: not known */
    timing_sample *samples;            /* owned */
    size_t sample_count, sample_room;
} bench_cell;

/* "raw headers", "raw headers > csv", "raw headers > csv x2": for people to read. */
#define CELL_NAME 128
const char *cell_name(const bench_cell *cell, char name[CELL_NAME]);
/* Can the cell be timed: did it give rows that may be compared? */
bool cell_is_timed(const bench_cell *cell);
/* Set what became of it; its samples do not count. */
void cell_fail(bench_cell *cell, run_status status, const char *reason);
/* Add a sample. Without memory the cell fails. */
void cell_sample_add(bench_cell *cell, const timing_sample *sample);
/* Say in a request to the cell's worker where rows go. */
void cell_sink_ask(const bench_cell *cell, json_t *request);
/* The packets whose cost by position is told. */
const suite_slice *cell_position_slice(const bench_cell *cell);
void cell_free(bench_cell *cell);

#endif
