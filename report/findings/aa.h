/* The A/A control: how large a difference this machine shows without cause. */
#ifndef PKT_AA_H
#define PKT_AA_H

#include <jansson.h>

/* Above this, times are called uncertain; above that, nothing is recommended. */
#define AA_UNCERTAIN 0.05
#define AA_UNUSABLE 0.25

/* Largest deviation from 1 within the 95 % intervals of the controls: 0.05 is 5 %. Of one slice and
 * level, or of all (NULL). Negative: no control has an interval. */
double aa_width(const json_t *results, const char *slice, const char *level);
/* The same of the level, or of all levels if this one has no control. */
double aa_width_of_level(const json_t *results, const char *slice, const char *level);

#endif
