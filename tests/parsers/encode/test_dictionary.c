/* Dictionaries of Parquet: every index, decoded as the specification says, leads to its value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <endian.h>

#include "parsers/encode/parquet/dictionary.h"

enum { VALUES_MAX = 20000 };

/* Indices of a page, by the grammar in the specification. */
typedef struct decoder {
    const uint8_t *at, *end;
    unsigned width;
} decoder;

static uint64_t varint(decoder *d)
{
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        assert_true(d->at < d->end);
        value |= (uint64_t)(*d->at & 0x7f) << shift;
        if (!(*d->at++ & 0x80))
            return value;
    }
}

/* The index'th number of d->width bits, lowest first. */
static uint32_t packed(const decoder *d, size_t index)
{
    uint32_t value = 0;
    for (unsigned bit = 0; bit < d->width; bit++) {
        const size_t place = index * d->width + bit;
        assert_true(d->at + place / 8 < d->end);
        value |= (uint32_t)(d->at[place / 8] >> place % 8 & 1) << bit;
    }
    return value;
}

static size_t indices_decode(const pkt_buffer *page, uint32_t *indices, size_t count)
{
    decoder d = {page->at + 1, page->at + page->size, page->at[0]};
    size_t n = 0;
    assert_in_range(d.width, 1, 32);
    while (n < count) {
        const uint64_t head = varint(&d), length = head & 1 ? (head >> 1) * 8 : head >> 1;
        const size_t bytes = head & 1 ? (size_t)(head >> 1) * d.width : (d.width + 7) / 8;
        uint32_t repeated = 0;
        assert_true(length > 0 && bytes <= (size_t)(d.end - d.at));
        for (size_t i = 0; !(head & 1) && i < bytes; i++)
            repeated |= (uint32_t)d.at[i] << 8 * i;
        for (uint64_t i = 0; i < length && n < count; i++)
            indices[n++] = head & 1 ? packed(&d, (size_t)i) : repeated;
        d.at += bytes;
    }
    return (size_t)(d.end - d.at);
}

/* Where each value of the dictionary begins. */
static void offsets_find(const plain_values *values, size_t *offsets)
{
    for (size_t i = 0, at = 0; i < values->count; i++) {
        offsets[i] = at;
        at += pkt_plain_value_size(values, values->at + at);
    }
}

/* The dictionary pays, or not; if it does, the page gives back all values. */
static void check(const pkt_buffer *bytes, size_t count, size_t width, bool wanted)
{
    static uint32_t indices[VALUES_MAX];
    static size_t offsets[VALUES_MAX];
    const plain_values values = {bytes->at, bytes->size, count, width};
    dictionary d = {.count = 0};
    pkt_buffer page = {0};
    bool pays;
    assert_int_equal(pkt_dictionary_build(&d, &values, &pays, NULL), 0);
    assert_int_equal(pays, wanted);
    if (pays) {
        const plain_values different = pkt_dictionary_values(&d, width);
        offsets_find(&different, offsets);
        assert_int_equal(pkt_dictionary_indices_add(&d, &page, NULL), 0);
        assert_int_equal(indices_decode(&page, indices, count), 0);
        for (size_t i = 0, at = 0; i < count; i++) {
            const size_t size = pkt_plain_value_size(&values, values.at + at);
            assert_true(indices[i] < different.count);
            assert_memory_equal(different.at + offsets[indices[i]], values.at + at, size);
            at += size;
        }
    }
    pkt_buffer_free(&page);
    pkt_dictionary_free(&d);
}

static uint64_t random_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void number_add(pkt_buffer *bytes, uint64_t value, size_t width)
{
    value = htole64(value);
    assert_int_equal(pkt_buffer_add(bytes, &value, width, NULL), 0);
}

static void text_add(pkt_buffer *bytes, uint64_t value)
{
    char text[64];
    const int size =
        snprintf(text, sizeof text, "%.*s%u", (int)(value % 5), "abcde", (unsigned)value);
    number_add(bytes, (uint64_t)size, sizeof(uint32_t));
    assert_int_equal(pkt_buffer_add(bytes, text, (size_t)size, NULL), 0);
}

/* `count` values, `different` ones, each repeated up to `repeat` times. */
static void values_make(pkt_buffer *bytes, size_t count, size_t width, uint64_t different,
                        uint64_t repeat, uint64_t *random)
{
    bytes->size = 0;
    for (size_t i = 0; i < count;) {
        const uint64_t value = random_next(random) % different * UINT64_C(0x10001);
        for (uint64_t n = random_next(random) % repeat + 1; n > 0 && i < count; n--, i++)
            if (width)
                number_add(bytes, value, width);
            else
                text_add(bytes, value);
    }
}

static void test_values(void **state)
{
    (void)state;
    static const size_t widths[] = {0, 4, 8};
    static const uint64_t different[] = {1, 2, 3, 17, 256, 1000}, repeats[] = {1, 7, 40};
    static const size_t counts[] = {2000, 2001, 2007, 2008, 9999, VALUES_MAX};
    uint64_t random = 88172645463325252;
    pkt_buffer bytes = {0};
    for (size_t w = 0; w < 3; w++)
        for (size_t k = 0; k < 6; k++)
            for (size_t r = 0; r < 3; r++) {
                values_make(&bytes, counts[k], widths[w], different[k], repeats[r], &random);
                check(&bytes, counts[k], widths[w], true);
            }
    pkt_buffer_free(&bytes);
}

/* Few values, and values of which most differ. */
static void test_not_worth(void **state)
{
    (void)state;
    pkt_buffer bytes = {0};
    check(&bytes, 0, 8, false);
    number_add(&bytes, 5, 8);
    check(&bytes, 1, 8, false);
    number_add(&bytes, 6, 8);
    check(&bytes, 2, 8, false);
    bytes.size = 8;
    number_add(&bytes, 5, 8);
    check(&bytes, 2, 8, true);
    bytes.size = 0;
    for (size_t i = 0; i < VALUES_MAX; i++)
        number_add(&bytes, i, 8);
    check(&bytes, VALUES_MAX, 8, false);
    bytes.size = 0;
    for (size_t i = 0; i < VALUES_MAX; i++) /* just half of them differ, late */
        number_add(&bytes, i < VALUES_MAX / 2 ? 1 : i, 8);
    check(&bytes, VALUES_MAX, 8, false);
    bytes.size = 0;
    for (size_t i = 0; i < VALUES_MAX; i++)
        number_add(&bytes, i < VALUES_MAX / 2 + 1 ? 1 : i, 8);
    check(&bytes, VALUES_MAX, 8, true);
    pkt_buffer_free(&bytes);
}

/* A text that begins as another one, and the empty text. */
static void test_prefixes(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "a", "ab", "", "abc", "a", "ab", "b", "", "abc"};
    pkt_buffer bytes = {0};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        number_add(&bytes, strlen(texts[i]), sizeof(uint32_t));
        assert_int_equal(pkt_buffer_add(&bytes, texts[i], strlen(texts[i]), NULL), 0);
    }
    check(&bytes, sizeof texts / sizeof texts[0], 0, true);
    pkt_buffer_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_values),
                                       cmocka_unit_test(test_not_worth),
                                       cmocka_unit_test(test_prefixes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
