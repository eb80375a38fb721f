/* What is concluded from results: who is fastest, ties, noise, impossible orders, two modes. Each
 * case is a small set of results, written here. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/findings/aa.h"
#include "report/findings/distribution.h"
#include "report/findings/findings.h"
#include "report/findings/headline.h"
#include "report/findings/ranking.h"
#include "report/findings/remarks.h"
#include "results/reader.h"

enum { PACKETS = 1000 };

/* Results without runs: two slices, and an A/A control of raw headers on the first. */
static json_t *results_new(double aa_low, double aa_high)
{
    json_t *results = json_pack(
        "{s:{s:i, s:i}, s:[{s:s, s:i, s:f}, {s:s, s:i, s:f}], s:[], s:[], s:[{s:s, s:s, s:s, s:f, "
        "s:[f, f]}]}",
        "plan", "blocks", 8, "slow_blocks", 4, "slices", "name", "small", "packets", PACKETS,
        "mean_frame", 50.0, "name", "large", "packets", PACKETS, "mean_frame", 976.0, "backends",
        "runs", "aa", "backend", "raw", "slice", "small", "level", "headers", "median", 1.0, "ci95",
        aa_low, aa_high);
    assert_non_null(results);
    return results;
}

static json_t *backend_get(json_t *results, const char *name)
{
    json_t *backends = json_object_get(results, "backends"), *backend = named(backends, name);
    if (!backend) {
        backend = json_pack("{s:s, s:b, s:s, s:{}, s:[]}", "name", name, "available", 1, "decoder",
                            name, "levels", "features");
        json_array_append_new(backends, backend);
    }
    return backend;
}

/* Adds a run with an interval (high 0: none), in nanoseconds per packet. */
static json_t *run_add(json_t *results, const char *backend, const char *level, const char *slice,
                       double low, double ns, double high)
{
    json_t *levels_of = json_object_get(backend_get(results, backend), "levels");
    json_t *run = json_pack(
        "{s:s, s:s, s:s, s:s, s:f, s:{s:f, s:o}, s:[]}", "backend", backend, "level", level,
        "slice", slice, "status", "ok", "ns_per_packet", ns, "wall_ns", "median", ns * PACKETS,
        "ci95", high > 0 ? json_pack("[f, f]", low * PACKETS, high * PACKETS) : json_null(),
        "samples");
    if (!json_object_get(levels_of, level))
        json_object_set_new(levels_of, level, json_pack("{s:[s]}", "columns", "ts_ns"));
    json_array_append_new(json_object_get(results, "runs"), run);
    return run;
}

/* One sample of each process. */
static void samples_add(json_t *run, const double *ns, size_t processes)
{
    for (size_t i = 0; i < processes; i++)
        json_array_append_new(
            json_object_get(run, "samples"),
            json_pack("{s:i, s:i, s:f}", "block", (int)i, "round", 0, "wall_ns", ns[i] * PACKETS));
}

static char *text_by(void (*write)(const json_t *, FILE *), const json_t *results)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    write(results, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void check_headline(json_t *results, const char *wanted)
{
    char *text = text_by(report_headline, results);
    assert_string_equal(text, wanted);
    free(text);
    json_decref(results);
}

static json_t *clear_results(double aa_low, double aa_high)
{
    json_t *results = results_new(aa_low, aa_high);
    run_add(results, "raw", "headers", "small", 9.9, 10, 10.1);
    run_add(results, "raw", "headers", "large", 49, 50, 51);
    run_add(results, "other", "headers", "small", 19, 20, 21);
    run_add(results, "other", "headers", "large", 74, 75, 76);
    return results;
}

static void test_headline(void **state)
{
    (void)state;
    check_headline(clear_results(0.99, 1.01),
                   "For header fields, ship raw: 10.0 to 50.0 ns/packet; other, the next, takes "
                   "1.50 to 2.00 times as long.");
    check_headline(clear_results(0.9, 1.01),
                   "For header fields, probably ship raw: 10.0 to 50.0 ns/packet; other, the next, "
                   "takes 1.50 to 2.00 times as long; differences up to 11.1 % may be noise (A/A "
                   "control).");
    check_headline(clear_results(0.99, 1.4),
                   "No recommendation: on this machine a backend differs from itself by up to "
                   "40.0 % (A/A control), so measure again when it is quiet.");
    json_t *results = clear_results(0.99, 1.01);
    json_object_set_new(results, "aa", json_array());
    check_headline(results, "For header fields, probably ship raw: 10.0 to 50.0 ns/packet; other, "
                            "the next, takes 1.50 to 2.00 times as long; there was no A/A control "
                            "to tell differences from noise.");
    check_headline(results_new(0.99, 1.01), "No recommendation: no backend agrees on every slice.");
}

static void test_no_intervals(void **state)
{
    (void)state;
    json_t *results = results_new(0.99, 1.01);
    run_add(results, "raw", "headers", "small", 0, 10, 0);
    run_add(results, "raw", "headers", "large", 0, 50, 0);
    run_add(results, "other", "headers", "small", 0, 20, 0);
    run_add(results, "other", "headers", "large", 0, 70, 0);
    check_headline(results, "No recommendation yet for header fields: 4 processes are too few for "
                            "intervals (6 or more give them); the lowest median is that of raw, "
                            "10.0 to 50.0 ns/packet.");
}

/* Slow backends have the fewest processes, but many times the time. */
static void test_far_apart(void **state)
{
    (void)state;
    json_t *results = clear_results(0.99, 1.01);
    run_add(results, "far", "headers", "small", 0, 1000, 0);
    run_add(results, "far", "headers", "large", 0, 1000, 0);
    check_headline(results, "For header fields, ship raw: 10.0 to 50.0 ns/packet; other, the next, "
                            "takes 1.50 to 2.00 times as long.");
    results = clear_results(0.99, 1.01);
    run_add(results, "near", "headers", "small", 0, 49, 0);
    run_add(results, "near", "headers", "large", 0, 1000, 0);
    check_headline(results, "No recommendation yet for header fields: 4 processes are too few for "
                            "intervals (6 or more give them); the lowest median is that of raw, "
                            "10.0 to 50.0 ns/packet.");
}

/* The interval overlaps on one slice: a tie, whichever of the two has the lower median. */
static void test_ties(void **state)
{
    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        const char *one = turn ? "beta" : "alpha", *other = turn ? "alpha" : "beta";
        json_t *results = results_new(0.99, 1.01);
        ranking r;
        run_add(results, one, "headers", "small", 9, 10, 11);
        run_add(results, one, "headers", "large", 49, 50, 51);
        run_add(results, other, "headers", "small", 10.5, 12, 13);
        run_add(results, other, "headers", "large", 54, 55, 56);
        run_add(results, "third", "headers", "small", 90, 100, 110);
        run_add(results, "third", "headers", "large", 490, 500, 510);
        rank_level(results, "headers", &r);
        assert_int_equal(r.complete, 3);
        assert_int_equal(r.leaders, 2);
        assert_string_equal(r.list[0].backend, one);
        assert_int_equal(r.list[1].tied, 1);
        assert_int_equal(r.list[1].slower, 1);
        assert_false(is_leader(&r, &r.list[2]));
        char wanted[256];
        (void)snprintf(wanted, sizeof wanted,
                       "For header fields, ship %s or %s, a tie (intervals that are not apart): %s "
                       "10.0 to 50.0 ns/packet; third, the next, takes 10.0 times as long.",
                       one, other, one);
        check_headline(results, wanted);
    }
}

/* Intervals are apart, but by less than raw differs from itself there. */
static void test_tie_by_noise(void **state)
{
    (void)state;
    for (int noisy = 0; noisy < 2; noisy++) {
        json_t *results = results_new(0.99, noisy ? 1.04 : 1.01);
        ranking r;
        run_add(results, "raw", "headers", "small", 9.9, 10, 10.1);
        run_add(results, "raw", "headers", "large", 49.9, 50, 50.1);
        run_add(results, "other", "headers", "small", 10.2, 10.3, 10.4);
        run_add(results, "other", "headers", "large", 59, 60, 61);
        rank_level(results, "headers", &r);
        assert_int_equal(r.leaders, noisy ? 2 : 1);
        json_decref(results);
    }
}

static void test_mixed(void **state)
{
    (void)state;
    json_t *results = results_new(0.99, 1.01);
    run_add(results, "raw", "headers", "small", 9.9, 10, 10.1);
    run_add(results, "raw", "headers", "large", 49, 50, 51);
    run_add(results, "other", "headers", "small", 19, 20, 21);
    run_add(results, "other", "headers", "large", 44, 45, 46);
    check_headline(results, "For header fields, ship raw or other, depending on the traffic: the "
                            "fastest is not the same on every slice; raw 10.0 to 50.0 ns/packet.");
}

/* Who differs, gives fewer columns or does not parse is not ranked; dissect has no rank. */
static void test_not_ranked(void **state)
{
    (void)state;
    json_t *results = clear_results(0.99, 1.01);
    ranking r;
    json_object_set_new(run_add(results, "wrong", "headers", "small", 1, 1, 1), "status",
                        json_string("differs"));
    json_object_set_new(run_add(results, "wrong", "headers", "large", 1, 1, 1), "status",
                        json_string("differs"));
    run_add(results, "reader", "headers", "small", 1, 1, 1);
    run_add(results, "reader", "headers", "large", 1, 1, 1);
    json_object_set_new(backend_get(results, "reader"), "decoder", json_string("none"));
    run_add(results, "raw", "dissect", "small", 1, 1, 1);
    rank_level(results, "headers", &r);
    assert_int_equal(r.count, 2);
    assert_string_equal(r.list[0].backend, "raw");
    char *text = text_by(report_findings, results);
    assert_non_null(strstr(text, "At level headers, raw is fastest (10.0 to 50.0 ns/packet); other "
                                 "takes 1.50 to 2.00 times as long.\n"));
    assert_non_null(strstr(text, "Cost of the whole tree (level dissect, not ranked): raw 1.00 "
                                 "ns/packet (0.100 times its level headers).\n"));
    free(text);
    json_decref(results);
}

static void test_orders(void **state)
{
    (void)state;
    char text[REMARK];
    json_t *results = results_new(0.99, 1.01);
    json_t *headers = run_add(results, "raw", "headers", "small", 19, 20, 21);
    json_t *flows = run_add(results, "raw", "flows", "small", 9, 10, 11);
    json_t *frames = run_add(results, "raw", "frames", "small", 5, 6, 7);
    assert_true(remark_order(results, headers, text));
    assert_string_equal(text,
                        "impossible order: 2.00 times as long as level flows, which does more");
    assert_false(remark_order(results, flows, text));
    assert_false(remark_order(results, frames, text));
    /* Level app does not number streams: it may take less than flows, but not less than headers. */
    json_t *numbered = run_add(results, "third", "flows", "small", 19, 20, 21);
    json_t *decoded = run_add(results, "third", "headers", "small", 14, 15, 16);
    run_add(results, "third", "app", "small", 9, 10, 11);
    assert_false(remark_order(results, numbered, text));
    assert_true(remark_order(results, decoded, text));
    assert_string_equal(text, "impossible order: 1.50 times as long as level app, which does more");
    json_t *near = run_add(results, "other", "headers", "small", 19, 20, 21);
    run_add(results, "other", "dissect", "small", 18, 19, 20);
    assert_true(remark_order(results, near, text));
    assert_string_equal(text, "order within the intervals: 1.05 times as long as level dissect, "
                              "which does more");
    char *all = text_by(report_findings, results);
    assert_non_null(strstr(all, "raw headers on small: impossible order: "));
    free(all);
    json_decref(results);
}

static void test_modes(void **state)
{
    (void)state;
    static const double two[] = {10, 10.1, 13, 10.2, 13.1, 10.1, 13.2, 10};
    static const double one[] = {10, 10.1, 10.2, 10.3, 10.4, 10.5, 10.6, 13};
    static const double spread_out[] = {10, 11, 12, 13, 14, 15, 16, 17};
    char text[REMARK];
    modes m;
    json_t *results = results_new(0.99, 1.01);
    json_t *run = run_add(results, "raw", "headers", "small", 10, 10.2, 13);
    samples_add(run, two, 8);
    assert_true(two_modes(run, &m));
    assert_int_equal(m.fast, 5);
    assert_int_equal(m.slow, 3);
    assert_true(fabs(m.fast_ns - 10.1) < 1e-9 && fabs(m.slow_ns - 13.1) < 1e-9);
    assert_true(remark_modes(run, text));
    assert_string_equal(text, "two modes: 5 processes near 10.1 ns/packet, 3 near 13.1; the 95 % "
                              "interval covers less");
    json_t *single = run_add(results, "a", "headers", "small", 10, 10.2, 13);
    samples_add(single, one, 8); /* one outlier is no mode */
    assert_false(two_modes(single, &m));
    json_t *wide = run_add(results, "b", "headers", "small", 10, 13.5, 17);
    samples_add(wide, spread_out, 8);
    assert_false(two_modes(wide, &m));
    json_decref(results);
}

static void test_proof(void **state)
{
    (void)state;
    char text[REMARK];
    json_t *results = results_new(0.99, 1.01);
    json_t *run = run_add(results, "raw", "headers", "small", 9, 10, 11);
    assert_false(remark_of(results, run, 0, text));
    json_object_set_new(run, "proof", json_string("packets changed"));
    assert_false(remark_of(results, run, 0, text));
    json_object_set_new(run, "proof", json_string("rows counted"));
    assert_true(remark_of(results, run, 0, text));
    assert_string_equal(text, "not proven by changed packets: rows counted");
    assert_false(remark_of(results, run, 1, text));
    json_decref(results);
}

static void test_distribution(void **state)
{
    (void)state;
    static const double ns[] = {5, 10, 10, 40};
    double bins[HISTOGRAM_BINS], medians[8], sum = 0;
    spread s;
    json_t *results = results_new(0.99, 1.01);
    json_t *run = run_add(results, "raw", "headers", "small", 5, 10, 40);
    assert_false(sample_histogram(run, bins));
    assert_false(sample_spread(run, &s));
    samples_add(run, ns, 4);
    assert_true(sample_histogram(run, bins));
    for (size_t i = 0; i < HISTOGRAM_BINS; i++)
        sum += bins[i];
    assert_true(fabs(sum - 1) < 1e-9);
    assert_true(fabs(bins[0] - 0.25) < 1e-9 && fabs(bins[HISTOGRAM_BINS - 1] - 0.25) < 1e-9);
    assert_true(fabs(bins[HISTOGRAM_BINS / 2] - 0.5) < 1e-9);
    assert_true(sample_spread(run, &s));
    assert_int_equal(s.samples, 4);
    assert_true(fabs(s.low - 5) < 1e-9 && fabs(s.high - 40) < 1e-9);
    assert_int_equal(process_medians(run, medians, 8), 4);
    assert_true(fabs(medians[0] - 5) < 1e-9 && fabs(medians[3] - 40) < 1e-9);
    json_decref(results);
}

/* Features belong to the level that does their work. */
static void test_features(void **state)
{
    (void)state;
    json_t *backend = json_pack(
        "{s:{s:{s:[s]}, s:{s:[s]}, s:{s:[s]}}, s:[{s:s, s:s}, {s:s, s:s}, {s:s, s:s}, {s:s, s:s}, "
        "{s:s, s:s}]}",
        "levels", "headers", "columns", "src_port", "flows", "columns", "stream", "dissect",
        "columns", "src_port", "features", "name", "pcapng", "evidence", "tested", "name",
        "stream-numbers", "evidence", "tested", "name", "reassembly", "evidence", "stated: A",
        "name", "makes-packets", "evidence", "stated: B", "name", "live", "evidence",
        "stated, in no level: C");
    static const struct {
        const char *feature, *headers, *flows, *dissect;
    } cases[] = {
        {"pcapng", "tested", "tested", "tested"},
        {"stream-numbers", "", "tested", "tested"},
        {"reassembly", "", "", "stated: A"},
        {"makes-packets", "", "", ""},
        {"live", "", "", ""},
        {"unknown", "", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(feature_at(backend, "headers", cases[i].feature), cases[i].headers);
        assert_string_equal(feature_at(backend, "flows", cases[i].feature), cases[i].flows);
        assert_string_equal(feature_at(backend, "dissect", cases[i].feature), cases[i].dissect);
    }
    json_decref(backend);
}

static void test_wire_bits(void **state)
{
    (void)state;
    json_t *results = results_new(0.99, 1.01);
    const json_t *slices = json_object_get(results, "slices");
    assert_true(fabs(wire_bits(json_array_get(slices, 0)) - 8 * 84) < 1e-9);
    assert_true(fabs(wire_bits(json_array_get(slices, 1)) - 8 * 1000) < 1e-9);
    json_decref(results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headline),     cmocka_unit_test(test_no_intervals),
        cmocka_unit_test(test_far_apart),    cmocka_unit_test(test_ties),
        cmocka_unit_test(test_tie_by_noise), cmocka_unit_test(test_mixed),
        cmocka_unit_test(test_not_ranked),   cmocka_unit_test(test_orders),
        cmocka_unit_test(test_modes),        cmocka_unit_test(test_distribution),
        cmocka_unit_test(test_proof),        cmocka_unit_test(test_features),
        cmocka_unit_test(test_wire_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
