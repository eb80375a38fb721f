/* The beginning of a slice as a capture of its own. */
#ifndef PKT_FIRST_PACKETS_H
#define PKT_FIRST_PACKETS_H

#include "bench/input/suite.h"

/* The slice's first packets as a slice of its own, made if it is not there. NULL and *err. */
suite_slice *first_packets(suite *suite, const suite_slice *whole, uint64_t packets, pkt_err *err);
/* The slice's head, up to its first packet, as a file in the scratch folder; the caller frees the
 * path. NULL and *err. */
char *empty_capture(const suite *suite, const suite_slice *slice, pkt_err *err);

#endif
