/* Generated slices: the scenarios of a suite. */
#ifndef PKT_GENERATED_H
#define PKT_GENERATED_H

#include "bench/input/suite.h"

typedef enum suite_kind {
    SUITE_QUICK,     /* the headline scenarios, in little time */
    SUITE_REFERENCE, /* the same, with every slice also in a second layout, and cold */
    SUITE_CIC_IOT,   /* the two scenarios of the study */
    SUITE_SCALE,     /* one scenario in several sizes */
    SUITE_LANGUAGES, /* three scenarios, for parsers in several languages */
    SUITE_KINDS
} suite_kind;

/* "quick", ...; static storage. `kind` is below SUITE_KINDS. */
const char *suite_kind_name(suite_kind kind);
/* Find a suite by name. 0, or -1 and *err, which lists the known names. */
int suite_kind_find(const char *name, suite_kind *kind, pkt_err *err);
/* Add the scenarios. They are generated into the cache folder (PKTBENCH_CACHE, else that of the
 * build or of the user) unless up-to-date files exist. The suite's filter is applied; a filtered
 * scenario has no truth. The slices are copies in the scratch folder. `large`: the suite `scale`
 * also has a slice of 10 GB; PKT_ERR_LIMIT if it does not fit into memory. 0, or -1 and *err. */
int scenarios_add(suite *suite, suite_kind kind, bool large, pkt_err *err);

#endif
