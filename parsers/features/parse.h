/* Requests of features as people write them. */
#ifndef PKT_FEATURES_PARSE_H
#define PKT_FEATURES_PARSE_H

#include "parsers/features/request.h"

/* All texts may be NULL: the default. 0, or -1 and *err
 * (PKT_ERR_USAGE), whose message says what is expected of the text. */

/* Find the set. */
int pkt_features_set_parse(pkt_features_request *request, const char *name, pkt_err *err);
/* Length of a window, "10" or "1s", after the set is known, as for all that follow. */
int pkt_features_window_parse(pkt_features_request *request, const char *text, pkt_err *err);
/* "all", "pair" or "flow"; the message names it as `option`. */
int pkt_features_by_parse(pkt_features_request *request, const char *text, const char *option,
                          pkt_err *err);
/* A timeout of records: seconds, or with a unit, into *ns; "none": 0. `fallback`: the default, s.
 */
int pkt_features_timeout_parse(uint64_t *ns, const char *text, double fallback, pkt_err *err);
/* "10MB" or "none". */
int pkt_features_reset_parse(pkt_features_request *request, const char *text, pkt_err *err);

#endif
