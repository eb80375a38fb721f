/* Results as tables. */
#ifndef PKT_TABLE_H
#define PKT_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* For a terminal; `colour`: its escapes may be used. */
void report_table(const json_t *results, bool colour, FILE *out);
void report_markdown(const json_t *results, FILE *out);
/* Its two halves: the headline and how far it can be trusted; tables, findings and notes. */
void report_markdown_head(const json_t *results, FILE *out);
void report_markdown_tables(const json_t *results, FILE *out);

#endif
