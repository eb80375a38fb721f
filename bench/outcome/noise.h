/* What makes times uncertain on this machine, in words. */
#ifndef PKT_NOISE_H
#define PKT_NOISE_H

#include <jansson.h>

/* Sentences about the machine of `context` (machine_describe()) and the runs of `results`: an array
 * of texts, also kept in the results. A new reference. */
json_t *noise_text(const json_t *context, const json_t *results);

#endif
