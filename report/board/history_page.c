/* A history as a page: a chart for each slice and level, and all points in a table. */
#include "report/board/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/util/error.h"
#include "report/html/canvas.h"
#include "report/html/document.h"
#include "report/html/html.h"
#include "report/html/ratio_chart.h"
#include "results/reader.h"

enum { WORDS = 1024 };

static const html_head heads[] = {
    {"slice", false},  {"level", false},    {"backend", false}, {"measured", false},
    {"commit", false}, {"baseline", false}, {"change", true},   {"since the first", true},
    {"95 %", false},   {"changes", true},
};

/* A chart in the making; `points` has room for each point and the baseline before it. */
typedef struct group {
    ratio_chart chart;
    ratio_curve *curves;
    ratio_point *points;
    const char **labels;
} group;

static void group_free(group *g)
{
    free(g->curves);
    free(g->points);
    free(g->labels);
}

static int group_open(group *g, const history *h, pkt_err *err)
{
    size_t places = 2;
    for (size_t i = 0; i < h->count; i++)
        places = h->list[i].place + 1 > places ? h->list[i].place + 1 : places;
    g->curves = calloc(h->count + 1, sizeof *g->curves);
    g->points = calloc(2 * h->count + 1, sizeof *g->points);
    g->labels = calloc(places, sizeof *g->labels);
    g->chart = (ratio_chart){.list = g->curves,
                             .labels = g->labels,
                             .places = places,
                             .title = "commit, from the first baseline on"};
    if (g->curves && g->points && g->labels)
        return 0;
    group_free(g);
    (void)pkt_fail_memory(err, "the history");
    return -1;
}

/* Append a point of the history to the last curve; before the first change, that of the baseline.
 */
static size_t point_put(group *g, const history_point *p, size_t next)
{
    ratio_curve *curve = &g->curves[g->chart.count - 1];
    ratio_point point = {.place = p->place, .value = p->total, .low = NAN, .high = NAN};
    double low, high;
    if (p->step == 1) {
        g->points[next++] = (ratio_point){p->place - 1, 1, 1, 1, true};
        g->labels[p->place - 1] = p->baseline;
        curve->count++;
    }
    if (history_interval(p, &low, &high)) {
        point.low = low;
        point.high = high;
    }
    g->labels[p->place] = p->revision;
    g->points[next++] = point;
    curve->count++;
    return next;
}

/* Fill the chart with the points from `from` on that are of one slice and level. Returns the index
 * of the first that is not. */
static size_t group_fill(group *g, const history *h, size_t from)
{
    size_t i = from, next = 0;
    g->chart.count = 0;
    for (; i < h->count && history_same_work(&h->list[from], &h->list[i]); i++) {
        const history_point *p = &h->list[i];
        if (i == from || !history_same_series(&h->list[i - 1], p))
            g->curves[g->chart.count++] =
                (ratio_curve){.label = p->backend, .points = &g->points[next]};
        next = point_put(g, p, next);
    }
    return i;
}

/* The last value of each curve, for those who cannot see the chart. */
static void words_make(const group *g, const history_point *first, char words[WORDS])
{
    char value[64];
    int length = snprintf(words, WORDS,
                          "Time per packet since the first baseline, %.80s, %.47s:", first->slice,
                          first->work);
    for (size_t i = 0; i < g->chart.count && length > 0 && length < WORDS; i++) {
        const ratio_curve *c = &g->curves[i];
        number_text(c->points[c->count - 1].value, value, sizeof value);
        length += snprintf(words + length, WORDS - (size_t)length, "%s %.40s %s", i ? "," : "",
                           c->label, value);
    }
}

static void chart_put(FILE *out, const group *g, const history_point *first)
{
    char words[WORDS];
    words_make(g, first, words);
    const drawing d = {ratio_chart_draw, &g->chart, words};
    fputs("<figure class=\"picture\">\n", out);
    canvas_svg(out, &d, false, false);
    canvas_svg(out, &d, true, false);
    fputs("<figcaption>The area is the 95 % interval. A curve begins anew at an open "
          "dot.</figcaption>"
          "</figure>\n",
          out);
}

static void row_put(FILE *out, const history_point *p)
{
    double low, high;
    const char *const texts[] = {p->work, p->backend, p->date, p->revision, p->baseline};
    html_put(out, "<tr><th scope=\"row\">%s</th>", p->slice);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        html_cell(out, texts[i]);
    fprintf(out, "<td class=\"n\" data-sort=\"%.9g\">%+.1f %%</td>", p->change,
            (p->change - 1) * 100);
    fprintf(out, "<td class=\"n\" data-sort=\"%.9g\">%.3f</td>", p->total, p->total);
    if (history_interval(p, &low, &high))
        fprintf(out, "<td>[%.3f, %.3f]</td>", low, high);
    else
        html_empty(out);
    fprintf(out, "<td class=\"n\" data-sort=\"%zu\">%zu</td></tr>\n", p->step, p->step);
}

static void table_put(FILE *out, const history *h)
{
    fputs("<h2 id=\"changes\">All changes</h2>\n", out);
    html_table_begin(out, "All changes", heads, sizeof heads / sizeof heads[0]);
    for (size_t i = 0; i < h->count; i++)
        row_put(out, &h->list[i]);
    html_table_end(out);
}

int history_page_put(FILE *out, const history *h, pkt_err *err)
{
    group g;
    if (group_open(&g, h, err) != 0)
        return -1;
    html_document_begin(out, "pktbench: history of changes", "Changes of the time per packet");
    fputs("<p>Each commit was compared with its baseline in one run. The ratios are multiplied, so "
          "the runs may be of different machines, and the intervals get wider with each change. "
          "Above 1: slower than the first baseline.</p>\n",
          out);
    for (size_t i = 0, next; i < h->count; i = next) {
        const history_point *first = &h->list[i];
        next = group_fill(&g, h, i);
        if (i == 0 || strcmp(h->list[i - 1].slice, first->slice) != 0)
            html_put(out, "<h2>%s</h2>\n", first->slice);
        html_put(out, "<h3>Level %s</h3>\n", first->work);
        chart_put(out, &g, first);
    }
    table_put(out, h);
    html_document_end(out);
    group_free(&g);
    return 0;
}
