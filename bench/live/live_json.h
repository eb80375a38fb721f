/* Rates without loss as JSON: `live` of results/schema.json. All functions return new references.
 */
#ifndef PKT_LIVE_JSON_H
#define PKT_LIVE_JSON_H

#include <jansson.h>

#include "bench/live/search.h"
#include "bench/live/server.h"
#include "bench/worker/status.h"

/* How trials of these requests are made, and an empty list of runs. */
json_t *live_json(const live_request *request);

/* What one search found, or why there is none. */
typedef struct live_outcome {
    run_status status;  /* STATUS_OK; STATUS_DISAGREES: live rows are not those of the file;
                         * STATUS_FAILED; or that of a run that was compared before */
    const char *reason; /* "": none */
    uint64_t compared;  /* packets whose rows were compared with those of the file */
    const live_rate *rate;
} live_outcome;

json_t *live_run_json(const char *slice, const live_request *request, const live_outcome *outcome);

#endif
