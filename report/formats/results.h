/* Results in any format. Sees nothing but the JSON of a run (results/schema.json). */
#ifndef PKT_REPORT_RESULTS_H
#define PKT_REPORT_RESULTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "report/formats/format.h"

/* Write the results, and after them the comparison with a baseline, if they have one; as CSV, the
 * comparison alone. `colour`: terminal escapes may be used in REPORT_TABLE. 0, or -1 if the JSON
 * does not follow the schema, or memory ran out; write errors show in `out`. */
int report_results(const json_t *results, report_format format, bool colour, FILE *out);

#endif
