/* The formats of a truth, behind truth.h. */
#ifndef PKT_TRUTH_FORMAT_H
#define PKT_TRUTH_FORMAT_H

#include <stdio.h>

#include "parsers/labels/truth_row.h"
#include "pktbench.h"

/* The columns that are used, in this order; the first two are always needed. */
enum {
    PKT_TRUTH_PACKET,
    PKT_TRUTH_LABEL,
    PKT_TRUTH_ORIGIN,
    PKT_TRUTH_ORIGIN_PACKET,
    PKT_TRUTH_COLUMNS
};
extern const char *const pkt_truth_names[PKT_TRUTH_COLUMNS];

typedef struct pkt_truth_format {
    const char *row_word; /* "line": what messages call a row */
    /* The first `used` columns are needed; the file is the format's from here. NULL and *err. */
    void *(*open)(FILE *file, size_t used, pkt_err *err);
    /* 1, 0 at the end, -1 and *err, which names the row, not the file. */
    int (*next)(void *self, pkt_truth_row *row, pkt_err *err);
    /* The number of the row that was read last. */
    uint64_t (*row)(const void *self);
    void (*close)(void *self);
} pkt_truth_format;

extern const pkt_truth_format pkt_truth_csv, pkt_truth_parquet;

#endif
