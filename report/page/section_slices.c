/* Every run of a slice: dots and numbers; what whole processes cost. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/findings/distribution.h"
#include "report/findings/remarks.h"
#include "report/html/dot_chart.h"
#include "report/html/html.h"
#include "report/page/picture.h"
#include "results/reader.h"

static const html_head heads[] = {
    {"backend", false},
    {"level", false},
    {"ns/packet", true},
    {"95 %", false},
    {"samples", false},
    {"first run", true},
    {"CPU ns/packet", true},
    {"95 %", false},
    {"million packets/s", true},
    {"Gbit/s", true},
    {"MB/s", true},
    {"x raw", true},
    {"95 %", false},
    {"load µs", true},
    {"peak MB", true},
    {"columns", true},
    {"cells compared", true},
    {"different", true},
    {"status", false},
    {"run", true},
};

enum { TIME_CELLS = 13 };

/* Place of the number of packets that the run read in the results. */
static void packets_place(const json_t *run, size_t run_index, size_t slice_index,
                          char over[PLACE_BYTES])
{
    if (number_of(run, "prefix_packets") > 0)
        (void)snprintf(over, PLACE_BYTES, "/runs/%zu/prefix_packets", run_index);
    else
        (void)snprintf(over, PLACE_BYTES, "/slices/%zu/packets", slice_index);
}

static void figure_or_empty(part *p, const json_t *run, const char *key, double factor,
                            const char *base)
{
    char place[PLACE_BYTES];
    const json_t *number = json_object_get(run, key);
    (void)snprintf(place, sizeof place, "%s/%s", base, key);
    if (json_is_number(number))
        html_figure(p->out, json_number_value(number), factor, place, NULL);
    else
        html_empty(p->out);
}

static void samples_cell(part *p, const json_t *run)
{
    double bins[HISTOGRAM_BINS];
    spread s;
    char alt[160], low[32], high[32];
    if (!sample_histogram(run, bins) || !sample_spread(run, &s)) {
        html_empty(p->out);
        return;
    }
    number_text(s.low, low, sizeof low);
    number_text(s.high, high, sizeof high);
    (void)snprintf(alt, sizeof alt, "%zu samples, 90 %% of them from %s to %s ns/packet", s.samples,
                   low, high);
    html_histogram(p->out, bins, HISTOGRAM_BINS, alt);
}

/* Memory of the first packets is marked: that of the slice is not known. */
static void memory_cell(part *p, const json_t *run, const char *base)
{
    double bytes = number_of(run, "peak_rss_bytes");
    char text[32];
    if (!(number_of(run, "prefix_packets") > 0) || !(bytes > 0)) {
        figure_or_empty(p, run, "peak_rss_bytes", 1e-6, base);
        return;
    }
    number_text(bytes * 1e-6, text, sizeof text);
    fprintf(p->out, "<td class=\"n\" data-sort=\"%.9g\">", bytes * 1e-6);
    html_put(p->out, "<span data-json=\"%s/peak_rss_bytes\" data-factor=\"1e-06\">%s</span>*</td>",
             base, text);
}

/* ns/packet of the first run of a process. `over`: the place of `packets`. */
static void first_run_cell(part *p, const json_t *run, double packets, const char *base,
                           const char *over)
{
    char place[PLACE_BYTES];
    (void)snprintf(place, sizeof place, "%s/first_run_ns", base);
    if (json_is_number(json_object_get(run, "first_run_ns")) && packets > 0)
        html_figure(p->out, number_of(run, "first_run_ns") / packets, 1, place, over);
    else
        html_empty(p->out);
}

static void rate_cells(part *p, const json_t *run, size_t slice_index, const char *base)
{
    const json_t *slice = json_array_get(json_object_get(p->results, "slices"), slice_index);
    double ns = number_of(run, "ns_per_packet");
    char place[PLACE_BYTES];
    (void)snprintf(place, sizeof place, "%s/ns_per_packet", base);
    html_quotient(p->out, 1e3, ns, place);
    html_quotient(p->out, wire_bits(slice), ns, place);
    figure_or_empty(p, run, "mb_per_s", 1, base);
}

static void time_cells(part *p, const json_t *run, size_t run_index, size_t slice_index)
{
    char base[PLACE_BYTES / 2], place[PLACE_BYTES], over[PLACE_BYTES];
    double packets = packets_read(p->results, run);
    packets_place(run, run_index, slice_index, over);
    (void)snprintf(base, sizeof base, "/runs/%zu", run_index);
    figure_or_empty(p, run, "ns_per_packet", 1, base);
    (void)snprintf(place, sizeof place, "%s/wall_ns", base);
    html_interval(p->out, json_object_get(run, "wall_ns"), 1, packets, place, over);
    samples_cell(p, run);
    first_run_cell(p, run, packets, base, over);
    (void)snprintf(place, sizeof place, "%s/cpu_ns", base);
    html_summary(p->out, json_object_get(run, "cpu_ns"), 1, packets, place, over);
    rate_cells(p, run, slice_index, base);
    (void)snprintf(place, sizeof place, "%s/ratio", base);
    html_summary(p->out, json_object_get(run, "ratio"), 1, 1, place, NULL);
    figure_or_empty(p, run, "load_ns", 1e-3, base);
    memory_cell(p, run, base);
}

static const char *status_class(const json_t *run)
{
    if (has_status(run, "ok"))
        return "ok w";
    return is_timed(run) ? "differs w" : "bad w";
}

/* A count, exact. */
static void count_cell(part *p, const json_t *object, const char *key, const char *base)
{
    if (!json_is_number(json_object_get(object, key))) {
        html_empty(p->out);
        return;
    }
    fprintf(p->out, "<td class=\"n\" data-sort=\"%.0f\" data-exact=\"%s/%s\">%.0f</td>",
            number_of(object, key), base, key, number_of(object, key));
}

static void status_cell(part *p, const json_t *run)
{
    char remark[REMARK];
    html_put(p->out, "<td class=\"%s\">%s%s%s", status_class(run), text_of(run, "status"),
             *text_of(run, "reason") ? ": " : "", text_of(run, "reason"));
    for (size_t i = 0; remark_of(p->results, run, i, remark); i++)
        html_put(p->out, "; %s", remark);
    fputs("</td>", p->out);
}

static void run_row(part *p, const json_t *run, size_t run_index, size_t slice_index)
{
    char base[PLACE_BYTES / 2];
    char work[WORK_TEXT];
    const json_t *backend = named(json_object_get(p->results, "backends"), text_of(run, "backend"));
    html_put(p->out, "<tr><th scope=\"row\">%s%s</th><td>%s</td>", text_of(run, "backend"),
             is_ours(backend) ? " (ours)" : "", work_text(run, work));
    if (is_timed(run))
        time_cells(p, run, run_index, slice_index);
    else
        for (size_t i = 0; i < TIME_CELLS; i++)
            html_empty(p->out);
    (void)snprintf(base, sizeof base, "/runs/%zu/agreement", run_index);
    const size_t columns = is_parse_alone(run) ? 0
                                               : columns_given(p->results, text_of(run, "backend"),
                                                               text_of(run, "level"));
    html_put(p->out, "<td class=\"n\" data-sort=\"%zu\">%zu</td>", columns, columns);
    count_cell(p, json_object_get(run, "agreement"), "cells_compared", base);
    count_cell(p, json_object_get(run, "agreement"), "cells_different", base);
    status_cell(p, run);
    html_put(p->out, "<td class=\"n\" data-sort=\"%zu\">runs[%zu]</td></tr>\n", run_index,
             run_index);
}

static bool is_shown(const json_t *run, const char *slice)
{
    return strcmp(text_of(run, "slice"), slice) == 0 && !has_status(run, "not-offered");
}

/* Grows the range by a time. */
static void range_grow(dot_chart *c, double ns)
{
    if (ns > 0) {
        c->low = fmin(c->low, ns);
        c->high = fmax(c->high, ns);
    }
}

static void row_fill(const json_t *results, const json_t *run, dot_row *row)
{
    enum { PROCESSES = DOTS_MAX - 2 };
    double medians[PROCESSES], cpu = number_of(json_object_get(run, "cpu_ns"), "median");
    char work[WORK_TEXT];
    size_t n = process_medians(run, medians, PROCESSES);
    *row = (dot_row){.count = 0};
    while (row->colour + 1 < LEVELS && strcmp(levels[row->colour], text_of(run, "level")) != 0)
        row->colour++;
    (void)snprintf(row->label, LABEL, "%.40s  %s", text_of(run, "backend"), work_text(run, work));
    for (size_t i = 0; i < n; i++)
        row->dots[row->count++] = (dot){medians[i], MARK_FAINT};
    if (cpu > 0)
        row->dots[row->count++] = (dot){cpu / packets_read(results, run), MARK_STROKE};
    if (!run_interval(run, &row->low, &row->high))
        row->low = row->high = 0;
    row->dots[row->count++] =
        (dot){number_of(run, "ns_per_packet"), has_status(run, "ok") ? MARK_DOT : MARK_OPEN};
}

/* The axis, which is the same for all slices. */
static void range_fill(const json_t *results, dot_chart *c)
{
    size_t i;
    json_t *run;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        dot_row row;
        if (!is_timed(run))
            continue;
        row_fill(results, run, &row);
        for (size_t d = 0; d < row.count; d++)
            range_grow(c, row.dots[d].ns);
        range_grow(c, row.low);
        range_grow(c, row.high);
    }
}

static void rows_fill(const json_t *results, const char *slice, dot_chart *c)
{
    size_t i;
    json_t *run;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        if (is_timed(run) && strcmp(text_of(run, "slice"), slice) == 0 && c->count < DOT_ROWS_MAX)
            row_fill(results, run, &c->rows[c->count++]);
    }
}

/* `range`: the axis. */
static void slice_picture(part *p, const char *slice, const dot_chart *range)
{
    char name[PICTURE_NAME / 2], alt[256];
    dot_chart c = {.rows = calloc(DOT_ROWS_MAX, sizeof(dot_row)),
                   .low = range->low,
                   .high = range->high,
                   .axis = "time per packet (log scale)"};
    (void)snprintf(name, sizeof name, "slice-%.32s", slice);
    (void)snprintf(alt, sizeof alt, "Time per packet of every run over %.100s, as in the table",
                   slice);
    if (c.rows)
        rows_fill(p->results, slice, &c);
    if (c.count > 0)
        (void)picture_put(
            p, &(picture){name, alt,
                          "Dot: median of the wall time; small dots: medians of the processes; "
                          "line: 95 % interval, where it is wider than the dot; stroke: CPU time. "
                          "Open: some cells differ from the reference. The axis is the same for "
                          "all slices.",
                          dot_chart_draw, &c});
    free(c.rows);
}

static void slice_aa(part *p, const char *slice)
{
    size_t i;
    json_t *aa;
    json_array_foreach(json_object_get(p->results, "aa"), i, aa)
    {
        char median[32], interval[96];
        if (strcmp(text_of(aa, "slice"), slice) != 0)
            continue;
        number_text(number_of(aa, "median"), median, sizeof median);
        interval_text(aa, 1, interval, sizeof interval);
        html_put(p->out,
                 "<p class=\"note\">A/A: %s %s compared with itself takes "
                 "<span data-json=\"/aa/%zu/median\">%s</span> times as long ",
                 text_of(aa, "backend"), text_of(aa, "level"), i, median);
        html_put(p->out,
                 "<span data-json=\"/aa/%zu/ci95\">%s</span>: treat smaller differences as "
                 "noise.</p>\n",
                 i, interval);
    }
}

static const char *origin_words(const json_t *slice)
{
    const json_t *origin = json_object_get(slice, "origin");
    const char *piece = text_of(origin, "part");
    if (strcmp(text_of(origin, "kind"), "capture") != 0)
        return "generated traffic";
    return strcmp(piece, "start") == 0    ? "start of your capture"
           : strcmp(piece, "middle") == 0 ? "middle of your capture"
           : strcmp(piece, "end") == 0    ? "end of your capture"
                                          : "your capture";
}

static void slice_show(part *p, const json_t *slice, size_t slice_index, const dot_chart *range)
{
    size_t i;
    json_t *run;
    char caption[512];
    const char *name = text_of(slice, "name");
    html_put(p->out, "<h4 id=\"slice-%zu-%zu\">%s: %s</h4>\n", p->index, slice_index, name,
             origin_words(slice));
    fprintf(p->out, "<p>%.0f packets, %.2f MB, mean frame %.1f bytes, ",
            number_of(slice, "packets"), number_of(slice, "bytes") / 1e6,
            number_of(slice, "mean_frame"));
    html_put(p->out, "%s, XXH3 %s.</p>\n", text_of(slice, "format"), text_of(slice, "xxh3"));
    const json_t *filter = json_object_get(slice, "filter");
    if (json_is_object(filter)) {
        html_put(p->out, "<p>The filter <code>%s</code> matches ", text_of(filter, "expression"));
        fprintf(p->out, "%.0f of %.0f packets.</p>\n", number_of(filter, "kept"),
                number_of(filter, "of"));
    }
    slice_picture(p, name, range);
    (void)snprintf(
        caption, sizeof caption,
        "Runs over %.64s. x raw: time divided by raw's time in the same round, at the same level "
        "if raw has it, otherwise at level headers. samples: how many were faster or slower than "
        "the median, from 1/1.5 to 1.5 times of it. first run: ns/packet of the first run of a "
        "process, which the other times leave out; not measured where empty. Gbit/s: frames with "
        "the 24 bytes that Ethernet "
        "adds. *: of the first packets alone",
        name);
    html_table_begin(p->out, caption, heads, sizeof heads / sizeof heads[0]);
    json_array_foreach(json_object_get(p->results, "runs"), i, run)
    {
        if (is_shown(run, name))
            run_row(p, run, i, slice_index);
    }
    html_table_end(p->out);
    slice_aa(p, name);
}

void section_slices(part *p)
{
    dot_chart range = {.low = INFINITY};
    size_t i;
    json_t *slice;
    range_fill(p->results, &range);
    html_put(p->out, "<h3 id=\"slices-%zu\">Results by slice</h3>\n", p->index);
    json_array_foreach(json_object_get(p->results, "slices"), i, slice)
    {
        slice_show(p, slice, i, &range);
    }
}

static void process_row(part *p, const json_t *run, size_t i)
{
    char base[PLACE_BYTES / 2];
    (void)snprintf(base, sizeof base, "/process_runs/%zu", i);
    html_put(p->out, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td>", text_of(run, "backend"),
             text_of(run, "level"), text_of(run, "slice"));
    figure_or_empty(p, run, "median_s", 1e3, base);
    figure_or_empty(p, run, "start_up_s", 1e3, base);
    figure_or_empty(p, run, "net_s", 1e3, base);
    html_put(p->out, "<td class=\"w\"><code>%s</code></td>", text_of(run, "command"));
    html_put(p->out, "<td class=\"n\" data-sort=\"%zu\">process_runs[%zu]</td></tr>\n", i, i);
}

void section_start_up(part *p)
{
    static const html_head process_heads[] = {
        {"backend", false},   {"level", false},      {"slice", false},
        {"process ms", true}, {"start-up ms", true}, {"without start-up ms", true},
        {"command", false},   {"run", true},
    };
    const json_t *runs = json_object_get(p->results, "process_runs");
    size_t i;
    json_t *run;
    if (json_array_size(runs) == 0)
        return;
    html_put(p->out, "<h3 id=\"startup-%zu\">Start-up of processes</h3>\n", p->index);
    fputs(
        "<p>The times above do not include what a process does before the first packet. These are "
        "times of whole processes, measured with hyperfine. Start-up is the same command on a "
        "capture without packets.</p>\n",
        p->out);
    html_table_begin(p->out, "Whole processes", process_heads,
                     sizeof process_heads / sizeof process_heads[0]);
    json_array_foreach(runs, i, run)
    {
        process_row(p, run, i);
    }
    html_table_end(p->out);
}
