/* Mean, variance, minimum and maximum in one pass (Welford's algorithm). */
#ifndef PKT_FEATURES_WELFORD_H
#define PKT_FEATURES_WELFORD_H

#include <math.h>
#include <stdint.h>

typedef struct welford {
    uint64_t count;
    double mean, squares; /* squares: sum of squared distances from the mean */
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

/* All of these are NaN if count is 0. */
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
/* Population variance; 0 for a single value. */
static inline double welford_variance(const welford *r)
{
    return r->count ? r->squares / (double)r->count : NAN;
}
static inline double welford_std(const welford *r)
{
    return sqrt(welford_variance(r));
}
/* Sample variance; NaN for a single value. */
static inline double welford_sample_variance(const welford *r)
{
    return r->count > 1 ? r->squares / (double)(r->count - 1) : NAN;
}

#endif
