/* Rows as text, as CSV has them: to be held against rows in which some cells may be anything. */
#ifndef PKT_EXPECTED_H
#define PKT_EXPECTED_H

#include <stdbool.h>

#include "pktbench.h"

/* A CSV file in memory. */
typedef struct text_table {
    char *text;   /* owned; its lines and cells are cut apart */
    char **cells; /* owned; `columns` of the header line, then of each row */
    size_t columns, rows;
} text_table;

/* What a comparison found. */
typedef struct text_agreement {
    uint64_t rows_lost, rows_invented, cells_compared, cells_wrong;
    uint64_t packet;    /* of the first wrong cell, from 1; 0: there is none */
    const char *column; /* of it; these three live as long as the tables */
    const char *value, *expected;
} text_agreement;

/* false: the file cannot be read, or a row has another number of cells than the header. Free the
 * table in both cases. */
bool text_table_read(text_table *table, const char *path);
/* Every cell of a column that both have, but for the verdict and for those that are expected to be
 * `*`. */
text_agreement text_table_compare(const text_table *got, const text_table *expected);
void text_table_free(text_table *table);

#endif
