/* How slices get into a suite. */
#ifndef PKT_SUITE_PARTS_H
#define PKT_SUITE_PARTS_H

#include "bench/input/suite.h"

/* Two texts by a format; the caller frees it. NULL without memory. */
char *suite_text(const char *format, const char *a, const char *b);
/* Room for one more slice; NULL after a message. */
suite_slice *suite_slice_new(suite *suite);
/* The slice's fields are set but for what measuring tells: measure it and let it in. false: a
 * message was printed; `shown` is what to call it. */
bool suite_slice_admit(suite *suite, suite_slice *slice, const char *shown);
/* Generate the slices of the suite of that name, unless they are in the cache folder already.
 * false: a message was printed. */
bool scenarios_add(suite *suite, const char *name);

#endif
