/* Rows of features: command-line options, and warnings at the end. */
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "cli/extract/extract.h"
#include "cli/message.h"
#include "cli/shared_options.h"
#include "parsers/core/numbers.h"
#include "parsers/util/error.h"

#define RESET_EVERY_MAX 1e12

static bool set_get(extraction *x, const char *name)
{
    pkt_names known = {.size = 0};
    pkt_err err;
    x->request.set = pkt_feature_set_find(name);
    if (x->request.set)
        return true;
    for (size_t i = 0; pkt_feature_set_at(i); i++)
        pkt_names_add(&known, pkt_feature_set_at(i)->name);
    pkt_fail_unknown(&err, "set of features", name, &known);
    message_err(&err);
    return false;
}

static bool packets_parse(const char *text, uint64_t *packets)
{
    char *end = NULL;
    errno = 0;
    if (isdigit((unsigned char)text[0]))
        *packets = strtoull(text, &end, 10);
    return end && !*end && !errno && *packets > 0 && *packets <= PKT_FEATURES_MAX_PACKETS;
}

static bool window_get(extraction *x, const char *text)
{
    pkt_features_request *r = &x->request;
    double seconds = 0;
    r->packets = PKT_FEATURES_DEFAULT_WINDOW;
    if (!text)
        return true;
    if (packets_parse(text, &r->packets))
        return true;
    r->packets = 0;
    if (!isdigit((unsigned char)text[strlen(text) ? strlen(text) - 1 : 0]) &&
        pkt_parse_seconds(text, &seconds))
        r->duration = (uint64_t)llround(seconds * NS_PER_S);
    if (r->duration == 0) {
        message_error("--window %s: must be a number of packets from 1 to %" PRIu64
                      ", or a duration such as 1s, 500ms or 2m",
                      text, PKT_FEATURES_MAX_PACKETS);
        return false;
    }
    if (r->set->published)
        message_error("--window %s: windows of %s are a number of packets, such as 10 or 100", text,
                      r->set->name);
    return !r->set->published;
}

static bool by_get(extraction *x, const char *text)
{
    size_t by = PKT_BY_ALL;
    if (text && !word_find("value of --by", text, "all|pair|flow", &by))
        return false;
    x->request.by = (pkt_features_by)by;
    if (!x->request.set->published || by == PKT_BY_ALL)
        return true;
    message_error("--by %s: %s supports only --by all; use ciciot-fixed", text,
                  x->request.set->name);
    return false;
}

static bool reset_every_get(extraction *x, const char *text)
{
    double bytes;
    uint64_t *bytes_limit = &x->request.reset_every;
    *bytes_limit = x->request.set->published ? PKT_FEATURES_RESET_BYTES : 0;
    if (!text)
        return true;
    if (strcmp(text, "none") == 0) {
        *bytes_limit = 0;
        return true;
    }
    if (pkt_parse_bytes(text, &bytes) && bytes >= 1 && bytes <= RESET_EVERY_MAX) {
        *bytes_limit = (uint64_t)bytes;
        return true;
    }
    message_error(
        "--reset-every %s: must be a size such as 10MB, 500kB or 1GiB, at most 1000GB, or none",
        text);
    return false;
}

/* True if the backend provides all columns that features are computed from. */
static bool columns_available(const extraction *x)
{
    const pkt_column_set missing = pkt_set_minus(pkt_features_needed(), x->columns);
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (pkt_set_has(&missing, c)) {
            message_error("--features: backend %s at level %s does not fill the column %s, which "
                          "features need",
                          x->backend->name, pkt_level_name(x->level), pkt_column_at(c)->name);
            return false;
        }
    return true;
}

bool features_read(extraction *x, const arguments *arguments)
{
    static const char *const others[] = {"window", "by", "reset-every"};
    const char *name = option_value(arguments, "features");
    for (size_t i = 0; !name && i < sizeof others / sizeof others[0]; i++)
        if (option_given(arguments, others[i])) {
            message_error("--%s requires --features", others[i]);
            return false;
        }
    if (!name)
        return true;
    return set_get(x, name) && window_get(x, option_value(arguments, "window")) &&
           by_get(x, option_value(arguments, "by")) &&
           reset_every_get(x, option_value(arguments, "reset-every")) &&
           option_number(arguments, "max-flows", 1, PKT_FEATURES_MAX_FLOWS,
                         PKT_FEATURES_DEFAULT_FLOWS, &x->request.max_flows) &&
           columns_available(x);
}

void features_report(const pkt_features *features)
{
    const pkt_features_report report = pkt_features_get_report(features);
    if (report.evicted)
        message_warning("%" PRIu64
                        " flows were evicted from memory; a larger --max-flows avoids this",
                        report.evicted);
    if (report.without_address)
        message_note("%" PRIu64 " packets without IP addresses were not counted",
                     report.without_address);
    if (report.late)
        message_warning("%" PRIu64 " packets are older than the window in which they were counted",
                        report.late);
}
