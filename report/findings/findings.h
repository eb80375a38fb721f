/* Findings of the results as sentences. A difference is stated only where whole intervals are
 * apart; otherwise it is a tie. */
#ifndef PKT_FINDINGS_H
#define PKT_FINDINGS_H

#include <jansson.h>
#include <stdio.h>

/* One sentence a line. */
void report_findings(const json_t *results, FILE *out);
/* How far they can be trusted, one sentence a line: the A/A control, the load, the machine. */
void report_quality(const json_t *results, FILE *out);

#endif
