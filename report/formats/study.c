/* The table of the published study: three Python libraries, compared with dpkt in two ways and with
 * a native backend. */
#include "report/formats/study.h"

#include <string.h>

#include "report/text/markdown.h"
#include "results/reader.h"

enum { CELL = 64, COLUMNS = 7 };

static const char *const heads[COLUMNS] = {
    "library",        "published",       "this slice",      "CPU",
    "x dpkt reading", "x dpkt decoding", "x native backend"};

/* Which rows of the results make a line: by reading and library. As published, a library parses
 * alone; like for like, it also builds columns, as the native backend does. */
static const struct {
    const char *title, *reading, *library;
} lines[] = {
    {"dpkt, reading", "as-published", "dpkt"},
    {"dpkt, decoding", "like-for-like", "dpkt"},
    {"Scapy, dissecting", "as-published", "scapy"},
    {"PyShark, dissecting", "as-published", "pyshark"},
};

static const json_t *row_of(const json_t *study, const char *reading, const char *slice,
                            const char *library)
{
    size_t i;
    json_t *row;
    json_array_foreach(study, i, row)
    {
        if (strcmp(text_of(row, "reading"), reading) == 0 &&
            strcmp(text_of(row, "slice"), slice) == 0 &&
            strcmp(text_of(row, "library"), library) == 0)
            return row;
    }
    return NULL;
}

static void with_interval(const json_t *summary, const char *unit, char *text)
{
    char median[24], interval[CELL / 2];
    number_text(number_of(summary, "median"), median, sizeof median);
    interval_text(summary, 1, interval, sizeof interval);
    (void)snprintf(text, CELL, "%s%s%s%s", median, unit, *interval ? " " : "", interval);
}

static void ratio_text(const json_t *row, char *text)
{
    const json_t *ratio = json_object_get(row, "to_dpkt");
    *text = '\0';
    if (json_is_object(ratio))
        with_interval(ratio, "", text);
}

/* CPU seconds for the whole slice. */
static void cpu_text(const json_t *results, const json_t *row, char *text)
{
    const char *slice = text_of(row, "slice");
    const json_t *run = run_of_study(results, row);
    double packets = packets_read(results, run),
           cpu = number_of(json_object_get(run, "cpu_ns"), "median");
    char number[24];
    if (!(packets > 0) || !(cpu > 0))
        return;
    number_text(cpu * 1e-9 / packets *
                    number_of(named(json_object_get(results, "slices"), slice), "packets"),
                number, sizeof number);
    (void)snprintf(text, CELL, "%s s", number);
}

typedef char line_text[COLUMNS][CELL];

/* false: the library has no such row. */
static bool line_fill(const json_t *results, const char *slice, size_t index, line_text line)
{
    const json_t *study = json_object_get(results, "study");
    const bool is_dpkt = strcmp(lines[index].library, "dpkt") == 0;
    const json_t *row = row_of(study, lines[index].reading, slice, lines[index].library);
    const json_t *alike = row_of(study, "like-for-like", slice, lines[index].library);
    const json_t *native = json_object_get(is_dpkt || !alike ? row : alike, "to_native");
    memset(line, 0, sizeof(line_text));
    if (!row)
        return false;
    (void)snprintf(line[0], CELL, "%s%s", lines[index].title,
                   number_of(row, "prefix_packets") > 0 ? " *" : "");
    (void)snprintf(line[1], CELL, "%.2f s", number_of(row, "published_s"));
    with_interval(json_object_get(row, "slice_s"), " s", line[2]);
    cpu_text(results, row, line[3]);
    ratio_text(row_of(study, "as-published", slice, lines[index].library), line[4]);
    ratio_text(alike, line[5]);
    if (is_dpkt)
        line[4][0] = line[5][0] = '\0';
    if (json_is_object(native)) {
        char times[CELL / 2];
        number_text(number_of(native, "median"), times, sizeof times);
        (void)snprintf(line[6], CELL, "%s x %.16s %.10s", times, text_of(native, "backend"),
                       text_of(native, "level"));
    }
    return true;
}

static void line_print(const line_text line, bool markdown, FILE *out)
{
    static const int widths[COLUMNS] = {23, 11, 27, 11, 24, 24, 0};
    for (size_t c = 0; c < COLUMNS; c++) {
        if (markdown && c == COLUMNS - 1) { /* has the name of a backend */
            fputs("| ", out);
            markdown_text(out, line[c]);
            fputc(' ', out);
        } else if (markdown) {
            fprintf(out, "| %s ", line[c]);
        } else {
            fprintf(out, "%-*s", widths[c], line[c]);
        }
    }
    fputs(markdown ? "|\n" : "\n", out);
}

static void slice_title(const char *title, const char *slice, bool markdown, FILE *out)
{
    if (markdown) {
        fprintf(out, "**%s, ", title);
        markdown_text(out, slice);
        fputs("**\n\n", out);
    } else {
        fprintf(out, "%s, %s\n", title, slice);
    }
}

static void slice_print(const json_t *results, const char *slice, bool markdown, FILE *out)
{
    line_text line;
    slice_title("Libraries of the published study", slice, markdown, out);
    for (size_t c = 0; c < COLUMNS; c++)
        (void)snprintf(line[c], CELL, "%s", heads[c]);
    line_print((const char(*)[CELL])line, markdown, out);
    if (markdown)
        fputs("|:--|:--|:--|:--|:--|:--|:--|\n", out);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (line_fill(results, slice, i, line))
            line_print((const char(*)[CELL])line, markdown, out);
    fputc('\n', out);
}

/* As Markdown a list, whose items keep the mark of the tables. */
static void prefix_notes(const json_t *study, const char *slice, bool markdown, bool *begun,
                         FILE *out)
{
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const json_t *row = row_of(study, lines[i].reading, slice, lines[i].library);
        if (number_of(row, "prefix_packets") <= 0)
            continue;
        if (markdown && !*begun)
            fputc('\n', out);
        *begun = true;
        fprintf(out, "%s* %s, ", markdown ? "- \\" : "", lines[i].title);
        if (markdown)
            markdown_text(out, slice);
        else
            fputs(slice, out);
        fprintf(out, ": timed over the first %.0f packets, scaled to the slice.\n",
                number_of(row, "prefix_packets"));
    }
}

/* The third reading has a table of its own. */
enum { NAMES_COLUMNS = 5 };
typedef char names_text[NAMES_COLUMNS][CELL];

static void names_line(const names_text line, bool markdown, FILE *out)
{
    static const int widths[NAMES_COLUMNS] = {23, 27, 11, 24, 0};
    for (size_t c = 0; c < NAMES_COLUMNS; c++) {
        if (markdown)
            fprintf(out, "| %s ", line[c]);
        else
            fprintf(out, "%-*s", widths[c], line[c]);
    }
    fputs(markdown ? "|\n" : "\n", out);
}

static void names_fill(const json_t *results, const json_t *row, const char *title, names_text line)
{
    const json_t *native = json_object_get(row, "to_native");
    char times[CELL / 2];
    memset(line, 0, sizeof(names_text));
    (void)snprintf(line[0], CELL, "%s%s", title, number_of(row, "prefix_packets") > 0 ? " *" : "");
    with_interval(json_object_get(row, "slice_s"), " s", line[1]);
    cpu_text(results, row, line[2]);
    ratio_text(row, line[3]);
    if (!json_is_object(native))
        return;
    number_text(number_of(native, "median"), times, sizeof times);
    (void)snprintf(line[4], CELL, "%s x %.16s %.10s", times, text_of(native, "backend"),
                   text_of(native, "level"));
}

/* Nothing if the results do not have the reading. */
static void names_print(const json_t *results, const char *slice, bool markdown, FILE *out)
{
    static const char *const libraries[][2] = {
        {"dpkt", "dpkt"}, {"scapy", "Scapy"}, {"pyshark", "PyShark"}};
    static const names_text head = {"library", "this slice", "CPU", "x dpkt", "x native backend"};
    const json_t *study = json_object_get(results, "study");
    bool begun = false, is_scaled = false;
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
        const json_t *row = row_of(study, "names", slice, libraries[i][0]);
        names_text line;
        if (!row)
            continue;
        if (!begun) {
            slice_title("Names out of packets", slice, markdown, out);
            names_line(head, markdown, out);
            if (markdown)
                fputs("|:--|:--|:--|:--|:--|\n", out);
        }
        begun = true;
        is_scaled = is_scaled || number_of(row, "prefix_packets") > 0;
        names_fill(results, row, libraries[i][1], line);
        names_line((const char(*)[CELL])line, markdown, out);
    }
    if (is_scaled)
        fprintf(out, "%s* timed over the first packets, scaled to the slice.\n",
                markdown ? "\n\\" : "");
    if (begun)
        fputc('\n', out);
}

void report_study(const json_t *results, bool markdown, FILE *out)
{
    size_t i;
    json_t *slice;
    bool begun = false;
    const json_t *study = json_object_get(results, "study");
    if (json_array_size(study) == 0 || has_captures(results))
        return; /* the study is of other traffic than the user's */
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        slice_print(results, text_of(slice, "name"), markdown, out);
        names_print(results, text_of(slice, "name"), markdown, out);
    }
    fputs("Published: times for 10 MB of CIC-IoT-2023 traffic; ratios 1 : 102 : 1179.\n", out);
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        prefix_notes(study, text_of(slice, "name"), markdown, &begun, out);
    }
    fputc('\n', out);
}
