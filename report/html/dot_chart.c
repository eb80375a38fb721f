#include "report/html/dot_chart.h"

#include <math.h>

#include "report/html/canvas.h"

/* Where things are. */
typedef struct layout {
    bool narrow;
    double left, right, top, bottom, row; /* the field of the dots, and the height of a row */
    double beside;                        /* x of the column of numbers; 0: none */
    double height;
    time_axis axis;
} layout;

enum { PITCH = 27, MARGIN = 14, DOT = 4, TURN = 60 };

static double labels_width(const dot_chart *c)
{
    double widest = 0;
    for (size_t i = 0; i < c->count; i++)
        widest = fmax(widest, canvas_text_width(c->rows[i].label, false));
    return fmin(widest + 20, 330);
}

static layout layout_of(const dot_chart *c, bool narrow)
{
    layout l = {.narrow = narrow, .row = narrow ? 36 : 23};
    bool has_flags = c->number && !narrow;
    double flags = has_flags ? (double)(c->flag_count + 1) * PITCH + 74 : 0;
    l.left = narrow ? MARGIN : labels_width(c);
    l.right = (narrow ? CANVAS_NARROW : CANVAS_WIDE) - MARGIN - 8 - flags;
    l.beside = has_flags ? l.right + PITCH : 0;
    l.top = has_flags ? 124 : c->legend_count ? 30 : 8;
    l.bottom = l.top + l.row * (double)c->count + 6;
    l.height = l.bottom + 46;
    l.axis = time_axis_of(c->low, c->high, l.left + 8, l.right - 8);
    return l;
}

static void axis_draw(const dot_chart *c, const layout *l, FILE *out)
{
    int decades = l->axis.last - l->axis.first;
    double pitch = (l->axis.to - l->axis.from) / decades;
    int step = pitch < 52 ? 2 : 1;
    for (int decade = l->axis.first; decade <= l->axis.last; decade++) {
        char text[16];
        double x = l->axis.from + pitch * (decade - l->axis.first);
        canvas_line(out, x, l->top, x, l->bottom, "grid");
        time_axis_text(decade, text);
        if ((decade - l->axis.first) % step == 0)
            canvas_text(out, x, l->bottom + 17,
                        decade == l->axis.first  ? ANCHOR_START
                        : decade == l->axis.last ? ANCHOR_END
                                                 : ANCHOR_MIDDLE,
                        0, "", text);
    }
    canvas_frame(out, l->left, l->top, l->right - l->left, l->bottom - l->top);
    canvas_text(out, (l->left + l->right) / 2, l->height - 10, ANCHOR_MIDDLE, 0, "", c->axis);
}

static void legend_draw(const dot_chart *c, const layout *l, FILE *out)
{
    double x = l->left;
    for (size_t i = 0; i < c->legend_count; i++) {
        canvas_dot(out, x + 5, l->top - 14, DOT, colour_class(c->legend[i].colour));
        canvas_text(out, x + 14, l->top - 10, ANCHOR_START, 0, "", c->legend[i].text);
        x += 14 + canvas_text_width(c->legend[i].text, l->narrow) + 16;
    }
}

static void dots_draw(const dot_row *row, const layout *l, double y, FILE *out)
{
    static const char *const kinds[] = {"", "open ", "faint ", "stroke "};
    double low = row->low > 0 ? time_axis_place(&l->axis, row->low) : 0;
    double high = row->high > 0 ? time_axis_place(&l->axis, row->high) : 0;
    char class[16];
    if (row->low > 0 && high - low > 2 * DOT + 2) {
        (void)snprintf(class, sizeof class, "range %s", colour_class(row->colour));
        canvas_line(out, low, y, high, y, class);
    }
    for (size_t i = 0; i < row->count; i++) {
        double x = time_axis_place(&l->axis, row->dots[i].ns);
        (void)snprintf(class, sizeof class, "%s%s", kinds[row->dots[i].mark],
                       colour_class(row->colour));
        if (row->dots[i].mark == MARK_STROKE)
            canvas_tick(out, x, y, 8, class);
        else
            canvas_dot(out, x, y, row->dots[i].mark == MARK_FAINT ? 2.5 : DOT, class);
    }
}

static void flags_draw(const dot_chart *c, const dot_row *row, const layout *l, double y, FILE *out)
{
    char number[24];
    (void)snprintf(number, sizeof number, "%zu", row->number);
    canvas_text(out, l->beside, y + 4.5, ANCHOR_MIDDLE, 0, "", number);
    for (size_t f = 0; f < c->flag_count; f++)
        if (row->flags[f])
            canvas_dot(out, l->beside + PITCH * (double)(f + 1), y, 5,
                       row->flags[f] == 'f' ? "ink" : "open ink");
}

static void flag_titles_draw(const dot_chart *c, const layout *l, FILE *out)
{
    canvas_text(out, l->beside, l->top - 8, ANCHOR_START, TURN, "", c->number);
    for (size_t f = 0; f < c->flag_count; f++)
        canvas_text(out, l->beside + PITCH * (double)(f + 1), l->top - 8, ANCHOR_START, TURN, "",
                    c->flags[f]);
}

double dot_chart_draw(const void *chart, bool narrow, FILE *out)
{
    const dot_chart *c = chart;
    const layout l = layout_of(c, narrow);
    axis_draw(c, &l, out);
    legend_draw(c, &l, out);
    if (l.beside > 0)
        flag_titles_draw(c, &l, out);
    for (size_t i = 0; i < c->count; i++) {
        double y = l.top + 3 + l.row * ((double)i + (narrow ? 0.72 : 0.5));
        if (narrow)
            canvas_text(out, l.left + 6, y - 11, ANCHOR_START, 0, "", c->rows[i].label);
        else
            canvas_text(out, l.left - 8, y + 4.5, ANCHOR_END, 0, "", c->rows[i].label);
        dots_draw(&c->rows[i], &l, y, out);
        if (l.beside > 0)
            flags_draw(c, &c->rows[i], &l, y, out);
    }
    return l.height;
}
