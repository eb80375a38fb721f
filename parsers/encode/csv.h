/* Rows -> CSV as a sink, in the thread that pushes; writer.h has encoders with threads. */
#ifndef PKT_CSV_H
#define PKT_CSV_H

#include <stdio.h>

#include "pktbench.h"

/* CSV: a header line of column names, then a line a row, '\n' at the end, no quoting needed.
 * Only the columns of `columns` appear (hidden ones never do; an address appears once, under its
 * name without `_hi`). Cells that do not apply (their `present` bit is clear) are empty. `file`
 * stays the caller's. NULL and *err without memory. */
typedef struct pkt_csv_sink pkt_csv_sink;
pkt_csv_sink *pkt_csv_sink_open(FILE *file, pkt_column_set columns, pkt_sink *sink, pkt_err *err);
void pkt_csv_sink_close(pkt_csv_sink *csv);

#endif
