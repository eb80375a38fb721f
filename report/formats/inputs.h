/* Runs beside those of the slices: over other files with the same packets (other layouts, the
 * user's file as it is, cold), and into rows of features. */
#ifndef PKT_REPORT_INPUTS_H
#define PKT_REPORT_INPUTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Their tables; nothing if the results have none. */
void report_inputs(const json_t *results, bool markdown, FILE *out);
/* ", files written by 1 MiB writes", or "" if the results do not say. Static storage. */
const char *report_layout(const json_t *results);

#endif
