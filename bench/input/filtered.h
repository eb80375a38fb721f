/* Filtered copies of captures. */
#ifndef PKT_FILTERED_H
#define PKT_FILTERED_H

#include "bench/input/suite.h"
#include "datasets/filter_copy.h"

/* Write the packets that match the suite's filter to a file in the scratch folder. Returns its
 * path, which the caller frees; or NULL and *err, also if no packet matches. `shown`: the capture's
 * name in messages. */
char *filtered_capture(const suite *suite, const char *shown, const char *path,
                       filter_counts *counts, pkt_err *err);

#endif
