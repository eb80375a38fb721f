/* Changes of many comparisons with a baseline, joined into one series: ratios of commit n over n-1,
 * each measured in one run, so that the machines need not be the same. */
#ifndef PKT_HISTORY_H
#define PKT_HISTORY_H

#include <stdio.h>

#include "parsers/util/notice.h"
#include "results/load.h"
#include "results/reader.h"

/* Results files of one history, at most. */
enum { HISTORY_FILES_MAX = 512 };

/* A backend at a level, with a sink, over a slice, after one comparison. */
typedef struct history_point {
    const char *date, *revision, *backend, *level, *slice; /* of the results, borrowed */
    const char *sink;                                      /* see sink_of() */
    unsigned threads;                                      /* that write */
    char work[WORK_TEXT];                                  /* see work_text() */
    const char *digest;   /* of the bytes of the slice; "" if it is not known */
    const char *baseline; /* its revision */
    size_t place;         /* of the commit among all; that of the baseline is one less */
    double change;        /* of the time per packet, as a ratio to the baseline */
    double total;         /* product of the changes since the series began */
    double log_variance; /* sum of the squares of the half intervals, in logarithms; NAN: unknown */
    size_t step;         /* number of changes in the product */
} history_point;

typedef struct history {
    history_point *list; /* by slice, level, sink, threads, backend, date */
    size_t count;
} history;

/* Join the comparisons of the files, by date. A series begins anew, with a notice, where the
 * baseline is not known to be the revision that was measured before, where a backend was not
 * measured, and, with a notice, where a slice has other bytes than before. The files must outlive
 * it. 0, or -1 and *err: also if a file has no comparison. history_free() in both cases. */
int history_collect(history *h, const results_file *files, size_t count, const pkt_notices *notices,
                    pkt_err *err);
void history_free(history *h);
/* Are both of one backend, level, sink, number of threads and slice? */
bool history_same_series(const history_point *a, const history_point *b);
/* The same, of any backend? */
bool history_same_work(const history_point *a, const history_point *b);
/* A line for each point, as CSV or as a table in Markdown. */
void history_put(FILE *out, bool csv, const history *h);
/* An HTML page: a chart for each slice and level, and the table. 0, or -1 and *err. */
int history_page_put(FILE *out, const history *h, pkt_err *err);
/* Ends of the 95 % interval of the total. False: not known. */
bool history_interval(const history_point *p, double *low, double *high);

#endif
