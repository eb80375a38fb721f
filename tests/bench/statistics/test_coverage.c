/* Coverage of the 95 % interval in simulated benchmarks of 8 processes, whose times vary between
 * processes, between rounds, or both. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/statistics/statistics.h"
#include "datasets/random.h"

enum { BLOCKS = 8, ROUNDS_MAX = 6, TRIALS = 600 };

static double uniform(random_state *random)
{
    return ((double)random_below(random, 1u << 30) + 0.5) / (1u << 30);
}

/* Box-Muller transform */
static double normal(random_state *random)
{
    double radius = sqrt(-2 * log(uniform(random)));
    return radius * cos(6.283185307179586 * uniform(random));
}

typedef struct noise {
    const char *name;
    unsigned rounds;
    double between, within; /* standard deviations of the logarithm */
    double spikes; /* share of rounds with a disturbance of 5 standard deviations up or down */
} noise;

/* Share of simulated benchmarks whose interval contains the true median, 1. */
static double coverage(const noise *noise)
{
    random_state random = random_seeded(20);
    observation observations[BLOCKS * ROUNDS_MAX];
    unsigned covered = 0;
    for (unsigned trial = 0; trial < TRIALS; trial++) {
        size_t n = 0;
        summary s;
        for (unsigned b = 0; b < BLOCKS; b++) {
            double process = noise->between * normal(&random);
            for (unsigned r = 0; r < noise->rounds; r++) {
                double x = process + noise->within * normal(&random);
                if (uniform(&random) < noise->spikes)
                    x += (uniform(&random) < 0.5 ? -5 : 5) * noise->within;
                observations[n++] = (observation){b, exp(x)};
            }
        }
        assert_int_equal(summarize(observations, n, trial, &s), 0);
        covered += s.low <= 1 && 1 <= s.high;
    }
    return (double)covered / TRIALS;
}

static void test_coverage(void **state)
{
    (void)state;
    static const noise cases[] = {
        {"one round in each process", 1, 0.03, 0.03, 0},
        {"mostly variation between processes", 6, 0.06, 0.02, 0},
        {"mostly variation between rounds", 6, 0.005, 0.05, 0},
        {"with disturbed rounds", 3, 0.02, 0.03, 0.1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double share = coverage(&cases[i]);
        print_message("%s: %.1f %%\n", cases[i].name, 100 * share);
        /* With 600 trials, the standard deviation of a share of 95 % is 0.9 %. */
        assert_true(share >= 0.925 && share <= 0.99);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_coverage)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
