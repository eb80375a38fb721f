#include "bench/input/filtered.h"

#include <inttypes.h>
#include <stdlib.h>

#include "cli/message.h"

/* Is what the filter_copier left usable? */
static bool is_usable(const suite *suite, const char *shown, int bad, const filter_counts *counts,
                      const pkt_err *err)
{
    if (bad && err->code != PKT_ERR_TRUNCATED) {
        message_failure(shown, err);
        return false;
    }
    if (bad)
        message_truncated(shown, err, "measured without its last packet");
    if (counts->of == 0)
        message_error("%s: has no packets to measure", shown);
    else if (counts->kept == 0)
        message_error("%s: the filter '%s' takes none of its %" PRIu64 " packets", shown,
                      suite->filter, counts->of);
    return counts->kept > 0;
}

char *filtered_capture(const suite *suite, const char *shown, const char *path,
                       filter_counts *counts)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    char name[32];
    (void)snprintf(name, sizeof name, "filtered-%zu", suite->count);
    char *out = suite_scratch(suite, name);
    if (!out) {
        message_error("no memory for a slice");
        return NULL;
    }
    int bad = filter_copy(path, out, suite->filter, counts, &err);
    if (is_usable(suite, shown, bad, counts, &err))
        return out;
    free(out);
    return NULL;
}
