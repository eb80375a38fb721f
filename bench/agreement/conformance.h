/* Every backend over captures with something wrong in them: what it survives, loses and misreads.
 */
#ifndef PKT_CONFORMANCE_H
#define PKT_CONFORMANCE_H

#include "bench/input/suite.h"
#include "bench/outcome/gate.h"
#include "bench/worker/selection.h"

/* Seconds that a backend may take for one of these small captures before it counts as hanging. */
#define CONFORMANCE_SECONDS 20.0

typedef struct conformance {
    const suite *suite; /* whose scratch folder is used */
    const selection *selection;
    const char *folder; /* of cases from outside: a capture and its rows as .csv; NULL: none */
    double seconds;     /* that a capture may take */
    bool show_values;   /* addresses in differences may be shown */
    const gate *gate;   /* NULL: nothing fails it */
    bool gate_failed;   /* set by the run */
} conformance;

/* {suite, cases: [...], backends: [...]}, as the results schema has it; a new reference. NULL: a
 * message was printed. */
json_t *conformance_run(conformance *c);

#endif
