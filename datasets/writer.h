/* Packets into a container: classic pcap or pcapng. */
#ifndef PKT_WRITER_H
#define PKT_WRITER_H

#include <stdio.h>

#include "datasets/options.h"

enum { PCAP_FILE_HEADER_BYTES = 24, PCAP_RECORD_HEADER_BYTES = 16 };

/* The file's or section's head. 0, or -1 and *err. */
int writer_begin(FILE *file, const dataset_options *options, pkt_err *err);
/* The index'th packet: `captured` bytes of `wire`. *ts_ns is cut to the container's resolution. */
int writer_packet(FILE *file, const dataset_options *options, uint64_t index, int64_t *ts_ns,
                  const uint8_t *bytes, uint32_t captured, uint32_t wire, pkt_err *err);

#endif
