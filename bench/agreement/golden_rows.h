/* Golden rows in CSV. A backend's rows are compared with them as text; a golden cell `*` matches
 * any value. */
#ifndef PKT_EXPECTED_H
#define PKT_EXPECTED_H

#include <stdbool.h>

#include "pktbench.h"

/* A CSV file in memory. */
typedef struct text_table {
    char *text;   /* owned; each cell is NUL-terminated */
    char **cells; /* owned; `columns` cells of the header line, then of each row */
    size_t columns, rows;
} text_table;

typedef struct text_agreement {
    uint64_t rows_lost, rows_invented, cells_compared, cells_wrong;
    uint64_t packet;    /* of the first wrong cell, from 1; 0: no cell is wrong */
    const char *column; /* of the first wrong cell; these three point into the tables */
    const char *value, *expected;
} text_agreement;

/* Read a CSV file. false: it cannot be read, or a row and the header line differ in their number of
 * cells. Free the table also on failure. */
bool text_table_read(text_table *table, const char *path);
/* Compare every cell of the columns in both tables, except column verdict and cells with the
 * expected value `*`. */
text_agreement text_table_compare(const text_table *got, const text_table *expected);
void text_table_free(text_table *table);

#endif
