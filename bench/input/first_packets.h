/* Slices made of the first packets of another slice. */
#ifndef PKT_FIRST_PACKETS_H
#define PKT_FIRST_PACKETS_H

#include "bench/input/suite.h"

/* A slice with the first `packets` packets of `whole`; created unless it exists. The suite owns it.
 * NULL and *err on failure. */
suite_slice *first_packets(suite *suite, const suite_slice *whole, uint64_t packets, pkt_err *err);
/* Write a capture without packets to the scratch folder: the slice's bytes before its first packet
 * record. Returns the path, which the caller frees; or NULL and *err. */
char *empty_capture(const suite *suite, const suite_slice *slice, pkt_err *err);

#endif
