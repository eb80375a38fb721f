#include "report/html/canvas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/html/assets.h"
#include "report/html/html.h"

void canvas_svg(FILE *out, const drawing *d, bool narrow, bool alone)
{
    char *shapes = NULL;
    size_t size;
    const int width = narrow ? CANVAS_NARROW : CANVAS_WIDE;
    FILE *body = open_memstream(&shapes, &size);
    if (!body)
        return;
    const double height = d->draw(d->chart, narrow, body);
    if (fclose(body) == 0) {
        fprintf(out, "<svg class=\"chart %s\" viewBox=\"0 0 %d %.0f\" role=\"img\"",
                narrow ? "narrow" : "wide", width, height);
        if (alone)
            fprintf(out, " xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%.0f\"",
                    width, height);
        html_put(out, " aria-label=\"%s\">\n", d->alt);
        if (alone)
            fprintf(out,
                    "<style>%s</style>\n<rect class=\"paper\" width=\"%d\" height=\"%.0f\"/>\n",
                    asset_chart_css.text, width, height);
        fputs(shapes, out);
        fputs("</svg>\n", out);
    }
    free(shapes);
}

void canvas_text(FILE *out, double x, double y, anchor anchor, double turn, const char *class,
                 const char *text)
{
    static const char *const anchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
    fprintf(out, "<text x=\"%.4g\" y=\"%.4g\"%s", x, y, anchors[anchor]);
    if (turn != 0)
        fprintf(out, " transform=\"rotate(%.4g %.4g %.4g)\"", -turn, x, y);
    if (*class)
        fprintf(out, " class=\"%s\"", class);
    fputc('>', out);
    html_text(out, text);
    fputs("</text>\n", out);
}

void canvas_line(FILE *out, double x1, double y1, double x2, double y2, const char *class)
{
    fprintf(out, "<path class=\"%s\" d=\"M%.5g %.5gL%.5g %.5g\"/>\n", class, x1, y1, x2, y2);
}

void canvas_dot(FILE *out, double x, double y, double radius, const char *class)
{
    fprintf(out, "<circle class=\"%s\" cx=\"%.5g\" cy=\"%.5g\" r=\"%.3g\"/>\n", class, x, y,
            radius);
}

void canvas_tick(FILE *out, double x, double y, double half, const char *class)
{
    canvas_line(out, x, y - half, x, y + half, class);
}

void canvas_frame(FILE *out, double x, double y, double width, double height)
{
    fprintf(out, "<rect class=\"frame\" x=\"%.5g\" y=\"%.5g\" width=\"%.5g\" height=\"%.5g\"/>\n",
            x, y, width, height);
}

double canvas_text_width(const char *text, bool narrow)
{
    size_t characters = 0;
    for (; *text; text++)
        characters += ((unsigned char)*text & 0xc0) != 0x80; /* UTF-8: not the bytes that follow */
    return (double)characters * (narrow ? 6.7 : 7.3);
}

time_axis time_axis_of(double low_ns, double high_ns, double from, double to)
{
    time_axis axis = {0, 1, from, to};
    if (low_ns > 0 && high_ns >= low_ns && isfinite(high_ns)) {
        axis.first = (int)floor(log10(low_ns));
        axis.last = (int)ceil(log10(high_ns));
        axis.last += axis.last == axis.first;
    }
    return axis;
}

double time_axis_place(const time_axis *axis, double ns)
{
    double share = (log10(ns) - axis->first) / (axis->last - axis->first);
    return axis->from + (axis->to - axis->from) * fmin(fmax(share, 0), 1);
}

void time_axis_text(int decade, char text[16])
{
    static const char *const units[] = {"ns", "µs", "ms", "s"};
    int unit = decade < 0 ? 0 : decade / 3 > 3 ? 3 : decade / 3;
    (void)snprintf(text, 16, "%.6g %s", pow(10, decade - 3 * unit), units[unit]);
}

const char *colour_class(size_t index)
{
    static const char *const names[] = {"c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"};
    return names[index % (sizeof names / sizeof names[0])];
}
