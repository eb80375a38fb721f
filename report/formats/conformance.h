/* The conformance counts of results as a table. */
#ifndef PKT_REPORT_CONFORMANCE_H
#define PKT_REPORT_CONFORMANCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* `conformance` is the member of that name in results; NULL prints nothing. `details`: a line a
 * case that did not go as it should. */
void report_conformance(const json_t *conformance, bool markdown, bool details, FILE *out);

#endif
