/* The conformance pass: run every backend over malformed captures, and count crashes, hangs, lost
 * rows and wrong cells. */
#ifndef PKT_CONFORMANCE_H
#define PKT_CONFORMANCE_H

#include "bench/input/suite.h"
#include "bench/worker/selection.h"

/* Time limit for one of these small captures, in seconds. A backend that exceeds it counts as
 * hanging. */
#define CONFORMANCE_SECONDS 20.0

typedef struct conformance {
    const suite *suite; /* its scratch folder is used; its notices report the progress */
    const selection *selection;
    const char *folder; /* with the user's captures and their golden rows (.csv); NULL: none */
    double seconds;     /* time limit for a capture */
    bool show_values;   /* show addresses of the user's captures in differences */
    size_t ended[STATUS_COUNT]; /* set by conformance_run(): cases of all backends by status */
} conformance;

/* Run all cases. Returns {suite, cases: [...], backends: [...]} as defined in the results schema, a
 * new JSON reference; or NULL and *err. */
json_t *conformance_run(conformance *c, pkt_err *err);

#endif
