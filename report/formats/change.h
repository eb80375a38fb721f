/* What changed between two sets of results, as a table. Sees nothing but the JSON under
 * `comparison` (results/schema.json). */
#ifndef PKT_CHANGE_H
#define PKT_CHANGE_H

#include <jansson.h>
#include <stdio.h>

#include "report/formats/format.h"

/* Write the comparison. 0, or -1 if the JSON does not follow the schema. */
int report_change(const json_t *comparison, report_format format, FILE *out);

#endif
