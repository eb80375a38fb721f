#include "bench/worker/status.h"

#include <string.h>

static const char *const names[STATUS_COUNT] = {
    "ok",     "differs", "disagrees", "unchecked",   "unfaithful",
    "failed", "crashed", "timed-out", "unavailable", "not-offered"};

const char *status_name(run_status status)
{
    return names[status];
}

int status_find(const char *name, run_status *status)
{
    for (unsigned i = 0; i < STATUS_COUNT; i++)
        if (strcmp(name, names[i]) == 0) {
            *status = (run_status)i;
            return 0;
        }
    return -1;
}
