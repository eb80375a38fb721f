/* Every run of a slice: bars and numbers; what whole processes cost. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/page/html.h"
#include "report/page/picture.h"
#include "results/reader.h"

enum { BARS_MAX = 64 };

static const html_head heads[] = {
    {"backend", false},       {"level", false},    {"ns/packet", true}, {"95 %", false},
    {"CPU ns/packet", true},  {"95 %", false},     {"MB/s", true},      {"x raw", true},
    {"95 %", false},          {"load µs", true},   {"peak MB", true},   {"columns", true},
    {"cells compared", true}, {"different", true}, {"status", false},   {"run", true},
};

/* Packets that the run read, and the place of this number in the results. */
static double packets_of(const part *p, const json_t *run, size_t run_index, size_t slice_index,
                         char over[PLACE_BYTES])
{
    double prefix = number_of(run, "prefix_packets");
    const json_t *slice = json_array_get(json_object_get(p->results, "slices"), slice_index);
    if (prefix > 0)
        (void)snprintf(over, PLACE_BYTES, "/runs/%zu/prefix_packets", run_index);
    else
        (void)snprintf(over, PLACE_BYTES, "/slices/%zu/packets", slice_index);
    return prefix > 0 ? prefix : number_of(slice, "packets");
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

static void time_cells(part *p, const json_t *run, size_t run_index, size_t slice_index)
{
    char base[PLACE_BYTES / 2], place[PLACE_BYTES], over[PLACE_BYTES];
    double packets = packets_of(p, run, run_index, slice_index, over);
    (void)snprintf(base, sizeof base, "/runs/%zu", run_index);
    figure_or_empty(p, run, "ns_per_packet", 1, base);
    (void)snprintf(place, sizeof place, "%s/wall_ns", base);
    html_interval(p->out, json_object_get(run, "wall_ns"), 1, packets, place, over);
    (void)snprintf(place, sizeof place, "%s/cpu_ns", base);
    html_summary(p->out, json_object_get(run, "cpu_ns"), 1, packets, place, over);
    figure_or_empty(p, run, "mb_per_s", 1, base);
    (void)snprintf(place, sizeof place, "%s/ratio", base);
    html_summary(p->out, json_object_get(run, "ratio"), 1, 1, place, NULL);
    figure_or_empty(p, run, "load_ns", 1e-3, base);
    figure_or_empty(p, run, "peak_rss_bytes", 1e-6, base);
}

static const char *status_class(const json_t *run)
{
    if (has_status(run, "ok"))
        return "ok";
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
    html_put(p->out, "<td class=\"%s\">%s%s%s", status_class(run), text_of(run, "status"),
             *text_of(run, "reason") ? ": " : "", text_of(run, "reason"));
    if (number_of(run, "prefix_packets") > 0)
        fprintf(p->out, "; first %.0f packets", number_of(run, "prefix_packets"));
    fputs("</td>", p->out);
}

static void run_row(part *p, const json_t *run, size_t run_index, size_t slice_index)
{
    char base[PLACE_BYTES / 2];
    char work[WORK_TEXT];
    const json_t *ratio = json_object_get(run, "ratio");
    const json_t *backend = named(json_object_get(p->results, "backends"), text_of(run, "backend"));
    html_put(p->out, "<tr><th scope=\"row\">%s%s</th><td>%s</td>", text_of(run, "backend"),
             is_ours(backend) ? " (ours)" : "", work_text(run, work));
    if (is_timed(run))
        time_cells(p, run, run_index, slice_index);
    else
        for (size_t i = 0; i < 9; i++)
            html_empty(p->out);
    (void)ratio;
    (void)snprintf(base, sizeof base, "/runs/%zu/agreement", run_index);
    html_put(p->out, "<td class=\"n\" data-sort=\"%zu\">%zu</td>",
             columns_given(p->results, text_of(run, "backend"), text_of(run, "level")),
             columns_given(p->results, text_of(run, "backend"), text_of(run, "level")));
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

/* "y low high median cpu" of every timed run; the last one first, so that the first is on top. */
static size_t bars_write(const part *p, const char *slice, FILE *data, FILE *tics, double *low,
                         double *high)
{
    const json_t *runs = json_object_get(p->results, "runs");
    const json_t *whole = named(json_object_get(p->results, "slices"), slice);
    size_t n = 0;
    for (size_t i = json_array_size(runs); i-- > 0 && n < BARS_MAX;) {
        const json_t *run = json_array_get(runs, i), *wall = json_object_get(run, "wall_ns");
        if (!is_shown(run, slice) || !is_timed(run))
            continue;
        double prefix = number_of(run, "prefix_packets");
        double packets = prefix > 0 ? prefix : number_of(whole, "packets");
        const json_t *ci = json_object_get(wall, "ci95");
        double ns = number_of(run, "ns_per_packet");
        double from = json_is_array(ci) ? json_number_value(json_array_get(ci, 0)) / packets : ns;
        double to = json_is_array(ci) ? json_number_value(json_array_get(ci, 1)) / packets : ns;
        double cpu = number_of(json_object_get(run, "cpu_ns"), "median") / packets;
        char label[128], work[WORK_TEXT];
        fprintf(data, "%zu %.9g %.9g %.9g %.9g %d\n", n, ns, from, to, cpu, has_status(run, "ok"));
        (void)snprintf(label, sizeof label, "%s  %s%s", text_of(run, "backend"),
                       work_text(run, work), has_status(run, "differs") ? " *" : "");
        fputs(n ? ", " : "", tics);
        picture_text(tics, label);
        fprintf(tics, " %zu", n++);
        *low = fmin(*low, cpu > 0 ? fmin(from, cpu) : from);
        *high = fmax(*high, fmax(to, cpu));
    }
    return n;
}

/* The script of a slice's bars; the number of bars. */
static size_t bars_script(const part *p, const char *slice, FILE *out)
{
    char *tics = NULL;
    size_t size, n = 0;
    double low = INFINITY, high = 0;
    FILE *words = open_memstream(&tics, &size);
    if (!words)
        return 0;
    fputs("$d << EOD\n", out);
    n = bars_write(p, slice, out, words, &low, &high);
    fputs("EOD\n", out);
    if (fclose(words) == 0 && n) {
        fprintf(out, "set ytics (%s)\nset yrange [-0.6:%.1f]\n", tics, (double)n - 0.4);
        picture_time_tics(out, "x", low, high);
        fprintf(out,
                "set border lc rgb \"gray\"\nset tics textcolor rgb \"black\" nomirror\n"
                "set grid x lc rgb \"gray\" lw 0.5\nset style fill solid 0.55 noborder\n"
                "set lmargin 26\nset rmargin 4\n"
                "set xlabel \"time per packet (log scale); bar and interval: wall time, triangle: "
                "CPU time\"\n"
                "start = 0.97e%d\n"
                "plot $d using 2:1:(start):2:($1-0.32):($1+0.32) with boxxyerror lc rgb \"%s\" "
                "notitle, $d using 2:1:3:4 with xerrorbars pt 0 lw 2 lc rgb \"black\" notitle, "
                "$d using 5:1 with points pt 8 ps 0.7 lc rgb \"%s\" notitle\n",
                (int)floor(log10(low)), picture_colour(0), picture_colour(1));
    }
    free(tics);
    return n;
}

static void bars_picture(part *p, const char *slice)
{
    char *script = NULL, name[PICTURE_NAME / 2], alt[256];
    size_t size, n = 0;
    FILE *out = open_memstream(&script, &size);
    if (!out)
        return;
    n = bars_script(p, slice, out);
    (void)snprintf(name, sizeof name, "slice-%.32s", slice);
    (void)snprintf(alt, sizeof alt, "Time per packet of every run over %.100s, as in the table",
                   slice);
    if (fclose(out) == 0 && n)
        (void)picture_put(p, &(picture){name, alt, 900, 80 + 26 * (unsigned)n, false}, script);
    free(script);
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

static void slice_show(part *p, const json_t *slice, size_t slice_index)
{
    size_t i;
    json_t *run;
    char caption[192];
    const char *name = text_of(slice, "name");
    html_put(p->out, "<h4 id=\"slice-%zu-%zu\">%s</h4>\n", p->index, slice_index, name);
    fprintf(p->out, "<p>%.0f packets, %.2f MB, mean frame %.1f bytes, %s",
            number_of(slice, "packets"), number_of(slice, "bytes") / 1e6,
            number_of(slice, "mean_frame"), "");
    html_put(p->out, "%s, XXH3 %s.</p>\n", text_of(slice, "format"), text_of(slice, "xxh3"));
    const json_t *filter = json_object_get(slice, "filter");
    if (json_is_object(filter)) {
        html_put(p->out, "<p>The filter <code>%s</code> matches ", text_of(filter, "expression"));
        fprintf(p->out, "%.0f of %.0f packets.</p>\n", number_of(filter, "kept"),
                number_of(filter, "of"));
    }
    bars_picture(p, name);
    (void)snprintf(
        caption, sizeof caption,
        "Runs over %.64s. x raw: time divided by raw's time in the same round, at the same level "
        "if raw has it, otherwise at level headers",
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
    size_t i;
    json_t *slice;
    html_put(p->out, "<h3 id=\"slices-%zu\">Results by slice</h3>\n", p->index);
    json_array_foreach(json_object_get(p->results, "slices"), i, slice)
    {
        slice_show(p, slice, i);
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
