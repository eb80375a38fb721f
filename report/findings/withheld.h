/* Why nothing is recommended: times without intervals, or an A/A control that is too wide. */
#ifndef PKT_WITHHELD_H
#define PKT_WITHHELD_H

#include <jansson.h>
#include <stdbool.h>

enum { WITHHELD_TEXT = 192 };

/* The reason, without a full stop; false: there is none. `has_intervals`: of all times that decide;
 * `width`: see aa_width(). */
bool withheld_text(const json_t *results, bool has_intervals, double width,
                   char text[WITHHELD_TEXT]);

#endif
