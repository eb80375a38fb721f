/* Options that several commands have. */
#ifndef PKT_SHARED_OPTIONS_H
#define PKT_SHARED_OPTIONS_H

#include "bench/worker/selection.h"
#include "cli/command.h"
#include "parsers/util/parse.h"

#define SELECTION_OPTIONS                                                                          \
    {"backends", "LIST",                                                                           \
     "Only these backends, separated by commas; `all` with those that are measured on request."},  \
        {"levels", "LIST", "Only these levels: frames, headers, flows, dissect; default all."},    \
    {                                                                                              \
        "plugin", "LIST", "Shared objects that carry further backends."                            \
    }

/* The SELECTION_OPTIONS of a command that has them all. */
selection_request selection_request_of(const arguments *arguments);

#define FLOW_OPTIONS                                                                               \
    {"flow-rule", "RULE",                                                                          \
     "Number streams as this version of Wireshark does: wireshark-4.0 or wireshark-4.4; default "  \
     "wireshark-4.0. wireshark and tshark keep to their own, the generator's knowledge to 4.0."},  \
    {                                                                                              \
        "max-flows", "N",                                                                          \
            "Hold at most so many flows, and forget the least recently used ones; default "        \
            "1048576."                                                                             \
    }

/* The FLOW_OPTIONS; false: a message was printed. */
bool flow_options(const arguments *arguments, pkt_flow_choice *choice);
/* --format, of a command whose formats are table (the default) and json. false: a message was
 * printed. */
bool json_option(const arguments *arguments, bool *json);

#endif
