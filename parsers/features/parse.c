#include "parsers/features/parse.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "parsers/core/numbers.h"
#include "parsers/util/error.h"
#include "parsers/util/parse.h"

#define RESET_EVERY_MAX 1e12

int pkt_features_set_parse(pkt_features_request *request, const char *name, pkt_err *err)
{
    pkt_names known = {.size = 0};
    request->set = pkt_feature_set_find(name);
    if (request->set)
        return 0;
    for (size_t i = 0; pkt_feature_set_at(i); i++)
        pkt_names_add(&known, pkt_feature_set_at(i)->name);
    return pkt_fail_unknown(err, "set of features", name, &known);
}

static bool packets_parse(const char *text, uint64_t *packets)
{
    char *end = NULL;
    errno = 0;
    if (isdigit((unsigned char)text[0]))
        *packets = strtoull(text, &end, 10);
    return end && !*end && !errno && *packets > 0 && *packets <= PKT_FEATURES_MAX_PACKETS;
}

int pkt_features_window_parse(pkt_features_request *request, const char *text, pkt_err *err)
{
    double seconds = 0;
    const bool records = request->set->kind == PKT_SET_RECORDS;
    request->packets = records ? 0 : PKT_FEATURES_DEFAULT_WINDOW;
    request->duration = 0;
    if (records && text)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "records have no windows: they end by idle and active");
    if (!text || packets_parse(text, &request->packets))
        return 0;
    request->packets = 0;
    if (!isdigit((unsigned char)text[strlen(text) ? strlen(text) - 1 : 0]) &&
        pkt_parse_seconds(text, &seconds))
        request->duration = (uint64_t)llround(seconds * NS_PER_S);
    if (request->duration == 0)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "must be a number of packets from 1 to %" PRIu64
                        ", or a duration such as 500ms, 1s, 2m or 1h",
                        PKT_FEATURES_MAX_PACKETS);
    if (request->set->kind == PKT_SET_PUBLISHED)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "windows of %s are a number of packets, such as 10 or 100",
                        request->set->name);
    return 0;
}

int pkt_features_by_parse(pkt_features_request *request, const char *text, const char *option,
                          pkt_err *err)
{
    static const char *const names[] = {
        [PKT_BY_ALL] = "all", [PKT_BY_PAIR] = "pair", [PKT_BY_FLOW] = "flow"};
    enum { NAMES = sizeof names / sizeof names[0] };
    pkt_names known = {.size = 0};
    char what[32];
    size_t by = PKT_BY_ALL;
    while (text && by < NAMES && strcmp(text, names[by]) != 0)
        pkt_names_add(&known, names[by++]);
    (void)snprintf(what, sizeof what, "value of %s", option);
    if (by == NAMES)
        return pkt_fail_unknown(err, what, text, &known);
    const bool records = request->set->kind == PKT_SET_RECORDS;
    if (text && ((request->set->kind == PKT_SET_PUBLISHED && by != PKT_BY_ALL) ||
                 (records && by != PKT_BY_FLOW)))
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "%s %s: %s supports only %s %s; use ciciot-fixed", option, text,
                        request->set->name, option, records ? "flow" : "all");
    request->by = records ? PKT_BY_FLOW : (pkt_features_by)by;
    return 0;
}

int pkt_features_timeout_parse(uint64_t *ns, const char *text, double fallback, pkt_err *err)
{
    double seconds = fallback;
    *ns = 0;
    if (text && strcmp(text, "none") == 0)
        return 0;
    if (text && !pkt_parse_seconds(text, &seconds))
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "must be a time such as " PKT_SECONDS_FORM ", or none");
    *ns = (uint64_t)llround(seconds * NS_PER_S);
    *ns += *ns == 0; /* shorter than a nanosecond */
    return 0;
}

int pkt_features_reset_parse(pkt_features_request *request, const char *text, pkt_err *err)
{
    double bytes;
    request->reset_every = request->set->kind == PKT_SET_PUBLISHED ? PKT_FEATURES_RESET_BYTES : 0;
    if (!text)
        return 0;
    request->reset_every = 0;
    if (strcmp(text, "none") == 0)
        return 0;
    if (!pkt_parse_bytes(text, &bytes) || bytes < 1 || bytes > RESET_EVERY_MAX)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "must be a size such as 10MB, 500kB or 1GiB, at most 1000GB, or none");
    request->reset_every = (uint64_t)bytes;
    return 0;
}
