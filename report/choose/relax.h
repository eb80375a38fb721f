/* Why no backend meets the request. */
#ifndef PKT_RELAX_H
#define PKT_RELAX_H

#include "report/choose/request.h"

/* Append a sentence for every requirement that no backend meets, and for every two that no backend
 * meets together; or one that says that there are none. */
void conflicts_add(const json_t *results, const choose_request *w, json_t *out);
/* Append a sentence for every requirement, or else for every two, without which backends meet the
 * request. */
void relaxations_add(const json_t *results, const choose_request *w, json_t *out);

#endif
