/* Rows of features for machine learning: statistics of a window of packets; and flow records. */
#ifndef PKT_FEATURES_H
#define PKT_FEATURES_H

#include "parsers/features/request.h"
#include "parsers/features/set.h"
#include "parsers/rows/rows.h"

/* Fields of the set's rows: key columns, then values. Without `label` and `file`. */
void pkt_features_fields(pkt_fields *fields, const pkt_feature_set *set, pkt_features_by by);
/* Add the field of the share of the label, unless it is there. */
void pkt_features_share_field(pkt_fields *fields, const pkt_feature_set *set);
/* NULL and *err if memory is exhausted. Rows are dropped until pkt_features_set_output(). */
pkt_features *pkt_features_open(const pkt_features_request *request, pkt_err *err);
void pkt_features_set_output(pkt_features *features, pkt_features_push push, void *self);
/* Set the source of packet numbers; next() is called once per packet. NULL: count packets. */
void pkt_features_set_numbers(pkt_features *features, uint64_t (*next)(void *self), void *self);
/* During a push: the number of the first packet of the next row. Call it once per row. */
uint64_t pkt_features_row_number(void *features);
/* Packets have labels; find() is called once per packet. NULL: they have none. A window has the
 * label of most of its packets; of equally many, the one whose packet came first. Its share is that
 * of its packets with this label. */
void pkt_features_set_labels(pkt_features *features, pkt_features_label *find, void *self);
/* During a push: the label of the row. */
uint32_t pkt_features_row_label(const pkt_features *features, size_t row);
/* A sink for batches of level headers or above. Its finish() writes the windows that are not full
 * and resets all state, for another capture. */
pkt_sink pkt_features_sink(pkt_features *features);
/* State that no packet before `time` (ns since 1970) will follow: windows that end by then are
 * written, and records that are idle by then. 0, or -1 and *err. */
int pkt_features_advance(pkt_features *features, int64_t time, pkt_err *err);
pkt_features_report pkt_features_get_report(const pkt_features *features);
void pkt_features_close(pkt_features *features);

#endif
