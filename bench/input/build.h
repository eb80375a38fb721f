/* Which slices a run has. */
#ifndef PKT_BUILD_H
#define PKT_BUILD_H

#include "bench/input/generated.h"

typedef struct suite_request {
    suite_kind kind;
    const char *filter;    /* only packets that this expression takes; NULL: all */
    char *const *captures; /* paths; - is standard input */
    size_t count;
} suite_request;

/* Suite "headline": the captures; the headline scenarios if there are none. The other suites: their
 * scenarios, and the captures. `notices` may be NULL; it must outlive the suite, as the filter
 * must. 0, or -1 and *err with nothing to close. */
int suite_open(suite *suite, const suite_request *request, const pkt_notices *notices,
               pkt_err *err);

#endif
