/* `pktbench verify --mix`: is a mixture what its captures make? */
#include <inttypes.h>
#include <string.h>

#include "cli/command.h"
#include "cli/message.h"
#include "cli/progress.h"
#include "parsers/mix/check.h"

/* Standard input may be a capture of the mixture, which is read from its start twice. */
static bool files_valid(const char *truth, const char *mixture)
{
    if (strcmp(truth, "-") == 0)
        message_error("--mix -: must be a file, not standard input");
    else if (strcmp(mixture, "-") == 0)
        message_error("--mix: the mixture must be a file, not standard input");
    else
        return true;
    return false;
}

static bool request_valid(const arguments *arguments)
{
    for (size_t i = 0; arguments->command->options[i].name; i++)
        if (arguments->values[i] && strcmp(arguments->command->options[i].name, "mix") != 0) {
            message_error("--mix compares packets, not backends: it does not go with %s%s",
                          option_dashes(&arguments->command->options[i]),
                          arguments->command->options[i].name);
            return false;
        }
    if (arguments->operand_count != 1)
        message_error("--mix TRUTH needs one capture: the mixture");
    return arguments->operand_count == 1;
}

int verify_mix(const arguments *arguments)
{
    if (!request_valid(arguments))
        return EXIT_ERROR;
    const char *truth = option_value(arguments, "mix"), *mixture = arguments->operands[0];
    if (!files_valid(truth, mixture))
        return EXIT_ERROR;
    pkt_err err = {.pos = PKT_POS_NONE};
    pkt_mix_finding finding;
    progress progress;
    progress_open(&progress);
    const pkt_notices notices = progress_notices(&progress);
    const int bad = pkt_mix_check(truth, mixture, &finding, &notices, &err);
    progress_close(&progress);
    if (bad) {
        message_err(&err);
        return EXIT_ERROR;
    }
    if (finding.found) {
        message_output("%s: %s", mixture, finding.text);
        return EXIT_CHECK_FAILED;
    }
    message_output("%s: %" PRIu64 " packets, each packet of %zu captures once, in order, as asked "
                   "for",
                   mixture, finding.packets, finding.captures);
    if (finding.backwards)
        message_output("%" PRIu64
                       " packets are earlier than the packet before them in their capture",
                       finding.backwards);
    return EXIT_DONE;
}
