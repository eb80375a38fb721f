/* Shapes of an SVG drawing, which chart.css colours. Coordinates in pixels, y downwards. */
#ifndef PKT_CANVAS_H
#define PKT_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A drawing is made twice: for screens, and for narrow ones, so that its text stays readable. */
enum { CANVAS_WIDE = 960, CANVAS_NARROW = 360 };

/* A chart that can be drawn. */
typedef struct drawing {
    /* Writes the shapes of the chart and returns the height. */
    double (*draw)(const void *chart, bool narrow, FILE *out);
    const void *chart;
    const char *alt; /* what it shows, for those who cannot see it */
} drawing;

/* The drawing as an element of a page, or, `alone`, as a file with its own style. Without memory
 * nothing is written. */
void canvas_svg(FILE *out, const drawing *d, bool narrow, bool alone);

typedef enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END } anchor;

/* Text with its baseline at y; `turn`: degrees, against the clock. The text is escaped. */
void canvas_text(FILE *out, double x, double y, anchor anchor, double turn, const char *class,
                 const char *text);
void canvas_line(FILE *out, double x1, double y1, double x2, double y2, const char *class);
void canvas_dot(FILE *out, double x, double y, double radius, const char *class);
/* A mark that is not a dot: an upright stroke. */
void canvas_tick(FILE *out, double x, double y, double half, const char *class);
void canvas_frame(FILE *out, double x, double y, double width, double height);
/* Pixels that the text takes, at most. */
double canvas_text_width(const char *text, bool narrow);

/* A logarithmic axis of times. */
typedef struct time_axis {
    int first, last; /* decades of nanoseconds */
    double from, to; /* pixels */
} time_axis;

time_axis time_axis_of(double low_ns, double high_ns, double from, double to);
double time_axis_place(const time_axis *axis, double ns);
/* "10 ns", "1 µs" */
void time_axis_text(int decade, char text[16]);
/* "c1".."c8": the class of the nth colour. */
const char *colour_class(size_t index);

#endif
