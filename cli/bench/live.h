/* `pktbench bench --live`: rates without packet loss. */
#ifndef PKT_BENCH_LIVE_H
#define PKT_BENCH_LIVE_H

#include "cli/bench/benchmark.h"

/* With --live: start the process that captures. Then, in any case, give up the rights of this one.
 * Call it first. false: a message was printed. */
bool live_begin(benchmark *b);
/* The options of --live, and whether the others fit them. false: a message was printed. */
bool live_options(benchmark *b);
/* Does a selected backend capture live? Asked before minutes go by. false: a message was printed.
 */
bool live_possible(const benchmark *b);
/* With --live: measure the rates of all cells that have a time, into b->live. */
void live_measure(benchmark *b);
/* Does the gate fail for a live run? */
bool live_fails(const benchmark *b);
void live_end(benchmark *b);

#endif
