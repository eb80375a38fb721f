/* Stream numbers of the truth. They are computed from rows alone, by code that shares nothing with
 * parsers/flow/, whose result they check. */
#ifndef PKT_DATASET_STREAMS_H
#define PKT_DATASET_STREAMS_H

#include "datasets/frame.h"

/* Every conversation of a capture. */
typedef struct stream_table {
    void *conversations; /* binary tree of <search.h> */
    uint32_t tcp, udp;   /* number of streams */
} stream_table;

/* Set stream and stream_dir of the capture's next row, by the rule `wireshark-4.0`. `l4`: fields of
 * the transport header, also of one that is too incomplete to fill the row's columns; NULL: the
 * packet belongs to no stream. No scenario writes a UDP length below 8, which would have no stream.
 * 0, or -1 and *err. */
int stream_table_number(stream_table *table, truth_row *row, const truth_row *l4, pkt_err *err);
void stream_table_free(stream_table *table);

#endif
