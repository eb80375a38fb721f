/* All rows of a slice in memory, of a reference or of a backend. */
#ifndef PKT_ROWSET_H
#define PKT_ROWSET_H

#include <stdbool.h>

#include "pktbench.h"

typedef struct rowset {
    pkt_column_set columns; /* the columns that are stored */
    bool wireshark;         /* rows of Wireshark's decoder: see app_streams.h, listed.h */
    uint64_t rows;
    pkt_batch **batches; /* all full except the last one */
    size_t count, room;  /* batches in use, and allocated */
} rowset;

/* A sink that stores every row in *set. Before the call, set->columns must be set and all other
 * fields but wireshark must be 0. Free the set with rowset_free(). */
pkt_sink rowset_sink(rowset *set);
/* More rows than packets that are read, to be counted in a message. */
#define ROWS_INVENTED_MAX 1000000
/* Read a CSV file that pkt_csv_sink or an external program wrote: of at most `most` rows, else the
 * error is PKT_ERR_LIMIT. 0, or -1 and *err. Free the set also on failure. */
int rowset_read_csv(rowset *set, const char *path, uint64_t most, pkt_err *err);
/* Add the columns of `other` that *set does not have: rows of the same slice. 0, or -1 and *err. */
int rowset_join(rowset *set, const rowset *other, pkt_err *err);
/* The batch that holds `row` (from 0) and the row's index in it. */
const pkt_batch *rowset_at(const rowset *set, uint64_t row, size_t *index);
/* True if the verdict is PKT_OK or PKT_FRAGMENT: the cells of such a packet must be equal. */
bool verdict_is_well_formed(unsigned verdict);
/* The row's verdict; PKT_OK if `verdicts` is NULL or has no such row. */
unsigned verdict_at(const rowset *verdicts, uint64_t row);
/* XXH3-64 of each column of `columns`, as the digest sink computes it. 0, or -1 and *err. */
int rowset_digest(const rowset *set, pkt_column_set columns, uint64_t digest[PKT_COLUMN_COUNT],
                  pkt_err *err);
void rowset_free(rowset *set);

#endif
