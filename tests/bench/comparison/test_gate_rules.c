/* What --fail-on takes, and what a gate lets pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "bench/comparison/gate.h"

static gate parsed(const char *list)
{
    gate gate;
    pkt_err err;
    if (gate_parse(&gate, list, &err) != 0)
        fail_msg("'%s': %s", list, err.msg);
    return gate;
}

static void test_nothing(void **state)
{
    (void)state;
    static const char *const lists[] = {"", ",", ",,"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const gate gate = parsed(lists[i]);
        assert_false(gate_compares(&gate));
        for (unsigned status = 0; status < STATUS_COUNT; status++)
            assert_false(gate_fails(&gate, (run_status)status));
    }
}

/* Every status but ok, by itself: that one fails and no other. */
static void test_statuses(void **state)
{
    (void)state;
    for (unsigned wanted = STATUS_OK + 1; wanted < STATUS_COUNT; wanted++) {
        const gate gate = parsed(status_name((run_status)wanted));
        assert_false(gate_compares(&gate));
        for (unsigned status = 0; status < STATUS_COUNT; status++)
            assert_int_equal(gate_fails(&gate, (run_status)status), status == wanted);
    }
}

static void test_lists(void **state)
{
    (void)state;
    const gate gate = parsed("crashed,,failed,crashed,lost");
    assert_true(gate_fails(&gate, STATUS_CRASHED) && gate_fails(&gate, STATUS_FAILED));
    assert_false(gate_fails(&gate, STATUS_DIFFERS));
    assert_true(gate.lost && gate_compares(&gate));
    assert_false(gate.slower || gate.instructions);
}

static void test_thresholds(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        double slower, instructions; /* 0: not asked for */
    } cases[] = {
        {"slower", 0.05, 0},
        {"slower:1%", 0.01, 0},
        {"slower:2.5", 0.025, 0},
        {"slower:0", 0, 0},
        {"instructions", 0, 0.01},
        {"instructions:0.5%,slower:3%", 0.03, 0.005},
        {"slower:3%,slower:4%", 0.04, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const gate gate = parsed(cases[i].list);
        assert_int_equal(gate.slower, strstr(cases[i].list, "slower") != NULL);
        assert_int_equal(gate.instructions, strstr(cases[i].list, "instructions") != NULL);
        assert_true(gate_compares(&gate));
        if (gate.slower)
            assert_float_equal(gate.slower_threshold, cases[i].slower, 1e-12);
        for (unsigned one = STATISTIC_MEDIAN; gate.slower && one < STATISTIC_FIRST; one++)
            assert_float_equal(gate.thresholds[one], cases[i].slower, 1e-12);
        if (gate.instructions)
            assert_float_equal(gate.instructions_threshold, cases[i].instructions, 1e-12);
    }
}

/* `slower` judges every time but that of loading, which has a condition of its own, as memory does.
 */
static void test_statistics(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        bool judged[STATISTIC_COUNT]; /* median, p90, slow processes, first, load, rss */
        double first, load, rss;
    } cases[] = {
        {"slower", {true, true, true, true, false, false}, 0.2, 0.1, 0.1},
        {"first", {false, false, false, true, false, false}, 0.2, 0.1, 0.1},
        {"load:3%,rss", {false, false, false, false, true, true}, 0.2, 0.03, 0.1},
        {"slower:2%,first:50%,rss:1", {true, true, true, true, false, true}, 0.5, 0.1, 0.01},
        {"lost", {false}, 0.2, 0.1, 0.1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const gate gate = parsed(cases[i].list);
        assert_true(gate_compares(&gate));
        for (unsigned one = 0; one < STATISTIC_COUNT; one++)
            assert_int_equal(gate_judges(&gate, (statistic)one), cases[i].judged[one]);
        assert_float_equal(gate.thresholds[STATISTIC_FIRST], cases[i].first, 1e-12);
        assert_float_equal(gate.thresholds[STATISTIC_LOAD], cases[i].load, 1e-12);
        assert_float_equal(gate.thresholds[STATISTIC_RSS], cases[i].rss, 1e-12);
    }
}

static void test_unknown(void **state)
{
    (void)state;
    static const char *const items[] = {"sad",        "ok",        "slower:",    "slower:x",
                                        "slower:-1",  "slower:1x", "slowerish",  "lost:1%",
                                        "slower:1%%", "Crashed",   "slower:1e99"};
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        gate gate;
        pkt_err err;
        char list[64], words[64];
        (void)snprintf(list, sizeof list, "crashed,%s,failed", items[i]);
        (void)snprintf(words, sizeof words, "unknown condition '%s'; ", items[i]);
        if (gate_parse(&gate, list, &err) != -1)
            fail_msg("%s is taken", items[i]);
        assert_int_equal(err.code, PKT_ERR_USAGE);
        if (strncmp(err.msg, words, strlen(words)) != 0)
            fail_msg("%s: %s", items[i], err.msg);
        assert_non_null(strstr(err.msg, "nown: slower[:P%], first[:P%], load[:P%], rss[:P%], lost, "
                                        "instructions[:P%], ")); /* the statuses may be cut */
    }
}

static void test_status_names(void **state)
{
    (void)state;
    run_status status;
    for (unsigned i = 0; i < STATUS_COUNT; i++) {
        assert_int_equal(status_find(status_name((run_status)i), &status), 0);
        assert_int_equal(status, i);
    }
    assert_int_equal(status_find("absent", &status), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),    cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_lists),      cmocka_unit_test(test_thresholds),
        cmocka_unit_test(test_unknown),    cmocka_unit_test(test_status_names),
        cmocka_unit_test(test_statistics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
