/* Changes between two sides, compared with known results and in simulated comparisons. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/statistics/change.h"
#include "datasets/random.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void assert_close(double got, double wanted, double tolerance)
{
    if (!(fabs(got - wanted) <= tolerance))
        fail_msg("%.12g, wanted %.12g", got, wanted);
}

/* One value per block, from 0 on. */
static void fill(observation *out, const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (observation){(unsigned)i, values[i]};
}

static void test_blocks_quantile(void **state)
{
    (void)state;
    observation list[] = {{3, 9}, {3, 1}, {3, 5}, {4, 7}, {9, 2}, {9, 4}};
    double scratch[COUNT(list)];
    assert_int_equal(blocks_quantile(list, COUNT(list), 0.5, scratch), 3);
    assert_int_equal(list[0].block, 3);
    assert_close(list[0].value, 5, 0);
    assert_int_equal(list[1].block, 4);
    assert_close(list[1].value, 7, 0);
    assert_int_equal(list[2].block, 9);
    assert_close(list[2].value, 3, 0);
    assert_int_equal(blocks_quantile(list, 0, 0.5, scratch), 0);
}

/* Exact sums of binomial coefficients. */
static void test_binomial(void **state)
{
    (void)state;
    assert_close(binomial_tail(10, 10, 0.5), 1.0 / 1024, 1e-15);
    assert_close(binomial_tail(8, 10, 0.5), 56.0 / 1024, 1e-14);
    assert_close(binomial_tail(16, 64, 0.25), 0.5478689355957752, 1e-11);
    assert_close(binomial_tail(0, 0, 0.5), 1, 0);
    assert_close(binomial_tail(0, 7, 0.3), 1, 0);
    assert_close(binomial_tail(8, 7, 0.3), 0, 0);
}

/* 10 slow processes are needed at 0.01 / 7: 2^-10 < 0.00143. P(X >= 10) of 66 with 0.25 is 0.98136,
 * of 65 0.97829. */
static void test_blocks_for_share(void **state)
{
    (void)state;
    assert_close(binomial_tail(10, 66, 0.25), 0.981358330501834, 1e-11);
    assert_int_equal(blocks_for_share(0.25, 0.98, 0.01 / 7), 66);
    assert_int_equal(blocks_for_share(1, 0.98, 0.5), 1);
    assert_true(share_for_blocks(9, 0.98, 0.01 / 7) > 1);
    assert_close(share_for_blocks(66, 0.98, 0.01 / 7), 0.25, 0.002);
    assert_true(share_for_blocks(66, 0.8, 0.01 / 7) < 0.25);
}

/* Blocks of one side alone are left out: ratios 1.1, 1.2, 0.9, 1.0, 1.1, 1.3, 1.1, 1.2. */
static void test_pairs(void **state)
{
    (void)state;
    const observation before[] = {{0, 10}, {1, 10}, {2, 20}, {3, 10}, {4, 10},
                                  {6, 10}, {7, 10}, {8, 10}, {9, 10}};
    const observation after[] = {{0, 11}, {1, 12}, {2, 18}, {3, 10}, {5, 999},
                                 {6, 11}, {7, 13}, {8, 11}, {9, 12}};
    const two_sides sides = {before, after, COUNT(before), COUNT(after), true};
    change by_median, by_signs;
    assert_int_equal(change_measure(&sides, &by_median), 0);
    assert_close(by_median.ratio.median, 1.1, 1e-12);
    assert_int_equal(by_median.ratio.count, 8);
    assert_true(by_median.ratio.has_interval);
    assert_close(by_median.fresh / by_median.old, 1.1, 1e-12);
    assert_int_equal(change_signs(&sides, (change_limit){0.15, 0}, &by_signs), 0);
    assert_close(by_signs.ratio.median, 1.1, 1e-12);
    assert_int_equal(by_signs.above, 3);
    assert_int_equal(by_signs.pairs, 8);
    assert_close(change_p_signs(&by_signs, (change_limit){0.15, 0}), 219.0 / 256, 1e-12);
    /* Of 8 values, the smallest and the largest: 2 / 256 of all sets have the median outside. */
    assert_close(by_signs.ratio.low, 0.9, 1e-12);
    assert_close(by_signs.ratio.high, 1.3, 1e-12);
    assert_int_equal(change_signs(&sides, (change_limit){0.05, 1}, &by_signs), 0);
    assert_int_equal(by_signs.above, 3); /* 12, 13, 12 exceed 10 * 1.05 + 1 */
}

/* Of 10 values, the second smallest and the second largest: 22 / 1024 outside. */
static void test_sign_interval(void **state)
{
    (void)state;
    observation before[10], after[10];
    const double ones[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const double values[] = {1.9, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.0};
    fill(before, ones, 10);
    fill(after, values, 10);
    two_sides sides = {before, after, 10, 10, true};
    change change;
    assert_int_equal(change_signs(&sides, (change_limit){0, 0}, &change), 0);
    assert_close(change.ratio.median, 1.45, 1e-12);
    assert_close(change.ratio.low, 1.1, 1e-12);
    assert_close(change.ratio.high, 1.8, 1e-12);
    assert_close(change.old * change.ratio.median, change.fresh, 1e-12);
    sides.after_count = 5;
    assert_int_equal(change_signs(&sides, (change_limit){0, 0}, &change), 0);
    assert_false(change.ratio.has_interval);
    sides.after_count = 0;
    assert_int_equal(change_signs(&sides, (change_limit){0, 0}, &change), 0);
    assert_int_equal(change.ratio.count, 0);
}

static void test_shares_paired(void **state)
{
    (void)state;
    observation before[8], after[8];
    const double ones[] = {1, 1, 1, 1, 1, 1, 1, 1};
    /* With a threshold of 5 %: above 1.26 it is slow, below 0.875 the old side is. */
    double values[] = {1, 1.27, 1.001, 3, 0.999, 0.87, 1, 4};
    fill(before, ones, 8);
    fill(after, values, 8);
    const two_sides sides = {before, after, 8, 8, true};
    slow_share share;
    assert_int_equal(slow_share_measure(&sides, 0.05, &share), 0);
    assert_close(share.fresh, 0.375, 1e-12);
    assert_close(share.old, 0.125, 1e-12);
    assert_close(share.p, 5.0 / 16, 1e-12); /* P(X >= 3) of 4 */
    /* Noise makes it wider: a quarter of the ratios is within 6.9 % of 1, and 1.05 * 1.069^9.42 is
     * 1.97. */
    for (size_t i = 0; i < 8; i += 2)
        values[i] = i % 4 ? 1.069 : 1 / 1.069;
    fill(after, values, 8);
    assert_int_equal(slow_share_measure(&sides, 0.05, &share), 0);
    assert_close(share.fresh, 0.25, 1e-12);
    assert_close(share.old, 0, 0);
    assert_close(share.p, 0.25, 1e-12);
    /* Without noise, another threshold does not hide a quarter of twice the time. */
    for (size_t i = 0; i < 8; i++)
        values[i] = i % 4 ? 1 : 2;
    fill(after, values, 8);
    for (int percent = 5; percent < 50; percent += 5) {
        assert_int_equal(slow_share_measure(&sides, percent / 100.0, &share), 0);
        assert_close(share.fresh, 0.25, 1e-12);
    }
}

/* 4 of 10 against 0 of 10: Fisher's exact test gives C(10, 4) / C(20, 4). */
static void test_shares_apart(void **state)
{
    (void)state;
    observation before[10], after[10];
    const double old[] = {1, 1, 1.1, 1, 1, 1, 1, 1.2, 1, 1};
    const double values[] = {1, 2, 1, 2, 1, 1, 1, 2, 1, 2};
    fill(before, old, 10);
    fill(after, values, 10);
    const two_sides sides = {before, after, 10, 10, false};
    slow_share share;
    assert_int_equal(slow_share_measure(&sides, 0.05, &share), 0);
    assert_close(share.fresh, 0.4, 1e-12);
    assert_close(share.old, 0, 0);
    assert_close(share.p, 210.0 / 4845, 1e-12);
}

static double uniform(random_state *random)
{
    return ((double)random_below(random, 1u << 30) + 0.5) / (1u << 30);
}

/* Box-Muller transform */
static double normal(random_state *random)
{
    return sqrt(-2 * log(uniform(random))) * cos(6.283185307179586 * uniform(random));
}

enum { ROUNDS = 10, BLOCKS_MAX = 128, TRIALS = 500 };

/* What is simulated: noise of both sides, and a slowdown of the new one. */
typedef struct scene {
    const char *name;
    double block, process, round; /* standard deviations of the logarithm */
    double runs, processes;       /* share of runs and of processes that are slow */
    double factor;
} scene;

static double side_factor(const scene *s, bool slow_process, random_state *random)
{
    return slow_process && uniform(random) < s->runs ? s->factor : 1;
}

/* Samples of one block, of both sides. */
static void block_simulate(const scene *s, unsigned block, random_state *random,
                           observation *before, observation *after)
{
    const double level = s->block * normal(random);
    const double old = s->process * normal(random), fresh = s->process * normal(random);
    const bool slow = uniform(random) < s->processes;
    for (size_t r = 0; r < ROUNDS; r++) {
        before[r] = (observation){block, exp(level + old + s->round * fabs(normal(random)))};
        after[r] = (observation){block, exp(level + fresh + s->round * fabs(normal(random))) *
                                            side_factor(s, slow, random)};
    }
}

/* P values of the median, the 90th percentile, and the share of slow processes. */
typedef struct found {
    double p[3];
} found;

static found simulate(const scene *s, unsigned blocks, random_state *random)
{
    static const double parts[] = {0.5, 0.9, QUIET_PART};
    observation old[BLOCKS_MAX * ROUNDS], fresh[BLOCKS_MAX * ROUNDS];
    observation before[BLOCKS_MAX * ROUNDS], after[BLOCKS_MAX * ROUNDS];
    double scratch[ROUNDS];
    found out;
    for (unsigned b = 0; b < blocks; b++)
        block_simulate(s, b, random, old + (size_t)b * ROUNDS, fresh + (size_t)b * ROUNDS);
    for (size_t i = 0; i < 3; i++) {
        const size_t n = (size_t)blocks * ROUNDS;
        for (size_t k = 0; k < n; k++) {
            before[k] = old[k];
            after[k] = fresh[k];
        }
        two_sides sides = {.before = before, .after = after, .paired = true};
        sides.before_count = blocks_quantile(before, n, parts[i], scratch);
        sides.after_count = blocks_quantile(after, n, parts[i], scratch);
        change change;
        slow_share share;
        assert_int_equal(change_signs(&sides, (change_limit){0.05, 0}, &change), 0);
        assert_int_equal(slow_share_measure(&sides, 0.05, &share), 0);
        out.p[i] = i == 2 ? share.p : change_p_signs(&change, (change_limit){0.05, 0});
    }
    return out;
}

/* Share of simulated comparisons with a p value below `error`, by one statistic; -1: by any. */
static double found_share(const scene *s, unsigned blocks, int which, double error)
{
    random_state random = random_seeded(23);
    unsigned count = 0;
    for (unsigned trial = 0; trial < TRIALS; trial++) {
        const found f = simulate(s, blocks, &random);
        bool any = false;
        for (int i = 0; i < 3; i++)
            any = any || ((which < 0 || which == i) && f.p[i] < error);
        count += any;
    }
    print_message("%s: %.1f %% of %d\n", s->name, 100.0 * count / TRIALS, TRIALS);
    return (double)count / TRIALS;
}

/* Mixtures are found in as many blocks as the first stage has, at the level that Holm's correction
 * leaves for one test of seven. */
static void test_mixtures(void **state)
{
    (void)state;
    static const scene scenes[] = {
        {"75 % of the runs x 2", 0.05, 0.02, 0.02, 0.75, 1, 2},
        {"50 % of the runs x 2", 0.05, 0.02, 0.02, 0.5, 1, 2},
        {"25 % of the processes x 2", 0.05, 0.02, 0.02, 1, 0.25, 2},
        {"40 % of the processes x 2", 0.05, 0.02, 0.02, 1, 0.4, 2},
        {"25 % of the processes x 4, noisy", 0.2, 0.06, 0.1, 1, 0.25, 4},
        {"40 % of the processes x 4, noisy", 0.2, 0.06, 0.1, 1, 0.4, 4},
    };
    const double error = 0.01 / 7;
    const unsigned blocks = blocks_for_share(0.25, 0.995, error);
    for (size_t i = 0; i < COUNT(scenes); i++)
        assert_true(found_share(&scenes[i], blocks, -1, error) >= 0.95);
}

/* Without a change, and with one below the threshold in noise of any size, each test is wrong no
 * more often than it says. With 500 trials the standard deviation of a share of 5 % is 1 %. */
static void test_unchanged(void **state)
{
    (void)state;
    static const scene scenes[] = {
        {"the same", 0.05, 0.02, 0.02, 0, 0, 1},
        {"the same, noisy", 0.3, 0.3, 0.3, 0, 0, 1},
        {"4 % slower, noisy", 0.3, 0.3, 0.3, 1, 1, 1.04},
    };
    for (size_t i = 0; i < COUNT(scenes); i++)
        for (int which = 0; which < 3; which++)
            assert_true(found_share(&scenes[i], 24, which, 0.05) <= 0.08);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_quantile),  cmocka_unit_test(test_binomial),
        cmocka_unit_test(test_blocks_for_share), cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_sign_interval),    cmocka_unit_test(test_shares_paired),
        cmocka_unit_test(test_shares_apart),     cmocka_unit_test(test_mixtures),
        cmocka_unit_test(test_unchanged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
