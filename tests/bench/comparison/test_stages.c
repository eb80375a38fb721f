/* How many processes a comparison of two builds takes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/comparison/stages.h"
#include "datasets/random.h"
#include "parsers/util/clock.h"
#include "tests/bench/timing/fake_run.h"

/* Blocks of the first stage for 7 tests: P(X >= 10) with 0.25 is 0.9956. */
enum { FIRST = 75 };
/* Blocks of the second stage: a quarter of those before. */
enum { ADDED = 18 };

/* A comparison of raw at headers, with cells that take 1 ms. */
static void open_run(fake_run *run, double threshold)
{
    const output_request none = {.count = 0};
    pkt_err err;
    fake_open(run);
    fake_baseline(run);
    schedule *s = &run->schedule;
    if (cells_make(s, &run->suite, &run->selection, &none, &err) != 0)
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < s->cell_count; i++)
        s->cells[i].run_ns = 1e6;
    s->blocks = 8;
    s->rounds_max = TURNS_MAX;
    s->sample_ns = 1e6;
    s->budget_s = 1e6;
    s->compares = true;
    s->stages = (stage_rule){.threshold = threshold, .error = 0.01, .tests = 7};
    s->random = random_seeded(1);
}

static bench_cell *old_cell(fake_run *run)
{
    for (size_t i = 0; i < run->schedule.cell_count; i++)
        if (run->schedule.cells[i].role == ROLE_BASELINE)
            return &run->schedule.cells[i];
    fail_msg("no cell of the baseline");
    return NULL;
}

static bench_cell *new_cell(fake_run *run)
{
    return &run->schedule.cells[old_cell(run)->base - run->schedule.cells];
}

/* Uniform in [-1, 1]. */
static double noise(random_state *random)
{
    return (double)random_below(random, 1u << 20) / (1u << 19) - 1;
}

/* Samples of `blocks` more blocks: the new side takes `factor` times as long, with noise of the
 * given part. Then what the schedule does after the last one. */
static void blocks_done(fake_run *run, unsigned blocks, double factor, double part)
{
    schedule *s = &run->schedule;
    random_state random = random_seeded(s->blocks_done + 7);
    for (unsigned b = 0; b < blocks; b++, s->blocks_done++) {
        const timing_sample before = {.block = s->blocks_done,
                                      .wall_ns = 1e6 * (1 + part * noise(&random))};
        const timing_sample after = {.block = s->blocks_done,
                                     .wall_ns = factor * 1e6 * (1 + part * noise(&random))};
        cell_sample_add(old_cell(run), &before);
        cell_sample_add(new_cell(run), &after);
    }
    s->go_on(s);
}

/* The first stage has enough blocks to find slow processes. */
static void test_first_stage(void **state)
{
    (void)state;
    fake_run run;
    open_run(&run, 0.05);
    stages_plan(&run.schedule);
    assert_int_equal(run.schedule.blocks, FIRST);
    schedule_plan(&run.schedule);
    assert_int_equal(run.schedule.rounds, STAGE_ROUNDS);
    assert_int_equal(run.schedule.slow_blocks, FIRST);
    fake_close(&run);
    open_run(&run, 0); /* the user said how many */
    stages_plan(&run.schedule);
    assert_int_equal(run.schedule.blocks, 8);
    assert_null(run.schedule.go_on);
    fake_close(&run);
}

static void started(fake_run *run, double threshold)
{
    open_run(run, threshold);
    stages_plan(&run->schedule);
    schedule_plan(&run->schedule);
    run->schedule.started_s = pkt_seconds_now();
}

/* Narrow intervals end the comparison, wide ones continue it: with more rounds, and only in the
 * cells that need it. The change itself does not matter. */
static void test_width(void **state)
{
    (void)state;
    static const double factors[] = {1, 1.04, 1.06, 2, 0.5};
    for (size_t i = 0; i < sizeof factors / sizeof factors[0]; i++) {
        fake_run run;
        started(&run, 0.05);
        blocks_done(&run, FIRST, factors[i], 0.001);
        assert_int_equal(run.schedule.blocks, FIRST);
        assert_true(new_cell(&run)->settled && old_cell(&run)->settled);
        fake_close(&run);
        started(&run, 0.05);
        blocks_done(&run, FIRST, factors[i], 0.3);
        assert_int_equal(run.schedule.blocks, FIRST + ADDED);
        assert_int_equal(run.schedule.slow_blocks, FIRST + ADDED);
        assert_int_equal(run.schedule.rounds, 2 * STAGE_ROUNDS);
        for (size_t c = 0; c < run.schedule.cell_count; c++) {
            const bench_cell *cell = &run.schedule.cells[c];
            const bool open = cell == old_cell(&run) || cell == new_cell(&run) ||
                              (cell->role == ROLE_AA_CONTROL && cell->base == new_cell(&run));
            assert_int_equal(cell->settled, !open);
        }
        fake_close(&run);
    }
}

/* Stages follow each other until the interval is narrow. Between stages nothing changes. */
static void test_stages(void **state)
{
    (void)state;
    fake_run run;
    started(&run, 0.05);
    unsigned rounds = STAGE_ROUNDS;
    blocks_done(&run, FIRST - 1, 1, 0.1);
    assert_int_equal(run.schedule.blocks, FIRST);
    blocks_done(&run, 1, 1, 0.1);
    while (run.schedule.blocks > run.schedule.blocks_done) {
        rounds = 2 * rounds < TURNS_MAX ? 2 * rounds : TURNS_MAX;
        assert_int_equal(run.schedule.rounds, rounds);
        assert_in_range(run.schedule.blocks, FIRST + ADDED, 1000);
        blocks_done(&run, run.schedule.blocks - run.schedule.blocks_done, 1, 0.1);
    }
    assert_true(run.schedule.blocks > FIRST + ADDED);
    assert_true(new_cell(&run)->settled);
    fake_close(&run);
}

/* Rounds that the user set stay. */
static void test_fixed_rounds(void **state)
{
    (void)state;
    fake_run run;
    open_run(&run, 0.05);
    run.schedule.rounds = 3;
    run.schedule.stages.rounds_fixed = true;
    stages_plan(&run.schedule);
    schedule_plan(&run.schedule);
    run.schedule.started_s = pkt_seconds_now();
    blocks_done(&run, FIRST, 1, 0.3);
    assert_int_equal(run.schedule.blocks, FIRST + ADDED);
    assert_int_equal(run.schedule.rounds, 3);
    fake_close(&run);
}

/* The budget ends a comparison after any block but the first ones. */
static void test_budget(void **state)
{
    (void)state;
    fake_run run;
    started(&run, 0.05);
    run.schedule.started_s -= 2e6;
    blocks_done(&run, STAGE_BLOCKS_MIN - 1, 1, 0.3);
    assert_int_equal(run.schedule.blocks, FIRST);
    blocks_done(&run, 1, 1, 0.3);
    assert_int_equal(run.schedule.blocks, STAGE_BLOCKS_MIN);
    fake_close(&run);
    /* Time is left, but not for another block. */
    started(&run, 0.05);
    run.schedule.started_s -= 1e6 - 1;
    blocks_done(&run, FIRST, 1, 0.3);
    assert_int_equal(run.schedule.blocks, FIRST);
    assert_int_equal(run.schedule.rounds, STAGE_ROUNDS);
    fake_close(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_stage), cmocka_unit_test(test_width),
        cmocka_unit_test(test_stages),      cmocka_unit_test(test_fixed_rounds),
        cmocka_unit_test(test_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
