/* Cost of a packet against its size, and against its place in the slice. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/html/html.h"
#include "report/html/line_chart.h"
#include "report/page/picture.h"
#include "results/reader.h"

enum { SLICES_MAX = POINTS_MAX, EIGHTHS = 8 };

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

/* The next line of the chart; NULL if it has no room. Marks and dashes tell the levels. */
static series *series_add(line_chart *c, size_t colour, const char *name, const char *level)
{
    if (c->count == SERIES_MAX)
        return NULL;
    series *s = &c->list[c->count++];
    *s = (series){.colour = colour,
                  .open = strcmp(level, "headers") != 0,
                  .dashed = strcmp(level, "frames") == 0};
    (void)snprintf(s->label, LABEL, "%.40s %.16s", name, level);
    return s;
}

static void point_add(line_chart *c, series *s, double x, double ns)
{
    if (!s || s->count == POINTS_MAX || !(ns > 0))
        return;
    s->x[s->count] = x;
    s->ns[s->count++] = ns;
    c->low = fmin(c->low, ns);
    c->high = fmax(c->high, ns);
}

/* Lines of every backend and level over the slices' mean frames. */
static void sizes_fill(const json_t *results, const json_t *const *slices, size_t n, line_chart *c)
{
    size_t i;
    json_t *backend;
    json_array_foreach(json_object_get(results, "backends"), i, backend)
    {
        const char *name = text_of(backend, "name");
        for (size_t level = 0; level < LEVELS; level++) {
            if (!is_timed_anywhere(results, name, levels[level]))
                continue;
            series *line = series_add(c, i, name, levels[level]);
            for (size_t s = 0; s < n; s++) {
                const json_t *run =
                    run_of(results, name, text_of(slices[s], "name"), levels[level]);
                if (is_timed(run))
                    point_add(c, line, number_of(slices[s], "mean_frame"),
                              number_of(run, "ns_per_packet"));
            }
        }
    }
}

static bool sizes_picture(part *p, const json_t *const *slices, size_t n)
{
    double longest = number_of(slices[n - 1], "mean_frame");
    bool drawn = false;
    line_chart c = {.list = calloc(SERIES_MAX, sizeof(series)),
                    .x_title = "mean frame length, bytes",
                    .low = INFINITY};
    c.x_step = axis_step(fmax(longest, 1));
    c.x_high = c.x_step * ceil(fmax(longest, 1) / c.x_step);
    if (c.list)
        sizes_fill(p->results, slices, n, &c);
    if (c.count > 0)
        drawn = picture_put(p, &(picture){"sizes",
                                          "Time per packet of every backend and level by mean "
                                          "frame length of the slice, as in the table",
                                          "Wall time per packet on a logarithmic scale. Colours "
                                          "are backends; filled dots are level headers, dashed "
                                          "lines level frames.",
                                          line_chart_draw, &c});
    free(c.list);
    return drawn;
}

/* Place of an element in a list of the results. */
static size_t index_in(const json_t *list, const json_t *wanted)
{
    size_t i = 0;
    while (i < json_array_size(list) && json_array_get(list, i) != wanted)
        i++;
    return i;
}

/* Wall and CPU time per packet. */
static void time_cells(part *p, const json_t *run, const json_t *slice)
{
    char place[PLACE_BYTES], over[PLACE_BYTES];
    size_t index = index_in(json_object_get(p->results, "runs"), run);
    (void)snprintf(place, sizeof place, "/runs/%zu/ns_per_packet", index);
    html_figure(p->out, number_of(run, "ns_per_packet"), 1, place, NULL);
    if (number_of(run, "prefix_packets") > 0)
        (void)snprintf(over, sizeof over, "/runs/%zu/prefix_packets", index);
    else
        (void)snprintf(over, sizeof over, "/slices/%zu/packets",
                       index_in(json_object_get(p->results, "slices"), slice));
    (void)snprintf(place, sizeof place, "/runs/%zu/cpu_ns/median", index);
    html_figure(p->out,
                number_of(json_object_get(run, "cpu_ns"), "median") / packets_read(p->results, run),
                1, place, over);
}

static void sizes_row(part *p, const json_t *const *slices, size_t n, const char *backend,
                      const char *level)
{
    html_put(p->out, "<tr><th scope=\"row\">%s</th><td>%s</td>", backend, level);
    for (size_t s = 0; s < n; s++) {
        const json_t *run = run_of(p->results, backend, text_of(slices[s], "name"), level);
        if (is_timed(run)) {
            time_cells(p, run, slices[s]);
        } else {
            html_empty(p->out);
            html_empty(p->out);
        }
    }
    fputs("</tr>\n", p->out);
}

static void sizes_table(part *p, const json_t *const *slices, size_t n)
{
    char words[SLICES_MAX][96];
    html_head heads[2 * SLICES_MAX + 2] = {{"backend", false}, {"level", false}};
    size_t i;
    json_t *backend;
    for (size_t s = 0; s < n; s++) {
        (void)snprintf(words[s], sizeof words[s], "%.1f bytes: %.48s",
                       number_of(slices[s], "mean_frame"), text_of(slices[s], "name"));
        heads[2 * s + 2] = (html_head){words[s], true};
        heads[2 * s + 3] = (html_head){"CPU", true};
    }
    html_table_begin(p->out, "ns/packet, wall and CPU; slices by mean frame length", heads,
                     2 * n + 2);
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

static void positions_fill(const json_t *results, const char *slice, line_chart *c)
{
    const json_t *backends = json_object_get(results, "backends");
    size_t i;
    json_t *run;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        const json_t *costs = positions_of(run);
        if (!costs || strcmp(text_of(run, "slice"), slice) != 0)
            continue;
        series *line = series_add(c, index_in(backends, named(backends, text_of(run, "backend"))),
                                  text_of(run, "backend"), text_of(run, "level"));
        for (size_t e = 0; e < EIGHTHS; e++)
            point_add(c, line, (double)(e + 1), json_number_value(json_array_get(costs, e)));
    }
}

static void positions_picture(part *p, const char *slice)
{
    char name[PICTURE_NAME / 2], alt[256];
    line_chart c = {.list = calloc(SERIES_MAX, sizeof(series)),
                    .x_title = "eighth of the packets of the slice",
                    .x_low = 1,
                    .x_high = EIGHTHS,
                    .x_step = 1,
                    .low = INFINITY};
    (void)snprintf(name, sizeof name, "position-%.32s", slice);
    (void)snprintf(alt, sizeof alt, "Time per packet in each eighth of %.100s, as in the table",
                   slice);
    if (c.list)
        positions_fill(p->results, slice, &c);
    if (c.count > 0)
        (void)picture_put(p, &(picture){name, alt,
                                        "Wall time per packet on a logarithmic scale, in one run "
                                        "(CPU time is not measured by eighths). Filled dots are "
                                        "level headers, dashed lines level frames.",
                                        line_chart_draw, &c});
    free(c.list);
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
        {"7th", true},      {"8th", true},    {"packets", true},    {"run", true},
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
