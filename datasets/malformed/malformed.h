/* Malformed and rare captures, each with its expected rows. */
#ifndef PKT_MALFORMED_H
#define PKT_MALFORMED_H

#include "datasets/malformed/case.h"

/* Case number `index`; NULL past the end. */
const malformed_case *malformed_case_at(size_t index);
/* Write the capture, and its expected rows as CSV: the columns of levels frames and headers, or of
 * frames and app without those of headers, without `verdict`. 0, or -1 and *err. */
int malformed_write(const malformed_case *c, const char *capture, const char *rows, pkt_err *err);

#endif
