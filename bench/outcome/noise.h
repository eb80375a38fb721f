/* Text about sources of noise in the measured times. */
#ifndef PKT_NOISE_H
#define PKT_NOISE_H

#include <jansson.h>

/* Array of texts about the machine in `context` (machine_describe()) and the runs in `results`. It
 * is also written to the results. A new reference. */
json_t *noise_text(const json_t *context, const json_t *results);

#endif
