/* One sentence that answers which backend to ship. */
#ifndef PKT_HEADLINE_H
#define PKT_HEADLINE_H

#include <jansson.h>
#include <stdio.h>

/* The sentence, without a line end; never empty. It recommends nothing where the A/A control is
 * too wide or intervals are missing, and says so; a backend that is not clearly faster than another
 * is a tie. */
void report_headline(const json_t *results, FILE *out);

#endif
