/* Pictures: drawn into the page, and written as files beside it. */
#ifndef PKT_PICTURE_H
#define PKT_PICTURE_H

#include <stdbool.h>
#include <stdio.h>

#include "report/page/part.h"

typedef struct picture {
    const char *name;  /* of the file, without suffix */
    const char *alt;   /* what it shows, for those who cannot see it */
    const char *words; /* below it: what the marks mean */
    /* Writes the shapes of the chart and returns the height. */
    double (*draw)(const void *chart, bool narrow, FILE *out);
    const void *chart;
} picture;

/* Draw it into the page, once for wide and once for narrow screens, and write FOLDER/NAME.svg.
 * false: the file could not be written, which the notices say. */
bool picture_put(part *p, const picture *picture);

#endif
