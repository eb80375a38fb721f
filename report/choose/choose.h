/* Which backend to ship: a recommendation with reasons, from results and requirements. */
#ifndef PKT_CHOOSE_H
#define PKT_CHOOSE_H

#include <stdio.h>

#include "report/choose/extract_words.h"
#include "report/choose/request.h"

/* A new object: what `choose --format json` prints. "fits" are the backends that meet the request;
 * those whose "stated" is empty come first, by the time of a packet on one core. "winner" is the
 * first of them, null if no fit is ranked, or if "withheld" says why nothing is recommended. NULL
 * without memory. "unmeasured": the commands of backends that give what was
 * asked for as columns of several levels together, which no run of the results does. */
json_t *choose(const json_t *results, const choose_request *request, extracts_function *extracts);
/* Are all requirements of the fit covered by comparisons or tests? Others are listed, not ranked.
 * NULL: false. */
bool is_ranked(const json_t *fit);
/* Write it as text, which says nothing that the JSON does not. */
void choose_print(const json_t *choice, FILE *out);

#endif
