/* `pktbench history`: the changes of many commits as one series. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/message.h"
#include "cli/progress.h"
#include "parsers/util/atomic_file.h"
#include "parsers/util/error.h"
#include "report/board/history.h"

static int history_write(const history *h, bool csv, const char *path)
{
    pkt_atomic_file out;
    pkt_err err = {.pos = PKT_POS_NONE};
    if (pkt_atomic_file_open(&out, path, &err) == 0) {
        history_put(out.file, csv, h);
        if (pkt_atomic_file_commit(&out, &err) == 0)
            return EXIT_DONE;
    }
    message_failure(path, &err);
    return EXIT_ERROR;
}

static int history_run(const arguments *arguments)
{
    const char *path = option_value(arguments, "o"), *format = option_value(arguments, "format");
    results_file *files = calloc(HISTORY_FILES_MAX, sizeof *files);
    progress progress = {.every = HUGE_VAL}; /* only for its notices */
    const pkt_notices notices = progress_notices(&progress);
    pkt_err err = {.pos = PKT_POS_NONE};
    history h = {0};
    size_t loaded = 0;
    int status = EXIT_ERROR;
    const bool csv = format && strcmp(format, "csv") == 0;
    if (!files)
        message_error("history: no memory");
    else if (format && !csv && strcmp(format, "markdown") != 0) {
        pkt_names known = {.size = 0};
        pkt_names_add(&known, "markdown");
        pkt_names_add(&known, "csv");
        (void)pkt_fail_unknown(&err, "format", format, &known);
        message_err(&err);
    } else if (results_load_all(files, arguments->operands, arguments->operand_count, &loaded,
                                &err) != 0 ||
               history_collect(&h, files, loaded, &notices, &err) != 0) {
        message_err(&err);
    } else {
        status = history_write(&h, csv, path ? path : "-");
    }
    history_free(&h);
    while (loaded > 0)
        results_close(&files[--loaded]);
    free(files);
    return status;
}

static const option_spec options[] = {
    {"o", "FILE", "Output file. Default - (standard output)."},
    {"format", "markdown|csv", "Default markdown."},
    {NULL, NULL, NULL},
};

const command history_command = {
    .name = "history",
    .operands = "RESULTS.json...",
    .summary = "join the changes of many `bench --baseline` runs into one series",
    .details =
        "Each results file compares a commit with the one before it (`pktbench bench --baseline "
        "OLD -o FILE`). Their ratios are multiplied in the order of their dates, for each slice, "
        "level and backend, and their 95 % intervals are joined: they get wider with each change. "
        "Each ratio was measured in one run, so the runs may come from different machines.\n\nIf a "
        "baseline is not the revision that was measured before, the history begins anew there, "
        "with a warning.",
    .options = options,
    .operands_min = 1,
    .operands_max = HISTORY_FILES_MAX,
    .run = history_run,
};
