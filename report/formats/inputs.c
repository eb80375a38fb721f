#include "report/formats/inputs.h"

#include <stdlib.h>
#include <string.h>

#include "report/findings/remarks.h"
#include "report/text/markdown.h"
#include "results/reader.h"

enum { COLUMNS = 10, CELL = INPUT_TEXT };

const input_words input_tables[INPUT_TABLES] = {
    {"input_runs", "The same packets in other files", "input", "x warm copy",
     "4 KiB writes, 1 MiB writes: how the file was written. as is: the file where it lies. cold: "
     "removed from the page cache before every run. x warm copy: divided by the time of the tables "
     "above, or of the warm file. These files are not changed between the runs."},
    {"feature_runs", "Rows of features", "features", "x headers",
     "Each row is computed from a window of 10 packets, and its values are hashed; ns/packet "
     "counts "
     "packets. x headers: divided by the time of the same backend at level headers. The slices are "
     "not changed between the runs."},
    {"data_frame_runs", "Rows into data frames", "data frame", "x read",
     "Each packet is a row of eight columns; a run ends when the object of the Python library is "
     "there. read: read() of the Python package; arrow, csv: a process of `pktbench extract` with "
     "that format, whose start counts; dpkt, scapy: a loop that collects the columns. x read: "
     "divided by the time of read() into the same kind of object."}};

static const char *const heads[COLUMNS] = {"file",      "input",      "backend",       "level",
                                           "ns/packet", "95 %",       "CPU ns/packet", "Mpkt/s",
                                           "x raw",     "x warm copy"};
static const bool is_word[COLUMNS] = {true, true,  true,  true,  false,
                                      true, false, false, false, false};

typedef char row_text[COLUMNS][CELL];

static void median_text(const json_t *ratio, char text[CELL])
{
    if (json_is_object(ratio))
        number_text(number_of(ratio, "median"), text, CELL);
}

void input_text(const json_t *input, char text[INPUT_TEXT])
{
    if (json_object_get(input, "features"))
        (void)snprintf(text, INPUT_TEXT, "%.40s by %.10s", text_of(input, "features"),
                       text_of(input, "by"));
    else if (json_object_get(input, "data_frame"))
        (void)snprintf(text, INPUT_TEXT, "%.40s", text_of(input, "data_frame"));
    else
        (void)snprintf(text, INPUT_TEXT, "%.40s%s", text_of(input, "input"),
                       json_is_true(json_object_get(input, "cold")) ? ", cold" : "");
}

static void row_fill(const json_t *input, row_text row)
{
    const json_t *run = json_object_get(input, "run"), *wall = json_object_get(run, "wall_ns");
    const double packets =
        number_of(wall, "median") / number_of(run, "ns_per_packet"); /* of the slice */
    memset(row, 0, sizeof(row_text));
    (void)snprintf(row[0], CELL, "%.60s", text_of(input, "slice"));
    input_text(input, row[1]);
    (void)snprintf(row[2], CELL, "%.30s", text_of(run, "backend"));
    (void)snprintf(row[3], CELL, "%s", text_of(run, "level"));
    if (!is_timed(run)) {
        (void)snprintf(row[5], CELL, "%s", text_of(run, "status"));
        return;
    }
    number_text(number_of(run, "ns_per_packet"), row[4], CELL);
    interval_text(wall, 1 / packets, row[5], CELL);
    number_text(number_of(json_object_get(run, "cpu_ns"), "median") / packets, row[6], CELL);
    number_text(1e3 / number_of(run, "ns_per_packet"), row[7], CELL);
    median_text(json_object_get(run, "ratio"), row[8]);
    median_text(json_object_get(input, "to_base"), row[9]);
}

static void heads_fill(const input_words *words, row_text row)
{
    for (size_t c = 0; c < COLUMNS; c++)
        (void)snprintf(row[c], CELL, "%s", heads[c]);
    (void)snprintf(row[1], CELL, "%s", words->second);
    (void)snprintf(row[COLUMNS - 1], CELL, "%s", words->last);
}

static void widths_find(const json_t *list, const input_words *words, size_t widths[COLUMNS])
{
    size_t i;
    json_t *input;
    row_text row;
    heads_fill(words, row);
    for (size_t c = 0; c < COLUMNS; c++)
        widths[c] = strlen(row[c]);
    json_array_foreach(list, i, input)
    {
        row_fill(input, row);
        for (size_t c = 0; c < COLUMNS; c++)
            widths[c] = strlen(row[c]) > widths[c] ? strlen(row[c]) : widths[c];
    }
}

static void row_print(const row_text row, const size_t *widths, bool markdown, FILE *out)
{
    for (size_t c = 0; c < COLUMNS; c++)
        if (markdown) {
            fputs("| ", out);
            markdown_text(out, row[c]);
            fputc(' ', out);
        } else {
            fprintf(out, is_word[c] ? "%s%-*s" : "%s%*s", c ? "  " : "", (int)widths[c], row[c]);
        }
    fputs(markdown ? "|\n" : "\n", out);
}

static void heads_print(const input_words *words, const size_t *widths, bool markdown, FILE *out)
{
    row_text row;
    heads_fill(words, row);
    row_print((const char(*)[CELL])row, widths, markdown, out);
    for (size_t c = 0; markdown && c < COLUMNS; c++)
        fputs(is_word[c] ? "|:--" : "|--:", out);
    if (markdown)
        fputs("|\n", out);
}

/* "raw headers, as is, cold: WORDS". */
static void remark_print(const json_t *input, const char *words, FILE *out)
{
    const json_t *run = json_object_get(input, "run");
    char what[INPUT_TEXT];
    input_text(input, what);
    fprintf(out, "%s %s, %s: %s\n", text_of(run, "backend"), text_of(run, "level"), what, words);
}

/* Below the table: why runs have no time, and what must be known of the times. */
static void remarks_print(const json_t *list, FILE *out)
{
    char prefix[REMARK];
    size_t i;
    json_t *input;
    json_array_foreach(list, i, input)
    {
        const json_t *run = json_object_get(input, "run");
        if (!is_timed(run) || has_status(run, "differs"))
            remark_print(input, text_of(run, "reason"), out);
        if (is_timed(run) && remark_prefix(run, prefix))
            remark_print(input, prefix, out);
    }
}

static void notes_print(const json_t *list, const input_words *words, FILE *out)
{
    remarks_print(list, out);
    fprintf(out, "%s\n", words->note);
}

/* The same, with names and reasons as text. */
static void notes_markdown(const json_t *list, const input_words *words, FILE *out)
{
    char *text = NULL;
    size_t size;
    FILE *lines = open_memstream(&text, &size);
    if (!lines)
        return;
    notes_print(list, words, lines);
    if (fclose(lines) == 0)
        markdown_list(out, text);
    free(text);
}

static void table_print(const json_t *results, const input_words *words, bool markdown, FILE *out)
{
    const json_t *list = json_object_get(results, words->list);
    size_t i, widths[COLUMNS];
    json_t *input;
    if (json_array_size(list) == 0)
        return;
    widths_find(list, words, widths);
    fprintf(out, markdown ? "**%s**\n\n" : "%s\n", words->title);
    heads_print(words, widths, markdown, out);
    json_array_foreach(list, i, input)
    {
        row_text row;
        row_fill(input, row);
        row_print((const char(*)[CELL])row, widths, markdown, out);
    }
    if (markdown)
        fputc('\n', out);
    (markdown ? notes_markdown : notes_print)(list, words, out);
    fputc('\n', out);
}

void report_inputs(const json_t *results, bool markdown, FILE *out)
{
    for (size_t i = 0; i < INPUT_TABLES; i++)
        table_print(results, &input_tables[i], markdown, out);
}

const char *report_layout(const json_t *results)
{
    const json_t *slice = json_array_get(json_object_get(results, "slices"), 0);
    const double bytes = number_of(slice, "write_bytes");
    return bytes == 1048576.0 ? ", files written by 1 MiB writes" : "";
}
