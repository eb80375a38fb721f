/* Writes a scenario as a capture file, and its truth: the column values of every packet. */
#ifndef PKT_GENERATE_H
#define PKT_GENERATE_H

#include "datasets/options.h"
#include "datasets/scenario.h"

/* Size of a slice, bytes: 10 MB as `tcpdump -C 10` counts them. */
#define SLICE_BYTES 10000000u
/* Classic pcap, microseconds, little-endian, SLICE_BYTES, the scenario's seed. */
dataset_options dataset_defaults(const dataset_scenario *scenario);

/* Write the capture to `path` and, if `truth` is not NULL, every column of every row as CSV to
 * `truth`. The container does not change the packets. `options`: NULL for the defaults. *packets,
 * if it is not NULL, takes their number. 0, or -1 and *err, which names the file that it is
 * about; no file is left after an error. */
int dataset_write(const dataset_scenario *scenario, const dataset_options *options,
                  const char *path, const char *truth, uint64_t *packets, pkt_err *err);

#endif
