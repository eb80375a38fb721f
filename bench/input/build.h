/* Creation of the slices of a run. */
#ifndef PKT_BUILD_H
#define PKT_BUILD_H

#include "bench/input/generated.h"

typedef struct suite_request {
    suite_kind kind;
    bool large;            /* the suite `scale` also has a slice of 10 GB */
    const char *filter;    /* only packets that match this expression; NULL: all packets */
    char *const *captures; /* paths; - is standard input */
    size_t count;
    bool as_is; /* also measure the captures where they lie; a bad one then ends suite_open() */
    /* Told of a capture that cannot be read, which *err names; true: add the others. NULL: the
     * first such capture ends suite_open(). */
    bool (*bad)(void *self, const pkt_err *err);
    void *self;
} suite_request;

/* The suites "quick" and "reference" have the captures, or the headline scenarios if no capture is
 * given; "reference" has each slice in a second layout too, and cold runs. Other suites have their
 * scenarios and the captures. `notices` may be NULL. `notices` and the filter must
 * outlive the suite. 0, also if `bad` was told of every capture and there is no slice; or -1 and
 * *err, then there is nothing to close. */
int suite_open(suite *suite, const suite_request *request, const pkt_notices *notices,
               pkt_err *err);

#endif
