/* `pktbench board`: results of many machines and days on one page. */
#include <math.h>

#include "cli/command.h"
#include "cli/message.h"
#include "cli/outputs.h"
#include "cli/progress.h"
#include "report/board/board.h"

static int board_run(const arguments *arguments)
{
    const char *folder = option_value(arguments, "o");
    progress progress = {.every = HUGE_VAL}; /* only for its notices */
    const pkt_notices notices = progress_notices(&progress);
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!folder) {
        message_error("board: -o names the folder for the page (pktbench board RESULTS.json... -o "
                      "DIR)");
        return EXIT_ERROR;
    }
    if (page_is_operand(arguments, folder))
        return EXIT_ERROR;
    if (board_write(arguments->operands, arguments->operand_count, folder, &notices, &err) == 0)
        return EXIT_DONE;
    message_err(&err);
    return EXIT_ERROR;
}

static const option_spec options[] = {
    {"o", "DIR", "Folder of the page. It is created if it does not exist."},
    {NULL, NULL, NULL},
};

const command board_command = {
    .name = "board",
    .operands = "RESULTS.json...",
    .summary = "rank the backends of any number of results on one HTML page",
    .details =
        "Writes DIR/index.html, one page that needs no network. It has a table for each level and "
        "each set of slices: one row for each backend of each results file, with its time as a "
        "multiple of that of raw in the same rounds, which can be compared between machines. "
        "Tables sort by their heads and filter by words: a backend, a language, a licence, a "
        "machine.\n\nOnly runs with the status ok on every slice are ranked; a backend is "
        "behind another if its interval is above on every slice. Of several results of one "
        "machine, the latest is "
        "ranked; the others are listed as earlier results.",
    .options = options,
    .operands_min = 1,
    .operands_max = BOARD_FILES_MAX,
    .run = board_run,
};
