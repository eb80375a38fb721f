/* Tests over all cells of a comparison, and the verdict of each. */
#ifndef PKT_DECIDE_H
#define PKT_DECIDE_H

#include "bench/comparison/cell_change.h"

/* Add to the cells' JSON: p values, adjusted over all cells and statistics (Holm), what each is
 * slower by, the smallest change that it could show, and the verdict. *tests: number of tests of
 * the direction "slower". 0, or -1 if memory runs out. */
int changes_decide(cell_change *cells, size_t count, bool paired, double threshold, size_t *tests);

/* Processes that every one of so many tests needs to be able to fail. The least p value of a sign
 * test, of paired sides, is 2^-n, and Holm's correction can multiply it by the number of tests. */
double processes_least(size_t tests, bool paired);

#endif
