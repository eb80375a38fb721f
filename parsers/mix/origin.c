#include "parsers/mix/origin.h"

#include <stdlib.h>

#include "parsers/util/error.h"

pkt_mix_origin *pkt_mix_origins_add(pkt_mix_origins *origins, const char *path, const char *label,
                                    pkt_err *err)
{
    if (origins->count == PKT_MIX_MOST) {
        pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE,
                 "more than %u captures: mix some of them first, then the mixtures", PKT_MIX_MOST);
        return NULL;
    }
    pkt_mix_origin *more = realloc(origins->at, (origins->count + 1) * sizeof *more);
    if (more) {
        origins->at = more;
        more += origins->count;
        *more = (pkt_mix_origin){.path = strdup(path), .label = strdup(label ? label : "")};
        if (more->path && more->label) {
            origins->count++;
            return more;
        }
        free(more->path);
        free(more->label);
    }
    (void)pkt_fail_memory(err, "captures");
    return NULL;
}

void pkt_mix_origins_close(pkt_mix_origins *origins)
{
    for (size_t i = 0; i < origins->count; i++) {
        free(origins->at[i].path);
        free(origins->at[i].label);
        free(origins->at[i].rewrite.maps);
    }
    free(origins->at);
    *origins = (pkt_mix_origins){.count = 0};
}

int pkt_mix_time(const pkt_mix_times *times, int64_t ts_ns, int64_t *result)
{
    __extension__ typedef __int128 wide;
    wide past = (wide)ts_ns - times->first;
    if (times->rate && times->rate != PKT_MIX_RATE_UNIT) {
        const wide scaled = past * (wide)PKT_MIX_RATE_UNIT, rate = (wide)times->rate;
        past = scaled / rate - (scaled % rate < 0); /* rounded down, also of what is before */
    }
    const wide moved = past + times->start;
    if (moved < 0 || moved >= INT64_MAX)
        return -1;
    *result = (int64_t)moved;
    return 0;
}
