/* Curves of ratios with their intervals, over places that have labels. */
#ifndef PKT_RATIO_CHART_H
#define PKT_RATIO_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct ratio_point {
    size_t place;     /* on the axis */
    double value;     /* above 0 */
    double low, high; /* NAN: the interval is not known */
    bool begins;      /* a curve begins here */
} ratio_point;

typedef struct ratio_curve {
    const char *label;
    const ratio_point *points; /* by place */
    size_t count;
} ratio_curve;

typedef struct ratio_chart {
    const ratio_curve *list;
    size_t count;
    const char *const *labels; /* of the places; NULL: none */
    size_t places;             /* at least 2 */
    const char *title;         /* of the axis of places */
} ratio_chart;

/* Write the shapes; the height in pixels. */
double ratio_chart_draw(const void *chart, bool narrow, FILE *out);

#endif
