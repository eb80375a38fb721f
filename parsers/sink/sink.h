/* Sinks: rows -> somewhere. Each is opened into a pkt_sink, finished by pkt_run() (or by hand),
 * and closed by its own close function. */
#ifndef PKT_SINK_H
#define PKT_SINK_H

#include <stdio.h>

#include "pktbench.h"

/* Rows of CSV, as parsers/encode/csv.h writes it, back into batches. Columns may come in any order;
 * unknown names are refused. `present` is rebuilt from which cells are empty. */
typedef struct pkt_csv_reader pkt_csv_reader;
pkt_csv_reader *pkt_csv_reader_open(FILE *file, pkt_err *err);
/* The columns named in the header line, with the hidden ones that come with them. */
pkt_column_set pkt_csv_reader_columns(const pkt_csv_reader *reader);
/* Rows read into the batch, which is from pkt_batch_new() and is cleared first; 0 at the end, -1
 * and *err (pos = line). */
int pkt_csv_reader_next(pkt_csv_reader *reader, pkt_batch *batch, pkt_err *err);
void pkt_csv_reader_close(pkt_csv_reader *reader);

/* Digest: one XXH3-64 a column over all its cells, in row order. */
typedef struct pkt_digest_sink pkt_digest_sink;
pkt_digest_sink *pkt_digest_sink_open(pkt_column_set columns, pkt_sink *sink, pkt_err *err);
/* After finish: digest[c] for every column c of the set, 0 for the others. */
void pkt_digest_sink_result(const pkt_digest_sink *digest, uint64_t result[PKT_COLUMN_COUNT]);
void pkt_digest_sink_close(pkt_digest_sink *digest);

/* The timed sink: counts rows and folds one cell in 256 rows (of rotating columns of the set) into
 * a checksum, so that a timed run that yields other rows than the verified one is found out. */
typedef struct pkt_null_sink {
    pkt_column_set columns; /* set by the caller */
    size_t count;           /* of them */
    uint64_t rows;          /* set to 0 by the caller */
    uint64_t checksum;      /* set to 0 by the caller */
} pkt_null_sink;
pkt_sink pkt_null_sink_open(pkt_null_sink *null);

#endif
