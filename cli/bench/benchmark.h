/* `pktbench bench`: what its parts share. */
#ifndef PKT_BENCHMARK_H
#define PKT_BENCHMARK_H

#include <limits.h>

#include "bench/comparison/gate.h"
#include "bench/data_frames/data_frames.h"
#include "bench/input/generated.h"
#include "bench/live/server.h"
#include "bench/timing/output_cells.h"
#include "bench/timing/processes.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/shared_options.h"
#include "report/formats/format.h"

/* The longest path of a results file, with its end. */
enum { RESULTS_PATH = PATH_MAX + 64 };

typedef struct benchmark {
    const arguments *arguments;
    selection selection;
    suite suite;
    gate gate;
    schedule schedule;
    process_runs processes;
    progress progress;
    pkt_notices notices; /* printed by `progress` */
    report_format format;
    const char *reference;
    left_out left_out;
    bool unchecked; /* a slice has no reference: a message was printed */
    suite_kind kind;
    const char *filter; /* NULL: every packet */
    output_request sinks;
    data_frame_ways ways;     /* to the data frames of `sinks` */
    double budget_s, started; /* `started`: by pkt_seconds_now() */
    double processes_s;       /* of whole processes, estimated */
    uint64_t seed;
    bool show_values;
    json_t *context;          /* of machine_describe(), taken before the run */
    json_t *conformance;      /* NULL: not asked for, or not counted yet */
    unsigned record_programs; /* bits of the programs that --record-programs names */
    json_t *record_runs;      /* of them; NULL: none */
    live_server server;       /* with --live */
    double trial_s;           /* of a trial of --live */
    json_t *live;             /* NULL: not asked for, or not measured yet */
    char path[RESULTS_PATH];  /* of the results file; "": results are not written */
    double written_s;         /* pkt_seconds_now() when results were last written; 0: never */
    double write_s;           /* how long that took */
    bool warned;              /* that results so far cannot be written */
} benchmark;

/* Do the options fit each other? `turns`: there is a baseline. false: a message was printed. */
bool bench_options_fit(const benchmark *b, bool turns);
/* Can the results be written where the user wants them? Asked before minutes go by. false: a
 * message was printed. */
bool bench_output_possible(const benchmark *b);
/* Set b->path, from -o or from the start in b->context. */
void bench_path_set(benchmark *b);
/* The results so far; `partial`: the run goes on. A new reference; NULL without memory. */
json_t *bench_results(const benchmark *b, bool partial);
/* Write them to b->path, whole or not at all. 0, or -1 and *err. */
int bench_results_write(const benchmark *b, const json_t *results, pkt_err *err);
/* Write the results of the blocks that are done, when a block has ended: `self` is a benchmark. A
 * run that is killed leaves them behind. */
void bench_partial_write(void *self);

/* Describe the ways to the data frames that are asked for, in b->ways. false: a message was
 * printed.
 */
bool bench_data_frames(benchmark *b);
/* Check the rows of a cell with features before it is timed: sets its status, reason and digest. */
void feature_check(const benchmark *b, bench_cell *cell);
/* Read --features and --by. false: a message was printed. */
bool features_option(benchmark *b);
/* Then --record-programs. false: a message was printed. */
bool record_programs_option(benchmark *b);
/* Compare the flow records of these programs with ours, over each slice. 0, or -1 and *err. */
int record_programs_run(benchmark *b, pkt_err *err);
/* Seconds of the budget that are left; 0: none. */
double budget_left(const benchmark *b);
/* Is the number of runs given, so that no budget changes it? */
bool budget_is_fixed(const benchmark *b);
/* Seconds until the end, once the rounds are planned, without a baseline. It may come before that
 * of the budget, because rounds have a maximum. */
double budget_expected(const benchmark *b);
/* Is the time left enough for the fewest runs? `slow_s`: those of slow cells. 0, or -1 and *err,
 * which says how much is needed. */
int budget_check(const benchmark *b, double slow_s, pkt_err *err);
/* All was measured: write the results, show them, and judge. The exit status. */
int bench_finish(benchmark *b);

#endif
