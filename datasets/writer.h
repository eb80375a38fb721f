/* Writes packets as classic pcap or pcapng. */
#ifndef PKT_WRITER_H
#define PKT_WRITER_H

#include <stdio.h>

#include "datasets/options.h"

/* Write the pcap file header, or the pcapng section header and interface blocks. 0, or -1 and *err.
 */
int writer_begin(FILE *file, const dataset_options *options, pkt_err *err);
/* Write packet number `index`: `captured` of its `wire` bytes. *ts_ns is rounded down to the
 * container's resolution. 0, or -1 and *err. */
int writer_packet(FILE *file, const dataset_options *options, uint64_t index, int64_t *ts_ns,
                  const uint8_t *bytes, uint32_t captured, uint32_t wire, pkt_err *err);

#endif
