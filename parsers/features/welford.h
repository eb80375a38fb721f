/* Mean, variance and extremes of numbers that come one by one. */
#ifndef PKT_FEATURES_RUNNING_H
#define PKT_FEATURES_RUNNING_H

#include <math.h>
#include <stdint.h>

typedef struct welford {
    uint64_t count;
    double mean, squares; /* Welford: the sum of squared distances from the mean */
    double min, max;
} welford;

static inline void welford_add(welford *r, double value)
{
    const double distance = value - r->mean;
    r->count++;
    r->mean += distance / (double)r->count;
    r->squares += distance * (value - r->mean);
    r->min = r->count == 1 || value < r->min ? value : r->min;
    r->max = r->count == 1 || value > r->max ? value : r->max;
}

/* Of no numbers, all of these are NaN. */
static inline double welford_mean(const welford *r)
{
    return r->count ? r->mean : NAN;
}
static inline double welford_min(const welford *r)
{
    return r->count ? r->min : NAN;
}
static inline double welford_max(const welford *r)
{
    return r->count ? r->max : NAN;
}
/* Of a population: 0 for a single number. */
static inline double welford_variance(const welford *r)
{
    return r->count ? r->squares / (double)r->count : NAN;
}
static inline double welford_std(const welford *r)
{
    return sqrt(welford_variance(r));
}
/* Of a sample: NaN for a single number. */
static inline double welford_sample_variance(const welford *r)
{
    return r->count > 1 ? r->squares / (double)(r->count - 1) : NAN;
}

#endif
