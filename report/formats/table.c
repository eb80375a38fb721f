#include "report/formats/table.h"

#include <stdlib.h>
#include <string.h>

#include "report/findings/findings.h"
#include "report/findings/headline.h"
#include "report/findings/remarks.h"
#include "report/formats/conformance.h"
#include "report/formats/inputs.h"
#include "report/formats/study.h"
#include "report/live/table.h"
#include "report/text/markdown.h"
#include "results/escaped.h"
#include "results/reader.h"

enum { COLUMNS = 11, FIRST_RUN = 4, CELL = 48, LINE_MAX_ROWS = 256 };

static const char *const heads[COLUMNS] = {"backend",   "level",  "ns/packet", "95 %",
                                           "first run", "CPU ns", "Mpkt/s",    "Gbit/s",
                                           "x raw",     "95 %",   "peak MB"};
/* Which columns are words, and stand on the left of their room. */
static const bool is_word[COLUMNS] = {[0] = true, [1] = true, [3] = true, [9] = true};

/* Marks of bold, dim and plain text, until terminal_text() writes them. */
enum { MARK_BOLD = 1, MARK_DIM = 2, MARK_END = 3 };

static void mark(int mark, bool colour, FILE *out)
{
    if (colour)
        fputc(mark, out);
}

typedef char row_text[COLUMNS][CELL];

/* Does the run repeat another one in another way? */
static bool is_variant(const json_t *run)
{
    return strcmp(sink_of(run), NULL_SINK) != 0;
}

/* Runs that write rows have longer names: other columns are narrower, or left out, then. */
static bool has_sinks(const json_t *results)
{
    size_t i;
    json_t *run;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        if (is_variant(run) && !is_parse_alone(run))
            return true;
    }
    return false;
}

static void ratio_fill(const json_t *run, char *ratio_cell, char *interval_cell)
{
    const json_t *ratio = json_object_get(run, "ratio");
    if (!json_is_object(ratio))
        return;
    number_text(number_of(ratio, "median"), ratio_cell, CELL);
    interval_text(ratio, 1, interval_cell, CELL);
    if (strcmp(text_of(ratio, "level"), text_of(run, "level")) != 0)
        strncat(ratio_cell, "'", 2);
}

static void row_fill(const json_t *results, const json_t *run, row_text row)
{
    const json_t *backend = named(json_object_get(results, "backends"), text_of(run, "backend"));
    const json_t *slice = named(json_object_get(results, "slices"), text_of(run, "slice"));
    const json_t *wall = json_object_get(run, "wall_ns");
    double ns = number_of(run, "ns_per_packet"), packets = packets_read(results, run);
    memset(row, 0, sizeof(row_text));
    (void)snprintf(row[0], CELL, "%.30s%s", text_of(run, "backend"),
                   is_ours(backend) ? " (ours)" : "");
    (void)work_text(run, row[1]);
    if (!is_timed(run))
        return;
    number_text(ns, row[2], CELL);
    interval_text(wall, ns / number_of(wall, "median"), row[3], CELL);
    if (json_is_number(json_object_get(run, "first_run_ns")))
        number_text(number_of(run, "first_run_ns") / packets, row[FIRST_RUN], CELL);
    number_text(number_of(json_object_get(run, "cpu_ns"), "median") / packets, row[5], CELL);
    number_text(1e3 / ns, row[6], CELL);
    number_text(wire_bits(slice) / ns, row[7], CELL);
    ratio_fill(run, row[8], row[9]);
    if (json_is_number(json_object_get(run, "peak_rss_bytes"))) {
        number_text(number_of(run, "peak_rss_bytes") / 1e6, row[10], CELL);
        strncat(row[10], number_of(run, "prefix_packets") > 0 ? "*" : "", 2);
    }
}

/* What stands behind the numbers: a status with its reason, or nothing for `ok`. */
static void remarks_text(const json_t *results, const json_t *run, FILE *out)
{
    const json_t *agreement = json_object_get(run, "agreement");
    const json_t *first = json_object_get(agreement, "first_difference");
    char remark[REMARK];
    if (!has_status(run, "ok"))
        fprintf(out, "  %s%s%s", text_of(run, "status"), *text_of(run, "reason") ? ": " : "",
                text_of(run, "reason"));
    if (!has_status(run, "ok") && *text_of(first, "value") && *text_of(first, "expected"))
        fprintf(out, ": %s, %s has %s", text_of(first, "value"), text_of(agreement, "reference"),
                text_of(first, "expected"));
    size_t given = columns_given(results, text_of(run, "backend"), text_of(run, "level"));
    size_t most = columns_most(results, text_of(run, "level"));
    if (is_timed(run) && !is_parse_alone(run) && given < most)
        fprintf(out, "  %zu of %zu columns", given, most);
    if (remark_prefix(run, remark))
        fprintf(out, "  %s", remark);
    if (remark_columns(results, run, remark))
        fprintf(out, "  %s", remark);
    if (number_of(agreement, "listed") > 0)
        fprintf(out, "  %.0f cells not compared (differ from Wireshark's in a known way)",
                number_of(agreement, "listed"));
    if (number_of(agreement, "malformed_cells_different") > 0)
        fprintf(out, "  %.0f cells of malformed packets differ",
                number_of(agreement, "malformed_cells_different"));
}

static void slice_head(const json_t *results, const json_t *slice, FILE *out)
{
    char packets[32];
    (void)results;
    double malformed = number_of(slice, "packets") - number_of(slice, "well_formed_packets");
    /* Exact: three digits are for measured numbers. */
    (void)snprintf(packets, sizeof packets, "%.0f", number_of(slice, "packets"));
    fprintf(out, "%s: %s packets, %.2f MB, mean frame %.1f bytes", text_of(slice, "name"), packets,
            number_of(slice, "bytes") / 1e6, number_of(slice, "mean_frame"));
    if (malformed > 0)
        fprintf(
            out,
            ", %.0f of them not well-formed (cut, malformed, or of a link type without decoder)",
            malformed);
    const json_t *filter = json_object_get(slice, "filter");
    if (json_is_object(filter))
        fprintf(out, "; filter '%s': %.0f of %.0f packets match", text_of(filter, "expression"),
                number_of(filter, "kept"), number_of(filter, "of"));
}

static void aa_print(const json_t *results, const json_t *slice, FILE *out)
{
    size_t i;
    json_t *aa;
    json_array_foreach(json_object_get(results, "aa"), i, aa)
    {
        char median[32], interval[2 * CELL] = "";
        if (strcmp(text_of(aa, "slice"), text_of(slice, "name")) != 0 ||
            (strcmp(text_of(aa, "level"), "headers") != 0 &&
             run_of(results, text_of(aa, "backend"), text_of(slice, "name"), "headers")))
            continue;
        (void)snprintf(median, sizeof median, "%.3f", number_of(aa, "median"));
        const json_t *ci = json_object_get(aa, "ci95");
        if (json_is_array(ci))
            (void)snprintf(
                interval, sizeof interval, " [%.3f, %.3f]; treat smaller differences as noise",
                json_number_value(json_array_get(ci, 0)), json_number_value(json_array_get(ci, 1)));
        fprintf(out, "A/A: %s %s compared with itself: %s%s\n", text_of(aa, "backend"),
                text_of(aa, "level"), median, interval);
    }
}

/* "Agreement: 8 of 8 runs ok; 16911180 cells compared, 0 different" */
static void agreement_print(const json_t *results, const json_t *slice, FILE *out)
{
    double compared = 0, different = 0;
    size_t i, ok = 0, count = 0;
    json_t *run;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        const json_t *agreement = json_object_get(run, "agreement");
        if (strcmp(text_of(run, "slice"), text_of(slice, "name")) != 0 ||
            has_status(run, "not-offered") || is_variant(run))
            continue; /* its rows are those of the run without a sink */
        count++;
        ok += has_status(run, "ok");
        compared += number_of(agreement, "cells_compared");
        different += number_of(agreement, "cells_different");
    }
    fprintf(out, "Agreement: %zu of %zu runs ok; %.0f cells compared, %.0f different\n", ok, count,
            compared, different);
}

/* The runs of a slice, as rows; *widths grows to what they need. */
static size_t rows_collect(const json_t *results, const char *slice, const json_t **runs,
                           row_text *rows, size_t widths[COLUMNS])
{
    size_t i, n = 0;
    json_t *run;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        if (n == LINE_MAX_ROWS || strcmp(text_of(run, "slice"), slice) != 0 ||
            has_status(run, "not-offered"))
            continue;
        runs[n] = run;
        row_fill(results, run, rows[n]);
        for (size_t c = 0; c < COLUMNS; c++)
            widths[c] = strlen(rows[n][c]) > widths[c] ? strlen(rows[n][c]) : widths[c];
        n++;
    }
    return n;
}

static void line_print(const row_text row, const size_t widths[COLUMNS], FILE *out)
{
    for (size_t c = 0; c < COLUMNS; c++)
        if (widths[c]) /* else it is left out */
            fprintf(out, is_word[c] ? "%s%-*s" : "%s%*s", c ? "  " : "", (int)widths[c], row[c]);
}

static void heads_print(const size_t widths[COLUMNS], bool colour, FILE *out)
{
    row_text row;
    for (size_t c = 0; c < COLUMNS; c++)
        (void)snprintf(row[c], CELL, "%s", heads[c]);
    mark(MARK_DIM, colour, out);
    line_print((const char(*)[CELL])row, widths, out);
    mark(MARK_END, colour, out);
    fputc('\n', out);
}

static void machine_print(const json_t *results, FILE *out)
{
    const json_t *context = json_object_get(results, "context");
    const json_t *cpu = json_object_get(context, "cpu"), *plan = json_object_get(results, "plan");
    const json_t *confinement = json_object_get(context, "confinement");
    fprintf(out, "%s, %.0f cores, L2 %.0f KiB, L3 %.0f KiB%s, %s; %s, %s%s%s; %.10s\n",
            text_of(cpu, "model"), number_of(cpu, "cores"), number_of(cpu, "l2_bytes") / 1024,
            number_of(cpu, "l3_bytes") / 1024,
            json_is_string(json_object_get(context, "hypervisor")) ? ", virtual" : "",
            text_of(context, "kernel"), text_of(json_object_get(context, "tool"), "compiler"),
            text_of(json_object_get(context, "tool"), "flags"),
            confinement ? "; workers confined by: " : "",
            confinement ? json_string_value(confinement) : "", text_of(context, "date"));
    fprintf(
        out,
        "%.0f processes of each backend in random order, %.0f rounds in each (runs above %.0f "
        "ms: %.0f processes with one round); page cache warm%s, %s caches evicted; medians with "
        "95 %% intervals.\n",
        number_of(plan, "blocks"), number_of(plan, "rounds"), plan_slow_ms(plan),
        number_of(plan, "slow_blocks"), report_layout(results),
        emptied_all_caches(results) ? "all" : "private");
}

/* What it is, its language, licence and flags: "raw 0.1.0: SUMMARY (C; MIT; -O2)". */
static void backend_print(const json_t *results, const json_t *backend, FILE *out)
{
    const char *const built[] = {backend_language(backend), text_of(backend, "license"),
                                 backend_flags(results, backend)};
    size_t said = 0;
    fprintf(out, "%s %s: %s", text_of(backend, "name"), text_of(backend, "version"),
            text_of(backend, "summary"));
    for (size_t i = 0; i < sizeof built / sizeof built[0]; i++)
        if (*built[i])
            fprintf(out, "%s%s", said++ ? "; " : " (", built[i]);
    fputs(said ? ")\n" : "\n", out);
}

/* Does some ratio compare with another level? Then its mark is explained. */
static bool has_cross_level(const json_t *results)
{
    size_t i;
    json_t *run;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        const json_t *ratio = json_object_get(run, "ratio");
        if (json_is_object(ratio) && strcmp(text_of(ratio, "level"), text_of(run, "level")) != 0)
            return true;
    }
    return false;
}

/* Does some time stand for the first packets only? Then its memory is marked. */
static bool has_prefixes(const json_t *results)
{
    size_t i;
    json_t *run;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        if (is_timed(run) && number_of(run, "prefix_packets") > 0)
            return true;
    }
    return false;
}

static void notes_print(const json_t *results, const json_t *unused, FILE *out)
{
    size_t i;
    json_t *backend;
    (void)unused;
    fprintf(out, "x raw: time divided by raw's time in the same round, at the same level%s.\n",
            has_cross_level(results)
                ? " (': by raw's time at level headers, for read-all, and where "
                  "raw does not have the level)"
                : "");
    if (has_sinks(results))
        fprintf(out,
                "> csv: rows written as CSV to /dev/null, as `pktbench extract` does, up to the "
                "last byte; x2: by 2 threads; x raw: divided by raw's time for rows that are only "
                "counted. A terminal's table has no column `first run` then.\n");
    fputs("first run: ns/packet of the first run of a process, which the times leave out; not "
          "measured where empty.\n"
          "Gbit/s: frames with the 24 bytes that Ethernet adds, padded to 64 bytes.\n",
          out);
    if (has_prefixes(results))
        fputs("*: peak memory while reading the first packets alone; that of the slice is not "
              "known.\n",
              out);
    json_array_foreach(json_object_get(results, "backends"), i, backend)
    {
        if (json_is_true(json_object_get(backend, "available")))
            backend_print(results, backend, out);
    }
    machine_print(results, out);
}

static void findings_print(const json_t *results, const json_t *unused, FILE *out)
{
    (void)unused;
    report_findings(results, out);
}

static void headline_print(const json_t *results, const json_t *unused, FILE *out)
{
    (void)unused;
    report_headline(results, out);
}

static void quality_print(const json_t *results, const json_t *unused, FILE *out)
{
    (void)unused;
    report_quality(results, out);
}

/* The rows of a slice, as wide as they need. */
static void slice_table(const json_t *results, const json_t *slice, bool colour, FILE *out)
{
    const json_t *runs[LINE_MAX_ROWS];
    static const size_t least[COLUMNS] = {12, 8, 9, 16, 9, 7, 6, 6, 6, 16, 7};
    row_text rows[LINE_MAX_ROWS];
    size_t widths[COLUMNS];
    for (size_t c = 0; c < COLUMNS; c++)
        widths[c] = has_sinks(results) ? strlen(heads[c]) : least[c];
    size_t n = rows_collect(results, text_of(slice, "name"), runs, rows, widths);
    widths[FIRST_RUN] = has_sinks(results) ? 0 : widths[FIRST_RUN];
    mark(MARK_BOLD, colour, out);
    slice_head(results, slice, out);
    mark(MARK_END, colour, out);
    fputc('\n', out);
    heads_print(widths, colour, out);
    for (size_t r = 0; r < n; r++) {
        line_print((const char(*)[CELL])rows[r], widths, out);
        remarks_text(results, runs[r], out);
        fputc('\n', out);
    }
    agreement_print(results, slice, out);
    aa_print(results, slice, out);
    fputc('\n', out);
}

static void table_write(const json_t *results, bool colour, FILE *out)
{
    size_t i;
    json_t *slice;
    report_study(results, false, out);
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        slice_table(results, slice, colour, out);
    }
    report_inputs(results, false, out);
    report_live(results, false, out);
    report_conformance(json_object_get(results, "conformance"), false, false, out);
    notes_print(results, NULL, out);
    fputc('\n', out);
    report_headline(results, out);
    fputc('\n', out);
    report_findings(results, out);
}

/* Write it for a terminal: marks become its escapes, and control characters in names, which could
 * command it, become spaces. */
static void terminal_text(const char *text, bool colour, FILE *out)
{
    for (; *text; text++) {
        if (colour && *text == MARK_BOLD)
            fputs("\033[1m", out);
        else if (colour && *text == MARK_DIM)
            fputs("\033[2m", out);
        else if (colour && *text == MARK_END)
            fputs("\033[0m", out);
        else
            fputc(((unsigned char)*text < ' ' && *text != '\n') || *text == 0x7f ? ' ' : *text,
                  out);
    }
}

void report_table(const json_t *results, bool colour, FILE *out)
{
    char *text = NULL;
    size_t size;
    FILE *lines = open_memstream(&text, &size);
    if (!lines)
        return;
    json_t *shown = json_escaped(results, pkt_text_terminal);
    table_write(shown, colour, lines);
    json_decref(shown);
    if (fclose(lines) == 0)
        terminal_text(text, colour, out);
    free(text);
}

/* Writes plain text about the results. */
typedef void writer(const json_t *results, const json_t *what, FILE *out);

/* What it writes, as Markdown: a text, or a list of its lines. */
static void escaped(writer *write, const json_t *results, const json_t *what, bool is_list,
                    FILE *out)
{
    char *text = NULL;
    size_t size;
    FILE *words = open_memstream(&text, &size);
    if (!words)
        return;
    write(results, what, words);
    if (fclose(words) == 0 && !is_list)
        text[strcspn(text, "\n")] = '\0';
    (is_list ? markdown_list : markdown_text)(out, text);
    free(text);
}

static void markdown_row(const json_t *results, const json_t *run, const row_text row, FILE *out)
{
    for (size_t c = 0; c < COLUMNS; c++) {
        fputs("| ", out);
        if (c < 2)
            markdown_text(out, row[c]);
        else
            fputs(row[c], out);
        fputc(' ', out);
    }
    fputs(has_status(run, "ok") ? "| ok" : "|", out);
    escaped(remarks_text, results, run, false, out);
    fputs(" |\n", out);
}

static void slice_markdown(const json_t *results, const json_t *slice, FILE *out)
{
    const json_t *runs[LINE_MAX_ROWS];
    row_text rows[LINE_MAX_ROWS];
    size_t widths[COLUMNS] = {0};
    size_t n = rows_collect(results, text_of(slice, "name"), runs, rows, widths);
    fputs("**", out);
    escaped(slice_head, results, slice, false, out);
    fputs("**\n\n", out);
    for (size_t c = 0; c < COLUMNS; c++)
        fprintf(out, "| %s ", heads[c]);
    fputs("| status |\n", out);
    for (size_t c = 0; c < COLUMNS; c++)
        fputs(is_word[c] ? "|:--" : "|--:", out);
    fputs("|:--|\n", out);
    for (size_t r = 0; r < n; r++)
        markdown_row(results, runs[r], (const char(*)[CELL])rows[r], out);
    fputc('\n', out);
    escaped(agreement_print, results, slice, false, out);
    fputs("\n\n", out);
    escaped(aa_print, results, slice, false, out);
    fputs("\n\n", out);
}

void report_markdown_head(const json_t *results, FILE *out)
{
    fputs("**", out);
    escaped(headline_print, results, NULL, false, out);
    fputs("**\n\n", out);
    escaped(quality_print, results, NULL, true, out);
    fputc('\n', out);
}

void report_markdown_tables(const json_t *results, FILE *out)
{
    size_t i;
    json_t *slice;
    report_study(results, true, out);
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        slice_markdown(results, slice, out);
    }
    report_inputs(results, true, out);
    report_live(results, true, out);
    report_conformance(json_object_get(results, "conformance"), true, false, out);
    escaped(findings_print, results, NULL, true, out);
    escaped(notes_print, results, NULL, true, out);
}

void report_markdown(const json_t *results, FILE *out)
{
    json_t *shown = json_escaped(results, pkt_text_terminal); /* the lines of a list are its own */
    report_markdown_head(shown, out);
    report_markdown_tables(shown, out);
    json_decref(shown);
}
