/* Records to rows, as backend raw decodes them. */
#ifndef PKT_BACKEND_RAW_ROWS_H
#define PKT_BACKEND_RAW_ROWS_H

#include <stdbool.h>

#include "parsers/core/record.h"
#include "parsers/core/run.h"
#include "parsers/decode/hint.h"

/* What a request needs. It is used by one thread at a time. */
typedef struct pkt_raw_rows {
    pkt_level depth;      /* how much of a packet is decoded */
    bool app;             /* application protocols too */
    pkt_clear_plan clear; /* with `app`: the columns for these that the run does not have */
    pkt_batch *scratch;   /* owned: of tunnels; NULL: these are not decoded */
} pkt_raw_rows;

/* Records that are decoded at once, at most. While the headers of the last ones are read, the cache
 * lines of the first packets are loaded; 32 records still fit the L1 cache. */
enum { PKT_RAW_RECORDS = 32 };

/* 0, or -1 and *err; then there is nothing to close. */
int pkt_raw_rows_open(pkt_raw_rows *rows, const pkt_request *request, pkt_err *err);
void pkt_raw_rows_close(pkt_raw_rows *rows);
/* Before the first row of a batch, whose columns of the run are cleared. 0, or -1 and *err. */
int pkt_raw_rows_begin(const pkt_raw_rows *rows, pkt_batch *batch, pkt_err *err);
/* Records that may be decoded next: the text of their rows must fit. 0: the batch ends here. */
size_t pkt_raw_rows_fit(const pkt_raw_rows *rows, const pkt_batch *batch);
/* Decode up to PKT_RAW_RECORDS records into the batch's rows from `row` on; hints[row] is that of
 * the first one, and not set unless rows->depth is `flows` or there is a scratch. */
void pkt_raw_rows_add(const pkt_raw_rows *rows, const pkt_record *records, size_t count,
                      pkt_batch *batch, size_t row, pkt_stream_hint *hints);

#endif
