/* Which cells a run has, what each is beside its base, and where rows may go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tests/bench/timing/fake_run.h"

static output_request sinks_read(const char *sinks, const char *threads)
{
    output_request request;
    pkt_err err;
    if (outputs_read(&request, sinks, threads, &err) != 0)
        fail_msg("%s", err.msg);
    return request;
}

static void cells_of(fake_run *run, const char *sinks, const char *threads)
{
    const output_request request = sinks_read(sinks, threads);
    pkt_err err;
    if (cells_make(&run->schedule, &run->suite, &run->selection, &request, &err) != 0)
        fail_msg("%s", err.msg);
}

static size_t count_of(const fake_run *run, cell_role role)
{
    size_t count = 0;
    for (size_t i = 0; i < run->schedule.cell_count; i++)
        count += run->schedule.cells[i].role == role;
    return count;
}

/* What holds for every cell of every run. */
static void check_cells(const fake_run *run)
{
    const schedule *s = &run->schedule;
    for (size_t i = 0; i < s->cell_count; i++) {
        const bench_cell *c = &s->cells[i];
        assert_int_equal(c->base == NULL,
                         c->role == ROLE_MAIN || c->role == ROLE_DATA_FRAME ||
                             (c->role == ROLE_INPUT && !c->cold && c->slice->as_is));
        if (!c->base) {
            assert_null(c->sink);
            continue;
        }
        assert_true(c->base >= s->cells && c->base < c);
        if (!c->slice->copy_of)
            assert_ptr_equal(c->slice, c->base->slice);
        assert_int_equal(c->level, c->base->level);
        assert_int_equal(c->backend == c->base->backend, c->role != ROLE_BASELINE);
        if (c->role != ROLE_BASELINE && !c->slice->as_is)
            assert_int_equal(c->base->role, ROLE_MAIN);
        if (c->role == ROLE_OUTPUT || c->base->role == ROLE_OUTPUT)
            assert_non_null(c->sink);
    }
}

static void test_main_cells(void **state)
{
    (void)state;
    fake_run run;
    fake_open(&run);
    cells_of(&run, NULL, NULL);
    check_cells(&run);
    assert_int_equal(count_of(&run, ROLE_MAIN), 6); /* every backend at what it offers */
    assert_int_equal(count_of(&run, ROLE_PARSE), 1);
    assert_int_equal(count_of(&run, ROLE_OUTPUT), 0);
    assert_int_equal(count_of(&run, ROLE_AA_CONTROL), 2);
    assert_int_equal(run.schedule.load_count, 4);
    for (size_t i = 0; i < run.schedule.cell_count; i++)
        if (run.schedule.cells[i].role == ROLE_AA_CONTROL)
            assert_string_equal(run.schedule.cells[i].backend->name, "raw");
    fake_close(&run);
}

static void test_outputs(void **state)
{
    (void)state;
    fake_run run;
    char name[CELL_NAME];
    fake_open(&run);
    cells_of(&run, "csv,null,parquet,csv", "2,1,2");
    check_cells(&run);
    assert_int_equal(count_of(&run, ROLE_MAIN), 6);
    assert_int_equal(count_of(&run, ROLE_OUTPUT), 5 * 2 * 2); /* none of the program dpkt */
    assert_int_equal(count_of(&run, ROLE_AA_CONTROL), 2);
    assert_string_equal(cell_name(&run.schedule.cells[0], name), "read-all frames");
    assert_string_equal(cell_name(&run.schedule.cells[1], name), "read-all frames > csv x2");
    assert_string_equal(cell_name(&run.schedule.cells[2], name), "read-all frames > csv");
    fake_close(&run);
}

/* A second layout and cold runs: raw and libpcap, up to headers. */
static void test_layouts(void **state)
{
    (void)state;
    fake_run run;
    fake_open(&run);
    run.suite.slices[1] = run.suite.slices[0];
    run.suite.slices[1].copy_of = &run.suite.slices[0];
    run.suite.slices[2] = run.suite.slices[1];
    run.suite.slices[2].cold = true;
    run.suite.count = 3;
    cells_of(&run, NULL, NULL);
    check_cells(&run);
    assert_int_equal(count_of(&run, ROLE_MAIN), 6);
    assert_int_equal(count_of(&run, ROLE_INPUT), 2 * 2 * 2);
    for (size_t i = 0; i < run.schedule.cell_count; i++) {
        const bench_cell *c = &run.schedule.cells[i];
        if (c->role == ROLE_INPUT)
            assert_int_equal(c->cold, c->slice == &run.suite.slices[2]);
    }
    fake_close(&run);
}

/* The user's own file: warm and cold; no external program. */
static void test_as_is(void **state)
{
    (void)state;
    fake_run run;
    fake_open(&run);
    run.suite.slices[1] = run.suite.slices[0];
    run.suite.slices[1].as_is = true;
    run.suite.count = 2;
    cells_of(&run, NULL, NULL);
    check_cells(&run);
    assert_int_equal(count_of(&run, ROLE_INPUT), 5 * 2);
    for (size_t i = 0; i < run.schedule.cell_count; i++) {
        const bench_cell *c = &run.schedule.cells[i];
        assert_true(c->role != ROLE_INPUT || !c->backend->id.driver);
        if (c->role == ROLE_INPUT && c->base)
            assert_true(c->cold && c->base->role == ROLE_INPUT && !c->base->cold);
    }
    fake_close(&run);
}

/* Each way to a data frame has a cell, and a process if it is there. */
static void test_data_frames(void **state)
{
    (void)state;
    fake_run run;
    pkt_err err;
    backend there = {.id = {.name = "read-pandas", .driver = "d.py"}, .available = true};
    backend missing = {.id = {.name = "dpkt-pandas", .driver = "d.py"}};
    const data_frame_ways ways = {
        .at = {{.way = "read", .backend = &there}, {.way = "dpkt", .backend = &missing}},
        .count = 2};
    output_request request = sinks_read("pandas,csv,pandas", NULL);
    assert_true(outputs_data_frames(&request) && request.data_frames[DATA_FRAME_PANDAS]);
    assert_false(request.data_frames[DATA_FRAME_POLARS]);
    assert_int_equal(request.count, 1);
    request.ways = &ways;
    fake_open(&run);
    run.suite.slices[1] = run.suite.slices[0];
    run.suite.slices[1].unverified = true; /* too large to be compared */
    run.suite.count = 2;
    assert_int_equal(cells_make(&run.schedule, &run.suite, &run.selection, &request, &err), 0);
    check_cells(&run);
    assert_int_equal(count_of(&run, ROLE_DATA_FRAME), 2);
    assert_int_equal(run.schedule.load_count, 4 + 1);
    assert_ptr_equal(run.schedule.loads[4].backend, &there);
    fake_close(&run);
}

/* The other build's output cell is a BASELINE cell whose base is an OUTPUT cell. */
static void test_baseline_outputs(void **state)
{
    (void)state;
    fake_run run;
    fake_open(&run);
    fake_baseline(&run);
    cells_of(&run, "csv", NULL);
    check_cells(&run);
    assert_int_equal(count_of(&run, ROLE_BASELINE), 2);
    const bench_cell *last = &run.schedule.cells[run.schedule.cell_count - 1];
    assert_int_equal(last[-1].base->role, ROLE_MAIN);
    assert_null(last[-1].sink);
    assert_int_equal(last->base->role, ROLE_OUTPUT);
    assert_ptr_equal(last->sink, last->base->sink);
    assert_ptr_equal(last->base->base, last[-1].base);
    assert_ptr_equal(last->backend, &run.old[1]);
    assert_int_equal(run.schedule.load_count, 5);
    fake_close(&run);
}

/* An output cell whose main cell did not agree has its status, and is not run. */
static void test_output_without_agreement(void **state)
{
    (void)state;
    fake_run run;
    fake_open(&run);
    fake_baseline(&run);
    cells_of(&run, "csv", NULL);
    for (size_t i = 0; i < run.schedule.cell_count; i++)
        if (!run.schedule.cells[i].sink)
            cell_fail(&run.schedule.cells[i],
                      run.schedule.cells[i].role == ROLE_BASELINE ? STATUS_CRASHED
                                                                  : STATUS_DISAGREES,
                      "rows were lost");
    size_t outputs = 0;
    for (size_t i = 0; i < run.schedule.cell_count; i++) {
        bench_cell *c = &run.schedule.cells[i];
        if (!c->sink)
            continue;
        output_check(&run.schedule, c);
        outputs++;
        assert_int_equal(c->check.status,
                         c->role == ROLE_BASELINE ? STATUS_CRASHED : STATUS_DISAGREES);
        assert_string_equal(c->check.reason, "rows were lost");
    }
    assert_int_equal(outputs, 6);
    fake_close(&run);
}

static void test_nothing_to_run(void **state)
{
    (void)state;
    fake_run run;
    pkt_err err;
    const output_request none = sinks_read(NULL, NULL);
    fake_open(&run);
    memset(run.selection.levels, 0, sizeof run.selection.levels);
    run.selection.levels[PKT_LEVEL_DISSECT] = true;
    assert_int_equal(cells_make(&run.schedule, &run.suite, &run.selection, &none, &err), -1);
    assert_string_equal(err.msg, "nothing to run: no chosen backend offers a chosen level here");
    fake_close(&run);
}

static void count_notices(void *self, pkt_notice_kind kind, const char *text)
{
    assert_int_equal(kind, PKT_NOTICE_NOTE);
    assert_non_null(strstr(text, "external programs (such as dpkt)"));
    ++*(int *)self;
}

static void test_programs_have_no_outputs(void **state)
{
    (void)state;
    fake_run run;
    int count = 0;
    const pkt_notices notices = {.take = count_notices, .self = &count};
    fake_open(&run);
    run.schedule.notices = &notices;
    cells_of(&run, "csv", NULL);
    assert_int_equal(count, 1);
    fake_close(&run);
    fake_open(&run);
    run.schedule.notices = &notices;
    cells_of(&run, NULL, NULL);
    assert_int_equal(count, 1);
    fake_close(&run);
}

static void test_lists(void **state)
{
    (void)state;
    static const struct {
        const char *sinks, *threads, *words;
    } cases[] = {
        {"csv,paper", NULL,
         "unknown sink 'paper'; known: null, csv, arrow, parquet, pandas, polars, pyarrow"},
        {"csv", "0", "0 threads: must be whole numbers from 1 to 64"},
        {"csv", "1,65", "65 threads: must be"},
        {"csv", "two", "two threads: must be"},
        {"csv", "-1", "-1 threads: must be"},
        {"csv", "1,2,3,4,5,6,7,8,9", "more than 8 numbers of threads"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        output_request request;
        pkt_err err;
        assert_int_equal(outputs_read(&request, cases[i].sinks, cases[i].threads, &err), -1);
        if (strncmp(err.msg, cases[i].words, strlen(cases[i].words)) != 0)
            fail_msg("%s", err.msg);
    }
    const output_request none = sinks_read("null", NULL);
    assert_int_equal(outputs_count(&none), 0);
    assert_false(outputs_data_frames(&none));
    const output_request some = sinks_read("csv,arrow", "8,8,1");
    assert_int_equal(outputs_count(&some), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_main_cells),
        cmocka_unit_test(test_outputs),
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_as_is),
        cmocka_unit_test(test_data_frames),
        cmocka_unit_test(test_baseline_outputs),
        cmocka_unit_test(test_output_without_agreement),
        cmocka_unit_test(test_nothing_to_run),
        cmocka_unit_test(test_programs_have_no_outputs),
        cmocka_unit_test(test_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
