/* Which backend to ship: results and requests in, a recommendation with reasons out. */
#ifndef PKT_CHOOSE_H
#define PKT_CHOOSE_H

#include "report/choose/request.h"

/* An object: what `choose --format json` prints. "winner" is null where none fits. NULL without
 * memory. `can_extract`: does `pktbench extract` run this backend? */
json_t *choose(const json_t *results, const choose_request *w,
               bool (*can_extract)(const char *backend));

#endif
