/* `pktbench report`: results as a page with Markdown and pictures, or in another format. */
#include <math.h>

#include "cli/command.h"
#include "cli/message.h"
#include "cli/outputs.h"
#include "cli/progress.h"
#include "parsers/util/atomic_file.h"
#include "report/formats/results.h"
#include "report/page/report.h"
#include "results/load.h"
#include "results/reader.h"

/* The results in the format, to the file ("-": standard output). The exit status. */
static int format_write(const results_file *results, report_format format, const char *path)
{
    pkt_atomic_file out;
    pkt_err err = {.pos = PKT_POS_NONE};
    bool is_stdout = strcmp(path, "-") == 0;
    if (pkt_atomic_file_open(&out, path, &err) != 0) {
        message_failure(path, &err);
        return EXIT_ERROR;
    }
    if (report_results(results->json, format, is_stdout && message_colour_stdout(), out.file) !=
        0) {
        pkt_atomic_file_abandon(&out);
        message_error("%s: the results cannot be written in this format", results->name);
        return EXIT_ERROR;
    }
    if (pkt_atomic_file_commit(&out, &err) == 0)
        return EXIT_DONE;
    message_failure(path, &err);
    return EXIT_ERROR;
}

static int format_run(const arguments *arguments, const char *format_name)
{
    const char *path = option_value(arguments, "o");
    report_format format;
    results_file results;
    char why[LOAD_WORDS], partial[PARTIAL_TEXT];
    pkt_err err = {.pos = PKT_POS_NONE};
    if (report_format_find(format_name, REPORT_GBENCH, &format, &err) != 0) {
        message_err(&err);
        return EXIT_ERROR;
    }
    if (arguments->operand_count > 1) {
        message_error("report: --format writes one results file: run it once for each file");
        return EXIT_ERROR;
    }
    if (path && output_is_operand(arguments, path, "the results file itself"))
        return EXIT_ERROR;
    if (!results_load(&results, arguments->operands[0], why)) {
        message_error("%s: %s", arguments->operands[0], why);
        return EXIT_ERROR;
    }
    if (partial_text(results.json, partial))
        message_warning("%s: %s", results.name, partial);
    int status = format_write(&results, format, path ? path : "-");
    results_close(&results);
    return status;
}

static int page_run(const arguments *arguments)
{
    const char *folder = option_value(arguments, "o");
    progress progress = {.every = HUGE_VAL}; /* only for its notices */
    const pkt_notices notices = progress_notices(&progress);
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!folder) {
        message_error("report: -o names the folder for the page (pktbench report RESULTS.json -o "
                      "DIR); --format table shows the results here");
        return EXIT_ERROR;
    }
    if (page_is_operand(arguments, folder))
        return EXIT_ERROR;
    if (report_write(arguments->operands, arguments->operand_count, folder, &notices, &err) == 0)
        return EXIT_DONE;
    message_err(&err);
    return EXIT_ERROR;
}

static int report_run(const arguments *arguments)
{
    const char *format = option_value(arguments, "format");
    return format ? format_run(arguments, format) : page_run(arguments);
}

static const option_spec options[] = {
    {"o", "DIR",
     "Folder of the page. It is created if it does not exist. With --format: output file, default "
     "- "
     "(standard output)."},
    {"format", "table|markdown|csv|json|github-action|bmf|junit|gbench",
     "Write the results in this format, as `pktbench bench --format` does, and no page."},
    {NULL, NULL, NULL},
};

const command report_command = {
    .name = "report",
    .operands = "RESULTS.json...",
    .summary = "write stored results as an HTML page, or in another format",
    .details = "Writes DIR/index.html (one page that needs no network and contains the results for "
               "download), DIR/report.md, and pictures in SVG. Each results file is a part of the "
               "report with its own tables and pictures.\n\nWith --format, writes one results file "
               "as bench prints it: a table, or the format of another program.",
    .options = options,
    .operands_min = 1,
    .operands_max = REPORT_FILES_MAX,
    .run = report_run,
};
