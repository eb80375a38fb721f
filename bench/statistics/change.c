#include "bench/statistics/change.h"

#include <math.h>
#include <stdlib.h>

/* Fixed seed: equal samples give equal intervals. */
#define BOOTSTRAP_SEED 1

size_t blocks_quantile(observation *observations, size_t count, double part, double *scratch)
{
    size_t blocks = 0;
    for (size_t i = 0; i < count;) {
        const unsigned block = observations[i].block;
        size_t taken = 0;
        for (; i < count && observations[i].block == block; i++)
            scratch[taken++] = observations[i].value;
        observations[blocks++] = (observation){block, quantile_of(scratch, taken, part)};
    }
    return blocks;
}

/* Ratios and geometric means of the pairs, one per block. */
typedef struct pairs {
    observation *ratios;
    double *levels;
    size_t count, above; /* `above`: pairs above the limit */
} pairs;

static int pairs_make(const two_sides *s, change_limit limit, pairs *out)
{
    const size_t room = (s->after_count < s->before_count ? s->after_count : s->before_count) + 1;
    *out = (pairs){.ratios = malloc(room * sizeof *out->ratios),
                   .levels = malloc(room * sizeof *out->levels)};
    if (!out->ratios || !out->levels)
        return -1;
    for (size_t i = 0, j = 0; i < s->before_count && j < s->after_count;) {
        const observation *a = &s->before[i], *b = &s->after[j];
        if (a->block == b->block) {
            out->ratios[out->count] = (observation){b->block, b->value / a->value};
            out->levels[out->count++] = sqrt(a->value * b->value);
            out->above += b->value > a->value * (1 + limit.threshold) + limit.least;
        }
        i += a->block <= b->block;
        j += b->block <= a->block;
    }
    return 0;
}

static void pairs_free(pairs *p)
{
    free(p->ratios);
    free(p->levels);
}

/* Values of both sides: the median level of the pairs, half of the change below and above it. With
 * the medians of the sides, old and new could contradict the change. */
static void sides_from_pairs(pairs *p, change *out)
{
    const double level = median_of(p->levels, p->count);
    out->old = level / sqrt(out->ratio.median);
    out->fresh = level * sqrt(out->ratio.median);
}

static int measure_paired(const two_sides *sides, change *out)
{
    pairs p;
    int bad = pairs_make(sides, (change_limit){0, 0}, &p);
    if (!bad && p.count > 0) {
        bad = summarize(p.ratios, p.count, BOOTSTRAP_SEED, &out->ratio);
        if (!bad)
            sides_from_pairs(&p, out);
    }
    pairs_free(&p);
    return bad;
}

static void interval_set(summary *s)
{
    const double half = student_975(s->freedom) * s->error;
    s->low = s->median * exp(-half);
    s->high = s->median * exp(half);
}

/* Ratio of two independent medians: the squares of their errors add up; degrees of freedom after
 * Welch. */
static int measure_pooled(const two_sides *sides, change *out)
{
    summary a, b;
    if (sides->before_count == 0 || sides->after_count == 0)
        return 0;
    if (summarize(sides->before, sides->before_count, BOOTSTRAP_SEED, &a) != 0 ||
        summarize(sides->after, sides->after_count, BOOTSTRAP_SEED, &b) != 0)
        return -1;
    out->old = a.median;
    out->fresh = b.median;
    out->ratio = (summary){.median = b.median / a.median,
                           .count = a.count < b.count ? a.count : b.count,
                           .has_interval = a.has_interval && b.has_interval};
    if (!out->ratio.has_interval)
        return 0;
    const double x = a.error * a.error, y = b.error * b.error;
    out->ratio.error = sqrt(x + y);
    out->ratio.freedom = x + y > 0 ? (x + y) * (x + y) / (x * x / a.freedom + y * y / b.freedom)
                                   : a.freedom + b.freedom;
    interval_set(&out->ratio);
    return 0;
}

int change_measure(const two_sides *sides, change *out)
{
    *out = (change){.old = 0};
    return sides->paired ? measure_paired(sides, out) : measure_pooled(sides, out);
}

/* Logarithm of the binomial coefficient. */
static double log_choose(size_t n, size_t k)
{
    return lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1);
}

double binomial_tail(size_t k, size_t n, double p)
{
    double sum = 0;
    for (size_t i = k; i <= n; i++)
        sum += exp(log_choose(n, i) + (double)i * log(p) + (double)(n - i) * log1p(-p));
    return k == 0 ? 1 : fmin(sum, 1);
}

static int ascending(const void *a, const void *b)
{
    const double x = ((const observation *)a)->value, y = ((const observation *)b)->value;
    return (x > y) - (x < y);
}

/* Interval between the order statistics k and n + 1 - k: the largest k with a coverage of 95 %. */
static void sign_interval(const observation *sorted, size_t count, summary *out)
{
    size_t k = 0;
    while (2 * (k + 1) <= count && binomial_tail(count - k, count, 0.5) <= 0.025)
        k++;
    out->has_interval = count >= INTERVAL_BLOCKS_MIN && k > 0;
    if (!out->has_interval)
        return;
    out->low = sorted[k - 1].value;
    out->high = sorted[count - k].value;
}

static void signs_from_pairs(pairs *p, change *out)
{
    const size_t n = p->count;
    qsort(p->ratios, n, sizeof *p->ratios, ascending);
    out->above = p->above;
    out->pairs = n;
    out->ratio = (summary){.median = (p->ratios[(n - 1) / 2].value + p->ratios[n / 2].value) / 2,
                           .min = p->ratios[0].value,
                           .max = p->ratios[n - 1].value,
                           .count = n};
    sign_interval(p->ratios, n, &out->ratio);
    sides_from_pairs(p, out);
}

int change_signs(const two_sides *sides, change_limit limit, change *out)
{
    *out = (change){.old = 0};
    if (!sides->paired)
        return measure_pooled(sides, out);
    pairs p;
    const int bad = pairs_make(sides, limit, &p);
    if (!bad && p.count > 0)
        signs_from_pairs(&p, out);
    pairs_free(&p);
    return bad;
}

double change_p(const summary *ratio, double threshold, int direction)
{
    const double distance = direction * log(ratio->median) - log1p(threshold);
    if (ratio->error > 0)
        return student_tail(distance / ratio->error, ratio->freedom);
    return distance > 0 ? 0 : 1;
}

double change_p_signs(const change *c, change_limit limit)
{
    if (c->pairs)
        return binomial_tail(c->above, c->pairs, 0.5);
    return c->fresh - c->old > limit.least ? change_p(&c->ratio, limit.threshold, 1) : 1;
}

/* How far from 1 + threshold a ratio is more than noise: logarithm. The standard deviation of the
 * noise is estimated from the lower quartile of the distances from 1, which is 0.3186 standard
 * deviations of a normal distribution: up to half of the processes may be slow. It depends on
 * distances alone, not on their direction. So where nothing changed the sign test is exact or
 * careful: a ratio far below 1 + threshold is nearer to 1 than one far above it. */
static double far_from_noise(const pairs *p)
{
    const double quartile = 0.25, deviations = 3 / 0.3186;
    double *distances = p->levels; /* not needed here */
    for (size_t i = 0; i < p->count; i++)
        distances[i] = fabs(log(p->ratios[i].value));
    return fmax(log(SLOW_RATIO), deviations * quantile_of(distances, p->count, quartile));
}

/* Under the hypothesis that the ratios lie symmetrically about at most 1 + threshold, those far
 * above it are no more than those far below it. */
static void share_from_pairs(const pairs *p, double threshold, slow_share *out)
{
    const double far = far_from_noise(p);
    size_t above = 0, below = 0;
    for (size_t i = 0; i < p->count; i++) {
        const double distance = log(p->ratios[i].value) - log1p(threshold);
        above += distance > far;
        below += distance < -far;
    }
    *out = (slow_share){.old = (double)below / (double)p->count,
                        .fresh = (double)above / (double)p->count,
                        .count = p->count,
                        .p = binomial_tail(above, above + below, 0.5)};
}

static int share_paired(const two_sides *sides, double threshold, slow_share *out)
{
    pairs p;
    *out = (slow_share){.p = 1};
    const int bad = pairs_make(sides, (change_limit){0, 0}, &p);
    if (!bad && p.count > 0)
        share_from_pairs(&p, threshold, out);
    pairs_free(&p);
    return bad;
}

/* Number of values above `ratio` times the median; -1 if memory runs out. */
static long slow_count(const observation *values, size_t count, double ratio)
{
    double *scratch = malloc((count + 1) * sizeof *scratch);
    long slow = 0;
    if (!scratch)
        return -1;
    for (size_t i = 0; i < count; i++)
        scratch[i] = values[i].value;
    const double most = ratio * median_of(scratch, count);
    for (size_t i = 0; i < count; i++)
        slow += values[i].value > most;
    free(scratch);
    return slow;
}

/* Fisher's exact test: probability that `a` or more of the `slow` ones are among `n` of n + m. */
static double fisher_tail(size_t a, size_t n, size_t m, size_t slow)
{
    double sum = 0;
    for (size_t i = a; i <= n && i <= slow; i++)
        if (slow - i <= m)
            sum += exp(log_choose(n, i) + log_choose(m, slow - i) - log_choose(n + m, slow));
    return fmin(sum, 1);
}

static int share_pooled(const two_sides *s, double threshold, slow_share *out)
{
    const size_t n = s->before_count, m = s->after_count;
    *out = (slow_share){.p = 1};
    if (n == 0 || m == 0)
        return 0;
    const double ratio = (1 + threshold) * SLOW_RATIO;
    const long before = slow_count(s->before, n, ratio), after = slow_count(s->after, m, ratio);
    if (before < 0 || after < 0)
        return -1;
    *out = (slow_share){.old = (double)before / (double)n,
                        .fresh = (double)after / (double)m,
                        .count = n < m ? n : m,
                        .p = fisher_tail((size_t)after, m, n, (size_t)(before + after))};
    return 0;
}

int slow_share_measure(const two_sides *sides, double threshold, slow_share *out)
{
    return sides->paired ? share_paired(sides, threshold, out)
                         : share_pooled(sides, threshold, out);
}

/* Slow processes that the sign test needs at this level, if none is fast. */
static size_t slow_needed(double error)
{
    return (size_t)ceil(-log2(error));
}

unsigned blocks_for_share(double share, double power, double error)
{
    const size_t needed = slow_needed(error);
    size_t blocks = needed;
    while (binomial_tail(needed, blocks, share) < power)
        blocks++;
    return (unsigned)blocks;
}

double share_for_blocks(size_t blocks, double power, double error)
{
    const size_t needed = slow_needed(error);
    double low = 0, high = 1;
    if (blocks < needed)
        return 2;
    for (int i = 0; i < 40; i++) {
        const double middle = (low + high) / 2;
        *(binomial_tail(needed, blocks, middle) < power ? &low : &high) = middle;
    }
    return high;
}
