#include "report/findings/distribution.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "results/reader.h"

enum { PROCESSES_MAX = 256 };

/* Groups closer than this are not told apart. */
#define MODES_APART 1.05
/* The gap is so many times as wide as either group (by logarithm). Of 8 processes with one mode,
 * log-normal, 0.9 % look like two then; with a gap as wide as the groups, 10 %. */
#define MODES_GAP 2.0

static int number_order(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static double middle(const double *sorted, size_t n)
{
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/* Nanoseconds per packet of one nanosecond of a sample. */
static double scale_of(const json_t *run)
{
    double median = number_of(json_object_get(run, "wall_ns"), "median");
    return median > 0 ? number_of(run, "ns_per_packet") / median : 0;
}

/* The samples of one block, or of all (negative), sorted; the caller frees them. */
static double *samples_sorted(const json_t *run, json_int_t block, size_t *count)
{
    const json_t *samples = json_object_get(run, "samples");
    double *times = calloc(json_array_size(samples) + 1, sizeof *times), scale = scale_of(run);
    size_t i;
    json_t *sample;
    *count = 0;
    if (!times)
        return NULL;
    json_array_foreach(samples, i, sample)
    {
        if (block < 0 || json_integer_value(json_object_get(sample, "block")) == block)
            times[(*count)++] = number_of(sample, "wall_ns") * scale;
    }
    qsort(times, *count, sizeof *times, number_order);
    return times;
}

size_t process_medians(const json_t *run, double *medians, size_t max)
{
    json_int_t last = -1;
    size_t i, n = 0, count;
    json_t *sample;
    json_array_foreach(json_object_get(run, "samples"), i, sample)
    {
        json_int_t block = json_integer_value(json_object_get(sample, "block"));
        last = block > last ? block : last;
    }
    for (json_int_t block = 0; block <= last && n < max; block++) {
        double *times = samples_sorted(run, block, &count);
        if (times && count > 0)
            medians[n++] = middle(times, count);
        free(times);
    }
    qsort(medians, n, sizeof *medians, number_order);
    return n;
}

bool two_modes(const json_t *run, modes *m)
{
    double medians[PROCESSES_MAX], widest = 0;
    size_t n = process_medians(run, medians, PROCESSES_MAX), split = 0;
    for (size_t i = 2; i + 2 <= n; i++)
        if (medians[i] / medians[i - 1] > widest) {
            widest = medians[i] / medians[i - 1];
            split = i;
        }
    if (split == 0 || !(medians[0] > 0) || widest < MODES_APART ||
        widest <= pow(medians[split - 1] / medians[0], MODES_GAP) ||
        widest <= pow(medians[n - 1] / medians[split], MODES_GAP))
        return false;
    *m = (modes){split, n - split, middle(medians, split), middle(medians + split, n - split)};
    return true;
}

bool sample_spread(const json_t *run, spread *s)
{
    size_t n;
    double *times = samples_sorted(run, -1, &n);
    if (times && n > 0)
        *s = (spread){n, times[(size_t)(0.05 * (double)(n - 1))],
                      times[(size_t)ceil(0.95 * (double)(n - 1))]};
    free(times);
    return times && n > 0;
}

bool sample_histogram(const json_t *run, double bins[HISTOGRAM_BINS])
{
    size_t n;
    double *times = samples_sorted(run, -1, &n), median = number_of(run, "ns_per_packet");
    memset(bins, 0, HISTOGRAM_BINS * sizeof *bins);
    for (size_t i = 0; times && median > 0 && i < n; i++) {
        double place = (log(times[i] / median) / log(HISTOGRAM_REACH) + 1) / 2;
        double bin = floor(fmin(fmax(place, 0), 0.999999) * HISTOGRAM_BINS);
        bins[(size_t)bin] += 1 / (double)n;
    }
    free(times);
    return times && n > 0 && median > 0;
}
