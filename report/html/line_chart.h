/* Lines of times over a number, on a logarithmic axis of times. */
#ifndef PKT_LINE_CHART_H
#define PKT_LINE_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "report/html/dot_chart.h"

enum { POINTS_MAX = 64, SERIES_MAX = 96 };

typedef struct series {
    char label[LABEL];
    size_t colour;
    bool open, dashed; /* of its marks, and of its line */
    double x[POINTS_MAX], ns[POINTS_MAX];
    size_t count;
} series;

typedef struct line_chart {
    series *list;
    size_t count;
    const char *x_title;
    double x_low, x_high, x_step; /* of the axis, and between its labels */
    double low, high;             /* nanoseconds that the axis must hold */
} line_chart;

/* Write the shapes; the height in pixels. */
double line_chart_draw(const void *chart, bool narrow, FILE *out);
/* A step of 1, 2 or 5 times a power of ten that cuts the range into 4 to 10 pieces. */
double axis_step(double range);

#endif
