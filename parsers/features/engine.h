/* Interface between features.c and the engines that compute the rows of a set. */
#ifndef PKT_FEATURES_ENGINE_H
#define PKT_FEATURES_ENGINE_H

#include "parsers/features/request.h"
#include "parsers/flow/table.h"
#include "parsers/labels/votes.h"

/* Rows not yet pushed. */
typedef struct feature_output {
    const pkt_feature_set *set;
    pkt_features_push push; /* NULL: rows are dropped */
    void *self;
    double *values; /* PKT_BATCH_ROWS for each column of the set, and as many shares of labels */
    uint64_t numbers[PKT_BATCH_ROWS]; /* number of each row's first packet */
    uint32_t labels[PKT_BATCH_ROWS];  /* of each row; 0 without labels */
    size_t numbers_read;              /* by pkt_features_row_number() */
    pkt_batch batch;                  /* key columns; the engine fills those of row batch.rows */
} feature_output;

struct pkt_features {
    pkt_features_request request;
    feature_output out;
    pkt_flow_table *flows;           /* NULL: the set has no flow features */
    uint32_t hashes[PKT_BATCH_ROWS]; /* with flows: of the keys of the current batch's rows */
    uint64_t piece_bytes;            /* size of the current piece */
    uint64_t number;                 /* of the current packet */
    uint64_t (*number_next)(void *self);
    void *number_self;
    pkt_features_label *label_find; /* NULL: packets have no labels */
    void *label_self;
    uint32_t label;  /* of the current packet */
    pkt_votes votes; /* labels of the packets of all windows */
    pkt_features_report report;
    void *engine; /* state of the engine */
};

/* Add a row for a window that starts with packet `number`: one value for each column of the set,
 * and the label of its votes, which are then cleared. 0, or -1 and *err. */
int pkt_feature_row_add(struct pkt_features *features, uint64_t number, const double *values,
                        uint32_t *votes, pkt_err *err);

/* The current packet is in the window that has these votes. 0, or -1 and *err. */
static inline int feature_vote(struct pkt_features *features, uint32_t *votes, pkt_err *err)
{
    return features->label_find ? pkt_votes_add(&features->votes, votes, features->label, err) : 0;
}

/* Open features->flows, with flows of `flow_size` bytes. 0, or -1 and *err. */
int pkt_feature_flows_open(struct pkt_features *features, size_t flow_size, pkt_err *err);

/* In the `kind` of a key by ports: packets without ports. Those with the ports 0 are another flow.
 */
enum { PKT_KIND_NO_PORTS = 1 << 15 };

/* The flow key of the row's packet; without ports, the key of a pair of hosts. *back: the packet
 * goes from the key's second endpoint to the first. */
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

/* Set the addresses, ports and protocol of the batch's next row, and which of them it has. */
static inline void feature_key_set(pkt_batch *b, const pkt_flow *key, bool swapped, bool has_ports)
{
    const size_t row = b->rows, src = swapped ? 1 : 0, dst = 1 - src;
    b->present[row] = PKT_HAS_IP | (has_ports ? PKT_HAS_PORTS : 0);
    b->ip_version[row] = key->kind >> 8 & 15;
    b->ip_proto[row] = (uint8_t)key->kind;
    b->src_hi[row] = key->address[2 * src];
    b->src_lo[row] = key->address[2 * src + 1];
    b->dst_hi[row] = key->address[2 * dst];
    b->dst_lo[row] = key->address[2 * dst + 1];
    b->src_port[row] = key->port[src];
    b->dst_port[row] = key->port[dst];
}

/* An engine: one for the published sets, one for ciciot-fixed, one for records. All functions
 * return 0, or -1 and *err. */
typedef struct feature_engine {
    /* Allocate features->engine and open the flow table. */
    int (*open)(struct pkt_features *features, pkt_err *err);
    /* With flows: the key of the row's packet; of no use where its flow is not asked for. */
    pkt_flow_key (*key)(const struct pkt_features *features, const pkt_batch *batch, size_t row,
                        bool *back);
    /* Count a packet, the hash of whose key is features->hashes[row]. */
    int (*packet)(struct pkt_features *features, const pkt_batch *batch, size_t row, pkt_err *err);
    /* Write the windows, or records, that end by `time`. NULL: windows have no duration. */
    int (*advance)(struct pkt_features *features, int64_t time, pkt_err *err);
    /* Write all open windows and reset all state. */
    int (*finish)(struct pkt_features *features, pkt_err *err);
} feature_engine;

extern const feature_engine pkt_feature_engine_ciciot, pkt_feature_engine_fixed,
    pkt_feature_engine_records;

/* The column's value in a struct of doubles. */
static inline double feature_value(const void *values, const pkt_feature_column *column)
{
    double value;
    memcpy(&value, (const uint8_t *)values + column->at, sizeof value);
    return value;
}

#endif
