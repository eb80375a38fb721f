/* How the options of a dataset differ from those that it was begun with, as people give them. */
#ifndef PKT_DIFFERENCE_H
#define PKT_DIFFERENCE_H

#include <jansson.h>

#include "pktbench.h"

/* `was` and `is`: the members `options` of manifests (see dataset_options()). 0: they are the same;
 * or -1 and *err, "was begun with --idle 5s, not --idle 6s; ...", with the first option that
 * differs. */
int options_compare(const json_t *was, const json_t *is, pkt_err *err);
/* The same of one text that is no option: "was begun with WHAT WAS, not WHAT IS; ...". */
int text_compare(const char *what, const json_t *was, const json_t *is, pkt_err *err);

#endif
