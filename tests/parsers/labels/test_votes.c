/* Lists of votes: the label of most packets, and of equally many the first; memory is used again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parsers/labels/parquet/snappy.h"
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

/* By hand, after the description of the format. */
static void test_snappy(void **state)
{
    (void)state;
    static const struct {
        const char *packed, *plain;
        size_t size;
    } cases[] = {
        {"\x00", "", 1},
        {"\x03\x08"
         "abc",
         "abc", 5},
        {"\x08\x04"
         "ab"
         "\x09\x02",
         "abababab", 6}, /* a literal, and a copy of 6 bytes from 2 before, which overlaps */
        {"\x05\xf0\x04"
         "abcde",
         "abcde", 8}, /* the size of a literal in a byte of its own */
        {"\x06\x08"
         "abc"
         "\x0a\x03\x00",
         "abcabc", 8}, /* a copy with an offset of two bytes */
        {"\x06\x08"
         "abc"
         "\x0b\x03\x00\x00\x00",
         "abcabc", 10}, /* of four bytes */
    };
    uint8_t out[16];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const uint8_t *packed = (const uint8_t *)cases[i].packed;
        const size_t size = strlen(cases[i].plain);
        assert_true(pkt_snappy_unpack(packed, cases[i].size, out, size));
        assert_memory_equal(out, cases[i].plain, size);
        assert_false(pkt_snappy_unpack(packed, cases[i].size, out, size + 1));
        for (size_t cut = 0; cut < cases[i].size; cut++)
            assert_false(pkt_snappy_unpack(packed, cut, out, size));
    }
    /* Before the beginning, from nowhere, and behind the end. */
    assert_false(pkt_snappy_unpack((const uint8_t *)"\x04\x00"
                                                    "a"
                                                    "\x01\x02",
                                   5, out, 4));
    assert_false(pkt_snappy_unpack((const uint8_t *)"\x05\x00"
                                                    "a"
                                                    "\x01\x00",
                                   5, out, 5));
    assert_false(pkt_snappy_unpack((const uint8_t *)"\x02\x08"
                                                    "abc",
                                   5, out, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_most), cmocka_unit_test(test_memory),
                                       cmocka_unit_test(test_snappy)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
