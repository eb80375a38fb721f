/* Samples of external programs: the harness's clock, from `go` to the answer, less an exchange. */
#ifndef PKT_PROGRAM_SAMPLE_H
#define PKT_PROGRAM_SAMPLE_H

#include "bench/sample/sample_plan.h"

/* See sample_take(). */
bool program_take(const sample_plan *plan, sample_times *times);

#endif
