/* What an answer assumes, and where it goes beyond what was measured. */
#ifndef PKT_ASSUMPTIONS_H
#define PKT_ASSUMPTIONS_H

#include "report/choose/judge.h"

/* Append a sentence for everything that is taken as given. */
void assumptions_add(const json_t *results, const choose_request *w, json_t *out);
/* Append {what, asked, measured} for every quantity of the request that was not measured: rate,
 * live, volume, traffic, format, memory. */
void request_extrapolations(const json_t *results, const choose_request *w, json_t *out);
/* The same of the answer for one backend: cores, prefix, live. */
void answer_extrapolations(const json_t *results, const choose_request *w, const judgement *j,
                           json_t *out);

#endif
