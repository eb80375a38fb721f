/* Results as CSV. */
#ifndef PKT_REPORT_CSV_H
#define PKT_REPORT_CSV_H

#include <jansson.h>
#include <stdio.h>

/* One line a run, every number. */
void report_csv(const json_t *results, FILE *out);
/* A cell. A results file may come from anyone: none is a formula. */
void csv_text(FILE *out, const char *text);

#endif
