#include "report/formats/inputs.h"

#include <string.h>

#include "results/reader.h"

enum { COLUMNS = 9, CELL = 64 };

static const char *const heads[COLUMNS] = {"file",          "input",     "backend",
                                           "level",         "ns/packet", "95 %",
                                           "CPU ns/packet", "x raw",     "x warm copy"};
static const bool is_word[COLUMNS] = {true, true, true, true, false, true, false, false, false};

typedef char row_text[COLUMNS][CELL];

static void median_text(const json_t *ratio, char text[CELL])
{
    if (json_is_object(ratio))
        number_text(number_of(ratio, "median"), text, CELL);
}

static void row_fill(const json_t *input, row_text row)
{
    const json_t *run = json_object_get(input, "run"), *wall = json_object_get(run, "wall_ns");
    const double packets = number_of(input, "packets");
    memset(row, 0, sizeof(row_text));
    (void)snprintf(row[0], CELL, "%.60s", text_of(input, "slice"));
    (void)snprintf(row[1], CELL, "%s%s", text_of(input, "input"),
                   json_is_true(json_object_get(input, "cold")) ? ", cold" : "");
    (void)snprintf(row[2], CELL, "%.30s", text_of(run, "backend"));
    (void)snprintf(row[3], CELL, "%s", text_of(run, "level"));
    if (!is_timed(run)) {
        (void)snprintf(row[5], CELL, "%s", text_of(run, "status"));
        return;
    }
    number_text(number_of(run, "ns_per_packet"), row[4], CELL);
    interval_text(wall, 1 / packets, row[5], CELL);
    number_text(number_of(json_object_get(run, "cpu_ns"), "median") / packets, row[6], CELL);
    median_text(json_object_get(run, "ratio"), row[7]);
    median_text(json_object_get(input, "to_base"), row[8]);
}

static void widths_find(const json_t *list, size_t widths[COLUMNS])
{
    size_t i;
    json_t *input;
    for (size_t c = 0; c < COLUMNS; c++)
        widths[c] = strlen(heads[c]);
    json_array_foreach(list, i, input)
    {
        row_text row;
        row_fill(input, row);
        for (size_t c = 0; c < COLUMNS; c++)
            widths[c] = strlen(row[c]) > widths[c] ? strlen(row[c]) : widths[c];
    }
}

static void row_print(const row_text row, const size_t *widths, bool markdown, FILE *out)
{
    for (size_t c = 0; c < COLUMNS; c++)
        if (markdown)
            fprintf(out, "| %s ", row[c]);
        else
            fprintf(out, is_word[c] ? "%s%-*s" : "%s%*s", c ? "  " : "", (int)widths[c], row[c]);
    fputs(markdown ? "|\n" : "\n", out);
}

static void heads_print(const size_t *widths, bool markdown, FILE *out)
{
    row_text row;
    for (size_t c = 0; c < COLUMNS; c++)
        (void)snprintf(row[c], CELL, "%s", heads[c]);
    row_print((const char(*)[CELL])row, widths, markdown, out);
    for (size_t c = 0; markdown && c < COLUMNS; c++)
        fputs(is_word[c] ? "|:--" : "|--:", out);
    if (markdown)
        fputs("|\n", out);
}

/* Why a run has no time, below the table. */
static void reasons_print(const json_t *list, FILE *out)
{
    size_t i;
    json_t *input;
    json_array_foreach(list, i, input)
    {
        const json_t *run = json_object_get(input, "run");
        if (!is_timed(run))
            fprintf(out, "%s %s, %s%s: %s\n", text_of(run, "backend"), text_of(run, "level"),
                    text_of(input, "input"),
                    json_is_true(json_object_get(input, "cold")) ? ", cold" : "",
                    text_of(run, "reason"));
    }
}

void report_inputs(const json_t *results, bool markdown, FILE *out)
{
    const json_t *list = json_object_get(results, "input_runs");
    size_t i, widths[COLUMNS];
    json_t *input;
    if (json_array_size(list) == 0)
        return;
    widths_find(list, widths);
    fputs(markdown ? "**The same packets in other files**\n\n"
                   : "The same packets in other files\n",
          out);
    heads_print(widths, markdown, out);
    json_array_foreach(list, i, input)
    {
        row_text row;
        row_fill(input, row);
        row_print((const char(*)[CELL])row, widths, markdown, out);
    }
    if (markdown)
        fputc('\n', out);
    reasons_print(list, out);
    fputs("4 KiB writes, 1 MiB writes: how the file was written. as is: the file where it lies. "
          "cold: "
          "removed from the page cache before every run. x warm copy: divided by the time of the "
          "tables above, or of the warm file. These files are not changed between the runs.\n\n",
          out);
}

const char *report_layout(const json_t *results)
{
    const json_t *slice = json_array_get(json_object_get(results, "slices"), 0);
    const double bytes = number_of(slice, "write_bytes");
    return bytes == 1048576.0 ? ", files written by 1 MiB writes" : "";
}
