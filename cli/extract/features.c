/* Rows of features: command-line options, and warnings at the end. */
#include "cli/extract/extract.h"
#include "cli/message.h"
#include "parsers/features/parse.h"

/* Print "--OPTION TEXT: MESSAGE". */
static bool text_refused(const char *option, const char *text, const pkt_err *err)
{
    message_error("--%s %s: %s", option, text, err->msg);
    return false;
}

static bool texts_get(extraction *x, const arguments *arguments, const char *set)
{
    const char *window = option_value(arguments, "window");
    const char *reset = option_value(arguments, "reset-every");
    pkt_err err = {.pos = PKT_POS_NONE};
    if (pkt_features_set_parse(&x->request, set, &err) != 0) {
        message_err(&err);
        return false;
    }
    if (pkt_features_window_parse(&x->request, window, &err) != 0)
        return text_refused("window", window, &err);
    if (pkt_features_by_parse(&x->request, option_value(arguments, "by"), "--by", &err) != 0) {
        message_err(&err);
        return false;
    }
    if (pkt_features_reset_parse(&x->request, reset, &err) != 0)
        return text_refused("reset-every", reset, &err);
    return true;
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
    return texts_get(x, arguments, name) &&
           option_number(arguments, "max-flows", 1, PKT_FEATURES_MAX_FLOWS,
                         PKT_FEATURES_DEFAULT_FLOWS, &x->request.max_flows) &&
           columns_available(x);
}

void features_report(const pkt_features *features)
{
    const pkt_features_report report = pkt_features_get_report(features);
    pkt_warn(&printed_warnings, PKT_WARN_FEATURES_EVICTED, NULL, report.evicted);
    pkt_warn(&printed_warnings, PKT_WARN_NO_ADDRESS, NULL, report.without_address);
    pkt_warn(&printed_warnings, PKT_WARN_LATE, NULL, report.late);
}
