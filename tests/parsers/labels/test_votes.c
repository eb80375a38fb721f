/* Lists of votes: the label of most packets, and of equally many the first; memory is used again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parsers/labels/votes.h"

static void vote(pkt_votes *votes, uint32_t *list, const char *labels)
{
    pkt_err err;
    for (; *labels; labels++)
        assert_int_equal(pkt_votes_add(votes, list, (uint32_t)*labels, &err), 0);
}

static void expect(const pkt_votes *votes, uint32_t list, char label, uint64_t packets,
                   uint64_t total)
{
    const pkt_vote_result got = pkt_votes_count(votes, list);
    assert_int_equal(got.label, label);
    assert_int_equal(got.packets, packets);
    assert_int_equal(got.total, total);
    assert_int_equal(got.several, packets != total);
}

static void test_most(void **state)
{
    (void)state;
    pkt_votes votes = {.at = NULL};
    uint32_t one = PKT_NO_VOTES, other = PKT_NO_VOTES;
    expect(&votes, one, 0, 0, 0);
    vote(&votes, &one, "a");
    expect(&votes, one, 'a', 1, 1);
    vote(&votes, &other, "bab");
    vote(&votes, &one, "cbc");
    expect(&votes, one, 'c', 2, 4);
    expect(&votes, other, 'b', 2, 3);
    vote(&votes, &other, "a"); /* equally many */
    expect(&votes, other, 'b', 2, 4);
    vote(&votes, &other, "a");
    expect(&votes, other, 'a', 3, 5);
    pkt_votes_free(&votes);
}

static void test_memory(void **state)
{
    (void)state;
    pkt_votes votes = {.at = NULL};
    uint32_t lists[100] = {0};
    for (int round = 0; round < 1000; round++) {
        for (size_t i = 0; i < 100; i++) {
            vote(&votes, &lists[i], round % 2 ? "xyzxyzx" : "yxy");
            expect(&votes, lists[i], round % 2 ? 'x' : 'y', round % 2 ? 3 : 2, round % 2 ? 7 : 3);
        }
        for (size_t i = 0; i < 100; i++) {
            pkt_votes_clear(&votes, &lists[i]);
            assert_int_equal(lists[i], PKT_NO_VOTES);
            expect(&votes, lists[i], 0, 0, 0);
        }
    }
    assert_in_range(votes.count, 1, 301);
    pkt_votes_free(&votes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_most), cmocka_unit_test(test_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
