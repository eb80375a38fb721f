/* `pktbench history`: the changes of many commits as one course. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/message.h"
#include "cli/progress.h"
#include "parsers/util/atomic_file.h"
#include "parsers/util/error.h"
#include "parsers/util/output_text.h"
#include "report/board/history.h"

/* A cell of Markdown or CSV. */
static void text_put(FILE *out, bool csv, const char *text)
{
    char *form = malloc(PKT_FORM_BYTES(strlen(text)));
    if (form) {
        (void)(csv ? pkt_text_csv_no_formula : pkt_text_markdown)(form, text);
        fprintf(out, csv ? "%s," : " %s |", form);
    }
    free(form);
}

static void point_put(FILE *out, bool csv, const history_point *p)
{
    double low, high;
    const char *const texts[] = {p->slice, p->level, p->backend, p->date, p->revision};
    const bool known = history_interval(p, &low, &high);
    if (!csv)
        fputc('|', out);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        text_put(out, csv, texts[i]);
    if (csv) {
        fprintf(out, "%.9g,%.9g,", p->change, p->total);
        if (known)
            fprintf(out, "%.9g,%.9g,", low, high);
        else
            fputs(",,", out);
        fprintf(out, "%zu\n", p->step);
        return;
    }
    fprintf(out, " %+.1f %% | %.3f |", (p->change - 1) * 100, p->total);
    if (known)
        fprintf(out, " [%.3f, %.3f] |", low, high);
    else
        fputs("  |", out);
    fprintf(out, " %zu |\n", p->step);
}

static void history_put(FILE *out, bool csv, const history *h)
{
    fputs(csv ? "slice,level,backend,date,revision,change,total,low,high,changes\n"
              : "| slice | level | backend | measured | revision | change | since the first | 95 % "
                "| changes |\n|:--|:--|:--|:--|:--|--:|--:|:--|--:|\n",
          out);
    for (size_t i = 0; i < h->count; i++)
        point_put(out, csv, &h->list[i]);
}

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

/* Load the files; *loaded counts those that are to be closed. */
static bool files_load(const arguments *arguments, results_file *files, size_t *loaded)
{
    char why[LOAD_WORDS];
    for (*loaded = 0; *loaded < arguments->operand_count; ++*loaded)
        if (!results_load(&files[*loaded], arguments->operands[*loaded], why)) {
            message_error("%s: %s", arguments->operands[*loaded], why);
            return false;
        }
    return true;
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
    } else if (files_load(arguments, files, &loaded)) {
        if (history_collect(&h, files, loaded, &notices, &err) == 0)
            status = history_write(&h, csv, path ? path : "-");
        else
            message_err(&err);
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
    .summary = "join the changes of many `bench --baseline` runs into one course",
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
