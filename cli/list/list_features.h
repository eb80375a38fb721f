/* Sets of features and their columns, for `pktbench list features`. */
#ifndef PKT_LIST_FEATURES_H
#define PKT_LIST_FEATURES_H

#include <jansson.h>

/* The schema of every set. The caller's. */
json_t *features_list(void);
/* The same as text on standard output. */
void features_show(const json_t *sets);

#endif
