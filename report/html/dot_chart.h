/* Rows of dots on one logarithmic axis of times. */
#ifndef PKT_DOT_CHART_H
#define PKT_DOT_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { DOTS_MAX = 72, LABEL = 96, FLAGS_MAX = 8, DOT_ROWS_MAX = 96, LEGEND_MAX = 8 };

typedef enum mark {
    MARK_DOT,   /* a value */
    MARK_OPEN,  /* a value under reserve */
    MARK_FAINT, /* one of many values behind it */
    MARK_STROKE /* another quantity */
} mark;

typedef struct dot {
    double ns;
    mark mark;
} dot;

typedef struct dot_row {
    char label[LABEL];
    size_t colour;
    double low, high; /* a line from one to the other; 0: none */
    dot dots[DOTS_MAX];
    size_t count;
    size_t number;         /* in the column of numbers */
    char flags[FLAGS_MAX]; /* of each flag: 'f' a filled dot, 'o' an open one, 0 none */
} dot_row;

typedef struct dot_chart {
    dot_row *rows; /* the first on top */
    size_t count;
    double low, high;   /* nanoseconds that the axis must hold */
    const char *axis;   /* its title */
    const char *number; /* title of the column of numbers; NULL: no columns beside the dots */
    const char *flags[FLAGS_MAX];
    size_t flag_count;
    struct legend {
        const char *text;
        size_t colour;
    } legend[LEGEND_MAX];
    size_t legend_count;
} dot_chart;

/* Write the shapes; the height in pixels. A line that the dot on it would hide is not drawn. On a
 * narrow canvas, labels stand above their row, and there are no columns beside the dots. */
double dot_chart_draw(const void *chart, bool narrow, FILE *out);

#endif
