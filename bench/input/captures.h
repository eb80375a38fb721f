/* Captures of the user's as slices of a suite. */
#ifndef PKT_CAPTURES_H
#define PKT_CAPTURES_H

#include "bench/input/suite.h"

/* Add the capture `operand`, a path or - for standard input. One of more than SLICE_BYTES gives
 * three slices, its start, middle and end; a smaller one is copied. Both lie in the scratch folder;
 * what is compressed or comes through a pipe is decompressed there first. The filter comes before
 * all slicing. 0, or -1 and *err. */
int capture_add(suite *suite, const char *operand, pkt_err *err);

#endif
