/* Comparison of the rows of two decoders, cell by cell. */
#ifndef PKT_AGREEMENT_H
#define PKT_AGREEMENT_H

#include <stdbool.h>

#include "bench/agreement/rowset.h"
#include "bench/worker/client.h"
#include "parsers/rows/text.h"

/* Maximum of different cells for `differs`, in percent of a column's cells that one of both sides
 * has. Above it, in any column, the status is `disagrees`. */
#define DIFFERS_MAX_PERCENT 1

/* Rows that others are compared with. */
typedef struct reference {
    const char *name;    /* "truth", or a backend's name */
    const char *decoder; /* the decoder that produced the rows */
    rowset rows;
} reference;

typedef struct difference {
    bool found;
    bool malformed;  /* the packet is */
    uint64_t packet; /* from 1 */
    size_t column;
    char value[PKT_CELL_TEXT], expected[PKT_CELL_TEXT]; /* "": the cell does not apply */
} difference;

/* Is it in a column of addresses or names? Their values are shown on request only. */
bool difference_is_private(const difference *first);

typedef struct agreement {
    run_status status; /* OK, DIFFERS, DISAGREES or UNCHECKED */
    char reason[REASON_BYTES];
    const char *reference; /* its name; NULL: nothing was compared */
    bool independent;      /* the reference has another decoder */
    uint64_t rows_compared, rows_expected;
    uint64_t cells_compared, cells_different; /* in well-formed packets */
    /* Packets that are cut by snaplen, malformed or of an unsupported type, by the verdict of raw
     * or of the truth. Decoders may differ in how much of these packets they decode. */
    uint64_t malformed_rows, malformed_cells_different;
    uint64_t malformed[PKT_VERDICT_COUNT][PKT_COLUMN_COUNT];
    uint64_t different[PKT_COLUMN_COUNT]; /* cells_different by column */
    uint64_t present[PKT_COLUMN_COUNT];   /* cells of well-formed packets that one side has; 0 if no
                                           * cell was compared by itself */
    /* Cells of well-formed packets that differ in a known way from Wireshark and are not compared:
     * see listed.h, and app_streams.h for the column `stream`. */
    uint64_t cells_listed;
    uint64_t listed[PKT_COLUMN_COUNT]; /* cells_listed by column */
    /* Of listed[PKT_COL_ts_ns]: both sides replaced a time outside of 1677 to 2262, one by the
     * first and one by the last: Wireshark and libpcap take seconds of 2^63 or more as negative. */
    uint64_t times_replaced;
    difference first; /* in a well-formed packet if there is one, else in a malformed one */
    /* One for each column, as `first`; the caller's, set before the comparison. NULL: not wanted.
     */
    difference *firsts;
} agreement;

/* Columns of the level that are in both sets. At level frames without `present` and `verdict`,
 * which belong to decoding. */
pkt_column_set columns_shared(pkt_column_set one, pkt_column_set other, pkt_level level);
/* Fast path: true if the digests of the shared columns show that all cells are equal. */
bool digests_agree(const rowset *expected, pkt_column_set shared, const uint64_t *digest,
                   uint64_t rows);
/* Compare every cell of the shared columns. `verdicts` holds the column verdict for every packet;
 * NULL: every packet counts as well-formed. Sets all fields of *out except `reference`,
 * `independent` and the pointer `firsts`. */
void rowset_compare(const rowset *got, const rowset *expected, const rowset *verdicts,
                    pkt_column_set shared, agreement *out);
/* Set *out as rowset_compare() does if no cell differs. */
void agreement_whole(const rowset *expected, const rowset *verdicts, pkt_column_set shared,
                     agreement *out);

#endif
