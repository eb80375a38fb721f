/* Do two decoders say the same about every packet? */
#ifndef PKT_AGREEMENT_H
#define PKT_AGREEMENT_H

#include <stdbool.h>

#include "bench/agreement/rowset.h"
#include "bench/worker/client.h"
#include "parsers/rows/text.h"

/* Cells that may differ for `differs`; more is `disagrees`. Percent of the compared cells. */
#define DIFFERS_MAX_PERCENT 1

/* Rows to hold others against. */
typedef struct reference {
    const char *name;    /* "truth", or a backend's name */
    const char *decoder; /* whose code read the headers */
    rowset rows;
} reference;

typedef struct difference {
    bool found;
    uint64_t packet; /* from 1 */
    size_t column;
    char value[PKT_CELL_TEXT], expected[PKT_CELL_TEXT]; /* "" where the cell does not apply */
} difference;

typedef struct agreement {
    run_status status; /* OK, DIFFERS, DISAGREES or UNCHECKED */
    char reason[REASON_BYTES];
    const char *reference; /* NULL: nothing was compared */
    bool independent;
    uint64_t rows_compared, rows_expected;
    uint64_t cells_compared, cells_different; /* in sound packets */
    /* Packets that are cut, malformed or of no supported kind, by raw's verdict or the truth:
     * parsers rightly differ in how much of them they show. */
    uint64_t malformed_rows, malformed_cells_different;
    uint64_t malformed[PKT_VERDICT_COUNT][PKT_COLUMN_COUNT];
    uint64_t different[PKT_COLUMN_COUNT]; /* cells_different by column */
    difference first;                     /* in a sound packet; in a broken one if there is none */
} agreement;

/* What two column sets of a level are compared in: presence and verdict belong to decoding. */
pkt_column_set columns_shared(pkt_column_set one, pkt_column_set other, pkt_level level);
/* The quick way: do the digests of the shared columns say that every cell is the same? */
bool digests_agree(const rowset *expected, pkt_column_set shared, const uint64_t *digest,
                   uint64_t rows);
/* Compare every cell of the shared columns. `verdicts` holds the column verdict for every packet;
 * NULL: every packet counts as sound. Fills everything but `reference` and `independent`. */
void rowset_compare(const rowset *got, const rowset *expected, const rowset *verdicts,
                    pkt_column_set shared, agreement *out);
/* The numbers of a comparison without any difference. */
void agreement_whole(const rowset *expected, const rowset *verdicts, pkt_column_set shared,
                     agreement *out);

#endif
