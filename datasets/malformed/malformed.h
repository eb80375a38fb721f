/* Captures with something wrong in them, each with the rows that it must give. */
#ifndef PKT_MALFORMED_H
#define PKT_MALFORMED_H

#include "datasets/malformed/case.h"

/* The index'th case; NULL past the end. */
const malformed_case *malformed_case_at(size_t index);
/* The capture, and its expected rows as CSV of the columns up to `headers`, without `verdict`.
 * 0, or -1 and *err. */
int malformed_write(const malformed_case *c, const char *capture, const char *rows, pkt_err *err);

#endif
