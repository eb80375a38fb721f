/* The user's captures as slices of a suite. */
#ifndef PKT_CAPTURES_H
#define PKT_CAPTURES_H

#include "bench/input/suite.h"

/* Add the capture `operand`: a path, or - for standard input. A capture larger than SLICE_BYTES
 * becomes three slices: start, middle and end. A smaller one is copied. All files are written to
 * the scratch folder. Compressed input and pipes are first written there uncompressed. The filter
 * is applied before slicing. 0, or -1 and *err. */
int capture_add(suite *suite, const char *operand, pkt_err *err);

#endif
