/* What computes the rows of a set, and where it puts them. */
#ifndef PKT_FEATURES_ENGINE_H
#define PKT_FEATURES_ENGINE_H

#include "parsers/features/features.h"
#include "parsers/flow/table.h"

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
    pkt_flow_table *flows; /* NULL: the set remembers none */
    uint64_t reset_every;  /* bytes of the piece so far */
    uint64_t number;       /* of the packet */
    uint64_t (*number_next)(void *self);
    void *number_self;
    pkt_features_report report;
    void *engine; /* of the set */
};

/* Open the table of `flow_size` bytes a flow, by the request. 0, or -1 and *err. */
int feature_flows_open(struct pkt_features *features, size_t flow_size, pkt_err *err);

/* The key of the row's packet; *back: the packet goes from the second end to the
 * first. Without ports it is that of a pair of hosts. */
static inline pkt_flow_key feature_flow_key(const pkt_batch *batch, size_t row, bool with_ports,
                                            bool *back)
{
    pkt_flow_key key = {.kind = 0};
    const unsigned version = batch->ip_version[row];
    *back = with_ports
                ? pkt_flow_key_make(&key, batch, row, batch->src_port[row], batch->dst_port[row],
                                    (uint16_t)(version << 8 | batch->ip_proto[row]))
                : pkt_flow_key_make(&key, batch, row, 0, 0, (uint16_t)(version << 8));
    return key;
}

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
