/* Rows of features as the end of a run: hashed, and written if asked for. */
#ifndef PKT_FEATURE_ROWS_H
#define PKT_FEATURE_ROWS_H

#include <stdio.h>

#include "parsers/features/request.h"

/* "all", "pair", "flow"; static storage. */
const char *feature_by_name(pkt_features_by by);
/* The request for that set with its default windows, or timeouts; `by` may be NULL: the default. 0,
 * or -1 and *err if a name is unknown or the set has other windows. */
int feature_request_make(pkt_features_request *request, const char *set, const char *by,
                         pkt_err *err);

typedef struct feature_rows feature_rows;

/* Start the computation; *sink takes the packets. `values`: takes one line for each row, as text;
 * NULL: nothing is written. NULL and *err on failure. */
feature_rows *feature_rows_open(const pkt_features_request *request, FILE *values, pkt_sink *sink,
                                pkt_err *err);
/* A hash of all rows, from an XXH3-64 of each column. */
uint64_t feature_rows_digest(const feature_rows *rows);
uint64_t feature_rows_count(const feature_rows *rows);
/* NULL: no effect. */
void feature_rows_close(feature_rows *rows);

#endif
