/* What rows say of their capture, seen on their way to the output: times that are missing, replaced
 * or out of order, packets that came twice or have no IP columns; and the end after so many
 * packets.
 */
#ifndef PKT_WATCH_H
#define PKT_WATCH_H

#include <stdbool.h>

#include "parsers/core/undecoded.h"
#include "parsers/query/warnings.h"

typedef struct row_watch {
    /* Set by the caller. */
    const pkt_sink *next;   /* gets no rows above the limit; they are dropped from the batch */
    pkt_column_set columns; /* that the rows have */
    uint64_t limit;         /* packets; 0: all */
    bool live;              /* times and duplicates are not looked at */
    bool inner;             /* what is next gets inner headers in place of the outer ones */
    bool zero_is_none;      /* time 0 is no time, as where simple packet blocks may be */
    /* Initially 0. */
    uint64_t rows;
    bool full; /* the limit is reached: the run ends with -1 and PKT_ERR_NONE */
    int64_t previous_ns;
    uint64_t zero_times, replaced, late; /* `late`: earlier than the timed row before */
    uint64_t alike; /* equal in all columns but the time to one of the WATCH_ROWS rows before, with
                     * an IP identification that is not 0 */
    pkt_undecoded undecoded;
    size_t compared; /* columns that are compared, */
    const pkt_column_info *at[PKT_COLUMN_COUNT];
    uint64_t last[PKT_COLUMN_COUNT]
                 [WATCH_ROWS]; /* and their cells of the last rows, in one piece */
} row_watch;

/* Begin the watch: a sink before watch->next; both outlive the run. */
pkt_sink pkt_watch_sink(row_watch *watch);
/* Give the warnings. */
void pkt_watch_report(const row_watch *watch, const char *name, const pkt_warnings *warnings);

#endif
