/* The search for the largest rate without loss, with trials that are computed: a reader of a fixed
 * speed, a sender of a fixed speed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "bench/live/search.h"

typedef struct model {
    double reader, sender; /* packets per second */
    unsigned losing;       /* the first trials that lose packets at any rate */
    unsigned failing;      /* the number of the trial that cannot be made; 0: none */
    unsigned made;
} model;

static int model_try(void *self, double rate, live_trial *trial, pkt_err *err)
{
    model *m = self;
    const double sent = rate > 0 ? fmin(rate, m->sender) : m->sender;
    m->made++;
    if (m->made == m->failing)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "no trial");
    const double rows = m->made <= m->losing ? sent - 1 : fmin(sent, m->reader);
    *trial = (live_trial){.asked = rate,
                          .seconds = 1,
                          .sent = (uint64_t)sent,
                          .arrived = (uint64_t)sent,
                          .got = (uint64_t)rows,
                          .dropped = (uint64_t)sent - (uint64_t)rows,
                          .rows = (uint64_t)rows};
    return 0;
}

static live_rate search(model *m)
{
    live_rate found;
    pkt_err err;
    assert_int_equal(live_search(model_try, m, &found, &err), 0);
    assert_int_equal(found.count, m->made);
    return found;
}

static void sender_is_the_limit(void **state)
{
    (void)state;
    model m = {.reader = 5e6, .sender = 1e6};
    const live_rate found = search(&m);
    assert_true(found.at_least);
    assert_true(found.rate == 1e6 && found.sender == 1e6 && found.failed == 0);
    assert_int_equal(found.count, 1);
}

static void reader_is_the_limit(void **state)
{
    (void)state;
    static const double readers[] = {990000, 700000, 123456, 5000};
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
        model m = {.reader = readers[i], .sender = 1e6};
        const live_rate found = search(&m);
        assert_false(found.at_least);
        assert_true(found.rate <= readers[i] && found.failed > readers[i]);
        assert_true(found.failed - found.rate <= LIVE_RESOLUTION * found.failed + 2);
        assert_true(found.sender == 1e6);
    }
}

static void one_pause_is_no_loss(void **state)
{
    (void)state;
    model once = {.reader = 5e6, .sender = 1e6, .losing = 1},
          twice = {.reader = 5e6, .sender = 1e6, .losing = 2};
    assert_true(search(&once).at_least);
    const live_rate found = search(&twice);
    assert_false(found.at_least);
    assert_true(found.rate < 1e6 && found.rate > 0.97e6);
}

static void every_rate_loses(void **state)
{
    (void)state;
    model m = {.reader = 5e6, .sender = 1e6, .losing = 1000};
    const live_rate found = search(&m);
    assert_true(found.rate == 0 && !found.at_least && found.failed > 0);
    assert_true(found.count <= LIVE_TRIALS_MAX);
}

static void no_trial_is_an_error(void **state)
{
    (void)state;
    for (unsigned i = 1; i < 5; i++) {
        model m = {.reader = 7e5, .sender = 1e6, .failing = i};
        live_rate found;
        pkt_err err;
        assert_int_equal(live_search(model_try, &m, &found, &err), -1);
        assert_string_equal(err.msg, "no trial");
        assert_int_equal(found.count, i - 1);
    }
}

static void late_rows_fail(void **state)
{
    (void)state;
    live_trial t = {.seconds = 1, .sent = 10, .arrived = 10, .got = 10, .rows = 10};
    assert_true(live_trial_passed(&t));
    t.late_s = LIVE_LATE_PART + LIVE_LATE_S + 0.001;
    assert_false(live_trial_passed(&t));
    t.late_s = 0;
    t.rows = 9;
    assert_false(live_trial_passed(&t));
    assert_int_equal(live_trial_unread(&t), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sender_is_the_limit),  cmocka_unit_test(reader_is_the_limit),
        cmocka_unit_test(one_pause_is_no_loss), cmocka_unit_test(every_rate_loses),
        cmocka_unit_test(no_trial_is_an_error), cmocka_unit_test(late_rows_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
