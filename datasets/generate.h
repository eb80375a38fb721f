/* A scenario into a capture file, with the truth beside it. */
#ifndef PKT_GENERATE_H
#define PKT_GENERATE_H

#include "datasets/options.h"
#include "datasets/scenario.h"

/* Size of a slice, bytes: 10 MB as the dataset's tools count them. */
#define SLICE_BYTES 10000000u
/* Classic pcap, microseconds, little-endian, SLICE_BYTES, the scenario's seed. */
dataset_options dataset_defaults(const dataset_scenario *scenario);

/* Write the capture to `path` and, if `truth` is not NULL, every column of every row as CSV there.
 * The packets are the same whatever the container. `options` may be NULL: the defaults. 0; or -1
 * and *err with no file left behind. */
int dataset_write(const dataset_scenario *scenario, const dataset_options *options,
                  const char *path, const char *truth, pkt_err *err);

#endif
