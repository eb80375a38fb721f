#include "report/page/report.h"

#include <stdbool.h>

#include "parsers/util/atomic_file.h"
#include "parsers/util/error.h"
#include "report/html/document.h"
#include "report/page/page.h"
#include "results/reader.h"

enum { PATH_ROOM = 4096 };

/* Writes one file of the report. */
typedef void writer(part *parts, size_t count, FILE *out);

static void markdown_writer(part *parts, size_t count, FILE *out)
{
    page_markdown(parts, count, out);
}

static int file_make(part *parts, size_t count, const char *name, writer *write, pkt_err *err)
{
    char path[PATH_ROOM];
    pkt_atomic_file out;
    (void)snprintf(path, sizeof path, "%s/%s", parts[0].folder, name);
    if (pkt_atomic_file_open(&out, path, err) == 0) {
        write(parts, count, out.file);
        if (pkt_atomic_file_commit(&out, err) == 0)
            return 0;
    }
    return pkt_err_about(err, path);
}

/* Is there anything to show? A file without times is skipped with a warning if others have some. */
static int files_judge(const results_file *files, size_t count, const pkt_notices *notices,
                       pkt_err *err)
{
    size_t timed = 0;
    char partial[PARTIAL_TEXT];
    for (size_t i = 0; i < count; i++) {
        size_t n = results_timed(files[i].json);
        timed += n;
        if (n == 0 && count > 1)
            pkt_notice(notices, PKT_NOTICE_WARNING, "%s: no run has a time", files[i].name);
        if (partial_text(files[i].json, partial))
            pkt_notice(notices, PKT_NOTICE_WARNING, "%s: %s", files[i].name, partial);
    }
    if (timed > 0)
        return 0;
    const char *reason = results_first_reason(files[0].json);
    pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "no run has a time, so there is nothing to show%s%s",
             *reason ? ": " : "", reason);
    return pkt_err_about(err, files[0].name);
}

static int report_make(const results_file *files, size_t count, const char *folder,
                       const pkt_notices *notices, pkt_err *err)
{
    part parts[REPORT_FILES_MAX] = {{0}};
    for (size_t i = 0; i < count; i++)
        parts[i] = (part){.file = &files[i],
                          .results = files[i].json,
                          .index = i,
                          .folder = folder,
                          .notices = notices};
    int bad = file_make(parts, count, "index.html", page_write, err);
    return bad ? bad : file_make(parts, count, "report.md", markdown_writer, err);
}

int report_write(char *const *paths, size_t count, const char *folder, const pkt_notices *notices,
                 pkt_err *err)
{
    results_file files[REPORT_FILES_MAX] = {{0}};
    size_t loaded = 0;
    if (count < 1 || count > REPORT_FILES_MAX)
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "a report has 1 to %d results files",
                        REPORT_FILES_MAX);
    int bad = results_load_all(files, paths, count, &loaded, err) != 0 ||
              files_judge(files, count, notices, err) != 0 || html_folder_make(folder, err) != 0 ||
              report_make(files, count, folder, notices, err) != 0;
    while (loaded > 0)
        results_close(&files[--loaded]);
    return bad ? -1 : 0;
}
