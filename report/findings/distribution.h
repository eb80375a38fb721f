/* How the samples of a run are distributed. */
#ifndef PKT_DISTRIBUTION_H
#define PKT_DISTRIBUTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Median of the samples of each process (block), in nanoseconds per packet, from least to most; of
 * at most `max` processes. Their number. */
size_t process_medians(const json_t *run, double *medians, size_t max);

/* Two groups of processes. */
typedef struct modes {
    size_t fast, slow;       /* processes */
    double fast_ns, slow_ns; /* median of each group, nanoseconds per packet */
} modes;

/* Are there two groups of at least two processes, further apart than twice the width of either, and
 * by more than 5 %? A median between them, and its interval, then mean little. */
bool two_modes(const json_t *run, modes *m);

typedef struct spread {
    size_t samples;
    double low, high; /* 5th and 95th percentile, nanoseconds per packet */
} spread;

bool sample_spread(const json_t *run, spread *s);

/* Share of the samples in each bin: times of 1 / HISTOGRAM_REACH to HISTOGRAM_REACH medians, in
 * equal steps of the logarithm; what is outside counts in the first and last bin. false: there are
 * no samples. */
enum { HISTOGRAM_BINS = 33 };
#define HISTOGRAM_REACH 1.5
bool sample_histogram(const json_t *run, double bins[HISTOGRAM_BINS]);

#endif
