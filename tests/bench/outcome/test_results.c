/* The JSON of runs that were measured, of those that are not there, and of a run that goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "bench/outcome/noise.h"
#include "bench/outcome/results.h"
#include "results/reader.h"
#include "tests/bench/timing/fake_run.h"

/* Results of three blocks, in which every cell that may be timed took 1000 ns a run. */
static json_t *results_of(fake_run *run, const char *sinks, bool partial)
{
    output_request request;
    process_runs processes = {.count = 0};
    pkt_err err;
    assert_int_equal(outputs_read(&request, sinks, NULL, &err), 0);
    assert_int_equal(cells_make(&run->schedule, &run->suite, &run->selection, &request, &err), 0);
    run->schedule.blocks = 8;
    for (size_t i = 0; i < run->schedule.cell_count; i++)
        for (unsigned block = 0; block < 3; block++)
            cell_sample_add(&run->schedule.cells[i],
                            &(timing_sample){.block = block, .wall_ns = 1000, .cpu_ns = 900});
    const bench_record record = {.suite = &run->suite,
                                 .selection = &run->selection,
                                 .schedule = &run->schedule,
                                 .processes = &processes,
                                 .suite_name = "quick",
                                 .partial = partial,
                                 .context = json_object(),
                                 .options = json_object()};
    json_t *results = results_json(&record);
    assert_non_null(results);
    json_decref(record.context);
    json_decref(record.options);
    return results;
}

/* Has the other object the same members? Those of rows that were written are besides. */
static void check_same_members(const json_t *one, const json_t *other)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)one, key, value)
    {
        if (!json_object_get(other, key))
            fail_msg("%s %s has no %s", text_of(other, "backend"), text_of(other, "level"), key);
    }
}

static void test_one_builder(void **state)
{
    (void)state;
    fake_run run;
    fake_open(&run);
    json_t *results = results_of(&run, NULL, false), *entry;
    const json_t *measured = run_of(results, "raw", "slice", "headers");
    size_t i, absent = 0;
    assert_float_equal(number_of(measured, "ns_per_packet"), 1, 1e-12);
    json_array_foreach(json_object_get(results, "runs"), i, entry)
    {
        if (is_parse_alone(entry))
            continue; /* has a sink */
        check_same_members(measured, entry);
        check_same_members(entry, measured);
        if (!has_status(entry, "not-offered") && !has_status(entry, "unavailable"))
            continue;
        absent++;
        assert_true(json_is_null(json_object_get(entry, "wall_ns")));
        assert_true(json_is_null(json_object_get(entry, "ratio")));
        assert_true(json_is_null(json_object_get(entry, "load_ns")));
        assert_true(json_is_null(json_object_get(entry, "agreement")));
        assert_int_equal(json_array_size(json_object_get(entry, "samples")), 0);
        assert_int_equal(number_of(entry, "runs"), 0);
    }
    /* read-all headers, dpkt frames; wireshark once. */
    assert_int_equal(absent, 3);
    assert_string_equal(text_of(run_of(results, "wireshark", "slice", "headers"), "reason"),
                        "it is not installed");
    assert_true(has_status(run_of(results, "dpkt", "slice", "frames"), "not-offered"));
    json_decref(results);
    fake_close(&run);
}

static void test_roles(void **state)
{
    (void)state;
    fake_run run;
    fake_open(&run);
    fake_baseline(&run);
    json_t *results = results_of(&run, "csv", false);
    /* 6 main cells, one that parses alone, 5 with a sink, 3 that are not there; baseline is in
     * none.
     */
    assert_int_equal(json_array_size(json_object_get(results, "runs")), 15);
    assert_int_equal(json_array_size(json_object_get(results, "aa")), 2);
    const json_t *dpkt = run_of(results, "dpkt", "slice", "headers");
    assert_false(is_parse_alone(dpkt));
    const json_t *alone = run_into(results, "dpkt", "slice", "headers", PARSE_ALONE, 1);
    char work[WORK_TEXT];
    assert_true(is_timed(alone) && is_parse_alone(alone));
    assert_string_equal(work_text(alone, work), "headers, parse alone");
    const json_t *written = run_into(results, "raw", "slice", "headers", "csv", 1);
    assert_string_equal(text_of(json_object_get(written, "ratio"), "backend"), "raw");
    const json_t *counted = run_of(results, "raw", "slice", "headers");
    assert_true(json_is_null(json_object_get(counted, "ratio")));
    const json_t *reading = run_of(results, "read-all", "slice", "frames");
    assert_string_equal(text_of(json_object_get(reading, "ratio"), "level"), "headers");
    json_decref(results);

    process_runs processes = {.count = 0};
    const bench_record record = {.suite = &run.suite,
                                 .selection = &run.selection,
                                 .schedule = &run.schedule,
                                 .processes = &processes};
    json_t *old = role_runs_json(&record, ROLE_BASELINE);
    assert_int_equal(json_array_size(old), 2);
    assert_string_equal(sink_of(json_array_get(old, 0)), NULL_SINK);
    assert_string_equal(sink_of(json_array_get(old, 1)), "csv");
    /* The old csv rows are compared with the old counted ones. */
    assert_true(json_is_object(json_object_get(json_array_get(old, 1), "ratio")));
    json_decref(old);
    fake_close(&run);
}

static const json_t *run_at(const json_t *runs, const char *backend, const char *level)
{
    size_t i;
    json_t *run;
    json_array_foreach(runs, i, run)
    {
        if (strcmp(text_of(run, "backend"), backend) == 0 &&
            strcmp(text_of(run, "level"), level) == 0)
            return run;
    }
    fail_msg("no run of %s at %s", backend, level);
    return NULL;
}

/* A prefix pays its share of the start-up, in its first run too. */
static void test_first_run(void **state)
{
    (void)state;
    fake_run run;
    fake_open(&run);
    json_decref(results_of(&run, NULL, false));
    suite_slice prefix = run.suite.slices[0];
    prefix.whole = &run.suite.slices[0];
    prefix.packets = 100; /* of 1000 */
    for (size_t i = 0; i < run.schedule.cell_count; i++) {
        bench_cell *cell = &run.schedule.cells[i];
        cell->first_ns = 9e6;
        if (strcmp(cell->backend->name, "libpcap") != 0)
            continue;
        cell->slice = &prefix;
        cell->start.wall_ns = 5e6;
    }
    process_runs processes = {.count = 0};
    const bench_record record = {.suite = &run.suite,
                                 .selection = &run.selection,
                                 .schedule = &run.schedule,
                                 .processes = &processes};
    json_t *runs = role_runs_json(&record, ROLE_MAIN);
    const json_t *whole = run_at(runs, "raw", "headers"),
                 *part = run_at(runs, "libpcap", "headers");
    assert_float_equal(number_of(whole, "first_run_ns"), 9e6, 1e-3);
    assert_int_equal(number_of(part, "prefix_packets"), 100);
    assert_float_equal(number_of(part, "first_run_ns"), 4e6 + 0.5e6, 1e-3);
    json_decref(runs);
    fake_close(&run);
}

static void test_partial(void **state)
{
    (void)state;
    fake_run run;
    char text[PARTIAL_TEXT];
    fake_open(&run);
    json_t *results = results_of(&run, NULL, true);
    assert_true(json_is_true(json_object_get(results, "partial")));
    assert_string_equal(partial_text(results, text), "partial results: 3 of 8 blocks");
    json_decref(results);
    fake_close(&run);
    fake_open(&run);
    results = results_of(&run, NULL, false);
    assert_null(json_object_get(results, "partial"));
    assert_null(partial_text(results, text));
    json_decref(results);
    fake_close(&run);
}

/* How many notes of noise say that the command took longer than its budget? */
static size_t told_durations(double budget_s, double elapsed_s, const char *option)
{
    json_t *context = json_pack("{s:{}}", "options");
    json_t *results =
        json_pack("{s:{s:f, s:f}}", "plan", "budget_s", budget_s, "elapsed_s", elapsed_s);
    if (option)
        json_object_set_new(json_object_get(context, "options"), option, json_string("1"));
    json_t *words = noise_text(context, results), *note;
    size_t i, told = 0;
    json_array_foreach(words, i, note) told +=
        strstr(json_string_value(note), "with a budget of 30 s") != NULL;
    json_decref(words);
    json_decref(results);
    json_decref(context);
    return told;
}

static void test_longer_than_budget(void **state)
{
    (void)state;
    assert_int_equal(told_durations(30, 60, NULL), 1);
    assert_int_equal(told_durations(30, 33, NULL), 0);
    assert_int_equal(told_durations(30, 60, "rounds"), 0);
    assert_int_equal(told_durations(30, 60, "live"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_builder),        cmocka_unit_test(test_roles),
        cmocka_unit_test(test_first_run),          cmocka_unit_test(test_partial),
        cmocka_unit_test(test_longer_than_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
