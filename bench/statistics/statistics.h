/* From samples to a median with an interval. */
#ifndef PKT_STATISTICS_H
#define PKT_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fewer blocks than this give no interval: it would promise more than it holds. */
#define INTERVAL_BLOCKS_MIN 6
/* Resamples of the bootstrap. */
#define BOOTSTRAP_RESAMPLES 2000
/* Median absolute deviations from the median beyond which a sample is counted as an outlier. */
#define OUTLIER_MADS 5

/* One observation; those of one process share the block. */
typedef struct observation {
    unsigned block;
    double value; /* above 0: a time, or a ratio of times */
} observation;

typedef struct summary {
    double median, min, max;
    bool has_interval;
    double low, high; /* 95 % interval of the median */
    double error;     /* standard error of the median's logarithm; with has_interval alone */
    double freedom;   /* degrees of freedom of `error` */
    size_t count, outliers;
} summary;

/* Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996); `sorted` is
 * ascending and not empty. */
double quantile_sorted(const double *sorted, size_t count, double p);
/* Quantile, median of values in any order, which are sorted on the way. */
double quantile_of(double *values, size_t count, double p);
double median_of(double *values, size_t count);

/* Student's t quantile at 0.975; `freedom` at least 5, where the error is below 0.0005. */
double student_975(double freedom);
/* Probability that Student's t is above `t`. */
double student_tail(double t, double freedom);
/* The t that is passed with probability `tail`, which is below 0.5. */
double student_quantile(double tail, double freedom);

/* Adjust the p values of `count` tests that are made together (Holm 1979): rejecting those that
 * stay below a level makes one error or more with that probability at most. `order` is scratch. */
void holm_adjust(double *p, size_t count, size_t *order);

/* Median, extremes, outliers, and a 95 % interval of the median, symmetric in the logarithm:
 * Student's t times the standard error from a bootstrap of whole blocks, as processes differ from
 * each other more than rounds do. Observations must come ordered by block. Nothing is dropped.
 * `count` at least 1. 0, or -1 without memory. */
int summarize(const observation *observations, size_t count, uint64_t seed, summary *out);

#endif
