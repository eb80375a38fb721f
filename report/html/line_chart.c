#include "report/html/line_chart.h"

#include <math.h>

#include "report/html/canvas.h"

typedef struct layout {
    bool narrow;
    double left, right, top, bottom, height;
    time_axis axis;
} layout;

enum { LINE = 17, MARGIN = 12, AXIS_TEXT = 56, FIELD = 330, BELOW = 46 };

double axis_step(double range)
{
    double unit = pow(10, floor(log10(range))), pieces = range / unit;
    return pieces < 2 ? unit / 5 : pieces < 5 ? unit / 2 : unit;
}

/* Lines of the legend: beside the field, or below it in two columns. */
static size_t legend_lines(const line_chart *c, bool narrow)
{
    return narrow ? (c->count + 1) / 2 : c->count;
}

static layout layout_of(const line_chart *c, bool narrow)
{
    layout l = {.narrow = narrow, .left = AXIS_TEXT, .top = 10};
    double widest = 0, lines = LINE * (double)legend_lines(c, narrow);
    for (size_t i = 0; i < c->count; i++)
        widest = fmax(widest, canvas_text_width(c->list[i].label, false));
    l.right = narrow ? CANVAS_NARROW - MARGIN : CANVAS_WIDE - MARGIN - 44 - fmin(widest, 330);
    l.bottom = l.top + (narrow ? FIELD : fmax(FIELD, lines + 8));
    l.height = l.bottom + BELOW + (narrow ? lines + 8 : 0);
    l.axis = time_axis_of(c->low, c->high, l.bottom - 6, l.top + 6);
    return l;
}

static double x_place(const line_chart *c, const layout *l, double x)
{
    double room = l->right - l->left - 16;
    return l->left + 8 + room * (x - c->x_low) / (c->x_high - c->x_low);
}

static void axes_draw(const line_chart *c, const layout *l, FILE *out)
{
    char text[32];
    for (int decade = l->axis.first; decade <= l->axis.last; decade++) {
        double y = time_axis_place(&l->axis, pow(10, decade));
        canvas_line(out, l->left, y, l->right, y, "grid");
        time_axis_text(decade, text);
        canvas_text(out, l->left - 6, y + 4.5, ANCHOR_END, 0, "", text);
    }
    int steps = (int)round((c->x_high - c->x_low) / c->x_step);
    for (int i = 0; i <= steps; i++) {
        double x = c->x_low + i * c->x_step;
        canvas_line(out, x_place(c, l, x), l->top, x_place(c, l, x), l->bottom, "grid");
        (void)snprintf(text, sizeof text, "%.10g", x);
        canvas_text(out, x_place(c, l, x), l->bottom + 17, ANCHOR_MIDDLE, 0, "", text);
    }
    canvas_frame(out, l->left, l->top, l->right - l->left, l->bottom - l->top);
    canvas_text(out, (l->left + l->right) / 2, l->bottom + 36, ANCHOR_MIDDLE, 0, "", c->x_title);
}

static void series_draw(const line_chart *c, const layout *l, const series *s, FILE *out)
{
    char class[24];
    fprintf(out, "<path class=\"%s %s\" d=\"", s->dashed ? "curve dashed" : "curve",
            colour_class(s->colour));
    for (size_t i = 0; i < s->count; i++)
        fprintf(out, "%c%.5g %.5g", i ? 'L' : 'M', x_place(c, l, s->x[i]),
                time_axis_place(&l->axis, s->ns[i]));
    fputs("\"/>\n", out);
    (void)snprintf(class, sizeof class, "%s%s", s->open ? "open " : "", colour_class(s->colour));
    for (size_t i = 0; i < s->count; i++)
        canvas_dot(out, x_place(c, l, s->x[i]), time_axis_place(&l->axis, s->ns[i]), 3.5, class);
}

static void legend_draw(const line_chart *c, const layout *l, FILE *out)
{
    size_t lines = legend_lines(c, l->narrow);
    for (size_t i = 0; i < c->count; i++) {
        const series *s = &c->list[i];
        double x = l->narrow ? MARGIN + (i < lines ? 0 : CANVAS_NARROW / 2.0) : l->right + 12;
        double y = l->narrow ? l->bottom + BELOW + LINE * ((double)(i % lines) + 0.5)
                             : l->top + LINE * ((double)i + 0.7);
        char class[24];
        (void)snprintf(class, sizeof class, "%s %s", s->dashed ? "curve dashed" : "curve",
                       colour_class(s->colour));
        canvas_line(out, x, y, x + 20, y, class);
        (void)snprintf(class, sizeof class, "%s%s", s->open ? "open " : "",
                       colour_class(s->colour));
        canvas_dot(out, x + 10, y, 3.5, class);
        canvas_text(out, x + 26, y + 4.5, ANCHOR_START, 0, "", s->label);
    }
}

double line_chart_draw(const void *chart, bool narrow, FILE *out)
{
    const line_chart *c = chart;
    const layout l = layout_of(c, narrow);
    axes_draw(c, &l, out);
    for (size_t i = 0; i < c->count; i++)
        series_draw(c, &l, &c->list[i], out);
    legend_draw(c, &l, out);
    return l.height;
}
