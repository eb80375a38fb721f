#include "bench/statistics/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "datasets/random.h"

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double quantile_sorted(const double *sorted, size_t count, double p)
{
    double at = p * (double)(count - 1);
    size_t low = (size_t)at;
    if (low + 1 >= count)
        return sorted[count - 1];
    return sorted[low] + (at - (double)low) * (sorted[low + 1] - sorted[low]);
}

double quantile_of(double *values, size_t count, double p)
{
    qsort(values, count, sizeof *values, ascending);
    return quantile_sorted(values, count, p);
}

double median_of(double *values, size_t count)
{
    return quantile_of(values, count, 0.5);
}

bool observation_add(observation_list *list, observation one)
{
    if (list->count == list->room) {
        const size_t room = list->room ? 2 * list->room : 16;
        observation *more = realloc(list->values, room * sizeof *more);
        if (!more)
            return false;
        list->values = more;
        list->room = room;
    }
    list->values[list->count++] = one;
    return true;
}

/* The observations of one block: a range of the array. */
typedef struct block {
    size_t first, count;
} block;

static size_t blocks_find(const observation *observations, size_t count, block *blocks)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || observations[i].block != observations[i - 1].block)
            blocks[found++] = (block){i, 0};
        blocks[found - 1].count++;
    }
    return found;
}

/* An observation with the index of its block. */
typedef struct ranked {
    double value;
    size_t block;
} ranked;

static int ascending_ranked(const void *a, const void *b)
{
    return ascending(&((const ranked *)a)->value, &((const ranked *)b)->value);
}

/* Sort all observations by value. */
static void rank(const observation *observations, const block *blocks, size_t block_count,
                 ranked *out)
{
    size_t n = 0;
    for (size_t b = 0; b < block_count; b++)
        for (size_t i = 0; i < blocks[b].count; i++)
            out[n++] = (ranked){observations[blocks[b].first + i].value, b};
    qsort(out, n, sizeof *out, ascending_ranked);
}

/* Median where every observation of block b counts times[b] times. `count`: sum of these weights,
 * at least 1. */
static double weighted_median(const ranked *sorted, const unsigned *times, size_t count)
{
    const size_t low = (count - 1) / 2;
    size_t i = 0, seen = times[sorted[0].block];
    while (seen <= low)
        seen += times[sorted[++i].block];
    const double value = sorted[i].value;
    if (count % 2 || seen > low + 1)
        return value;
    do
        i++;
    while (!times[sorted[i].block]);
    return value + 0.5 * (sorted[i].value - value);
}

/* Logarithm of the median of one resample: block_count blocks, drawn with replacement. `times`:
 * scratch space. */
static double resample(const ranked *sorted, const block *blocks, size_t block_count,
                       random_state *random, unsigned *times)
{
    size_t count = 0;
    memset(times, 0, block_count * sizeof *times);
    for (size_t i = 0; i < block_count; i++) {
        const size_t drawn = random_below(random, block_count);
        times[drawn]++;
        count += blocks[drawn].count;
    }
    return log(weighted_median(sorted, times, count));
}

double student_975(double freedom)
{
    /* Abramowitz and Stegun 26.7.5 at the normal quantile 1.959964. */
    const double z = 1.959963984540054, z2 = z * z, n = freedom;
    double g1 = z * (z2 + 1) / 4;
    double g2 = z * ((5 * z2 + 16) * z2 + 3) / 96;
    double g3 = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
    double g4 = z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160;
    return z + (g1 + (g2 + (g3 + g4 / n) / n) / n) / n;
}

/* Continued fraction of the incomplete beta function: DLMF 8.17.22, evaluated by Lentz's method. */
static double beta_fraction(double a, double b, double x)
{
    enum { STEPS_MAX = 500 };
    const double least = 1e-300, precision = 1e-15;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < least ? least : d);
    double value = d;
    for (int m = 1; m <= STEPS_MAX; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double change = 1;
        for (int half = 0; half < 2; half++) {
            double term = half ? odd : even;
            d = 1 + term * d;
            c = 1 + term / c;
            d = 1 / (fabs(d) < least ? least : d);
            c = fabs(c) < least ? least : c;
            change = c * d;
            value *= change;
        }
        if (fabs(change - 1) < precision)
            break;
    }
    return value;
}

/* Regularized incomplete beta function I_x(a, b), a and b above 0. */
static double beta_incomplete(double a, double b, double x)
{
    if (x <= 0 || x >= 1)
        return x >= 1;
    double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double student_tail(double t, double freedom)
{
    double half = beta_incomplete(freedom / 2, 0.5, freedom / (freedom + t * t)) / 2;
    return t > 0 ? half : 1 - half;
}

double student_quantile(double tail, double freedom)
{
    double low = 0, high = 1e6;
    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;
        *(student_tail(middle, freedom) > tail ? &low : &high) = middle;
    }
    return low;
}

void holm_adjust(double *p, size_t count, size_t *order)
{
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = 1; i < count; i++) /* insertion sort: count is small */
        for (size_t j = i; j > 0 && p[order[j]] < p[order[j - 1]]; j--) {
            size_t item = order[j];
            order[j] = order[j - 1];
            order[j - 1] = item;
        }
    double least = 0;
    for (size_t i = 0; i < count; i++) {
        least = fmax(least, fmin(1, p[order[i]] * (double)(count - i)));
        p[order[i]] = least;
    }
}

/* Standard error of the median's logarithm. Resampling n blocks gives (n - 1) / n of their
 * variance; this is corrected. With few blocks the estimate is uncertain, so the interval uses
 * Student's quantile instead of the percentiles of the resamples, which cover only 90 % instead of
 * 95 % at 8 blocks. */
static double standard_error(const ranked *sorted, const block *blocks, size_t block_count,
                             uint64_t seed, unsigned *times)
{
    random_state random = random_seeded(seed);
    double mean = 0, squares = 0, n = (double)block_count;
    for (size_t i = 0; i < BOOTSTRAP_RESAMPLES; i++) { /* Welford */
        double x = resample(sorted, blocks, block_count, &random, times);
        double step = x - mean;
        mean += step / (double)(i + 1);
        squares += step * (x - mean);
    }
    return sqrt(squares / (BOOTSTRAP_RESAMPLES - 1) * n / (n - 1));
}

static size_t outliers_count(double *values, size_t count, double median, double *deviations)
{
    size_t outliers = 0;
    for (size_t i = 0; i < count; i++)
        deviations[i] = fabs(values[i] - median);
    double mad = median_of(deviations, count);
    for (size_t i = 0; i < count; i++)
        outliers += deviations[i] > OUTLIER_MADS * mad;
    return mad > 0 ? outliers : 0;
}

/* Median, minimum, maximum and outliers. 0, or -1 if memory is exhausted. */
static int values_summarize(const observation *observations, size_t count, summary *out)
{
    double *values = malloc(2 * count * sizeof *values);
    if (!values)
        return -1;
    for (size_t i = 0; i < count; i++)
        values[i] = observations[i].value;
    *out = (summary){.median = median_of(values, count), .count = count};
    out->min = values[0];
    out->max = values[count - 1];
    out->outliers = outliers_count(values, count, out->median, values + count);
    free(values);
    return 0;
}

/* Confidence interval of at least INTERVAL_BLOCKS_MIN blocks. 0, or -1 if memory is exhausted. */
static int interval_find(const observation *observations, size_t count, const block *blocks,
                         size_t block_count, uint64_t seed, summary *out)
{
    ranked *sorted = malloc(count * sizeof *sorted);
    unsigned *times = malloc(block_count * sizeof *times);
    const bool good = sorted && times;
    if (good) {
        rank(observations, blocks, block_count, sorted);
        out->has_interval = true;
        out->freedom = (double)(block_count - 1);
        out->error = standard_error(sorted, blocks, block_count, seed, times);
        const double half = student_975(out->freedom) * out->error;
        out->low = out->median * exp(-half);
        out->high = out->median * exp(half);
    }
    free(sorted);
    free(times);
    return good ? 0 : -1;
}

int summarize(const observation *observations, size_t count, uint64_t seed, summary *out)
{
    block *blocks = malloc(count * sizeof *blocks);
    if (!blocks || values_summarize(observations, count, out) != 0) {
        free(blocks);
        return -1;
    }
    const size_t block_count = blocks_find(observations, count, blocks);
    int bad = 0;
    if (block_count >= INTERVAL_BLOCKS_MIN)
        bad = interval_find(observations, count, blocks, block_count, seed, out);
    free(blocks);
    return bad;
}
