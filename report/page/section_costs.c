/* Cost of a packet against its size, and against its place in the slice. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/page/html.h"
#include "report/page/picture.h"
#include "results/reader.h"

enum { SLICES_MAX = 64, EIGHTHS = 8 };

/* The slices by their mean frame. */
static size_t slices_sorted(const json_t *results, const json_t *slices[SLICES_MAX])
{
    size_t i, n = 0;
    json_t *slice;
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        size_t at = n;
        if (n == SLICES_MAX)
            break;
        for (; at > 0 && number_of(slices[at - 1], "mean_frame") > number_of(slice, "mean_frame");
             at--)
            slices[at] = slices[at - 1];
        slices[at] = slice;
        n++;
    }
    return n;
}

/* Where the run stands; its index, or the number of runs. */
static size_t run_index(const json_t *results, const char *backend, const char *slice,
                        const char *level)
{
    const json_t *runs = json_object_get(results, "runs");
    const json_t *wanted = run_of(results, backend, slice, level);
    size_t i = 0;
    while (i < json_array_size(runs) && json_array_get(runs, i) != wanted)
        i++;
    return i;
}

static bool is_timed_anywhere(const json_t *results, const char *backend, const char *level)
{
    size_t i;
    json_t *slice;
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        if (is_timed(run_of(results, backend, text_of(slice, "name"), level)))
            return true;
    }
    return false;
}

/* What the lines of a picture have in common. */
static void frame_script(FILE *script, const char *x_text)
{
    fprintf(script,
            "set border lc rgb \"gray\"\nset tics textcolor rgb \"black\" nomirror\n"
            "set grid x y lc rgb \"gray\" lw 0.5\nset key outside right top reverse Left "
            "samplen 2 spacing 1.1\nset xlabel \"%s\"\nset ylabel \"time per packet (log scale)\" "
            "offset 1\n"
            "set lmargin 11\n",
            x_text);
}

/* The plot command over the blocks $d0.. of the named lines; *count is what there are so far. */
static void line_plot(FILE *commands, size_t *count, size_t colour, const char *name,
                      const char *level)
{
    char title[128];
    (void)snprintf(title, sizeof title, "%s %s", name, level);
    fprintf(commands,
            "%s$d%zu using 1:2 with linespoints lw 2 pt %d ps 0.7 dt %d lc rgb \"%s\" title ",
            *count ? ", " : "plot ", *count,
            strcmp(level, "frames") == 0    ? 6
            : strcmp(level, "headers") == 0 ? 7
                                            : 5,
            strcmp(level, "frames") == 0 ? 2 : 1, picture_colour(colour));
    picture_text(commands, title);
    (*count)++;
}

static void size_data(const json_t *results, const json_t *const *slices, size_t n,
                      const char *backend, const char *level, size_t index, FILE *script,
                      double *low, double *high)
{
    fprintf(script, "$d%zu << EOD\n", index);
    for (size_t s = 0; s < n; s++) {
        const json_t *run = run_of(results, backend, text_of(slices[s], "name"), level);
        double ns = number_of(run, "ns_per_packet");
        if (!is_timed(run))
            continue;
        *low = fmin(*low, ns);
        *high = fmax(*high, ns);
        fprintf(script, "%.9g %.9g\n", number_of(slices[s], "mean_frame"), ns);
    }
    fputs("EOD\n", script);
}

/* Lines of every backend and level over the slices' mean frames. */
static size_t sizes_script(const json_t *results, const json_t *const *slices, size_t n, FILE *out)
{
    char *commands = NULL;
    size_t size, i, count = 0;
    double low = INFINITY, high = 0;
    json_t *backend;
    FILE *plot = open_memstream(&commands, &size);
    if (!plot)
        return 0;
    json_array_foreach(json_object_get(results, "backends"), i, backend)
    {
        const char *name = text_of(backend, "name");
        for (size_t level = 0; level < LEVELS; level++) {
            if (!is_timed_anywhere(results, name, levels[level]))
                continue;
            size_data(results, slices, n, name, levels[level], count, out, &low, &high);
            line_plot(plot, &count, i, name, levels[level]);
        }
    }
    if (fclose(plot) == 0 && count) {
        frame_script(out, "mean frame length of the slice, bytes");
        picture_time_tics(out, "y", low, high);
        fprintf(out, "set xrange [0:*]\n%s\n", commands);
    }
    free(commands);
    return count;
}

static bool sizes_picture(part *p, const json_t *const *slices, size_t n)
{
    char *script = NULL;
    size_t size, count = 0;
    bool drawn = false;
    FILE *out = open_memstream(&script, &size);
    if (!out)
        return false;
    count = sizes_script(p->results, slices, n, out);
    if (fclose(out) == 0 && count)
        drawn = picture_put(p,
                            &(picture){"sizes",
                                       "Time per packet of every backend and level by mean frame "
                                       "length of the slice, as in the table",
                                       960, 340 + 14 * (unsigned)count, false},
                            script);
    free(script);
    return drawn;
}

static void sizes_row(part *p, const json_t *const *slices, size_t n, const char *backend,
                      const char *level)
{
    html_put(p->out, "<tr><th scope=\"row\">%s</th><td>%s</td>", backend, level);
    for (size_t s = 0; s < n; s++) {
        char place[PLACE_BYTES];
        const char *slice = text_of(slices[s], "name");
        const json_t *run = run_of(p->results, backend, slice, level);
        (void)snprintf(place, sizeof place, "/runs/%zu/ns_per_packet",
                       run_index(p->results, backend, slice, level));
        if (is_timed(run))
            html_figure(p->out, number_of(run, "ns_per_packet"), 1, place, NULL);
        else
            html_empty(p->out);
    }
    fputs("</tr>\n", p->out);
}

static void sizes_table(part *p, const json_t *const *slices, size_t n)
{
    char words[SLICES_MAX][96];
    html_head heads[SLICES_MAX + 2] = {{"backend", false}, {"level", false}};
    size_t i;
    json_t *backend;
    for (size_t s = 0; s < n; s++) {
        (void)snprintf(words[s], sizeof words[s], "%.1f bytes: %.48s",
                       number_of(slices[s], "mean_frame"), text_of(slices[s], "name"));
        heads[s + 2] = (html_head){words[s], true};
    }
    html_table_begin(p->out, "ns/packet; slices by mean frame length", heads, n + 2);
    json_array_foreach(json_object_get(p->results, "backends"), i, backend)
    {
        for (size_t level = 0; level < LEVELS; level++)
            if (is_timed_anywhere(p->results, text_of(backend, "name"), levels[level]))
                sizes_row(p, slices, n, text_of(backend, "name"), levels[level]);
    }
    html_table_end(p->out);
}

void section_sizes(part *p)
{
    const json_t *slices[SLICES_MAX];
    size_t n = slices_sorted(p->results, slices);
    if (n < 2)
        return;
    html_put(p->out, "<h3 id=\"sizes-%zu\">Time per packet by frame length</h3>\n", p->index);
    fputs("<p>The slices contain different traffic, so they differ in more than frame length. A "
          "flat line means that the time depends on the number of packets; a rising line, that it "
          "depends on the number of bytes.</p>\n",
          p->out);
    p->sizes_drawn = sizes_picture(p, slices, n);
    sizes_table(p, slices, n);
}

static const json_t *positions_of(const json_t *run)
{
    const json_t *costs = json_object_get(run, "position_ns_per_packet");
    return is_timed(run) && json_array_size(costs) == EIGHTHS ? costs : NULL;
}

static bool has_positions(const json_t *results, const char *slice)
{
    size_t i;
    json_t *run;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        if (positions_of(run) && (!slice || strcmp(text_of(run, "slice"), slice) == 0))
            return true;
    }
    return false;
}

/* The backend's place in the list: its colour in every picture. */
static size_t backend_index(const json_t *results, const char *name)
{
    const json_t *backends = json_object_get(results, "backends");
    const json_t *wanted = named(backends, name);
    size_t i = 0;
    while (i < json_array_size(backends) && json_array_get(backends, i) != wanted)
        i++;
    return i;
}

static size_t positions_script(const json_t *results, const char *slice, FILE *out)
{
    char *commands = NULL;
    size_t size, i, count = 0;
    double low = INFINITY, high = 0;
    json_t *run;
    FILE *plot = open_memstream(&commands, &size);
    if (!plot)
        return 0;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        const json_t *costs = positions_of(run);
        if (!costs || strcmp(text_of(run, "slice"), slice) != 0)
            continue;
        fprintf(out, "$d%zu << EOD\n", count);
        for (size_t e = 0; e < EIGHTHS; e++) {
            double ns = json_number_value(json_array_get(costs, e));
            low = fmin(low, ns > 0 ? ns : low);
            high = fmax(high, ns);
            fprintf(out, "%zu %.9g\n", e + 1, ns);
        }
        fputs("EOD\n", out);
        line_plot(plot, &count, backend_index(results, text_of(run, "backend")),
                  text_of(run, "backend"), text_of(run, "level"));
    }
    if (fclose(plot) == 0 && count && high > 0) {
        frame_script(out, "eighth of the slice's packets");
        picture_time_tics(out, "y", low, high);
        fprintf(out, "set xrange [0.8:8.2]\nset xtics 1\n%s\n", commands);
    }
    free(commands);
    return count;
}

static void positions_picture(part *p, const char *slice)
{
    char *script = NULL, name[PICTURE_NAME / 2], alt[256];
    size_t size, count = 0;
    FILE *out = open_memstream(&script, &size);
    if (!out)
        return;
    count = positions_script(p->results, slice, out);
    (void)snprintf(name, sizeof name, "position-%.32s", slice);
    (void)snprintf(alt, sizeof alt, "Time per packet in each eighth of %.100s, as in the table",
                   slice);
    if (fclose(out) == 0 && count)
        (void)picture_put(p, &(picture){name, alt, 960, 340 + 14 * (unsigned)count, false}, script);
    free(script);
}

static void positions_row(part *p, const json_t *run, size_t index)
{
    const json_t *costs = positions_of(run);
    html_put(p->out, "<tr><th scope=\"row\">%s</th><td>%s</td>", text_of(run, "backend"),
             text_of(run, "level"));
    for (size_t e = 0; e < EIGHTHS; e++) {
        char place[PLACE_BYTES];
        (void)snprintf(place, sizeof place, "/runs/%zu/position_ns_per_packet/%zu", index, e);
        html_figure(p->out, json_number_value(json_array_get(costs, e)), 1, place, NULL);
    }
    if (json_is_number(json_object_get(run, "position_packets")))
        fprintf(p->out,
                "<td class=\"n\" data-sort=\"%.0f\" "
                "data-exact=\"/runs/%zu/position_packets\">%.0f</td>",
                number_of(run, "position_packets"), index, number_of(run, "position_packets"));
    else
        html_empty(p->out);
    html_put(p->out, "<td class=\"n\" data-sort=\"%zu\">runs[%zu]</td></tr>\n", index, index);
}

static void positions_table(part *p, const char *slice)
{
    static const html_head heads[] = {
        {"backend", false}, {"level", false}, {"1st eighth", true}, {"2nd", true},
        {"3rd", true},      {"4th", true},    {"5th", true},        {"6th", true},
        {"7th", true},      {"8th", true},    {"run", true},
    };
    char caption[192];
    size_t i;
    json_t *run;
    (void)snprintf(caption, sizeof caption, "ns/packet in each eighth of the packets of %.96s",
                   slice);
    html_table_begin(p->out, caption, heads, sizeof heads / sizeof heads[0]);
    json_array_foreach(json_object_get(p->results, "runs"), i, run)
    {
        if (positions_of(run) && strcmp(text_of(run, "slice"), slice) == 0)
            positions_row(p, run, i);
    }
    html_table_end(p->out);
}

void section_positions(part *p)
{
    size_t i;
    json_t *slice;
    if (!has_positions(p->results, NULL))
        return;
    html_put(p->out, "<h3 id=\"positions-%zu\">Time per packet by position in the slice</h3>\n",
             p->index);
    fputs(
        "<p>A rising line means that the parser becomes slower the longer it runs: a long capture "
        "then takes longer than these slices suggest. The last eighth includes the end of the "
        "run.</p>\n",
        p->out);
    json_array_foreach(json_object_get(p->results, "slices"), i, slice)
    {
        const char *name = text_of(slice, "name");
        if (!has_positions(p->results, name))
            continue;
        html_put(p->out, "<h4>%s</h4>\n", name);
        positions_picture(p, name);
        positions_table(p, name);
    }
}
