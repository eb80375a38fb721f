/* Captures of which only some packets are wanted. */
#ifndef PKT_FILTERED_H
#define PKT_FILTERED_H

#include "bench/input/suite.h"
#include "datasets/filter_copy.h"

/* A file in the scratch folder with those packets of the capture that the suite's filter takes. The
 * caller frees its path. NULL and *err, also if none is left; `shown` is what messages call it. */
char *filtered_capture(const suite *suite, const char *shown, const char *path,
                       filter_counts *counts, pkt_err *err);

#endif
