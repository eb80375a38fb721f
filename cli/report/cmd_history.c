/* `pktbench history`: the changes of many commits as one series. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/message.h"
#include "cli/outputs.h"
#include "cli/progress.h"
#include "cli/report/results_paths.h"
#include "parsers/util/atomic_file.h"
#include "parsers/util/error.h"
#include "report/board/history.h"
#include "results/reader.h"

typedef enum history_format { HISTORY_MARKDOWN, HISTORY_CSV, HISTORY_HTML } history_format;
enum { HISTORY_FORMATS = HISTORY_HTML + 1 };

static int format_find(const char *name, history_format *format, pkt_err *err)
{
    static const char *const formats[HISTORY_FORMATS] = {"markdown", "csv", "html"};
    pkt_names known = {.size = 0};
    for (size_t i = 0; i < HISTORY_FORMATS; i++) {
        pkt_names_add(&known, formats[i]);
        if (name && strcmp(name, formats[i]) == 0) {
            *format = (history_format)i;
            return 0;
        }
    }
    return name ? pkt_fail_unknown(err, "format", name, &known) : 0;
}

static int history_write(const history *h, history_format format, const char *path, pkt_err *err)
{
    pkt_atomic_file out;
    if (pkt_atomic_file_open(&out, path, err) != 0)
        return pkt_err_about(err, path);
    if (format == HISTORY_HTML && history_page_put(out.file, h, err) != 0) {
        pkt_atomic_file_abandon(&out);
        return -1;
    }
    if (format != HISTORY_HTML)
        history_put(out.file, format == HISTORY_CSV, h);
    return pkt_atomic_file_commit(&out, err) == 0 ? 0 : pkt_err_about(err, path);
}

/* Leave out the files of folders that compare nothing. Returns how many are left. */
static size_t others_leave_out(results_file *files, size_t count, const results_paths *paths)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (paths->found[i] && !json_is_object(json_object_get(files[i].json, "comparison")))
            results_close(&files[i]);
        else
            files[kept++] = files[i];
    }
    if (kept < count)
        message_note("left out of folders, because they have no comparison: %zu files",
                     count - kept);
    return kept;
}

/* The paths must outlive the files. */
static int files_load(const results_paths *paths, results_file *files, size_t *loaded, pkt_err *err)
{
    if (paths->count > HISTORY_FILES_MAX)
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE,
                        "%zu results files: a history has at most %d", paths->count,
                        HISTORY_FILES_MAX);
    if (results_load_all(files, paths->at, paths->count, loaded, err) != 0)
        return -1;
    *loaded = others_leave_out(files, *loaded, paths);
    return *loaded ? 0
                   : pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                              "no results have a comparison: give those of `pktbench bench "
                              "--baseline PROGRAM`");
}

/* The output must not replace results. */
static int output_check(const results_paths *paths, const char *path, pkt_err *err)
{
    for (size_t i = 0; i < paths->count; i++)
        if (output_is(path, paths->at[i])) {
            pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                     "is one of the results: -o must name another file");
            return pkt_err_about(err, path);
        }
    return 0;
}

static int history_run(const arguments *arguments)
{
    const char *path = option_value(arguments, "o");
    results_file *files = calloc(HISTORY_FILES_MAX, sizeof *files);
    progress progress = {.every = HUGE_VAL}; /* only for its notices */
    const pkt_notices notices = progress_notices(&progress);
    pkt_err err = {.pos = PKT_POS_NONE};
    history h = {0};
    history_format format = HISTORY_MARKDOWN;
    results_paths paths = {0};
    size_t loaded = 0;
    if (!files) {
        message_error("history: no memory");
        return EXIT_ERROR;
    }
    int bad = format_find(option_value(arguments, "format"), &format, &err);
    if (!bad)
        bad = results_paths_find(&paths, arguments->operands, arguments->operand_count, &err);
    if (!bad && path)
        bad = output_check(&paths, path, &err);
    if (!bad)
        bad = files_load(&paths, files, &loaded, &err);
    if (!bad)
        bad = history_collect(&h, files, loaded, &notices, &err);
    if (!bad)
        bad = history_write(&h, format, path ? path : "-", &err);
    if (bad)
        message_err(&err);
    history_free(&h);
    while (loaded > 0)
        results_close(&files[--loaded]);
    results_paths_close(&paths);
    free(files);
    return bad ? EXIT_ERROR : EXIT_DONE;
}

static const option_spec options[] = {
    {"o", "FILE", "Output file. Default - (standard output)."},
    {"format", "markdown|csv|html",
     "Default markdown. html: a page with a curve of each backend, for each slice and level."},
    {NULL, NULL, NULL},
};

const command history_command = {
    .name = "history",
    .operands = "RESULTS.json|DIR...",
    .summary = "join the changes of many `bench --baseline` runs into one curve",
    .details =
        "Each results file compares a commit with the one before it (`pktbench bench --baseline "
        "OLD -o FILE`). Their ratios are multiplied in the order of their dates, for each slice, "
        "level and backend, and their 95 % intervals are joined: they get wider with each change. "
        "Each ratio was measured in one run, so the runs may come from different machines.\n\nOf a "
        "folder, all files that end in .json are taken; those that compare nothing are left "
        "out.\n\nIf a baseline is not the revision that was measured before, or its revision does "
        "not name its code (\"unknown\", \"-dirty\", a plug-in), the history begins anew there, "
        "with a "
        "warning.",
    .options = options,
    .operands_min = 1,
    .operands_max = HISTORY_FILES_MAX,
    .run = history_run,
};
