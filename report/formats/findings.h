/* Findings of the results as sentences; a difference is stated only where its interval excludes 1.
 */
#ifndef PKT_FINDINGS_H
#define PKT_FINDINGS_H

#include <jansson.h>
#include <stdio.h>

/* One sentence a line, each after `bullet`. */
void report_text(const json_t *results, const char *bullet, FILE *out);
/* The headline: the first finding, without a line end; never empty. */
void report_headline(const json_t *results, FILE *out);

#endif
