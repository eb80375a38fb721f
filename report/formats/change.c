#include "report/formats/change.h"

#include <math.h>
#include <string.h>

#include "results/escaped.h"
#include "results/reader.h"

enum { COLUMNS = 9, CELL = 64 };

static const char *const heads[COLUMNS] = {"backend", "level", "slice", "old ns/packet", "new",
                                           "change",  "95 %",  "p",     "verdict"};
static const bool is_word[COLUMNS] = {true, true, true, false, false, false, true, false, true};

typedef char row_text[COLUMNS][CELL];

static void percent_text(double ratio, char *text, size_t size)
{
    (void)snprintf(text, size, "%+.1f %%", 100 * (ratio - 1));
}

static bool has_number(const json_t *cell, const char *key)
{
    return json_is_number(json_object_get(cell, key));
}

/* "slower: p90, first"; without statistics if it is slower by its time alone. */
static void verdict_text(const json_t *cell, char text[CELL])
{
    const json_t *by = json_object_get(cell, "slower_by");
    size_t i, used = (size_t)snprintf(text, CELL, "%.20s", text_of(cell, "change"));
    json_t *name;
    if (json_array_size(by) == 1 && strcmp(json_string_value(json_array_get(by, 0)), "decile") == 0)
        return;
    json_array_foreach(by, i, name)
    {
        if (used < CELL)
            used += (size_t)snprintf(text + used, CELL - used, "%s%s", i ? ", " : ": ",
                                     json_string_value(name));
    }
}

static void row_fill(const json_t *cell, row_text row)
{
    const json_t *ci = json_object_get(cell, "ci95");
    memset(row, 0, sizeof(row_text));
    (void)snprintf(row[0], CELL, "%.40s", text_of(cell, "backend"));
    (void)work_text(cell, row[1]);
    (void)snprintf(row[2], CELL, "%.40s", text_of(cell, "slice"));
    if (has_number(cell, "old_ns_per_packet"))
        number_text(number_of(cell, "old_ns_per_packet"), row[3], CELL);
    if (has_number(cell, "new_ns_per_packet"))
        number_text(number_of(cell, "new_ns_per_packet"), row[4], CELL);
    if (has_number(cell, "ratio"))
        percent_text(number_of(cell, "ratio"), row[5], CELL);
    if (json_is_array(ci))
        (void)snprintf(row[6], CELL, "[%+.1f, %+.1f]",
                       100 * (json_number_value(json_array_get(ci, 0)) - 1),
                       100 * (json_number_value(json_array_get(ci, 1)) - 1));
    if (has_number(cell, "p"))
        (void)snprintf(row[7], CELL, number_of(cell, "p") < 0.001 ? "<0.001" : "%.3f",
                       number_of(cell, "p"));
    verdict_text(cell, row[8]);
}

/* Load time or memory that grew. */
static void growth_print(const json_t *comparison, const json_t *cell, const char *name,
                         const char *title, FILE *out)
{
    const json_t *one = at(cell, "statistics", name), *p = json_object_get(one, "p");
    if (json_is_number(p) && json_number_value(p) < number_of(comparison, "error"))
        fprintf(out, "  %s %+.1f %%", title, 100 * (number_of(one, "ratio") - 1));
}

/* Statuses that changed, why nothing is compared, other costs that grew, and instructions that were
 * counted. */
static void remark_print(const json_t *comparison, const json_t *cell, FILE *out)
{
    if (strcmp(text_of(cell, "old_status"), text_of(cell, "new_status")) != 0)
        fprintf(out, "  status %s, was %s", text_of(cell, "new_status"),
                text_of(cell, "old_status"));
    if (*text_of(cell, "reason"))
        fprintf(out, "  %s", text_of(cell, "reason"));
    growth_print(comparison, cell, "load", "load time", out);
    growth_print(comparison, cell, "rss", "peak memory", out);
    double before = number_of(cell, "old_instructions"),
           after = number_of(cell, "new_instructions");
    if (before > 0 && after > 0)
        fprintf(out, "  instructions %+.2f %%", 100 * (after / before - 1));
}

static void means_print(const json_t *comparison, const char *bullet, FILE *out)
{
    size_t i;
    json_t *mean;
    json_array_foreach(json_object_get(comparison, "means"), i, mean)
    {
        const char *backend = text_of(mean, "backend");
        if (!has_number(mean, "ratio"))
            continue;
        fprintf(out, "%sgeometric mean of %s: %+.1f %% over %.0f runs that are ok on both sides\n",
                bullet, *backend ? backend : "all", 100 * (number_of(mean, "ratio") - 1),
                number_of(mean, "cells"));
    }
}

static void failures_print(const json_t *comparison, const char *bullet, FILE *out)
{
    size_t i;
    json_t *words;
    json_array_foreach(json_object_get(comparison, "failures"), i, words)
    {
        fprintf(out, "%sgate: %s\n", bullet, json_string_value(words));
    }
}

/* The smallest change that the least certain run could detect. */
static void sight_print(const json_t *comparison, const char *bullet, FILE *out)
{
    double most = 0;
    size_t i;
    json_t *cell;
    json_array_foreach(json_object_get(comparison, "cells"), i, cell)
    {
        most = fmax(most, number_of(cell, "smallest_seen"));
    }
    fprintf(
        out,
        "%sold, new, change: by the lower decile of the runs of a process, median over processes\n"
        "%sslower, faster: changed by more than %.1f %%; the chance of a false alarm is at most "
        "%.0f %% over all runs together",
        bullet, bullet, 100 * number_of(comparison, "threshold"),
        100 * number_of(comparison, "error"));
    if (most > 0)
        fprintf(out, "; this comparison could only detect slowdowns above %.1f %% (80 %% power)",
                100 * most);
    if (json_is_number(json_object_get(comparison, "smallest_share")))
        fprintf(out, ", and slow processes above %.0f %%",
                100 * number_of(comparison, "smallest_share"));
    fputc('\n', out);
}

static void widths_take(const row_text row, size_t widths[COLUMNS])
{
    for (size_t c = 0; c < COLUMNS; c++)
        if (strlen(row[c]) > widths[c])
            widths[c] = strlen(row[c]);
}

static void line_print(const char *const cells[COLUMNS], const size_t widths[COLUMNS], FILE *out)
{
    for (size_t c = 0; c < COLUMNS; c++)
        fprintf(out, is_word[c] ? "%s%-*s" : "%s%*s", c ? "  " : "", (int)widths[c], cells[c]);
}

static void row_print(const row_text row, const size_t widths[COLUMNS], FILE *out)
{
    const char *cells[COLUMNS];
    for (size_t c = 0; c < COLUMNS; c++)
        cells[c] = row[c];
    line_print(cells, widths, out);
}

static void table_print(const json_t *comparison, FILE *out)
{
    const json_t *cells = json_object_get(comparison, "cells");
    size_t i, widths[COLUMNS];
    json_t *cell;
    row_text row;
    for (size_t c = 0; c < COLUMNS; c++)
        widths[c] = strlen(heads[c]);
    json_array_foreach(cells, i, cell)
    {
        row_fill(cell, row);
        widths_take((const char(*)[CELL])row, widths);
    }
    line_print(heads, widths, out);
    fputc('\n', out);
    json_array_foreach(cells, i, cell)
    {
        row_fill(cell, row);
        row_print((const char(*)[CELL])row, widths, out);
        remark_print(comparison, cell, out);
        fputc('\n', out);
    }
    fputc('\n', out);
    means_print(comparison, "", out);
    sight_print(comparison, "", out);
    failures_print(comparison, "", out);
}

static void markdown_print(const json_t *comparison, FILE *out)
{
    size_t i;
    json_t *cell;
    row_text row;
    for (size_t c = 0; c < COLUMNS; c++)
        fprintf(out, "| %s ", heads[c]);
    fputs("|\n", out);
    for (size_t c = 0; c < COLUMNS; c++)
        fputs(is_word[c] ? "|:--" : "|--:", out);
    fputs("|\n", out);
    json_array_foreach(json_object_get(comparison, "cells"), i, cell)
    {
        row_fill(cell, row);
        for (size_t c = 0; c < COLUMNS; c++)
            fprintf(out, "| %s ", row[c]);
        remark_print(comparison, cell, out);
        fputs("|\n", out);
    }
    fputc('\n', out);
    means_print(comparison, "- ", out);
    sight_print(comparison, "- ", out);
    failures_print(comparison, "- ", out);
    fputc('\n', out);
}

static void csv_print(const json_t *comparison, FILE *out)
{
    static const char *const keys[] = {"backend",
                                       "level",
                                       "slice",
                                       "old_status",
                                       "new_status",
                                       "change",
                                       "old_ns_per_packet",
                                       "new_ns_per_packet",
                                       "ratio",
                                       "cpu_ratio",
                                       "p",
                                       "p_slower",
                                       "n",
                                       "smallest_seen",
                                       "old_instructions",
                                       "new_instructions",
                                       "sink",
                                       "threads"};
    enum { KEYS = sizeof keys / sizeof keys[0] };
    size_t i;
    json_t *cell;
    for (size_t k = 0; k < KEYS; k++)
        fprintf(out, "%s%s", k ? "," : "", keys[k]);
    fputs(",ratio_low,ratio_high\n", out);
    json_array_foreach(json_object_get(comparison, "cells"), i, cell)
    {
        const json_t *ci = json_object_get(cell, "ci95");
        for (size_t k = 0; k < KEYS; k++) {
            if (has_number(cell, keys[k]))
                fprintf(out, "%s%.9g", k ? "," : "", number_of(cell, keys[k]));
            else
                fprintf(out, "%s%s", k ? "," : "", text_of(cell, keys[k]));
        }
        for (size_t end = 0; end < 2; end++)
            if (json_is_array(ci))
                fprintf(out, ",%.9g", json_number_value(json_array_get(ci, end)));
            else
                fputc(',', out);
        fputc('\n', out);
    }
}

/* Writes a comparison whose texts have the form. */
static int escaped_write(const json_t *comparison, pkt_text_form *form,
                         void (*write)(const json_t *comparison, FILE *out), FILE *out)
{
    json_t *shown = json_escaped(comparison, form);
    if (!shown)
        return -1;
    write(shown, out);
    json_decref(shown);
    return 0;
}

int report_change(const json_t *comparison, report_format format, FILE *out)
{
    if (!json_is_array(json_object_get(comparison, "cells")))
        return -1;
    switch (format) {
    case REPORT_TABLE:
        return escaped_write(comparison, pkt_text_terminal, table_print, out);
    case REPORT_MARKDOWN:
        return escaped_write(comparison, pkt_text_markdown, markdown_print, out);
    case REPORT_CSV:
        return escaped_write(comparison, pkt_text_csv_no_formula, csv_print, out);
    case REPORT_JSON:
        return json_print(comparison, out, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    default:
        return -1; /* formats of others have no place for a change */
    }
}
