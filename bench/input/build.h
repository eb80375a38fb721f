/* Creation of the slices of a run. */
#ifndef PKT_BUILD_H
#define PKT_BUILD_H

#include "bench/input/generated.h"

typedef struct suite_request {
    suite_kind kind;
    const char *filter;    /* only packets that match this expression; NULL: all packets */
    char *const *captures; /* paths; - is standard input */
    size_t count;
    bool as_is; /* also measure the captures where they lie */
} suite_request;

/* The suites "quick" and "reference" have the captures, or the headline scenarios if no capture is
 * given; "reference" has each slice in a second layout too, and cold runs. Other suites have their
 * scenarios and the captures. `notices` may be NULL. `notices` and the filter must
 * outlive the suite. 0, or -1 and *err; then there is nothing to close. */
int suite_open(suite *suite, const suite_request *request, const pkt_notices *notices,
               pkt_err *err);

#endif
