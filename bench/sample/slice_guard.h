/* The slices stay in their place: a backend that removes one, or puts another file there, would
 * take it away from all backends. */
#ifndef PKT_SLICE_GUARD_H
#define PKT_SLICE_GUARD_H

#include "bench/sample/cell.h"

typedef struct slice_guard slice_guard;

/* Guard the slices of the cells that are in the folder of the harness; other files are their
 * owner's. NULL if memory runs out. */
slice_guard *slice_guard_new(const char *folder, const bench_cell *cells, size_t count);
/* Is one of them not in its place? `guard` may be NULL. */
bool slice_guard_moved(const slice_guard *guard);
/* Put back the guarded slices that are not in their place. `culprit`: the one of these cells that
 * has moved them, which fails; NULL: it is not known. Where a slice cannot be put back, all of its
 * cells fail, with the name of the backend: false. `guard` may be NULL. */
bool slice_guard_check(slice_guard *guard, bench_cell *cells, size_t count, bench_cell *culprit);
/* NULL: no effect. */
void slice_guard_free(slice_guard *guard);

#endif
