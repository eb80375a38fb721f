/* Results as CSV. */
#ifndef PKT_REPORT_CSV_H
#define PKT_REPORT_CSV_H

#include <jansson.h>
#include <stdio.h>

/* One line a run, every number. */
void report_csv(const json_t *results, FILE *out);

#endif
