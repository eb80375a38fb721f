/* What the numbers of results say, in sentences; nothing that an interval does not carry. */
#ifndef PKT_FINDINGS_H
#define PKT_FINDINGS_H

#include <jansson.h>
#include <stdio.h>

/* One sentence a line, each after `bullet`. */
void report_text(const json_t *results, const char *bullet, FILE *out);
/* The headline: what the first of these sentences says, without a line's end; never nothing. */
void report_headline(const json_t *results, FILE *out);

#endif
