/* Results as a table. Sees nothing but the JSON of a run (results/schema.json). */
#ifndef PKT_TABLE_H
#define PKT_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

typedef enum report_format {
    REPORT_TABLE,
    REPORT_MARKDOWN,
    REPORT_CSV,
    REPORT_JSON,
    REPORT_GITHUB_ACTION, /* from here on: formats of others, of results alone */
    REPORT_BMF,
    REPORT_JUNIT,
    REPORT_GBENCH
} report_format;

/* By its name, "table", "markdown", ...: 0, or -1. */
int report_format_find(const char *name, report_format *format);
/* Write the results. `colour`: terminal escapes may be used in REPORT_TABLE. 0, or -1 if the JSON
 * is not what the schema says or memory ran out; write errors show in `out`. */
int report_table(const json_t *results, report_format format, bool colour, FILE *out);

#endif
