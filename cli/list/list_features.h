/* The feature sets and their columns, for `pktbench list features`. */
#ifndef PKT_LIST_FEATURES_H
#define PKT_LIST_FEATURES_H

#include <jansson.h>

/* The schema of every set; the caller releases it. */
json_t *features_list(void);
/* Print the result of features_list() as text on standard output. */
void features_show(const json_t *sets);

#endif
