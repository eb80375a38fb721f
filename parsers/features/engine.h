/* What computes the rows of a set, and where it puts them. */
#ifndef PKT_FEATURES_ENGINE_H
#define PKT_FEATURES_ENGINE_H

#include "parsers/features/features.h"
#include "parsers/features/table.h"

/* Rows on their way out. */
typedef struct feature_output {
    const pkt_feature_set *set;
    pkt_features_push push; /* NULL: rows are thrown away */
    void *self;
    double *values;                   /* PKT_BATCH_ROWS of each of the set's columns */
    uint64_t numbers[PKT_BATCH_ROWS]; /* of each row's first packet */
    size_t numbered;                  /* rows whose number was asked for */
    pkt_batch batch; /* the row's own columns: the engine fills those of row batch.rows first */
} feature_output;

/* One more row, of a window that began with packet `number`: values, one of each of the set's
 * columns. */
int feature_output_add(feature_output *out, uint64_t number, const double *values, pkt_err *err);

struct pkt_features {
    pkt_features_request request;
    feature_output out;
    flow_table flows;
    uint64_t reset_every; /* bytes of the piece so far */
    uint64_t number;      /* of the packet */
    uint64_t (*number_next)(void *self);
    void *number_self;
    pkt_features_report report;
    void *engine; /* of the set */
};

/* The published sets, and ours: open gives the engine and opens the table; packet takes a row of a
 * batch; passed writes windows that are over by the time, NULL where none has a duration; end
 * writes what is open and forgets everything. */
typedef struct feature_engine {
    int (*open)(struct pkt_features *features, pkt_err *err);
    int (*packet)(struct pkt_features *features, const pkt_batch *batch, size_t row, pkt_err *err);
    int (*passed)(struct pkt_features *features, int64_t time, pkt_err *err);
    int (*end)(struct pkt_features *features, pkt_err *err);
} feature_engine;

extern const feature_engine feature_engine_ciciot, feature_engine_fixed;

/* A value of a struct of doubles. */
static inline double feature_value(const void *values, const pkt_feature_column *column)
{
    double value;
    memcpy(&value, (const uint8_t *)values + column->at, sizeof value);
    return value;
}

#endif
