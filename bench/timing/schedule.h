/* The timed part: who runs when, in which process. */
#ifndef PKT_SCHEDULE_H
#define PKT_SCHEDULE_H

#include "bench/agreement/check.h"
#include "bench/worker/counters.h"
#include "bench/worker/run.h"
#include "cli/progress.h"
#include "datasets/random.h"
#include "parsers/rows/rows.h"

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

typedef struct timing_sample {
    unsigned block, round;
    double wall_ns, cpu_ns;   /* of one run; of a prefix: its share of a run over all packets */
    double start_ns;          /* of a prefix: wall time of a run without packets; else 0 */
    double counted[COUNTERS]; /* the same, by the processor's counters; 0: there are none */
} timing_sample;

/* One (backend, slice, level) of a run, and where its rows go. */
typedef struct bench_cell {
    const backend *backend;
    suite_slice *slice;
    pkt_level level;
    const struct bench_cell
        *aa_of; /* not NULL: the same backend in another process, the A/A line */
    const struct bench_cell *columns_of; /* not NULL: the same program, building the columns too */
    const struct bench_cell *old_of;  /* not NULL: the same, by the build that is compared with */
    const struct bench_cell *sink_of; /* not NULL: the same, handing its rows over to `sink` */
    const pkt_encoder *sink;          /* NULL: rows are counted and thrown away */
    unsigned threads;                 /* that write */
    uint64_t output_bytes;            /* of a run; 0: not known */
    uint64_t output_digest;           /* XXH3-64 of them */
    check check;                      /* its status also tells what became of the timing */
    unsigned runs;                    /* of a sample */
    double run_ns;                    /* first estimate */
    uint64_t instructions;            /* of a run, by callgrind; 0: not known */
    uint64_t peak_rss;                /* bytes; 0: not known */
    suite_slice *position_slice;      /* that is cut into eighths; NULL: `slice` */
    double part_ns[POSITION_PARTS];   /* cost of each eighth of the packets; all 0: not known */
    timing_sample *samples;
    size_t sample_count, sample_room;
} bench_cell;

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
    unsigned block;       /* that runs now */
    unsigned slow_blocks; /* of the blocks, those that slow backends take part in */
    double sample_ns;     /* a sample lasts at least this long */
    double budget_s;      /* for the timed part */
    double request_s;     /* that a run may take */
    size_t evict_bytes;   /* walked over before every run */
    double evict_ns;      /* which takes about so long */
    bool one_cpu;         /* all processes of a block share a processor, the blocks take turns */
    bool positions;       /* find out what each eighth of a slice costs */
    random_state random;
    progress *progress;
} schedule;

/* "raw headers", "raw headers > csv", "raw headers > csv x2": for people to read. */
#define CELL_NAME 128
const char *cell_name(const bench_cell *cell, char name[CELL_NAME]);
/* Say in a request to the cell's worker where rows go. */
void cell_sink_ask(const bench_cell *cell, json_t *request);
/* Can the cell be timed: did it give rows that may be compared? */
bool cell_is_timed(const bench_cell *cell);
/* What became of it; its samples do not count. */
void cell_fail(bench_cell *cell, run_status status, const char *reason);
/* One run each in a fresh process that did nothing else: peak memory, and how long a run takes;
 * then what each eighth costs, if that is wanted. */
void schedule_probe(schedule *schedule);
/* The packets whose cost by position is told. */
const suite_slice *cell_position_slice(const bench_cell *cell);
/* Set blocks, rounds and the runs of a sample. */
void schedule_plan(schedule *schedule);
/* What the plan takes, seconds. */
double schedule_seconds(const schedule *schedule);
/* Run it. Cells that fail on the way lose their samples and get a status. */
void schedule_run(schedule *schedule);
void schedule_free(schedule *schedule);

#endif
