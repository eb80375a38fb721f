#include "report/findings/withheld.h"

#include <math.h>
#include <stdio.h>

#include "report/findings/aa.h"
#include "results/reader.h"

bool withheld_text(const json_t *results, bool has_intervals, double width,
                   char text[WITHHELD_TEXT])
{
    const json_t *plan = json_object_get(results, "plan");
    char noise[48];
    if (!has_intervals) {
        if (json_is_true(json_object_get(results, "partial")))
            (void)snprintf(text, WITHHELD_TEXT,
                           "the run ended after too few processes for intervals (6 or more give "
                           "them)");
        else
            (void)snprintf(text, WITHHELD_TEXT,
                           "%.0f processes are too few for intervals (6 or more give them)",
                           fmin(number_of(plan, "blocks"), number_of(plan, "slow_blocks")));
        return true;
    }
    number_text(100 * width, noise, sizeof noise);
    (void)snprintf(text, WITHHELD_TEXT,
                   "on this machine a backend differs from itself by up to %s %% (A/A control), so "
                   "measure again when it is quiet",
                   noise);
    return width > AA_UNUSABLE;
}
