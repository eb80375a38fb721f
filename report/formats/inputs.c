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
     "Each row is computed from a window of 10 packets, or is a flow record, and its values are "
     "hashed; ns/packet counts packets. x headers: divided by the time of the same backend at "
     "level headers. The slices are "
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

typedef void row_filler(const json_t *item, row_text row);

static void widths_find(const json_t *list, const row_text head, row_filler *fill,
                        size_t widths[COLUMNS])
{
    size_t i;
    json_t *item;
    row_text row;
    for (size_t c = 0; c < COLUMNS; c++)
        widths[c] = strlen(head[c]);
    json_array_foreach(list, i, item)
    {
        fill(item, row);
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

static void rows_print(const json_t *list, const char *title, const row_text head, row_filler *fill,
                       bool markdown, FILE *out)
{
    size_t i, widths[COLUMNS];
    json_t *item;
    row_text row;
    widths_find(list, head, fill, widths);
    fprintf(out, markdown ? "**%s**\n\n" : "%s\n", title);
    row_print(head, widths, markdown, out);
    for (size_t c = 0; markdown && c < COLUMNS; c++)
        fputs(is_word[c] ? "|:--" : "|--:", out);
    if (markdown)
        fputs("|\n", out);
    json_array_foreach(list, i, item)
    {
        fill(item, row);
        row_print((const char(*)[CELL])row, widths, markdown, out);
    }
    if (markdown)
        fputc('\n', out);
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

/* Flow records of other programs. */

static const char records_note[] =
    "Beside those of `pktbench extract --features records` with the same timeouts. equal: records "
    "with the same ends, direction, times, packets and bytes. "
    "ns/packet: median of whole processes, less that over a capture without packets; empty where "
    "that is not above 0. x ours: "
    "divided by that of `pktbench extract`, which writes CSV too.";

static const char *const record_heads[COLUMNS] = {
    "file",  "program",   "version",       "status", "records",
    "equal", "ns/packet", "CPU ns/packet", "Mpkt/s", "x ours"};

static void record_fill(const json_t *run, row_text row)
{
    const double packets = number_of(run, "packets"), ours = number_of(run, "net_s_ours");
    const double net = number_of(run, "net_s");
    memset(row, 0, sizeof(row_text));
    (void)snprintf(row[0], CELL, "%.60s", text_of(run, "slice"));
    (void)snprintf(row[1], CELL, "%.30s", text_of(run, "program"));
    (void)snprintf(row[2], CELL, "%.30s", text_of(run, "version"));
    (void)snprintf(row[3], CELL, "%.20s", text_of(run, "status"));
    if (!json_object_get(run, "net_s"))
        return;
    (void)snprintf(row[4], CELL, "%.0f", number_of(run, "records"));
    (void)snprintf(row[5], CELL, "%.0f", number_of(run, "equal"));
    if (net <= 0) /* too few packets beside the noise of the start */
        return;
    number_text(net * 1e9 / packets, row[6], CELL);
    number_text(number_of(run, "net_cpu_s") * 1e9 / packets, row[7], CELL);
    number_text(packets / net * 1e-6, row[8], CELL);
    if (ours > 0)
        number_text(net / ours, row[9], CELL);
}

static void record_notes_print(const json_t *list, const input_words *words, FILE *out)
{
    size_t i, c;
    json_t *run, *class;
    json_array_foreach(list, i, run)
    {
        if (*text_of(run, "reason"))
            fprintf(out, "%s, %s: %s\n", text_of(run, "program"), text_of(run, "slice"),
                    text_of(run, "reason"));
        json_array_foreach(json_object_get(run, "classes"), c, class)
        {
            fprintf(out, "%s, %s: %.0f of %.0f records: %s: %s\n", text_of(run, "program"),
                    text_of(run, "slice"), number_of(class, "records"),
                    number_of(run, "records_ours"), text_of(class, "name"),
                    text_of(class, "meaning"));
        }
    }
    fprintf(out, "%s\n", words->note);
}

/* What stands below a table. */
typedef void notes_printer(const json_t *list, const input_words *words, FILE *out);

/* The same in Markdown, with names and reasons as text. */
static void notes_markdown(const json_t *list, const input_words *words, notes_printer *print,
                           FILE *out)
{
    char *text = NULL;
    size_t size;
    FILE *lines = open_memstream(&text, &size);
    if (!lines)
        return;
    print(list, words, lines);
    if (fclose(lines) == 0)
        markdown_list(out, text);
    free(text);
}

/* Nothing if the results have no such list. */
static void table_print(const json_t *results, const input_words *words, const row_text head,
                        row_filler *fill, notes_printer *notes, bool markdown, FILE *out)
{
    const json_t *list = json_object_get(results, words->list);
    if (json_array_size(list) == 0)
        return;
    rows_print(list, words->title, head, fill, markdown, out);
    if (markdown)
        notes_markdown(list, words, notes, out);
    else
        notes(list, words, out);
    fputc('\n', out);
}

const input_words record_words = {"record_runs", "Flow records of other programs", "", "",
                                  records_note};

static void records_print(const json_t *results, bool markdown, FILE *out)
{
    row_text head;
    for (size_t c = 0; c < COLUMNS; c++)
        (void)snprintf(head[c], CELL, "%s", record_heads[c]);
    table_print(results, &record_words, (const char(*)[CELL])head, record_fill, record_notes_print,
                markdown, out);
}

void report_inputs(const json_t *results, bool markdown, FILE *out)
{
    for (size_t i = 0; i < INPUT_TABLES; i++) {
        row_text head;
        heads_fill(&input_tables[i], head);
        table_print(results, &input_tables[i], (const char(*)[CELL])head, row_fill, notes_print,
                    markdown, out);
    }
    records_print(results, markdown, out);
}

const char *report_layout(const json_t *results)
{
    const json_t *slice = json_array_get(json_object_get(results, "slices"), 0);
    const double bytes = number_of(slice, "write_bytes");
    return bytes == 1048576.0 ? ", files written by 1 MiB writes" : "";
}
