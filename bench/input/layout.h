/* How the file of a slice was written: it decides how the page cache holds it, and so what reading
 * it costs: measured in doc/method.md, "Other files". */
#ifndef PKT_LAYOUT_H
#define PKT_LAYOUT_H

#include "bench/input/suite.h"

/* Size of the writes of the second layout, in bytes. */
#define LAYOUT_SMALL_BYTES ((size_t)4096)

/* Copy a file by writes of `write_bytes`, at most LAYOUT_WRITE_BYTES. 0, or -1 and *err. */
int layout_copy(const char *from, const char *to, size_t write_bytes, pkt_err *err);
/* Add every slice twice more: written by LAYOUT_SMALL_BYTES; and a copy for cold runs, as a file
 * that the harness has mapped to change it stays in the page cache. 0, or -1 and *err. */
int layouts_add(suite *suite, pkt_err *err);
/* Add the user's capture where it lies: an uncompressed, complete file. One that is larger than a
 * slice is `unverified`. 0, or -1 and *err. */
int as_is_add(suite *suite, const char *path, pkt_err *err);

#endif
