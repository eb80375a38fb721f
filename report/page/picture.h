/* Pictures: gnuplot draws, the page carries what it drew. */
#ifndef PKT_PICTURE_H
#define PKT_PICTURE_H

#include <stdbool.h>
#include <stdio.h>

#include "report/page/part.h"

typedef struct picture {
    const char *name; /* of the files, without suffix */
    const char *alt;  /* what it shows, for those who cannot see it */
    unsigned width, height;
    bool png; /* a PNG file too */
} picture;

/* Is gnuplot there? */
bool pictures_possible(void);
/* Draw the script, write FOLDER/NAME.svg, and put the picture into the page. false: there is none.
 */
bool picture_put(part *p, const picture *picture, const char *script);
/* Text between double quotes of a script. */
void picture_text(FILE *script, const char *text);
/* The colour of the nth backend or level, "#rrggbb"; the style sheet knows them. */
const char *picture_colour(size_t index);
/* Words for a power of ten of nanoseconds as tics of an axis: `set xtics (...)`. */
void picture_time_tics(FILE *script, const char *axis, double low, double high);

#endif
