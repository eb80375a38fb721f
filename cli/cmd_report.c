/* `pktbench report`: results into a page, Markdown and pictures. */
#include <math.h>

#include "cli/command.h"
#include "cli/message.h"
#include "cli/progress.h"
#include "report/page/report.h"

static int report_run(const arguments *arguments)
{
    const char *folder = option_value(arguments, "o");
    progress progress = {.every = HUGE_VAL}; /* only for its notices */
    const pkt_notices notices = progress_notices(&progress);
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!folder) {
        message_error(
            "report: -o names the folder for the report: pktbench report RESULTS.json -o DIR");
        return EXIT_ERROR;
    }
    if (report_write(arguments->operands, arguments->operand_count, folder, &notices, &err) == 0)
        return EXIT_DONE;
    message_err(&err);
    return EXIT_ERROR;
}

static const option_spec options[] = {
    {"o", "DIR", "Folder of the report (required). It is created if it does not exist."},
    {NULL, NULL, NULL},
};

const command report_command = {
    .name = "report",
    .operands = "RESULTS.json...",
    .summary = "write results as an HTML page, Markdown and pictures",
    .details = "Writes DIR/index.html (one page that needs no network and contains the results for "
               "download), DIR/report.md, and pictures in SVG; the first picture also in PNG. "
               "Pictures need gnuplot; without it, the report has tables only.\n\nEach results "
               "file is a part of the report with its own tables and pictures.",
    .options = options,
    .operands_min = 1,
    .operands_max = REPORT_FILES_MAX,
    .run = report_run,
};
