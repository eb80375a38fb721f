/* All rows of a slice in memory: what a reference says, or what a backend said. */
#ifndef PKT_ROWSET_H
#define PKT_ROWSET_H

#include <stdbool.h>

#include "pktbench.h"

typedef struct rowset {
    pkt_column_set columns; /* that were filled */
    uint64_t rows;
    pkt_batch **batches; /* all full but the last one */
    size_t count, room;  /* of batches */
} rowset;

/* A sink that keeps every row. `set` is zeroed but for the columns that are to be kept; it must be
 * freed by rowset_free(). */
pkt_sink rowset_sink(rowset *set);
/* Rows of a CSV file as pkt_csv_sink writes it. 0, or -1 and *err; free the set in both cases. */
int rowset_read_csv(rowset *set, const char *path, pkt_err *err);
/* The batch that holds `row` (from 0) and the row's index in it. */
const pkt_batch *rowset_at(const rowset *set, uint64_t row, size_t *index);
/* A well-formed packet's cells must agree. */
bool verdict_is_well_formed(unsigned verdict);
/* The row's verdict; PKT_OK if `verdicts` is NULL or does not have it. */
unsigned verdict_at(const rowset *verdicts, uint64_t row);
/* One XXH3-64 a column of `columns`, as the digest sink gives it. 0, or -1 and *err. */
int rowset_digest(const rowset *set, pkt_column_set columns, uint64_t digest[PKT_COLUMN_COUNT],
                  pkt_err *err);
void rowset_free(rowset *set);

#endif
