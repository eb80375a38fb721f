/* `pktbench report`: results into a page, Markdown and pictures. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/command.h"
#include "cli/message.h"
#include "cli/report.h"
#include "parsers/util/atomic_file.h"
#include "report/page/page.h"
#include "report/page/picture.h"

/* Results in one report, at most. */
enum { FILES_MAX = 16, PATH_ROOM = 4096 };

static bool folder_make(const char *folder)
{
    struct stat st;
    if (mkdir(folder, 0777) == 0 || (stat(folder, &st) == 0 && S_ISDIR(st.st_mode)))
        return true;
    message_error("%s: cannot make the folder: %s", folder, strerror(errno));
    return false;
}

typedef void writer(part *parts, size_t count, FILE *out);

static void markdown_writer(part *parts, size_t count, FILE *out)
{
    page_markdown(parts, count, out);
}

static bool file_make(part *parts, size_t count, const char *name, writer *write)
{
    char path[PATH_ROOM];
    pkt_atomic_file out;
    pkt_err err = {.pos = PKT_POS_NONE};
    (void)snprintf(path, sizeof path, "%s/%s", parts[0].folder, name);
    if (pkt_atomic_file_open(&out, path, &err) == 0) {
        write(parts, count, out.file);
        if (pkt_atomic_file_commit(&out, &err) == 0)
            return true;
    }
    message_failure(path, &err);
    return false;
}

/* Is there anything to show? A file without times among others is kept, and said. */
static bool is_worth_showing(const results_file *files, size_t count)
{
    size_t timed = 0;
    for (size_t i = 0; i < count; i++) {
        size_t n = results_timed(files[i].json);
        timed += n;
        if (n == 0 && count > 1)
            message_warning("%s: no run has a time", files[i].name);
    }
    if (timed == 0) {
        const char *reason = results_first_reason(files[0].json);
        message_error("%s: no run has a time, so there is nothing to show%s%s", files[0].name,
                      *reason ? ": " : "", reason);
    }
    return timed > 0;
}

static bool report_make(const results_file *files, size_t count, const char *folder)
{
    part parts[FILES_MAX] = {{0}};
    bool pictures = pictures_possible();
    for (size_t i = 0; i < count; i++)
        parts[i] = (part){.file = &files[i],
                          .results = files[i].json,
                          .index = i,
                          .folder = folder,
                          .pictures = pictures};
    if (!pictures)
        message_note("gnuplot is not installed: the report has tables and no pictures");
    return file_make(parts, count, "index.html", page_write) &&
           file_make(parts, count, "report.md", markdown_writer);
}

bool report_write(char *const *paths, size_t count, const char *folder)
{
    results_file files[FILES_MAX] = {{0}};
    size_t n = 0;
    char why[LOAD_WORDS];
    bool good = true;
    for (; good && n < count; n += good) {
        good = results_load(&files[n], paths[n], why);
        if (!good)
            message_error("%s: %s", paths[n], why);
    }
    good =
        good && is_worth_showing(files, n) && folder_make(folder) && report_make(files, n, folder);
    while (n > 0)
        results_close(&files[--n]);
    return good;
}

static int report_run(const arguments *arguments)
{
    const char *folder = option_value(arguments, "o");
    if (!folder) {
        message_error(
            "report: -o names the folder for the report: pktbench report RESULTS.json -o DIR");
        return EXIT_ERROR;
    }
    if (!report_write(arguments->operands, arguments->operand_count, folder))
        return EXIT_ERROR;
    return EXIT_DONE;
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
    .operands_max = FILES_MAX,
    .run = report_run,
};
