/* Sinks: rows -> somewhere. Each is opened into a pkt_sink, finished by pkt_run() (or by hand),
 * and closed by its own close function. */
#ifndef PKT_SINK_H
#define PKT_SINK_H

#include <stdbool.h>
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

/* Mosaic: one XXH3-64 over all rows, of another column for each PKT_MOSAIC_ROWS of them. The seed
 * decides which: a backend that does not know it cannot fill only the cells that are looked at, not
 * even by watching which ones were. Of one column, it is that column's digest. */
#define PKT_MOSAIC_ROWS 256
typedef struct pkt_mosaic_columns {
    size_t count;
    uint8_t columns[PKT_COLUMN_COUNT];
} pkt_mosaic_columns;
typedef struct pkt_mosaic {
    uint64_t seed;
    pkt_mosaic_columns often, numbers, texts; /* `often`: of `numbers`, three of four blocks */
} pkt_mosaic;
/* Of these columns, with the seed 0. `often`: those that are drawn more often; may be empty. */
pkt_mosaic pkt_mosaic_make(pkt_column_set often, pkt_column_set all);
bool pkt_mosaic_is_empty(const pkt_mosaic *mosaic);
/* The column of the row; the mosaic is not empty. */
size_t pkt_mosaic_column(const pkt_mosaic *mosaic, uint64_t row);
typedef struct pkt_mosaic_sink pkt_mosaic_sink;
/* Of an empty mosaic the result is 0. */
pkt_mosaic_sink *pkt_mosaic_sink_open(const pkt_mosaic *mosaic, pkt_sink *sink, pkt_err *err);
/* After finish. */
uint64_t pkt_mosaic_sink_result(const pkt_mosaic_sink *mosaic);
void pkt_mosaic_sink_close(pkt_mosaic_sink *mosaic);

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
