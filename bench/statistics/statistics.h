/* Medians with confidence intervals, and statistical tests. */
#ifndef PKT_STATISTICS_H
#define PKT_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* With fewer blocks there is no interval, because its coverage would be too low. */
#define INTERVAL_BLOCKS_MIN 6
/* Resamples of the bootstrap. */
#define BOOTSTRAP_RESAMPLES 2000
/* A sample is an outlier if its distance from the median exceeds this many median absolute
 * deviations (MAD). */
#define OUTLIER_MADS 5

/* One observation. All observations of one process have the same block. */
typedef struct observation {
    unsigned block;
    double value; /* > 0: a time, or a ratio of times */
} observation;

/* A list that grows. Zeroed at first; the caller frees `values`. */
typedef struct observation_list {
    observation *values;
    size_t count, room;
} observation_list;

/* false: no memory; the list is unchanged. */
bool observation_add(observation_list *list, observation one);

typedef struct summary {
    double median, min, max;
    bool has_interval;
    double low, high; /* 95 % confidence interval of the median */
    double error;     /* standard error of the median's logarithm; only if has_interval */
    double freedom;   /* degrees of freedom of `error` */
    size_t count, outliers;
} summary;

/* Quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan 1996).
 * `sorted`: ascending, count >= 1. */
double quantile_sorted(const double *sorted, size_t count, double p);
/* Quantile and median of unsorted values. Sorts `values`. */
double quantile_of(double *values, size_t count, double p);
double median_of(double *values, size_t count);

/* Student's t quantile at 0.975. Error below 0.0005 for freedom >= 5. */
double student_975(double freedom);
/* Probability that Student's t exceeds `t`. */
double student_tail(double t, double freedom);
/* The t that is exceeded with probability `tail` < 0.5. */
double student_quantile(double tail, double freedom);

/* Adjust the p values of `count` tests (Holm 1979): if all tests with an adjusted p value below a
 * level are rejected, the probability of one or more false rejections is at most that level.
 * `order`: scratch space of `count` elements. */
void holm_adjust(double *p, size_t count, size_t *order);

/* Median, minimum, maximum, outliers, and a 95 % confidence interval of the median, symmetric in
 * the logarithm: Student's t times the standard error of a block bootstrap. Blocks are resampled as
 * a whole, because processes differ more than the rounds of a process. Observations must be ordered
 * by block; count >= 1; no observation is dropped. 0, or -1 if memory is exhausted. */
int summarize(const observation *observations, size_t count, uint64_t seed, summary *out);

#endif
