/* Statistics compared with known results. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/statistics/statistics.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void assert_close(double got, double wanted, double tolerance)
{
    if (!(fabs(got - wanted) <= tolerance))
        fail_msg("%.12g, wanted %.12g", got, wanted);
}

/* numpy.quantile(..., method="linear") and numpy.median */
static void test_quantiles(void **state)
{
    (void)state;
    static const double sorted[] = {1.5, 2, 4, 4, 7, 11, 12.5};
    assert_close(quantile_sorted(sorted, 7, 0), 1.5, 0);
    assert_close(quantile_sorted(sorted, 7, 0.025), 1.575, 1e-12);
    assert_close(quantile_sorted(sorted, 7, 0.3), 3.6, 1e-12);
    assert_close(quantile_sorted(sorted, 7, 0.5), 4, 0);
    assert_close(quantile_sorted(sorted, 7, 0.975), 12.275, 1e-12);
    assert_close(quantile_sorted(sorted, 7, 1), 12.5, 0);
    assert_close(quantile_sorted(sorted, 1, 0.3), 1.5, 0);
    double odd[] = {9, 1, 5}, even[] = {9, 1, 5, 6}, one[] = {3};
    assert_close(median_of(odd, 3), 5, 0);
    assert_close(median_of(even, 4), 5.5, 0);
    assert_close(median_of(one, 1), 3, 0);
}

/* scipy.stats.t.ppf(0.975, freedom) */
static void test_student(void **state)
{
    (void)state;
    static const struct {
        double freedom;
        double quantile;
    } known[] = {{5, 2.570581836},   {6, 2.446911851},   {7, 2.364624252},  {9, 2.262157163},
                 {11, 2.200985160},  {15, 2.131449546},  {23, 2.068657610}, {30, 2.042272456},
                 {100, 1.983971519}, {1000, 1.962339081}};
    for (size_t i = 0; i < COUNT(known); i++)
        assert_close(student_975(known[i].freedom), known[i].quantile, 5e-4);
}

/* 1 and 2 degrees of freedom: closed forms 26.7.3 and 26.7.4 of Abramowitz and Stegun; others: pt()
 * of R. */
static void test_student_tail(void **state)
{
    (void)state;
    for (int quarter = -32; quarter <= 32; quarter++) {
        const double t = quarter / 4.0;
        assert_close(student_tail(t, 1), 0.5 - atan(t) / 3.14159265358979324, 1e-12);
        assert_close(student_tail(t, 2), 0.5 - t / (2 * sqrt(2 + t * t)), 1e-12);
    }
    assert_close(student_tail(2.364624252, 7), 0.025, 1e-9);
    assert_close(student_tail(1.959963985, 1e7), 0.025, 1e-6);
    assert_close(student_quantile(0.025, 7), 2.364624252, 1e-8);
    assert_close(student_quantile(0.01, 7), 2.997951567, 1e-8);
    assert_close(student_quantile(0.2, 7), 0.896029644, 1e-8);
}

/* R: p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.9), "holm") */
static void test_holm(void **state)
{
    (void)state;
    double p[] = {0.01, 0.04, 0.03, 0.005, 0.9}, one[] = {0.3};
    static const double adjusted[] = {0.04, 0.09, 0.09, 0.025, 0.9};
    size_t order[5];
    holm_adjust(p, 5, order);
    for (size_t i = 0; i < 5; i++)
        assert_close(p[i], adjusted[i], 1e-12);
    holm_adjust(one, 1, order);
    assert_close(one[0], 0.3, 0);
    holm_adjust(one, 0, order);
}

/* Blocks of `rounds` observations; the value depends on the index. */
static size_t fill(observation *out, unsigned blocks, unsigned rounds, const double *values)
{
    size_t n = 0;
    for (unsigned b = 0; b < blocks; b++)
        for (unsigned r = 0; r < rounds; r++, n++)
            out[n] = (observation){b, values[n]};
    return n;
}

static void test_summary(void **state)
{
    (void)state;
    static const double values[] = {10, 11, 12, 10.5, 11.5, 10.8, 11.1, 10.9,
                                    12, 11, 10, 11.2, 11.3, 90,   10.7, 11.4};
    observation observations[16];
    summary s, again, other;
    size_t n = fill(observations, 8, 2, values);
    assert_int_equal(summarize(observations, n, 1, &s), 0);
    assert_close(s.median, 11.05, 1e-12);
    assert_close(s.min, 10, 0);
    assert_close(s.max, 90, 0);
    assert_int_equal(s.count, 16);
    assert_int_equal(s.outliers, 1);
    assert_true(s.has_interval);
    assert_true(s.low < s.median && s.median < s.high);
    assert_close(s.low * s.high, s.median * s.median, 1e-9);
    /* The result depends only on the seed. */
    assert_int_equal(summarize(observations, n, 1, &again), 0);
    assert_memory_equal(&s, &again, sizeof s);
    assert_int_equal(summarize(observations, n, 2, &other), 0);
    assert_true(other.low != s.low);
    assert_close(other.low, s.low, 0.2);
}

/* One value per block: exp(0), exp(0.1), ... exp(0.7). The exact bootstrap standard error of the
 * median's logarithm (from the joint distribution of the 4th and 5th of eight draws) is 0.1210718;
 * half the width of the interval is 2.3646 * 0.1210718 * sqrt(8 / 7). */
static void test_standard_error(void **state)
{
    (void)state;
    observation observations[8];
    summary s;
    for (unsigned i = 0; i < 8; i++)
        observations[i] = (observation){i, exp(0.1 * (7 - i))};
    assert_int_equal(summarize(observations, 8, 3, &s), 0);
    double half = log(s.high / s.median);
    assert_close(half, 0.30606, 0.05 * 0.30606);
}

static void test_edges(void **state)
{
    (void)state;
    observation observations[16];
    double same[16];
    summary s;
    for (size_t i = 0; i < 16; i++)
        same[i] = 42;
    /* Too few processes: no interval, with any number of rounds. */
    size_t n = fill(observations, 5, 3, same);
    assert_int_equal(summarize(observations, n, 1, &s), 0);
    assert_false(s.has_interval);
    assert_close(s.median, 42, 0);
    /* No variation: an interval of width 0, and no outliers. */
    n = fill(observations, 8, 2, same);
    assert_int_equal(summarize(observations, n, 1, &s), 0);
    assert_true(s.has_interval);
    assert_close(s.low, 42, 1e-12);
    assert_close(s.high, 42, 1e-12);
    assert_int_equal(s.outliers, 0);
    /* A single observation. */
    assert_int_equal(summarize(observations, 1, 1, &s), 0);
    assert_close(s.median, 42, 0);
    assert_false(s.has_interval);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantiles),    cmocka_unit_test(test_student),
        cmocka_unit_test(test_student_tail), cmocka_unit_test(test_holm),
        cmocka_unit_test(test_summary),      cmocka_unit_test(test_standard_error),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
