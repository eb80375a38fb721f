#include "cli/shared_options.h"

#include <string.h>

#include "cli/message.h"

selection_request selection_request_of(const arguments *arguments)
{
    return (selection_request){.backends = option_value(arguments, "backends"),
                               .plugins = option_value(arguments, "plugin"),
                               .levels = option_value(arguments, "levels")};
}

bool flow_options(const arguments *arguments, pkt_flow_choice *choice)
{
    const char *rule = option_value(arguments, "flow-rule");
    uint64_t max;
    pkt_err err;
    *choice = (pkt_flow_choice){.rule = PKT_FLOW_WIRESHARK_4_0};
    if (rule && pkt_flow_rule_find(rule, &choice->rule, &err) != 0) {
        message_failure("--flow-rule", &err);
        return false;
    }
    if (!option_number(arguments, "max-flows", 1, PKT_MOST_FLOWS, PKT_MAX_FLOWS, &max))
        return false;
    choice->max = (uint32_t)max;
    return true;
}

bool json_option(const arguments *arguments, bool *json)
{
    const char *format = option_value(arguments, "format");
    *json = format && strcmp(format, "json") == 0;
    if (!format || *json || strcmp(format, "table") == 0)
        return true;
    message_error("unknown format '%s'; known: table, json", format);
    return false;
}
