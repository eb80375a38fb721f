#include "bench/input/filtered.h"

#include <inttypes.h>
#include <stdlib.h>

#include "parsers/util/error.h"

/* 0, or -1 and *err if no packet is left. */
static int counts_judge(const suite *suite, const filter_counts *counts, pkt_err *err)
{
    if (counts->of == 0)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "has no packets to measure");
    if (counts->kept == 0)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "the filter '%s' takes none of its %" PRIu64 " packets", suite->filter,
                        counts->of);
    return 0;
}

/* Copy the packets. For a truncated capture, copy its complete packets and warn. */
static int packets_copy(const suite *suite, const char *shown, const char *path, const char *out,
                        filter_counts *counts, pkt_err *err)
{
    if (filter_copy(path, out, suite->filter, counts, err) != 0) {
        if (err->code != PKT_ERR_TRUNCATED)
            return -1;
        pkt_notice_err(suite->notices, shown, err, "measured without its last packet");
    }
    return counts_judge(suite, counts, err);
}

char *filtered_capture(const suite *suite, const char *shown, const char *path,
                       filter_counts *counts, pkt_err *err)
{
    char name[32];
    (void)snprintf(name, sizeof name, "filtered-%zu", suite->count);
    char *out = scratch_path(&suite->scratch, name);
    if (!out) {
        pkt_fail_memory(err, "a slice");
        return NULL;
    }
    if (packets_copy(suite, shown, path, out, counts, err) == 0)
        return out;
    pkt_err_about(err, shown);
    free(out);
    return NULL;
}
