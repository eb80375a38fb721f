/* Every backend over captures with something wrong in them: what it survives, loses and misreads.
 */
#ifndef PKT_CONFORMANCE_H
#define PKT_CONFORMANCE_H

#include "bench/input/suite.h"
#include "bench/worker/selection.h"

/* Seconds that a backend may take for one of these small captures before it counts as hanging. */
#define CONFORMANCE_SECONDS 20.0

typedef struct conformance {
    const suite *suite; /* whose scratch folder is used, and whose notices are told the progress */
    const selection *selection;
    const char *folder; /* of cases from outside: a capture and its rows as .csv; NULL: none */
    double seconds;     /* that a capture may take */
    bool show_values;   /* addresses in differences may be shown */
    size_t ended[STATUS_COUNT]; /* set by the run: how many cases of all backends ended so */
} conformance;

/* {suite, cases: [...], backends: [...]}, as the results schema has it; a new reference. NULL and
 * *err. */
json_t *conformance_run(conformance *c, pkt_err *err);

#endif
