#include "report/html/ratio_chart.h"

#include <math.h>
#include <string.h>

#include "report/html/canvas.h"
#include "report/html/line_chart.h"

enum { LINE = 17, MARGIN = 12, AXIS_TEXT = 56, FIELD = 300, BELOW = 46 };
enum { LABEL_CHARACTERS = 9, LABELS_WIDE = 8, LABELS_NARROW = 3 };
enum { LEGEND_WIDE = 4, LEGEND_NARROW = 2 };
/* More places than this have smaller dots. */
enum { PLACES_ROOMY = 60 };
/* Half of the least range of the axis. */
#define RANGE_LEAST 0.01

typedef struct layout {
    bool narrow;
    double left, right, top, bottom, height;
    double low, high, step; /* of the axis of ratios */
} layout;

static size_t legend_columns(bool narrow)
{
    return narrow ? LEGEND_NARROW : LEGEND_WIDE;
}

static bool is_known(const ratio_point *p)
{
    return !isnan(p->low) && !isnan(p->high);
}

/* The axis holds 1 and every interval. */
static void axis_set(layout *l, const ratio_chart *c)
{
    double low = 1 - RANGE_LEAST, high = 1 + RANGE_LEAST;
    for (size_t i = 0; i < c->count; i++)
        for (size_t k = 0; k < c->list[i].count; k++) {
            const ratio_point *p = &c->list[i].points[k];
            low = fmin(low, is_known(p) ? p->low : p->value);
            high = fmax(high, is_known(p) ? p->high : p->value);
        }
    l->step = axis_step(high - low);
    l->low = floor(low / l->step) * l->step;
    l->high = ceil(high / l->step) * l->step;
}

static layout layout_of(const ratio_chart *c, bool narrow)
{
    layout l = {.narrow = narrow, .left = AXIS_TEXT, .top = 10, .bottom = 10 + FIELD};
    const size_t columns = legend_columns(narrow), lines = (c->count + columns - 1) / columns;
    l.right = (narrow ? CANVAS_NARROW : CANVAS_WIDE) - MARGIN;
    l.height = l.bottom + BELOW + LINE * (double)lines + 8;
    axis_set(&l, c);
    return l;
}

static double x_at(const ratio_chart *c, const layout *l, size_t place)
{
    return l->left + 8 + (l->right - l->left - 16) * (double)place / (double)(c->places - 1);
}

static double y_at(const layout *l, double ratio)
{
    return l->bottom - 6 - (l->bottom - l->top - 12) * (ratio - l->low) / (l->high - l->low);
}

static void ratios_draw(const layout *l, FILE *out)
{
    char text[32];
    const int steps = (int)round((l->high - l->low) / l->step);
    for (int i = 0; i <= steps; i++) {
        const double ratio = l->low + i * l->step, y = y_at(l, ratio);
        canvas_line(out, l->left, y, l->right, y, "grid");
        (void)snprintf(text, sizeof text, "%.6g", ratio);
        canvas_text(out, l->left - 6, y + 4.5, ANCHOR_END, 0, "", text);
    }
    canvas_line(out, l->left, y_at(l, 1), l->right, y_at(l, 1), "curve dashed ink");
}

/* Labels of as many places as have room, with as many of their characters. */
static void places_draw(const ratio_chart *c, const layout *l, FILE *out)
{
    const size_t most = l->narrow ? LABELS_NARROW : LABELS_WIDE;
    const size_t every = (c->places + most - 1) / most;
    for (size_t i = 0; i < c->places; i += every) {
        char text[LABEL_CHARACTERS + 1] = "";
        const double x = x_at(c, l, i);
        const bool at_end = x > l->right - 40;
        if (c->labels[i])
            (void)snprintf(text, sizeof text, "%.*s", LABEL_CHARACTERS, c->labels[i]);
        canvas_line(out, x, l->top, x, l->bottom, "grid");
        canvas_text(out, at_end ? l->right : x, l->bottom + 17,
                    i == 0   ? ANCHOR_START
                    : at_end ? ANCHOR_END
                             : ANCHOR_MIDDLE,
                    0, "", text);
    }
    canvas_text(out, (l->left + l->right) / 2, l->bottom + 36, ANCHOR_MIDDLE, 0, "", c->title);
}

/* Number of points from the first on that one band or line joins. */
static size_t joined_count(const ratio_point *points, size_t count, bool known)
{
    size_t i = 1;
    while (i < count && !points[i].begins && (!known || is_known(&points[i])))
        i++;
    return i;
}

/* The area between the ends of the intervals. */
static void band_draw(const ratio_chart *c, const layout *l, const ratio_curve *curve,
                      const char *colour, FILE *out)
{
    for (size_t from = 0, n; from < curve->count; from += n) {
        const ratio_point *points = curve->points + from;
        n = is_known(points) ? joined_count(points, curve->count - from, true) : 1;
        if (n < 2)
            continue;
        fprintf(out, "<path class=\"band %s\" fill=\"currentColor\" fill-opacity=\".15\" d=\"",
                colour);
        for (size_t i = 0; i < n; i++)
            fprintf(out, "%c%.5g %.5g", i ? 'L' : 'M', x_at(c, l, points[i].place),
                    y_at(l, points[i].high));
        for (size_t i = n; i > 0; i--)
            fprintf(out, "L%.5g %.5g", x_at(c, l, points[i - 1].place), y_at(l, points[i - 1].low));
        fputs("Z\"/>\n", out);
    }
}

static void line_draw(const ratio_chart *c, const layout *l, const ratio_curve *curve,
                      const char *colour, FILE *out)
{
    const double radius = c->places > PLACES_ROOMY ? 1.8 : 3.5;
    char class[24];
    fprintf(out, "<path class=\"curve %s\" d=\"", colour);
    for (size_t i = 0; i < curve->count; i++)
        fprintf(out, "%c%.5g %.5g", i == 0 || curve->points[i].begins ? 'M' : 'L',
                x_at(c, l, curve->points[i].place), y_at(l, curve->points[i].value));
    fputs("\"/>\n", out);
    for (size_t i = 0; i < curve->count; i++) {
        const ratio_point *p = &curve->points[i];
        (void)snprintf(class, sizeof class, "%s%s", p->begins ? "open " : "", colour);
        canvas_dot(out, x_at(c, l, p->place), y_at(l, p->value), radius, class);
    }
}

static void legend_draw(const ratio_chart *c, const layout *l, FILE *out)
{
    const size_t columns = legend_columns(l->narrow);
    const double width = (l->narrow ? CANVAS_NARROW : CANVAS_WIDE) - 2 * MARGIN;
    for (size_t i = 0; i < c->count; i++) {
        const size_t line = i / columns;
        const double x = MARGIN + width * (double)(i % columns) / (double)columns;
        const double y = l->bottom + BELOW + LINE * ((double)line + 0.5);
        char class[24];
        (void)snprintf(class, sizeof class, "curve %s", colour_class(i));
        canvas_line(out, x, y, x + 20, y, class);
        canvas_dot(out, x + 10, y, 3.5, colour_class(i));
        canvas_text(out, x + 26, y + 4.5, ANCHOR_START, 0, "", c->list[i].label);
    }
}

double ratio_chart_draw(const void *chart, bool narrow, FILE *out)
{
    const ratio_chart *c = chart;
    const layout l = layout_of(c, narrow);
    ratios_draw(&l, out);
    places_draw(c, &l, out);
    canvas_frame(out, l.left, l.top, l.right - l.left, l.bottom - l.top);
    for (size_t i = 0; i < c->count; i++)
        band_draw(c, &l, &c->list[i], colour_class(i), out);
    for (size_t i = 0; i < c->count; i++)
        line_draw(c, &l, &c->list[i], colour_class(i), out);
    legend_draw(c, &l, out);
    return l.height;
}
