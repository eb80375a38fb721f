/* The processes of a block: one per backend, and one for the A/A control. */
#ifndef PKT_WORKERS_H
#define PKT_WORKERS_H

#include "bench/timing/plan.h"

typedef struct block_workers {
    client workers[SELECTION_MAX + 1];
    bool open[SELECTION_MAX + 1];
} block_workers;

/* Does the cell take part in the current block? */
bool cell_takes_part(const bench_cell *cell);
/* Index of the process that runs the cell. */
size_t worker_index(const schedule *s, const bench_cell *cell);
/* Start the processes of a block, in random order: the first one finds colder caches. */
void workers_start(schedule *s, block_workers *w);
/* Start a worker anew that crashed or was killed: only one cell fails. */
void worker_renew(schedule *s, block_workers *w, size_t index);
/* How many of the open ones can run code that is not of this build? */
size_t workers_foreign(const schedule *s, const block_workers *w);
/* Does nothing run that a worker has started and left, but for the worker `own`, which its sample
 * looks at? Otherwise it is killed, and the cells of that worker fail. */
bool workers_whole(schedule *s, block_workers *w, size_t own);
/* A backend that crashes when it is unloaded, or leaves a process, has no time. */
void workers_stop(schedule *s, block_workers *w);

#endif
