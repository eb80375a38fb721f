/* Sets of features and the description of their columns. */
#ifndef PKT_FEATURES_SET_H
#define PKT_FEATURES_SET_H

#include <stdbool.h>

#include "pktbench.h"

/* How the value of a window is computed from the values of its packets. */
typedef enum pkt_aggregate {
    PKT_MEAN,
    PKT_SUM,
    PKT_MIN,
    PKT_MAX,
    PKT_STD,      /* sample standard deviation (n - 1); empty for one packet */
    PKT_VARIANCE, /* sample variance (n - 1); empty for one packet */
    PKT_MODE,     /* the smallest of the most frequent values */
    PKT_RATE,     /* packets / time between the earliest and the latest packet */
    PKT_COUNT,
    PKT_OTHER /* described in `meaning` */
} pkt_aggregate;

/* What a value is. */
typedef enum pkt_value_type {
    PKT_FLOAT,   /* float64; NaN is an empty cell, a null */
    PKT_INTEGER, /* int64; never null */
    PKT_WORD     /* one of the column's words, by its number */
} pkt_value_type;

typedef struct pkt_feature_column {
    const char *name, *unit;
    const char *meaning; /* of a packet's value; with PKT_OTHER, of the window's value */
    const char *defect;  /* known defect, or difference from the scripts; NULL: none */
    size_t at;           /* offset of the value in the engine's struct of doubles, or int64_t */
    pkt_aggregate aggregate;
    pkt_value_type type;
    const char *const *words; /* PKT_WORD */
    bool inferred;            /* the definition is inferred from the name; no source has it */
} pkt_feature_column;

typedef enum pkt_set_kind {
    PKT_SET_WINDOWS, /* of packets or of time, over all packets, by pair or by flow */
    /* Only windows over all packets, with a length in packets, and by default pieces of
     * PKT_FEATURES_RESET_BYTES. */
    PKT_SET_PUBLISHED,
    PKT_SET_RECORDS /* flow records, which end by timeouts or flags */
} pkt_set_kind;

typedef struct pkt_feature_set {
    const char *name, *summary;
    const char *const *notes; /* NULL-terminated */
    const pkt_feature_column *columns;
    size_t count;
    pkt_set_kind kind;
} pkt_feature_set;

extern const pkt_feature_set pkt_feature_ciciot46, pkt_feature_ciciot39, pkt_feature_ciciot_fixed,
    pkt_feature_records;

/* The columns that the features of the set are computed from; a backend must give all of them. */
pkt_column_set pkt_features_needed(const pkt_feature_set *set);
/* Set number `index`; NULL past the end. */
const pkt_feature_set *pkt_feature_set_at(size_t index);
/* NULL: unknown name. */
const pkt_feature_set *pkt_feature_set_find(const char *name);
const char *pkt_aggregate_name(pkt_aggregate aggregate);

#endif
