/* Sets of features, and what is known of each column. */
#ifndef PKT_FEATURES_SET_H
#define PKT_FEATURES_SET_H

#include <stdbool.h>

#include "pktbench.h"

/* How a column's value is made of a window's packets. */
typedef enum pkt_aggregate {
    PKT_MEAN,
    PKT_SUM,
    PKT_MIN,
    PKT_MAX,
    PKT_STD,      /* of a sample (n - 1); none of one packet */
    PKT_VARIANCE, /* the same */
    PKT_MODE,     /* the smallest of the most frequent values */
    PKT_RATE,     /* packets over the time between the first and the last */
    PKT_COUNT,
    PKT_OTHER /* the meaning says it */
} pkt_aggregate;

/* Values are float64; one that a window does not have is an empty cell, a null. */
typedef struct pkt_feature_column {
    const char *name, *unit;
    const char *meaning; /* of the packet's value; of the window's where aggregate is PKT_OTHER */
    const char *defect;  /* what is wrong with it, or what of the scripts is not so here; NULL */
    size_t at;           /* of the value in the struct of doubles that the set's code fills */
    pkt_aggregate aggregate;
    bool inferred; /* from names: no source shows it */
} pkt_feature_column;

typedef struct pkt_feature_set {
    const char *name, *summary;
    const char *const *notes; /* ends with NULL */
    const pkt_feature_column *columns;
    size_t count;
    /* A published set, as its scripts have it: windows of packets, over all of them, and pieces of
     * PKT_FEATURES_RESET_BYTES. */
    bool published;
} pkt_feature_set;

extern const pkt_feature_set pkt_feature_ciciot46, pkt_feature_ciciot39, pkt_feature_ciciot_fixed;

/* The index'th; NULL behind the last. */
const pkt_feature_set *pkt_feature_set_at(size_t index);
/* By its name; NULL. */
const pkt_feature_set *pkt_feature_set_find(const char *name);
const char *pkt_aggregate_name(pkt_aggregate aggregate);

#endif
